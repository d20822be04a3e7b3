"""How far a run is, as `run.progress` keeps it and a page shows it.

>>> first = noted({}, [{"n": 1, "total": 4, "desc": "walks"}], 2.0)
>>> [first[name] for name in ("n", "total", "bars", "since", "at")]
[1, 4, [{'n': 1, 'total': 4, 'desc': 'walks'}], 2.0, 2.0]
>>> later = noted(first, [{"n": 2, "total": 4, "desc": "walks"}], 3.0)
>>> later["since"], later["at"]
(2.0, 3.0)

`bars` are all that were told, the outermost first; `n`, `total` and `desc` are the outermost's,
`since` says how many seconds into the run that one was first seen, `at` when it came to `n`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

MOST_BARS, LONGEST = 5, 100


def noted(before: Mapping[str, Any], told: object, seconds: float) -> Mapping[str, Any]:
    """What is known after a child told of its bars, `seconds` after its run began."""
    if not isinstance(told, list) or not told:
        return before
    bars = [bar(one) for one in told[:MOST_BARS]]
    outer = bars[0]
    since = before["since"] if goes_on(before, outer) else round(seconds, 3)
    moved = not goes_on(before, outer) or outer["n"] != before["n"]
    at = round(seconds, 3) if moved else before["at"]
    return {**outer, "bars": bars, "since": since, "at": at}


def bar(told: Mapping[str, Any]) -> dict[str, Any]:
    """A child may say anything: only numbers and a line of text come through."""
    n, total = (number(told.get(name)) for name in ("n", "total"))
    desc = str(told.get("desc") or "").encode("utf-8", "replace").decode()
    return {"n": n or 0, "total": total, "desc": " ".join(desc.split())[:LONGEST]}


def number(told: object) -> float | None:
    if isinstance(told, int | float) and math.isfinite(told) and abs(told) < 2**53:
        return told
    return None


def goes_on(before: Mapping[str, Any], outer: Mapping[str, Any]) -> bool:
    """Whether the outermost bar is the one of before, farther on."""
    same = all(before.get(name) == outer[name] for name in ("total", "desc"))
    return "since" in before and same and outer["n"] >= before["n"]
