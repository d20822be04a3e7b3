"""Bring a note back from the trash: its file, its identity, with it what was said of it."""

from __future__ import annotations

import sqlite3

from app import database
from app.errors import BadInput, Conflict, Unreadable
from app.library import names
from app.library.history import claiming, trash
from app.library.history.trash import Trashed
from app.library.moving import unfinished
from app.library.note import decode
from app.library.writing import files, save, typed
from app.library.writing.save import Saved
from app.settings import Settings

MOST_NAMESAKES = 100


def restore(
    settings: Settings,
    connection: sqlite3.Connection,
    uid: int,
    *,
    to: str = "",
    person_id: int | None = None,
) -> Saved | None:
    """The note, where it was, or at the address `to`; None if its file is back, but no note.

    Conflict, if another note has that address now.
    """
    files.refuse_read_only(settings)
    unfinished.settle(settings, connection, trash.get(connection, uid).path, names.normal(to))
    kept = trash.get(connection, uid)
    data = trash.contents(connection, kept)
    file = file_for(settings, kept, to)
    record = save.Record(None, "restored", person_id)
    try:
        note = typed.checked(settings, file, decode(file, data))
    except (BadInput, Unreadable):
        file_alone(settings, connection, uid, file, data)
        return None
    return save.put_new(settings, connection, note, record, uid)


def file_for(settings: Settings, kept: Trashed, to: str) -> str:
    """Where its file will be. The name that it had may be one that no new note could have."""
    if not to or names.normal(to) == kept.path:
        return kept.file
    return files.beside(settings.notes, names.checked(to) + names.SUFFIX)


def free(settings: Settings, connection: sqlite3.Connection, path: str) -> str:
    """The address itself if no note has it, else one with a number that is as good."""
    numbered = (f"{path}-{number}" for number in range(2, MOST_NAMESAKES))
    return next((one for one in (path, *numbered) if is_free(settings, connection, one)), path)


def is_free(settings: Settings, connection: sqlite3.Connection, path: str) -> bool:
    try:
        claiming.refuse_taken(connection, settings.notes, path)
    except Conflict:
        return False
    return True


def file_alone(
    settings: Settings, connection: sqlite3.Connection, uid: int, file: str, data: bytes
) -> None:
    """It was broken when it was deleted, and is again: the next sync says why."""
    with files.in_words(file):
        place = files.place_of(settings.notes, file)
        files.make_folder(place.parent, file)
        with files.written(place.parent, data) as temporary, database.transaction(connection):
            claiming.make_free(connection, settings.notes, names.id_of(file))
            claiming.claim(connection, names.id_of(file), uid)
            files.put_new(temporary.path, place)
        files.keep_folder(place.parent)
