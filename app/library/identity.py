"""Who a note is: runs and annotations know its uid, and a note that moves keeps it.

A note has a path as long as it has a file; one in the trash has none, and another may take it.
Which note a file is, `library.history.claiming` says.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from app import clock
from app.library.names import key, last

EVERY = ("public", "unlisted", "private")


def formers(connection: sqlite3.Connection, uid: int) -> list[str]:
    """The addresses that a note had before, the last first."""
    rows = connection.execute(
        "SELECT path FROM former_path WHERE note_uid = ? ORDER BY rowid DESC", [uid]
    )
    return [path for (path,) in rows]


def uid_of(connection: sqlite3.Connection, path: str) -> int | None:
    row = connection.execute("SELECT uid FROM note WHERE path = ?", [path]).fetchone()
    return int(row[0]) if row else None


def given(connection: sqlite3.Connection, path: str) -> int:
    """The identity of a path, given now if no note has it."""
    uid = uid_of(connection, path)
    if uid is None:
        uid = connection.execute(
            "INSERT INTO note (path, created) VALUES (?, ?)", [path, clock.stamp()]
        ).lastrowid
    return int(uid or 0)


def place(connection: sqlite3.Connection, uid: int, path: str) -> None:
    """The note has this path, which no other has; no former one leads elsewhere from there.

    How open it is at this path (`most_open`) is known when it is indexed.
    """
    connection.execute(
        "UPDATE note SET most_open = CASE path WHEN ?1 THEN most_open ELSE 'private' END,"
        " path = ?1 WHERE uid = ?2",
        [path, uid],
    )
    connection.execute("DELETE FROM former_path WHERE path = ?", [path])


def leave(connection: sqlite3.Connection, uid: int) -> None:
    """The note has no path any more."""
    connection.execute("UPDATE note SET path = NULL WHERE uid = ?", [uid])


def lead_on(connection: sqlite3.Connection, old: str, uid: int, visibility: str) -> None:
    """A path that the note had leads to it, for whoever might read it there."""
    if uid_of(connection, old) is None:
        connection.execute(
            "INSERT OR REPLACE INTO former_path (path, note_uid, name_key, visibility)"
            " VALUES (?, ?, ?, ?)",
            [old, uid, key(last(old)), visibility],
        )


def of_formers(
    connection: sqlite3.Connection, paths: Iterable[str], visibilities: Iterable[str]
) -> dict[str, str]:
    """The same of several paths at once, for notes that are of these visibilities now, too."""
    seen = json.dumps(list(visibilities))
    rows = connection.execute(
        "SELECT former_path.path AS former, document.path AS now FROM former_path"
        " JOIN document ON document.uid = note_uid"
        " WHERE former_path.path IN (SELECT value FROM json_each(?1))"
        " AND former_path.visibility IN (SELECT value FROM json_each(?2))"
        " AND document.visibility IN (SELECT value FROM json_each(?2))",
        [json.dumps(list(paths)), seen],
    )
    return {row["former"]: row["now"] for row in rows}


def of_former(
    connection: sqlite3.Connection, path: str, visibilities: Iterable[str] = EVERY
) -> str | None:
    """Where the note is now that used to be at this path, and had it last.

    Only if it was of one of the visibilities there: a name can tell what the note does not.
    """
    row = connection.execute(
        "SELECT document.path FROM former_path JOIN document ON document.uid = note_uid"
        " WHERE former_path.path = ?"
        " AND former_path.visibility IN (SELECT value FROM json_each(?))",
        [path, json.dumps(list(visibilities))],
    ).fetchone()
    return str(row["path"]) if row else None
