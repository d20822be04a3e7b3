"""Write, change and delete notes, safely: nothing is lost, whatever happens in between.

Everything is checked first. Then, within one transaction, which no other save can enter: is the
file still what the change was based on? rename; index. If the index fails after the rename, the
file has won and the next sync repairs.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from app import database
from app.errors import BadInput, BaseMissing, Changed, NotFound, Unavailable
from app.library import documents, files, identity, macros, names, store
from app.library.documents import Document
from app.library.note import Contents, Note, check_size, decode, load, prepare
from app.settings import Settings

log = logging.getLogger("gloss.save")


def create(settings: Settings, connection: sqlite3.Connection, id: str, markdown: str) -> Document:
    """A new note, never over another one: Conflict names the one that has that address."""
    files.refuse_read_only(settings)
    file = files.beside(settings.notes, names.checked(id) + names.SUFFIX)
    note = checked(settings, file, markdown.replace("\r\n", "\n"))
    with files.in_words(file):
        place = files.place_of(settings.notes, file)
        files.make_folder(place.parent, file)
        with files.written(place.parent, note.contents.data) as temporary:

            def put_in_place() -> None:
                refuse_taken(connection, settings.notes, note.id)
                files.refuse_taken(place.parent, Path(note.id).name)
                files.put_new(temporary.path, place)

            note = replace(note, contents=Contents(note.contents.data, temporary.stat))
            uid = file_first(connection, put_in_place, lambda: indexed(connection, note))
        files.keep_folder(place.parent)
    return documents.of_note(uid or identity.uid_of(connection, note.id) or 0, note)


def update(
    settings: Settings, connection: sqlite3.Connection, id: str, markdown: str, base_sha256: str
) -> Document:
    """Save over the version that `base_sha256` names; Changed if the file is another one now."""
    files.refuse_read_only(settings)
    if not base_sha256:
        raise BaseMissing("It is not said which version was edited.", hint="Load the note again.")
    file = files.find(settings.notes, id)
    with files.in_words(file):
        place = files.place_of(settings.notes, file)
        current = read_bytes(place)
        note = checked(settings, file, with_newlines_of(current, markdown))
        mode = place.stat().st_mode & 0o7777
        with files.written(place.parent, note.contents.data, mode) as temporary:

            def put_in_place() -> None:
                refuse_changed(place, base_sha256)
                temporary.path.replace(place)

            note = replace(note, contents=Contents(note.contents.data, temporary.stat))
            uid = file_first(connection, put_in_place, lambda: indexed(connection, note))
        files.keep_folder(place.parent)
    return documents.of_note(uid or identity.uid_of(connection, note.id) or 0, note)


def delete(
    settings: Settings, connection: sqlite3.Connection, id: str, base_sha256: str | None
) -> None:
    """Delete the file, if it is still the version that `base_sha256` names (None: any)."""
    files.refuse_read_only(settings)
    file = files.find(settings.notes, id)
    with files.in_words(file):
        files.place_of(settings.notes, file)  # not behind a link
        path = settings.notes / file

        def take_away() -> None:
            if base_sha256 is not None:
                refuse_changed(path, base_sha256)
            path.unlink()

        file_first(connection, take_away, lambda: store.forget(connection, [file]))
        files.keep_folder(path.parent)


def read(settings: Settings, id: str) -> tuple[str, str]:
    """A note's source as the file has it now, indexed or not, and the SHA-256 of that version."""
    file = files.find(settings.notes, id)
    with files.in_words(file):
        files.place_of(settings.notes, file)
        contents = load(settings.notes, file, settings.max_note_bytes)
    return decode(file, contents.data), contents.sha256


def checked(settings: Settings, file: str, markdown: str) -> Note:
    """The note that these bytes would be; raises where they would not be one."""
    try:
        data = markdown.encode()
    except UnicodeEncodeError:
        raise BadInput("The text holds half of a character.", field="markdown") from None
    check_size(len(data), file, settings.max_note_bytes)
    known, _ = macros.of_library(settings.notes)
    note = prepare(file, Contents(data, (len(data), 0)), known)
    names.check_title(note.title)
    return note


def with_newlines_of(current: bytes, markdown: str) -> str:
    """As typed; but a browser's form makes every newline CRLF, where the file had none."""
    from_form = "\r\n" in markdown and markdown.count("\r\n") == markdown.count("\n")
    return markdown.replace("\r\n", "\n") if from_form and b"\r\n" not in current else markdown


def refuse_taken(connection: sqlite3.Connection, root: Path, id: str) -> None:
    """A folder in another case makes two addresses one, too. A file just deleted takes nothing."""
    rows = connection.execute("SELECT path, file FROM document WHERE path_key = ?", [names.key(id)])
    for path, file in rows:
        if (root / file).exists():
            raise files.taken(path)


def refuse_changed(place: Path, base: str) -> None:
    current = hashlib.sha256(read_bytes(place)).hexdigest()
    if current != base.lower():
        raise Changed(
            "Somebody saved this note since you opened it.",
            current=current,
            hint="Compare the two versions and save again.",
        )


def read_bytes(place: Path) -> bytes:
    try:
        return place.read_bytes()
    except FileNotFoundError:
        raise NotFound("This note was deleted meanwhile.", hint="Save it as a new one.") from None


def indexed(connection: sqlite3.Connection, note: Note) -> int:
    """Index it, unless it is a file that sync leaves out for the sake of one of the same name."""
    other = connection.execute(
        "SELECT 1 FROM document WHERE path_key = ? AND path <> ?", [names.key(note.id), note.id]
    ).fetchone()
    if other:
        return 0
    return store.put(connection, [note])[note.id]


def file_first(
    connection: sqlite3.Connection, change: Callable[[], None], index: Callable[[], int]
) -> int | None:
    """Change a file and then the index, in one transaction; None if the index could not follow."""
    changed = False
    try:
        with database.transaction(connection):
            change()
            changed = True
            return index()
    except Exception as error:
        if changed:
            log.exception("saved, but not indexed: the next sync will")
            return None
        if isinstance(error, sqlite3.Error):
            raise Unavailable(
                f"The library cannot be written now ({error}).",
                hint="Nothing was changed: try again.",
            ) from error
        raise
