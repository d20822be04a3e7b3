"""Give a file the note that a sync has found it to be, in the caller's transaction."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from app.library.history import claiming
from app.library.names import id_of


def take(
    connection: sqlite3.Connection, root: Path, file: str, claims: Mapping[str, int | None]
) -> None:
    """Nothing happens if the note's own file is there again, or the trash was emptied."""
    uid = claims[file]
    if uid is None:
        claiming.let_go(connection, id_of(file))
        return
    row = connection.execute(
        "SELECT note.path, document.file, note_uid AS trashed FROM note"
        " LEFT JOIN document USING (uid) LEFT JOIN trash ON note_uid = note.uid WHERE note.uid = ?",
        [uid],
    ).fetchone()
    if row is None or (row["file"] is None and row["trashed"] is None):
        return
    old = row["file"]
    if old and old not in claims and os.path.lexists(root / old):
        return
    claiming.claim(connection, id_of(file), uid)
    if old and old != file:
        connection.execute("DELETE FROM file WHERE path = ?", [old])
        connection.execute("DELETE FROM problem WHERE path = ?", [old])
