"""What happened to notes outside of Gloss, kept: the versions before, and the files that went.

Each function writes in the caller's transaction. A note first seen leaves nothing here: its file
holds it, and a first sync of a large library must not write it twice.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path

from app.library import identity, regular
from app.library.history import past, revisions, trash
from app.library.names import id_of


def changed(connection: sqlite3.Connection, seen: Mapping[str, bytes | None]) -> None:
    """These files have other bytes than the index knows; None, where they were not read."""
    by_id = {id_of(file): data for file, data in seen.items()}
    rows = connection.execute(
        "SELECT note.uid, note.path, document.sha256, document.source,"
        " EXISTS (SELECT 1 FROM revision WHERE note_uid = note.uid) AS remembered"
        " FROM note LEFT JOIN document USING (uid)"
        " WHERE note.path IN (SELECT value FROM json_each(?))",
        [json.dumps(list(by_id))],
    ).fetchall()
    for row in rows:
        record(connection, row, by_id[row["path"]])


def record(connection: sqlite3.Connection, row: sqlite3.Row, data: bytes | None) -> None:
    uid, before = row["uid"], row["source"]
    if before is None and not row["remembered"]:
        return
    if data is None:
        if before is not None:
            past.catch_up(connection, uid, before.encode())
        return
    sha = past.sha256(data)
    if before is not None:
        if row["sha256"] != sha:
            revisions.outside(connection, uid, before.encode(), data)
        return
    newest = revisions.newest(connection, uid)
    if newest and newest.sha256 != sha:
        revisions.outside(connection, uid, None, data)


def removed(connection: sqlite3.Connection, root: Path, files: Iterable[str]) -> None:
    """Put the notes of these files into the trash, as far as the files are truly gone."""
    for file in files:
        uid = identity.uid_of(connection, id_of(file))
        row = connection.execute("SELECT file FROM document WHERE uid = ?", [uid]).fetchone()
        is_its_own = row is None or row["file"] == file  # and not a second one of its name
        if uid is not None and is_its_own and is_gone(root / file):
            missing(connection, uid, file)


def missing(connection: sqlite3.Connection, uid: int, file: str) -> None:
    """The file is gone, or another note's: the note is in the trash with what is known of it.

    Of one that could not be read as a note when it went, the history has what it was.
    """
    row = connection.execute("SELECT source FROM document WHERE uid = ?", [uid]).fetchone()
    last = None if row else revisions.newest(connection, uid)
    if row:
        trash.put(connection, uid, file, row["source"].encode(), outside=True)
    elif last:
        trash.put(connection, uid, file, revisions.contents(connection, last.id), outside=True)
    else:
        identity.leave(connection, uid)


def is_gone(path: Path) -> bool:
    """Not there; a folder that may not be looked into is another thing."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def before_rebuild(connection: sqlite3.Connection, root: Path, files: Iterable[str]) -> None:
    """Keep what the index has of changed files: it is about to be emptied."""
    rows = connection.execute(
        "SELECT uid, file, sha256, source FROM document"
        " WHERE file IN (SELECT value FROM json_each(?))",
        [json.dumps(list(files))],
    ).fetchall()
    for row in rows:
        try:
            same = past.sha256(regular.read(root / row["file"])) == row["sha256"]
        except OSError:
            same = False
        if not same:
            past.catch_up(connection, row["uid"], row["source"].encode())
