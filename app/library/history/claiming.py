"""To which note an address belongs: asked by whoever makes, restores, moves or finds a file.

An address is given away only when it is free. A note that the index has there, but whose file is
missing or holds another note, goes into the trash first, as after any deletion outside of Gloss:
what was said of it, perhaps in private, is never said of another. Everything is written in the
caller's transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from app import database
from app.library import identity, names, store
from app.library.history import outside, past, trash
from app.library.writing import files

DISTINCTIVE = 200  # bytes; less may be a template


def make_free(connection: sqlite3.Connection, root: Path, id: str) -> None:
    """Who had the address, and has no file any more, gives it up; Conflict, if a file has it."""
    missing = refuse_taken(connection, root, id)
    if missing or identity.uid_of(connection, id) is not None:
        with database.transaction(connection):
            outside.removed(connection, root, {*missing, id + names.SUFFIX})
            store.forget(connection, missing)


def refuse_taken(connection: sqlite3.Connection, root: Path, id: str) -> list[str]:
    """Conflict if a file has this address, or one that only case or a look-alike tells from it.

    The files that the index has there, and that are missing.
    """
    rows = connection.execute("SELECT path, file FROM document WHERE path_key = ?", [names.key(id)])
    missing = []
    for path, file in rows:
        if not outside.is_gone(root / file):
            raise files.taken(path)
        missing.append(file)
    if (root / id).parent.is_dir():
        files.refuse_taken((root / id).parent, names.last(id))
    return missing


def claim(connection: sqlite3.Connection, path: str, uid: int) -> None:
    """The address is this note's from now on, wherever it was; that leads to it.

    Whatever the index has there is missing, or the file would not be free for this note.
    """
    let_go(connection, path, uid)
    row = connection.execute(
        "SELECT coalesce(note.path, trash.path) AS path, most_open"
        " FROM note LEFT JOIN trash ON note_uid = uid WHERE uid = ?",
        [uid],
    ).fetchone()
    trash.take_out(connection, [uid])
    identity.place(connection, uid, path)
    if row["path"] not in (None, path):
        identity.lead_on(connection, row["path"], uid, row["most_open"])


def let_go(connection: sqlite3.Connection, path: str, uid: int | None = None) -> None:
    """The note of this address, unless it is that one, is missing."""
    owner = identity.uid_of(connection, path)
    if owner is not None and owner != uid:
        row = connection.execute("SELECT file FROM document WHERE uid = ?", [owner]).fetchone()
        file = row["file"] if row else path + names.SUFFIX
        outside.missing(connection, owner, file)
        store.forget(connection, [file])


def of_file(connection: sqlite3.Connection, path: str, data: bytes) -> int:
    """Which note a file is that Gloss writes, or is about to change: perhaps a new one."""
    take_back(connection, {path: data}, by_gloss=True)
    return identity.given(connection, path)


def lasting(connection: sqlite3.Connection, path: str, data: bytes) -> int:
    """The same, kept even if what comes next fails: a file may be named by it."""
    uid = identity.uid_of(connection, path)
    if uid is None:
        with database.transaction(connection, shows=False):
            uid = of_file(connection, path, data)
    return uid


def take_back(
    connection: sqlite3.Connection, seen: Mapping[str, bytes], *, by_gloss: bool = False
) -> None:
    """Notes of the trash whose very bytes stand at their addresses again are no more in there."""
    rows = connection.execute(
        "SELECT note_uid, trash.path, sha256, outside FROM trash"
        " WHERE trash.path IN (SELECT value FROM json_each(?))"
        " AND NOT EXISTS (SELECT 1 FROM note WHERE note.path = trash.path) ORDER BY at",
        [json.dumps(list(seen))],
    ).fetchall()
    back = {row["path"]: row for row in rows if past.sha256(seen[row["path"]]) == row["sha256"]}
    for path, row in back.items():
        if is_back(connection, row, seen[path], by_gloss=by_gloss):
            claim(connection, path, row["note_uid"])


def is_back(
    connection: sqlite3.Connection, row: sqlite3.Row, data: bytes, *, by_gloss: bool
) -> bool:
    """Whether the same bytes are the same note, and not a template that was filled in again."""
    if row["outside"] and not by_gloss:
        return bool(data)
    copy = connection.execute("SELECT 1 FROM document WHERE sha256 = ?", [row["sha256"]])
    return len(data) >= DISTINCTIVE and copy.fetchone() is None
