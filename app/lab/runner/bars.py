"""tqdm's bars as events instead of redrawn lines: `report` is called with how far they all are."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from tqdm.std import tqdm

PAUSE = 0.2  # seconds between two events, whichever bars they are about
BURST = 5  # events in a second, if bars come to their ends in it
MOST_BARS = 5

Report = Callable[[list[dict[str, Any]]], None]  # the outermost first


def listen(report: Report) -> None:
    """From here on every bar of this process reports instead of drawing."""
    told: deque[float] = deque([-PAUSE], maxlen=BURST)

    def display(bar: Any, msg: str | None = None, pos: int | None = None) -> bool:
        del pos  # of the line, which is not drawn
        if msg is None and due(told, ends(bar)):
            told.append(time.monotonic())
            report([state(one) for one in shown(bar)])
        return False  # nothing was drawn

    tqdm.display = display
    tqdm.clear = lambda *_, **__: None  # nor is anything wiped away
    tqdm.set_lock(threading.RLock())  # the default one is shared with other runs
    tqdm.monitor_interval = 0  # no thread that watches the bars
    quiet_close(tqdm)


def due(told: deque[float], at_end: bool) -> bool:
    """Whether it is time for another event: the last of a bar comes, unless too many do."""
    now = time.monotonic()
    return now - told[-1] >= PAUSE or (at_end and (len(told) < BURST or now - told[0] >= 1.0))


def ends(bar: Any) -> bool:
    return bar.total is not None and bar.n >= bar.total


def shown(bar: Any) -> list[Any]:
    """This bar and the others that are open, by their lines: the outermost has the first."""
    others = [one for one in tqdm._instances if one is not bar and hasattr(one, "pos")]
    return sorted([bar, *others], key=lambda one: abs(one.pos))[:MOST_BARS]


def state(bar: Any) -> dict[str, Any]:
    return {
        "n": number(bar.n),
        "total": None if bar.total is None else number(bar.total),
        "desc": str(bar.desc or "").removesuffix(": ")[:100],
    }


def number(value: Any) -> float:
    return int(value) if float(value).is_integer() else float(value)


def quiet_close(kind: Any) -> None:
    """A bar that closes would write a line end; ours has drawn no line."""
    original = kind.close

    def close(bar: Any) -> None:
        if not getattr(bar, "disable", True):
            bar.display()
            bar.leave = False
        original(bar)

    kind.close = close
