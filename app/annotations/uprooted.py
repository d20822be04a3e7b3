"""Annotations whose note is no more: dropped with it, or handed to the one that it became.

Both are steps of somebody else's transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from app import clock
from app.annotations import anchors, bounds, entries, shown
from app.annotations.store import one


def forget(connection: sqlite3.Connection, uids: Sequence[int]) -> int:
    """Drop all that was said of these notes. Addresses stay taken, and answer 410."""
    rows = connection.execute(
        "UPDATE annotation SET deleted = coalesce(deleted, ?), note_uid = NULL, stored = '{}',"
        " quote = '', body = '' WHERE note_uid IN (SELECT value FROM json_each(?)) RETURNING id",
        [clock.stamp(), json.dumps(list(uids))],
    ).fetchall()
    for (name,) in rows:
        connection.execute("DELETE FROM anchor WHERE annotation_id = ?", [name])
        connection.execute("DELETE FROM annotation_former WHERE annotation_id = ?", [name])
        shown.drop(connection, name)
        entries.remove(connection, name)
    return len(rows)


def hand_over(connection: sqlite3.Connection, uid: int, to: int) -> None:
    """What was said of one note is said of the other, and is followed into its text.

    So is what was deleted: it may have answers, and may be brought back.
    """
    anchors.hand_over(connection, uid, to)
    bounds.hand_over(connection, uid, to)
    rows = connection.execute(
        "UPDATE annotation SET note_uid = ? WHERE note_uid = ? RETURNING id, deleted", [to, uid]
    ).fetchall()
    for name, deleted in rows:
        if deleted is None:
            entries.put(connection, one(connection, name))
