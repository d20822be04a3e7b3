"""Who a note is: runs and annotations know its uid, and a note that moves keeps it."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from app import clock, database
from app.library.links import EVERY
from app.library.names import id_of, key


def move(connection: sqlite3.Connection, root: Path, old: str, new: str) -> None:
    """The note of the file `old` is now that of `new`; nothing happens if `old` is there again."""
    if os.path.lexists(root / old):
        return
    connection.execute("DELETE FROM file WHERE path = ?", [old])
    connection.execute("DELETE FROM problem WHERE path = ?", [old])
    uid = uid_of(connection, id_of(old))
    if uid is not None:
        take(connection, uid, id_of(new))


def found_again(connection: sqlite3.Connection, uid: int, new: str) -> None:
    """A note whose file was missing is that of the file `new`."""
    row = connection.execute("SELECT path FROM trash WHERE note_uid = ?", [uid]).fetchone()
    if row is None:  # restored, or emptied, since the folder was looked through
        return
    connection.execute("DELETE FROM trash WHERE note_uid = ?", [uid])
    take(connection, uid, id_of(new), was=row["path"])


def take(connection: sqlite3.Connection, uid: int, path: str, *, was: str = "") -> None:
    """The path is this note's from now on; the one that it had (or `was`) leads to it.

    A note that was deleted long ago gives the path up, and gets one that no file can have.
    """
    now, most_open = connection.execute(
        "SELECT path, most_open FROM note WHERE uid = ?", [uid]
    ).fetchone()
    old = was or now
    if now != path:
        set_aside(connection, path)
        connection.execute(
            "UPDATE note SET path = ?, most_open = 'private' WHERE uid = ?", [path, uid]
        )
    connection.execute("DELETE FROM former_path WHERE path = ?", [path])
    if old != path and not old.startswith("/"):
        connection.execute(
            "INSERT OR REPLACE INTO former_path (path, note_uid, name_key, visibility)"
            " VALUES (?, ?, ?, ?)",
            [old, uid, key(old.rpartition("/")[2]), most_open],
        )


def set_aside(connection: sqlite3.Connection, path: str) -> None:
    """The note of this path gives it up, for one that no file can have."""
    connection.execute("UPDATE note SET path = '/' || uid || '/' || path WHERE path = ?", [path])


def of_former(
    connection: sqlite3.Connection, path: str, visibilities: Sequence[str] = EVERY
) -> str | None:
    """Where the note is now that used to be at this path, and had it last.

    An address that a note had only while it had another visibility tells nobody anything.
    """
    row = connection.execute(
        "SELECT document.path FROM former_path JOIN document ON document.uid = note_uid"
        " WHERE former_path.path = ?"
        " AND former_path.visibility IN (SELECT value FROM json_each(?))",
        [path, json.dumps(list(visibilities))],
    ).fetchone()
    return str(row["path"]) if row else None


def formers(connection: sqlite3.Connection, uid: int) -> list[str]:
    """The addresses that a note had before, the last first."""
    rows = connection.execute(
        "SELECT path FROM former_path WHERE note_uid = ? ORDER BY rowid DESC", [uid]
    )
    return [path for (path,) in rows]


def uid_of(connection: sqlite3.Connection, path: str) -> int | None:
    row = connection.execute("SELECT uid FROM note WHERE path = ?", [path]).fetchone()
    return int(row[0]) if row else None


def lasting(connection: sqlite3.Connection, path: str) -> int:
    """The identity of a path, kept even if what comes next fails: a file may be named by it."""
    uid = uid_of(connection, path)
    if uid is None:
        with database.transaction(connection, shows=False):
            uid = given(connection, path)
    return uid


def given(connection: sqlite3.Connection, path: str) -> int:
    """The identity of a path, given now if it never had one."""
    uid = uid_of(connection, path)
    if uid is None:
        uid = connection.execute(
            "INSERT INTO note (path, created) VALUES (?, ?)", [path, clock.stamp()]
        ).lastrowid
    return int(uid or 0)
