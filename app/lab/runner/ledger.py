"""What the runner writes down of runs, and writes again where the database refused."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from app import database
from app.errors import GlossError
from app.lab.runner.attempt import GONE, QUICK_SECONDS
from app.lab.runner.worker import Worker
from app.lab.runs import Run, queue
from app.lab.sandbox import folders
from app.settings import Settings

log = logging.getLogger("gloss.runner")


@contextmanager
def opened(settings: Settings) -> Iterator[sqlite3.Connection]:
    """For a moment only: SQLite must not be open across a fork, nor readable in a child."""
    with closing(database.connect(settings.database)) as connection:
        yield connection


@contextmanager
def patient() -> Iterator[None]:
    """A database that cannot be written now can be later; what runs goes on meanwhile."""
    try:
        yield
    except sqlite3.Error:
        log.exception("runner: the database refused; trying again")


@dataclass
class Ledger:
    settings: Settings
    unsaid: dict[int, str] = field(default_factory=dict)  # of runs whose end could not be written

    def refuse(self, run: Run, error: Exception) -> None:
        """Write that a run could not even begin: its file is broken, or we are."""
        ours = not isinstance(error, GlossError)
        if ours:
            log.error("runner: could not begin run %d", run.id, exc_info=error)
        with opened(self.settings) as connection:
            status = "errored" if ours else "excepted"
            queue.finish(self.settings, connection, run.id, status, message=str(error))

    def conclude(self, worker: Worker) -> None:
        """Write how it ended; where even that fails, say that the failure is ours, and go on."""
        try:
            with opened(self.settings) as connection:
                worker.finish(connection)
        except Exception as error:
            log.exception("runner: not kept, of the runs %s", [*worker.run_ids])
            self.unsaid |= dict.fromkeys(worker.run_ids, f"Not kept: {error}.")
            with patient():
                self.say_again()

    def say_again(self) -> None:
        """Write what could not be written before."""
        while self.unsaid:
            run_id, message = next(iter(self.unsaid.items()))
            with opened(self.settings) as connection:
                queue.finish(self.settings, connection, run_id, "errored", message=message)
            del self.unsaid[run_id]

    def clear_away(self) -> bool:
        """What was too much to be removed when its run ended, a moment's work each time; whether
        there is more."""
        for folder in self.settings.outputs.glob(f"*{GONE}"):
            started = time.monotonic()
            if not folders.remove(folder, QUICK_SECONDS):
                return time.monotonic() - started >= QUICK_SECONDS  # else it cannot be done
        return False
