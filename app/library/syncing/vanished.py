"""A folder that lost most of its notes at once was rather unmounted than emptied: ask first."""

from __future__ import annotations

import sqlite3

from app import database
from app.errors import Conflict

MOST = 20  # notes that may go at once, whatever share of the library they are
SHARE = 0.5


class Vanished(Conflict):
    """Too many notes are missing for this to be taken for deletions."""


def check(connection: sqlite3.Connection, missing: int, known: int, *, accepted: bool) -> None:
    """Vanished, if more than 20 and more than half of the known notes are missing."""
    doubtful = missing > MOST and missing > SHARE * known and not accepted
    if missing_at_last(connection) != (missing if doubtful else 0):
        keep(connection, missing if doubtful else 0)
    if doubtful:
        raise Vanished(
            f"{missing:,} of {known:,} notes are missing at once: nothing was changed.",
            hint="If the folder is not where it was (a disk that is not mounted), put it back. If"
            " they were deleted, say so: python -m app sync --accept-removals, or the page"
            " /problems.",
        )


def missing_at_last(connection: sqlite3.Connection) -> int:
    """How many notes the last sync missed and did not take for deleted."""
    row = connection.execute("SELECT value FROM state WHERE name = 'vanished'").fetchone()
    return int(row[0]) if row else 0


def keep(connection: sqlite3.Connection, missing: int) -> None:
    with database.transaction(connection, shows=False):
        connection.execute("INSERT OR REPLACE INTO state VALUES ('vanished', ?)", [missing])
