"""A run under way as the page shows it: how far it is, what it prints, when to look again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import g

from app import clock
from app.lab.runs import Run, history
from app.lab.shown import time_left
from app.web import code_lines

TAIL = 4_000  # characters of what a run printed, beside a figure; its own page has more
SOON, LATER, PATIENCE = 400, 2_000, 30.0  # milliseconds between two looks; seconds until it is slow


@dataclass(frozen=True)
class Printed:
    """The end of what a run printed, as HTML; `cut` if there is more."""

    html: str
    cut: bool


@dataclass(frozen=True)
class Bar:
    n: float
    total: float | None
    words: str


@dataclass(frozen=True)
class Live:
    """What changes while a run is under way, and when to look again."""

    run: Run
    bars: Sequence[Bar]
    left: str
    printed: Printed | None
    delay: int


def live(run: Run, before: float | None) -> Live:
    since = datetime.fromisoformat(run.started or run.queued)
    elapsed = max(0.0, (clock.now() - since).total_seconds())
    delay = SOON if elapsed < PATIENCE else LATER
    if run.status == "queued":
        return Live(run, (), waiting(places_before(run.id)), None, delay)
    by_bar = time_left.left_by_bar(elapsed, run.progress)
    left = time_left.time_left(elapsed, run.progress, before)
    told = time_left.words(left, None if by_bar is not None else before)
    return Live(run, bars(run.progress), told, printed(run), delay)


def places_before(run_id: int) -> int:
    """How many will begin sooner; the queue is read once for a page."""
    if "waiting" not in g:
        g.waiting = history.waiting(g.db)
    return sum(other < run_id for other in g.waiting)


def waiting(places: int) -> str:
    """
    >>> waiting(0), waiting(2)
    ('next', '2 before it')
    """
    return f"{places} before it" if places else "next"


def bars(progress: Mapping[str, Any]) -> list[Bar]:
    """The outermost first."""
    told = progress.get("bars") or ([progress] if progress.get("n") is not None else [])
    return [bar(each) for each in told if isinstance(each, dict)]


def bar(told: Mapping[str, Any]) -> Bar:
    n, total = time_left.number(told.get("n")), time_left.number(told.get("total"))
    counted = f"{n:,.10g} of {total:,.10g}" if total else f"{n:,.10g} so far"
    return Bar(min(n, total) if total else n, total or None, f"{counted} {told.get('desc') or ''}")


def printed(run: Run) -> Printed | None:
    log = run.log
    if not log.strip():
        return None
    tail = log[-TAIL:]
    if len(log) > TAIL:
        tail = tail.partition("\n")[2] or tail
    return Printed(code_lines.linked(tail, run), len(log) > TAIL)
