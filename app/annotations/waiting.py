"""New annotations that the search does not have yet: they are put in their turn.

By itself an entry writes as many pages of the database as fifty together, and what is said must be
read before. So the next search puts them, or the process that watches the folders: within a second.
All after one place in the table wait; where that is, is a row.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping
from contextlib import suppress

from app import database
from app.annotations import entries
from app.annotations.kept import SELECT, Annotation, as_annotation
from app.annotations.reading import read
from app.search import index
from app.search.index import Prepared

BATCH = 100  # in one transaction, of some 10 ms: so long does somebody wait who annotates
MOST = 1024  # wait where nobody searches or watches
WRITERS_SECONDS = 0.05  # that a search waits for who writes; then it goes on without what is new
SECONDS = 0.25  # that it reads what waits; then without what is left, as of a flood
WAITING = f"""{SELECT} WHERE annotation.rowid > (SELECT place FROM annotation_put)
    ORDER BY annotation.rowid LIMIT {BATCH}"""


def follow(connection: sqlite3.Connection, place: int) -> None:
    """A new annotation was kept at this place of the table."""
    if place % MOST == 0:
        catch_up(connection)


def catch_up(connection: sqlite3.Connection, seconds: float = SECONDS) -> None:
    """Put what waits, in its turn, for about so long at most.

    Nothing is written where nothing waits, or while somebody writes for long.
    """
    until = time.monotonic() + seconds
    with suppress(sqlite3.OperationalError):
        while there := waiting(connection):
            ready = {}
            for place, each in there.items():
                ready[place] = each, prepared(each)
                if time.monotonic() > until:
                    break
            put(connection, ready)
            if time.monotonic() > until:
                return


def waiting(connection: sqlite3.Connection) -> dict[int, Annotation]:
    """The first that wait, by their places; those that were deleted since are among them."""
    return {row["place"]: as_annotation(row) for row in connection.execute(WAITING).fetchall()}


def prepared(annotation: Annotation) -> Prepared:
    return index.prepared(entries.entry_of(annotation, read(annotation.stored)))


def put(connection: sqlite3.Connection, ready: Mapping[int, tuple[Annotation, Prepared]]) -> None:
    """What is ready. What was changed since it was read is read again: who may meet it, above all.

    Somebody else may have put some of it meanwhile.
    """
    with database.in_haste(connection, WRITERS_SECONDS), database.transaction(connection):
        there = {place: each for place, each in waiting(connection).items() if place in ready}
        for place, each in there.items():
            if each.deleted is None:
                was, entry = ready[place]
                index.put_prepared(connection, entry if was == each else prepared(each))
        if there:
            connection.execute("UPDATE annotation_put SET place = ?", [max(there)])
