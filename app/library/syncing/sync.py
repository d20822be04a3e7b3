"""Bring the index up to date with the files below notes/.

What cannot be indexed leaves the index, for it may just have become private, and is reported
until it changes. Owned rows stay: a note that comes back has its old identity, and so has one
that was moved.
"""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass, field
from typing import Any

from app import database
from app.library import lock, macros, media, problems, store
from app.library.citations import bib_files
from app.library.history import outside, trash
from app.library.moving import unfinished
from app.library.problems import Failure
from app.library.syncing import changes, claimed, indexing, sweep, vanished
from app.library.syncing.changes import Changes, Known
from app.library.syncing.scan import Scan, scan
from app.settings import Settings

BATCH_REMOVED = 100


@dataclass
class Report:
    """How many notes were what; `failed` names each file that is not in the index."""

    added: int = 0
    changed: int = 0
    moved: int = 0
    removed: int = 0
    unchanged: int = 0
    failed: list[Failure] = field(default_factory=list)
    remarks: list[Failure] = field(default_factory=list)  # indexed, but something is odd

    def as_json(self) -> dict[str, Any]:
        counts = {name: getattr(self, name) for name in COUNTS}
        return {
            **counts,
            "failed": [
                {"path": failure.path, "line": failure.line, "reason": failure.reason}
                for failure in self.failed
            ],
        }


MADE_ANEW = "made_anew"  # in state, while every table is filled anew: a search says so
COUNTS = ("added", "changed", "moved", "removed", "unchanged")


def sync(
    settings: Settings,
    connection: sqlite3.Connection,
    *,
    rebuild: bool = False,
    accept_removals: bool = False,
) -> Report:
    """Index what changed; with `rebuild`, empty every derived table first and index everything.

    Vanished, where so many notes are missing at once that the folder itself must be in doubt;
    `accept_removals` takes them for deleted.
    """
    with lock.alone(settings.data, "sync"):
        if not settings.read_only:
            unfinished.settle(settings, connection)
        found = scan(settings.notes)  # raises, before anything is touched, if the folder is gone
        before = changes.known(connection)
        todo = changes.compare(connection, settings.notes, before, found.notes)
        vanished.check(connection, len(todo.removed), len(before), accepted=accept_removals)
        changes.doubt(connection, settings.notes, found.notes, todo)
        if rebuild:
            remember(settings, connection, todo)
            database.rebuild(connection)
            connection.execute("INSERT OR REPLACE INTO state VALUES (?, 1)", [MADE_ANEW])
            before = {}
            todo = changes.compare(connection, settings.notes, before, found.notes)
        report = bring_up_to_date(settings, connection, found, before, todo)
        connection.execute("DELETE FROM state WHERE name = ?", [MADE_ANEW])
        return report


def bring_up_to_date(
    settings: Settings, connection: sqlite3.Connection, found: Scan, before: Known, todo: Changes
) -> Report:
    stamp = macros.stamp(settings.notes)
    anew = stamp != macros_indexed(connection)
    if anew:  # every note may use the library's macros
        todo.changed |= before.keys() & found.notes.keys()
        todo.doubles = changes.doubles(found.notes)
    report = Report()
    if todo:
        report.removed = remove(settings, connection, todo)
        indexing.stand_back(connection, todo.doubles)
        for file in indexing.work(settings, connection, todo, anew=anew):
            count(file, todo, report)
    media.keep(connection, settings.notes, found.media)
    bib_files.update(settings, connection, found.media)
    if anew:
        keep_macros_indexed(connection, stamp)
    if wrong := macros.of_library(settings.notes)[1]:
        found.problems[macros.FILE] = wrong
    left = {} if settings.read_only else sweep.sweep(settings, connection, found.temporary)
    problems.keep_unscanned(connection, found.problems, left)
    complete(connection, found, report)
    return report


def remember(settings: Settings, connection: sqlite3.Connection, todo: Changes) -> None:
    """Keep what only the index knows, and a rebuild would forget: old versions, identities."""
    for file in todo.claims:
        with database.transaction(connection):
            claimed.take(connection, settings.notes, file, todo.claims)
    changed = sorted(todo.changed)
    for start in range(0, len(changed), BATCH_REMOVED):
        with database.transaction(connection):
            outside.before_rebuild(
                connection, settings.notes, changed[start : start + BATCH_REMOVED]
            )
    remove(settings, connection, todo)


def macros_indexed(connection: sqlite3.Connection) -> int:
    """The stamp of the macros by which the notes in the index were rendered."""
    row = connection.execute("SELECT value FROM state WHERE name = 'macros'").fetchone()
    return int(row[0]) if row else 0


def keep_macros_indexed(connection: sqlite3.Connection, stamp: int) -> None:
    with database.transaction(connection, shows=False):
        connection.execute("INSERT OR REPLACE INTO state VALUES ('macros', ?)", [stamp])


def remove(settings: Settings, connection: sqlite3.Connection, todo: Changes) -> int:
    """Forget the files that are gone; one that came back meanwhile is left alone."""
    notes, missing = 0, sorted(todo.removed)
    for start in range(0, len(missing), BATCH_REMOVED):
        batch = missing[start : start + BATCH_REMOVED]
        with database.transaction(connection):
            busy = unfinished.busy(connection, settings.notes)
            gone = [one for one in batch if not os.path.lexists(settings.notes / one)]
            gone = [one for one in gone if one not in busy]
            outside.removed(connection, settings.notes, gone)
            trash.doubt(connection, {one: todo.doubtful.get(one, []) for one in gone})
            notes += store.forget(connection, gone)
    return notes


def count(file: str, todo: Changes, report: Report) -> None:
    if todo.claims.get(file) is not None:
        report.moved += 1
    elif file in todo.fresh:
        report.added += 1
    else:
        report.changed += 1


def complete(connection: sqlite3.Connection, found: Scan, report: Report) -> None:
    """Name what is wrong now, whenever it was found, and count the rest."""
    every = problems.every(connection)
    report.failed = [problem for problem in every if problem.failed]
    report.remarks = [problem for problem in every if not problem.failed]
    out = {problem.path for problem in report.failed}
    done = report.added + report.changed + report.moved
    report.unchanged = max(0, len(found.notes) - len(out & found.notes.keys()) - done)
