"""The fingerprint of a run that has ended: what it opened beside what was known before.

What was known when it began keeps the contents that it had then, unless it was written to
meanwhile: even where it was put back as it was, the run may have read something else. A file that
nobody knew of is read only now. Where either may have changed, the run stands for nothing, and is
stale.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from app.lab.analyses import Analysis
from app.lab.fingerprint import files, taking
from app.lab.fingerprint.opened import admitted
from app.lab.fingerprint.taking import Fingerprint
from app.lab.fingerprint.words import CHANGED
from app.settings import Settings

Touched = Mapping[str, int]
TOUCHED = "touched"  # among the parts of a run that has not ended


def touched(root: Path, analysis: Analysis, parts: Mapping[str, Any]) -> dict[str, int]:
    """When each of the files that these parts know was last changed in any way."""
    names = [analysis.path.name, *parts.get("modules", ()), *parts.get("inputs", ())]
    return {name: files.touched(root, name) for name in names}


def altered(root: Path, before: Touched) -> list[str]:
    """Which of them were changed since, back again or not."""
    return [name for name, then in before.items() if files.touched(root, name) != then]


def begun(
    settings: Settings, analysis: Analysis, params: Mapping[str, Any], seen: Iterable[str] = ()
) -> Fingerprint:
    """Of a run that begins now, with what tells later whether a file was written to meanwhile.

    That is looked at first: what is written to between the two looks counts as altered.
    """
    known = taking.take(settings, analysis, params, seen).parts
    when = touched(settings.analysis, analysis, known)
    found = taking.take(settings, analysis, params, seen)
    return Fingerprint(found.digest, {**found.parts, TOUCHED: when})


def ended(
    root: Path,
    analysis: Analysis,
    before: Mapping[str, Any],
    opened: Iterable[str],
    began: float,
) -> Fingerprint:
    """`before`: the parts when it began, at the second `began`; `opened`: what it says it read."""
    own = {name: value for name, value in before.items() if name not in ("seen", TOUCHED)}
    then: Touched = before.get(TOUCHED) or {}
    fresh = dict.fromkeys(admitted(list(opened)), began)
    parts = joined(root, analysis, own, fresh, then)
    gone = altered(root, then)
    if own["source"] != taking.facts_of(analysis).digest:
        gone.append(analysis.path.name)
    return taking.of_parts(without(parts, analysis, gone))


def joined(
    root: Path,
    analysis: Analysis,
    before: Mapping[str, Any],
    opened: Mapping[str, float],
    watched: Iterable[str] = (),
) -> dict[str, Any]:
    """The parts of before, and what was opened since by something that began at that second.

    What is `watched` is known to have changed or not; of all else that was opened, the clock says,
    and the contents: points that read a file before and after it was changed read two.
    """
    known = taking.surroundings(root, analysis)
    ours = {analysis.path.name, *known["modules"], *known["inputs"]}
    seen = sorted({*taking.seen_in(before), *opened} - ours)
    now = taking.surroundings(root, analysis, seen)
    parts = {**before, **{part: {**now[part]} for part in ("modules", "inputs", "packages")}}
    parts["packages"].update(kept(before, now, "packages"))
    first = min(opened.values(), default=math.inf)
    sure = {*watched}
    for part in ("modules", "inputs"):
        there = kept(before, now, part)
        asked = [path for path in now[part] if path not in sure]
        late = [path for path in asked if path in opened or path not in there]
        moved = {p for p in late if files.changed_after(root, p, opened.get(p, first))}
        moved |= {p for p in late if there.get(p, now[part][p]) != now[part][p]}
        parts[part] |= {**there, **dict.fromkeys(moved, CHANGED)}
    return {**parts, "seen": seen} if seen else parts


def without(parts: Mapping[str, Any], analysis: Analysis, names: Iterable[str]) -> dict[str, Any]:
    """The parts where what these files held is not known."""
    found, gone = dict(parts), {*names}
    for part in ("modules", "inputs"):
        found[part] = {
            name: CHANGED if name in gone else value for name, value in parts[part].items()
        }
    if analysis.path.name in gone:
        found["source"] = CHANGED
    return found


def kept(before: Mapping[str, Any], now: Mapping[str, Any], part: str) -> dict[str, str]:
    return {name: value for name, value in before[part].items() if name in now[part]}
