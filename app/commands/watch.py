"""Index what changes below notes/ and analysis/, as it changes. `serve` starts this by itself.

Meanwhile what was said on notes is put into the search.

It is a process of its own: `python -m app.commands.watch`, with the settings in GLOSS_* variables.
Each sync that did something is one line of JSON on stderr.
"""

from __future__ import annotations

import json
import signal
import sqlite3
import sys
import threading
from contextlib import suppress

from app import clock, database
from app.annotations import anchored, store, waiting
from app.errors import GlossError
from app.lab import analyses
from app.lab.runs import entries
from app.library.syncing import sync, watcher
from app.search import common
from app.settings import Settings, load


def main() -> int:
    settings = load()
    stop = threading.Event()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with database.opened(settings.database) as connection:
        follow(settings, connection, stop)
    return 0


def follow(settings: Settings, connection: sqlite3.Connection, stop: threading.Event) -> None:
    """Index after each change until `stop` is set; what fails once is tried at the next change.

    Meanwhile the lists of common words are made anew where enough has changed.
    """
    refreshing = refreshed(settings)
    for changed in watcher.watch(settings.notes, settings.analysis, stop):
        try:
            if changed:
                index(settings, connection, changed)
            else:
                waiting.catch_up(connection)
            if changed and not refreshing.is_alive():
                refreshing = refreshed(settings)
        except (GlossError, sqlite3.Error) as error:
            log("sync_failed", reason=str(error))


def index(settings: Settings, connection: sqlite3.Connection, changed: set[str]) -> None:
    if "analysis" in changed:
        index_analyses(settings, connection)
    if "notes" in changed:
        log_report(sync.sync(settings, connection))
        store.reindex(connection)
        anchored.catch_up_all(connection)
    entries.index(settings, connection)


def refreshed(settings: Settings) -> threading.Thread:
    """At work on the common words: it may take a minute, in which nothing waits for it."""

    def refresh() -> None:
        with suppress(sqlite3.Error), database.opened(settings.database) as connection:
            common.refresh(connection)

    thread = threading.Thread(target=refresh, daemon=True)
    thread.start()
    return thread


def index_analyses(settings: Settings, connection: sqlite3.Connection) -> None:
    """Pages show what an analysis is: even where its entry stays the same, they are made anew."""
    with database.transaction(connection):
        analyses.index(settings, connection)


def log_report(report: sync.Report) -> None:
    if report.added or report.changed or report.moved or report.removed:
        log("sync", **{**report.as_json(), "failed": len(report.failed)})


def log(event: str, **more: object) -> None:
    line = {"time": clock.stamp(), "event": event, **more}
    print(json.dumps(line, ensure_ascii=False), file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
