"""Why a result is stale, in words: what differs between two fingerprints.

>>> reasons({"packages": {"numpy": "2.3"}}, {"packages": {"numpy": "2.4"}})
['numpy 2.3 → 2.4']
>>> causes({"source": "a"}, {"source": "b"}, "walk", lambda file: "2025-03-03")[0].words
'its code changed on 3 March 2025'

Each cause has a key as well, which is the same for all results that it makes stale.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app import clock
from app.lab.fingerprint.files import MISSING

CHANGED = "changed while it ran"  # stands for the contents of a file of which that is so

Day = Callable[[str], str]  # when a file was written, as `2026-03-03`
Parts = Mapping[str, Any]


@dataclass(frozen=True)
class Cause:
    """`words` tell of one result, `short` of all that have the same cause.

    The key: `code:walk`, `module:walks.py`, `input:data/x.csv`, `package:numpy`, `python`,
    `parameters`.
    """

    key: str
    words: str
    short: str

    def is_named(self, name: str) -> bool:
        """By its key, what stands behind its colon, or the name that it is told by."""
        return name in (self.key, self.key.partition(":")[2] or self.key, self.name)

    @property
    def name(self) -> str:
        """The file or package, of code with its ending."""
        kind, _, rest = self.key.partition(":")
        return f"{rest}.py" if kind == "code" else rest or kind


def unknown(file: str) -> str:
    del file
    return ""


def reasons(old: Parts, new: Parts, day: Day = unknown) -> list[str]:
    """What differs between two fingerprints' parts; empty if nothing does."""
    return [cause.words for cause in causes(old, new, day=day)]


def causes(old: Parts, new: Parts, script: str = "", day: Day = unknown) -> list[Cause]:
    """The same, with the keys. `script`: the analysis whose parts these are."""
    found = []
    if old.get("source") != new.get("source"):
        on = since(day(f"{script}.py")) if script else ""
        on = f" {CHANGED.removeprefix('changed ')}" if old.get("source") == CHANGED else on
        found.append(Cause(f"code:{script}", f"its code changed{on}", f"`{script}.py` changed{on}"))
    for name, before, after in differences(old, new, "modules"):
        found.append(of_module(name, before, after, day))
    if old.get("params") != new.get("params"):
        found.append(Cause("parameters", "its parameters changed", "the parameters changed"))
    for name, before, after in differences(old, new, "inputs"):
        found.append(of_input(name, before, after, day))
    for name, before, after in differences(old, new, "packages"):
        found.append(of_package(name, before, after))
    if old.get("python") != new.get("python"):
        versions = f"Python {old.get('python', '?')} → {new.get('python', '?')}"
        found.append(Cause("python", versions, f"Python is {new.get('python', '?')} now"))
    return found


def since(day: str) -> str:
    """` on 3 March`, with the year where it is another; nothing where no day is known."""
    if not day:
        return ""
    known = date.fromisoformat(day)
    year = "" if known.year == clock.now().year else f" {known.year}"
    return f" on {known.day} {known:%B}{year}"


def differences(old: Parts, new: Parts, part: str) -> Iterator[tuple[str, Any, Any]]:
    """(name, before, after) of every entry that changed; None where there was, or is, none."""
    before, after = old.get(part) or {}, new.get(part) or {}
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            yield name, before.get(name), after.get(name)


def of_module(name: str, before: str | None, after: str | None, day: Day) -> Cause:
    key = f"module:{name}"
    if before is None:
        return Cause(key, f"it now imports `{name}`", f"`{name}` is imported now")
    if after is None:
        return Cause(key, f"it no longer imports `{name}`", f"`{name}` is no longer imported")
    if after == MISSING:
        return Cause(key, f"`{name}`, which it imports, is missing", f"`{name}` is missing")
    if before == CHANGED:
        words = f"`{name}` {CHANGED}"
        return Cause(key, words, words)
    on = since(day(name))
    return Cause(key, f"`{name}`, which it imports, changed{on}", f"`{name}` changed{on}")


def of_input(name: str, before: str | None, after: str | None, day: Day) -> Cause:
    key, shown = f"input:{name}", "the folder of analyses" if name == "./" else f"`{name}`"
    if before is None:
        return Cause(key, f"it now reads {shown}", f"{shown} is read now")
    if after is None:
        return Cause(key, f"it no longer reads {shown}", f"{shown} is no longer read")
    if after == MISSING:
        words = f"{shown} is missing"
    elif before == MISSING:
        words = f"{shown} is there now"
    elif before == CHANGED:
        words = f"{shown} {CHANGED}"
    elif name.endswith("/"):
        words = f"other files are in {shown}{since(day(name))}"
    else:
        words = f"{shown} changed{since(day(name))}"
    return Cause(key, words, words)


def of_package(name: str, before: str | None, after: str | None) -> Cause:
    key = f"package:{name}"
    if before is None:
        return Cause(key, f"it now uses {name} {after}", f"{name} is used now")
    if after is None:
        return Cause(key, f"it no longer uses {name}", f"{name} is no longer used")
    short = f"{name} is missing" if after == MISSING else f"{name} is {after} now"
    return Cause(key, f"{name} {before} → {after}", short)
