"""How much longer a run will take, as far as anybody can know.

>>> words(time_left(10.0, {"n": 5, "total": 20, "since": 0.0, "at": 10.0}, None), None)
'about 30 s left'
>>> left_by_bar(4.7, {"n": 2, "total": 34, "since": 2.0, "at": 3.8})  # the third is half done
27.9
>>> words(time_left(2.0, {}, 12.0), 12.0)
'about 10 s left, as long as last time'
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ENOUGH_SHARE, ENOUGH_STEPS = 0.02, 3  # of the outermost bar, before it says anything


def time_left(elapsed: float, progress: Mapping[str, Any], before: float | None) -> float | None:
    """Seconds: by the outermost bar once it has moved, else by how long it took `before`.

    `elapsed` is since the run began; a bar that was first seen later counts from then on, until it
    last moved: what has passed of the next step would count for all that are left.
    """
    by_bar = left_by_bar(elapsed, progress)
    if by_bar is not None:
        return by_bar
    return None if before is None else max(0.0, before - elapsed)


def left_by_bar(elapsed: float, progress: Mapping[str, Any]) -> float | None:
    done, total = number(progress.get("n")), number(progress.get("total"))
    if not total or not 0 < done <= total:
        return None
    if done < ENOUGH_STEPS and done / total < ENOUGH_SHARE:
        return None
    since, at = number(progress.get("since")), number(progress.get("at"))
    each = max(0.0, (at or elapsed) - since) / done
    begun = min(max(0.0, elapsed - at), each) if at else 0.0  # of the step that is under way
    return round((total - done) * each - begun, 3)


def number(told: Any) -> float:
    """What a child said of itself may be anything.

    >>> number("7"), number(float("nan")), number(3)
    (0.0, 0.0, 3.0)
    """
    good = isinstance(told, int | float) and not isinstance(told, bool) and abs(told) < 1e15
    return float(told) if good else 0.0


def words(left: float | None, before: float | None) -> str:
    """In a few words; `before` is how long it took the last time, where no bar says better."""
    if left is None:
        return ""
    if before is not None:
        if left <= 0:
            return f"longer than last time ({length(before)})"
        return f"about {length(left)} left, as long as last time"
    return "nearly done" if left < 1 else f"about {length(left)} left"


def length(seconds: float) -> str:
    """
    >>> length(0.3), length(12.4), length(125), length(7300)
    ('1 s', '12 s', '2 min', '2 h')
    """
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{round(seconds / 3600)} h"
