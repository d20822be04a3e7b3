"""The fingerprint of a run that has ended: what it opened beside what was known before.

What was known when it began keeps the contents that it had then. A file that nobody knew of is
read only now: where it may have changed meanwhile, the run stands for nothing, and is stale.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from app.lab.analyses import Analysis
from app.lab.fingerprint import files, taking
from app.lab.fingerprint.opened import admitted
from app.lab.fingerprint.taking import Fingerprint
from app.lab.fingerprint.words import CHANGED


def ended(
    root: Path,
    analysis: Analysis,
    before: Mapping[str, Any],
    opened: Iterable[str],
    began: float,
) -> Fingerprint:
    """`before`: the parts when it began, at the second `began`; `opened`: what it says it read."""
    known = taking.surroundings(root, analysis)
    ours = {analysis.path.name, *known["modules"], *known["inputs"]}
    seen = [path for path in admitted(list(opened)) if path not in ours]
    now = taking.surroundings(root, analysis, seen)
    parts = {**before, **{part: {**now[part]} for part in ("modules", "inputs", "packages")}}
    parts["packages"].update(kept(before, now, "packages"))
    for part in ("modules", "inputs"):
        first = kept(before, now, part)
        late = [path for path in now[part] if path not in first]
        parts[part] |= first
        parts[part] |= {path: CHANGED for path in late if files.changed_after(root, path, began)}
    parts.pop("seen", None)
    return taking.of_parts({**parts, "seen": sorted(seen)} if seen else parts)


def kept(before: Mapping[str, Any], now: Mapping[str, Any], part: str) -> dict[str, str]:
    return {name: value for name, value in before[part].items() if name in now[part]}
