"""tqdm's bars as events instead of redrawn lines: `report` is called with how far each is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from tqdm.std import tqdm

PAUSE = 0.2  # seconds between two events; the last one always comes

Report = Callable[[list[dict[str, Any]]], None]  # the outermost first


def listen(report: Report) -> None:
    """From here on every bar of this process reports instead of drawing."""
    told = [0.0]

    def display(bar: Any, msg: str | None = None, pos: int | None = None) -> bool:
        del pos  # there is one place for every bar
        finished = bar.total is not None and bar.n >= bar.total
        if msg is None and (finished or time.monotonic() - told[0] >= PAUSE):
            told[0] = time.monotonic()
            report([state(bar)])
        return False  # nothing was drawn

    tqdm.display = display
    tqdm.set_lock(threading.RLock())  # the default one is shared with other runs
    tqdm.monitor_interval = 0  # no thread that watches the bars
    quiet_close(tqdm)


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
