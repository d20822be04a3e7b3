"""Whoever takes the points of a sweep from the queue, has them computed, and writes the outcomes.

A crew is one Worker of the runner among others, for many points in turn; there are as many at once
as runs may be. Whole runs come first: while one waits and no place is free, a crew rests, which
means that it ends after the points that it has begun.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from app import database
from app.lab.runner.worker import Worker
from app.lab.runs import queue
from app.lab.runs.spans import Spans
from app.lab.sandbox import Plan
from app.lab.sweeps import points, store
from app.lab.sweeps.executor import Outcome, Point
from app.lab.sweeps.inputs import Inputs
from app.lab.sweeps.local import Local
from app.lab.sweeps.store import Sweep
from app.settings import Settings

LOOK_SECONDS = 0.05
WRITE_SECONDS, WRITE_POINTS = 0.2, 64  # outcomes are written so many at once, or so often
CHANGED = "What it computes with has changed since this sweep began: begin it anew."

log = logging.getLogger("gloss.runner")


def begun(
    settings: Settings, plan: Plan, running: Sequence[Worker], only: Spans | None
) -> Iterator[Crew]:
    """Crews for the free places, and rest for one where none is free and a whole run waits.

    `running` grows with what is taken from here.
    """
    while True:
        with closing(database.connect(settings.database)) as connection:
            if queue.waiting(connection, only):
                rest_one(settings, running)
                return
            if len(running) >= settings.runners:
                return
            found = claimed(settings, connection, only)
        if found is None:
            return
        sweep, inputs, taken = found
        try:
            local = Local.start(
                settings, plan, inputs.analysis, f"sweep{sweep.id}-{taken[0].run_id}"
            )
        except OSError as error:  # no process or no disk to be had now
            log.warning("runner: no crew for sweep %d: %s", sweep.id, error)
            with closing(database.connect(settings.database)) as connection:
                points.give_back(connection, [point.run_id for point in taken])
            return
        local.submit(taken)
        yield Crew(settings, sweep, inputs, local, plan.words, {point.run_id for point in taken})


def rest_one(settings: Settings, running: Sequence[Worker]) -> None:
    crews = [worker for worker in running if isinstance(worker, Crew)]
    if len(running) >= settings.runners and crews and not any(crew.resting for crew in crews):
        crews[-1].rest()


def claimed(
    settings: Settings, connection: sqlite3.Connection, only: Spans | None
) -> tuple[Sweep, Inputs, list[Point]] | None:
    """The first point of the sweep whose turn it is; sweeps that cannot go on are ended."""
    while (sweep_id := points.waiting(connection, only)) is not None:
        sweep = store.get(connection, sweep_id)
        inputs = Inputs.of(settings, sweep)
        if inputs is None or not inputs.hold(connection):
            points.interrupt(connection, sweep_id, CHANGED)
        elif taken := points.claim(connection, sweep_id, 1):
            return sweep, inputs, taken
    return None


@dataclass
class Crew:
    """`ids` are the points that it has taken and whose outcomes are not written yet."""

    settings: Settings
    sweep: Sweep
    inputs: Inputs
    local: Local
    words: str
    ids: set[int]
    outcomes: list[Outcome] = field(default_factory=list)
    written: float = field(default_factory=time.monotonic)
    resting: bool = False

    @property
    def guard(self) -> int:
        return self.local.guard

    @property
    def pipes(self) -> tuple[int, ...]:
        return self.local.pipes

    @property
    def run_ids(self) -> Collection[int]:
        return self.ids

    @property
    def is_over(self) -> bool:
        return False  # its end is nothing that somebody waits for

    def read(self, pipe: int) -> bool:
        return self.local.read(pipe)

    def tick(self, connection: sqlite3.Connection, cancelled: set[int]) -> float:
        self.local.cancel(cancelled & self.ids)
        self.local.look()
        self.outcomes += self.local.poll()
        late = time.monotonic() - self.written > WRITE_SECONDS
        if late or len(self.outcomes) >= WRITE_POINTS or len(self.outcomes) == len(self.ids):
            self.write(connection)
        if room := 0 if self.resting else self.local.room():
            self.take(connection, room)
        if self.resting or not self.ids:
            self.local.close()
        return LOOK_SECONDS

    def write(self, connection: sqlite3.Connection) -> None:
        """Together with what the points opened: no value is there before what it depends on.

        None of code that changed before the first of them had ended: which of the two was it?
        """
        if not self.outcomes:
            return
        ended = {outcome.run_id for outcome in self.outcomes}
        if self.inputs.is_torn:
            points.give_back(connection, ended)
        else:
            self.inputs.look(self.outcomes)
            with database.transaction(connection):
                points.finish(connection, self.outcomes, self.words)
                self.inputs.write(connection)
            self.inputs.settle()
        self.ids -= ended
        self.outcomes, self.written = [], time.monotonic()

    def take(self, connection: sqlite3.Connection, most: int) -> None:
        if not self.inputs.hold(connection):
            points.interrupt(connection, self.sweep.id, CHANGED)
            return
        taken = points.claim(connection, self.sweep.id, most)
        self.ids |= {point.run_id for point in taken}
        self.local.submit(taken)

    def rest(self) -> None:
        """Begin nothing more; what waits here waits in the queue again once it has ended."""
        self.resting = True
        self.local.hold()

    def kill(self, status: str, message: str) -> None:
        self.local.kill(status, message)

    def finish(self, connection: sqlite3.Connection) -> None:
        left = self.local.finish()
        self.outcomes += self.local.poll()
        self.write(connection)
        points.give_back(connection, left)
        self.ids.clear()
