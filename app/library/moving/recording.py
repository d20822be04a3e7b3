"""What the index and the history say of a move, written in the caller's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from app.errors import Unreadable
from app.library import store
from app.library.history import claiming, past
from app.library.moving.relinking import Move
from app.library.note import Contents, Note, prepare


def noted(file: str, contents: Contents, known: Mapping[str, str]) -> Note | None:
    try:
        return prepare(file, contents, known)
    except Unreadable:
        return None


def record(
    connection: sqlite3.Connection,
    file: str,
    going: Move,
    before: bytes,
    note: Note | None,
    person_id: int | None,
) -> None:
    """The identity goes along, and with it the index; new links make a new version."""
    if note and note.contents.data != before:
        past.saved(connection, going.uid, before, note.contents.data, person_id=person_id)
    claiming.claim(connection, going.new, going.uid)
    store.forget(connection, [file])
    if note:
        store.put(connection, [note])
