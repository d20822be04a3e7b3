"""What the engine knows of whoever executes runs: a process that holds it, pipes, an end.

An Attempt is one run in one sandbox. Whatever else executes runs, several in turn for example, is
started, listened to, watched, ended and buried by the same loop if it offers this.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from typing import Protocol


class Worker(Protocol):
    @property
    def guard(self) -> int:
        """The process whose end is the end of everything below it."""

    @property
    def pipes(self) -> tuple[int, ...]:
        """What the loop listens to; `finish` closes them."""

    @property
    def run_ids(self) -> Collection[int]:
        """The runs that are its own to finish, as long as it has not."""

    @property
    def is_over(self) -> bool:
        """Whether nothing of it can run any more, though its guard has yet to end."""

    def read(self, pipe: int) -> bool:
        """Take what came through a pipe; False at its end."""

    def tick(self, connection: sqlite3.Connection, cancelled: set[int]) -> float:
        """Say how far it is; end what is among the cancelled runs or broke a limit.

        The answer is in how many seconds it should be looked at again, at the latest.
        """

    def kill(self, status: str, message: str) -> None:
        """End it: its runs have this status, unless there was a reason before."""

    def finish(self, connection: sqlite3.Connection) -> object:
        """Once every process of it is gone: write down how its runs ended."""
