"""Bring a note back from the trash: its file, its identity, with it what was said of it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from app import database
from app.errors import BadInput, Unreadable
from app.library import identity, names
from app.library.documents import Document
from app.library.history import trash
from app.library.history.trash import Trashed
from app.library.note import decode
from app.library.writing import files, save, typed
from app.settings import Settings


def restore(
    settings: Settings, connection: sqlite3.Connection, uid: int, *, person_id: int | None = None
) -> Document | None:
    """The note, where it was; None if its file is back, but cannot be read as a note.

    Conflict, if another note has that address now.
    """
    files.refuse_read_only(settings)
    kept = trash.get(connection, uid)
    data = trash.contents(connection, kept)
    record = save.Record(None, "restored", person_id)

    def claim() -> None:
        identity.take(connection, uid, kept.path)

    try:
        note = typed.checked(settings, kept.file, decode(kept.file, data))
    except (BadInput, Unreadable):
        file_alone(settings, connection, kept, data)
        return None
    return save.put_new(settings, connection, note, record, claim)


def file_alone(
    settings: Settings, connection: sqlite3.Connection, kept: Trashed, data: bytes
) -> None:
    """It was broken when it was deleted, and is again: the next sync says why."""
    with files.in_words(kept.file):
        place = files.place_of(settings.notes, kept.file)
        files.make_folder(place.parent, kept.file)
        with files.written(place.parent, data) as temporary, database.transaction(connection):
            save.refuse_taken(connection, settings.notes, names.id_of(kept.file))
            files.refuse_taken(place.parent, Path(names.id_of(kept.file)).name)
            identity.take(connection, kept.uid, kept.path)
            trash.take_out(connection, [kept.uid])
            files.put_new(temporary.path, place)
        files.keep_folder(place.parent)
