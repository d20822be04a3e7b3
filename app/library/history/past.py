"""What a note was until now goes into its history, before something else takes its place.

Nothing is recorded of a note that nobody has changed since it was first seen: its file holds it.
"""

from __future__ import annotations

import hashlib
import sqlite3

from app.library.history import revisions


def saved(
    connection: sqlite3.Connection,
    uid: int,
    before: bytes | None,
    data: bytes,
    kind: str = "saved",
    person_id: int | None = None,
    credit: revisions.Credit = revisions.NO_CREDIT,
) -> None:
    """A person put `data` in the place of `before`; the same bytes again are no new version."""
    if before is not None:
        catch_up(connection, uid, before)
    revisions.add(
        connection, uid, data, kind=kind, person_id=person_id, after=before, credit=credit
    )


def catch_up(connection: sqlite3.Connection, uid: int, current: bytes) -> None:
    """Bring the history up to what the file holds, and up to what the index holds of it."""
    row = connection.execute("SELECT sha256, source FROM document WHERE uid = ?", [uid]).fetchone()
    if row and row["sha256"] != sha256(current):
        revisions.outside(connection, uid, row["source"].encode(), current)
        return
    last = revisions.newest(connection, uid)
    if last is None or last.sha256 != sha256(current):
        revisions.add(connection, uid, current, kind="outside" if last else "before")


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
