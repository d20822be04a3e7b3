"""Who a note is: runs and annotations know its uid, and a note that moves keeps it."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from app.library.names import id_of


def move(connection: sqlite3.Connection, root: Path, old: str, new: str) -> None:
    """The note of the file `old` is now that of `new`; nothing happens if `old` is there again."""
    if os.path.lexists(root / old):
        return
    connection.execute("DELETE FROM file WHERE path = ?", [old])
    connection.execute("DELETE FROM problem WHERE path = ?", [old])
    if id_of(old) != id_of(new):
        set_aside(connection, id_of(new))
        connection.execute("UPDATE note SET path = ? WHERE path = ?", [id_of(new), id_of(old)])


def set_aside(connection: sqlite3.Connection, path: str) -> None:
    """A note that was deleted long ago gives its path up, to one that no file can have."""
    connection.execute("UPDATE note SET path = '/' || uid || '/' || path WHERE path = ?", [path])


def uid_of(connection: sqlite3.Connection, path: str) -> int | None:
    row = connection.execute("SELECT uid FROM note WHERE path = ?", [path]).fetchone()
    return int(row[0]) if row else None
