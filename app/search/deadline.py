"""No search keeps everybody waiting: SQLite stops when the time is over, and Python looks at it."""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from app.errors import Unavailable

SECONDS = 2.0  # the slowest of all classes of query takes 0.04 at 100,000 notes
PROGRESS_STEPS = 20_000  # of SQLite's machine, between two looks at the clock


@dataclass
class Clock:
    until: float

    @property
    def is_over(self) -> bool:
        return time.perf_counter() > self.until

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """For what is done once for everybody: to break it off would only put it off."""
        left, self.until = self.until - time.perf_counter(), math.inf
        try:
            yield
        finally:
            self.until = time.perf_counter() + left

    def check(self) -> None:
        if self.is_over:
            raise too_long()


@contextmanager
def deadline(connection: sqlite3.Connection, seconds: float = SECONDS) -> Iterator[Clock]:
    """End what would take too long, and say what to do."""
    clock = Clock(time.perf_counter() + seconds)
    connection.set_progress_handler(lambda: clock.is_over, PROGRESS_STEPS)
    try:
        yield clock
    except sqlite3.OperationalError as error:
        if "interrupted" not in str(error):
            raise
        raise too_long() from None
    finally:
        connection.set_progress_handler(None, 0)


def too_long() -> Unavailable:
    return Unavailable("This search takes too long.", hint="Try fewer or longer words.")
