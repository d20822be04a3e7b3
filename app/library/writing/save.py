"""Write, change and delete notes, safely: nothing is lost, whatever happens in between.

Everything is checked first, and the new file is on the disk. Then, within one transaction, which
no other save can enter: is the file still what the change was based on? exchange; index, with the
revision. Who was slower tries again with both changes merged. If the index fails after the
exchange, the file has won and the next sync repairs.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from app import database
from app.errors import BaseMissing, GlossError, NotFound, Unavailable
from app.library import documents, identity, names, regular, store
from app.library.documents import Document
from app.library.history import claiming, past, reconcile, revisions, trash
from app.library.moving import unfinished
from app.library.note import Contents, Note, decode, load
from app.library.syncing import settling
from app.library.writing import exchange, files, temporaries
from app.library.writing.exchange import Displaced
from app.library.writing.typed import checked, merged_or_as_typed
from app.settings import Settings

log = logging.getLogger("gloss.save")

ATTEMPTS = 100  # each is lost to somebody who saved


@dataclass(frozen=True)
class Record:
    """What the history says of a save: what stood there before, how it came about, by whom."""

    before: bytes | None
    kind: str
    person_id: int | None
    credit: revisions.Credit = revisions.NO_CREDIT


@dataclass(frozen=True)
class Saved:
    """A note that was saved; `merged`, if somebody else's change since its base is in it, too."""

    uid: int
    note: Note
    merged: bool = False

    @property
    def path(self) -> str:
        return self.note.id

    @property
    def sha256(self) -> str:
        return self.note.contents.sha256

    @property
    def source(self) -> str:
        return self.note.source

    @property
    def document(self) -> Document:
        """As the index has it, or will, where it could not follow."""
        return documents.of_note(self.uid, self.note)


def create(
    settings: Settings,
    connection: sqlite3.Connection,
    id: str,
    markdown: str,
    *,
    person_id: int | None = None,
    kind: str = "saved",
) -> Saved:
    """A new note, never over another one: Conflict names the one that has that address.

    Where a note was deleted, one with other words is another note: it stays in the trash.
    """
    files.refuse_read_only(settings)
    unfinished.settle(settings, connection, names.normal(id))
    file = files.beside(settings.notes, names.checked(id) + names.SUFFIX)
    note = checked(settings, file, markdown)
    return put_new(settings, connection, note, Record(None, kind, person_id))


def put_new(
    settings: Settings,
    connection: sqlite3.Connection,
    note: Note,
    record: Record,
    uid: int | None = None,
) -> Saved:
    """Write the file of a new note, or of that one of the trash.

    Its address is made free for good before: killed in between, no other note has what is new.
    """
    file = note.file
    with files.in_words(file):
        place = files.place_of(settings.notes, file)
        with writing():
            claiming.make_free(connection, settings.notes, note.id)
        files.make_folder(place.parent, file)
        with files.written(place.parent, note.contents.data) as temporary:

            def put_in_place() -> None:
                claiming.make_free(connection, settings.notes, note.id)
                unfinished.void(connection, file)
                if uid is not None:
                    trash.get(connection, uid)
                    claiming.claim(connection, note.id, uid)
                files.put_new(temporary.path, place)

            note = replace(note, contents=Contents(note.contents.data, temporary.stat))
            made = file_first(connection, put_in_place, lambda: indexed(connection, note, record))
        files.keep_folder(place.parent)
    return Saved(made or identity.uid_of(connection, note.id) or 0, note)


def update(
    settings: Settings,
    connection: sqlite3.Connection,
    id: str,
    markdown: str,
    base_sha256: str,
    *,
    person_id: int | None = None,
    kind: str = "saved",
    credit: revisions.Credit = revisions.NO_CREDIT,
) -> Saved:
    """Save over the version that `base_sha256` names.

    If the file is another one now, both changes are kept where they merge; else Changed.
    """
    files.refuse_read_only(settings)
    if not base_sha256:
        raise BaseMissing("It is not said which version was edited.", hint="Load the note again.")
    unfinished.settle(settings, connection, names.normal(id))
    file = files.find(settings.notes, id)
    with files.in_words(file):
        place = files.place_of(settings.notes, file)
        for _ in range(ATTEMPTS):
            current = read_bytes(place)
            if past.sha256(current) != base_sha256.lower() and settling.is_at_work(
                connection, file, place, current
            ):
                time.sleep(settling.STEP_SECONDS)
                continue
            version = reconcile.with_theirs(
                connection, names.id_of(file), markdown, base_sha256.lower(), current
            )
            note = merged_or_as_typed(settings, file, version, current)
            record = Record(current, "merged" if version.merged else kind, person_id, credit)
            try:
                return replace(put(connection, place, note, record), merged=version.merged)
            except Displaced:  # somebody was faster
                continue
    raise reconcile.changed(read_bytes(place))


def put(connection: sqlite3.Connection, place: Path, note: Note, record: Record) -> Saved:
    """Put the note in the place of the file with the bytes `record.before`, else Displaced."""
    mode = place.stat().st_mode & 0o7777
    expected = past.sha256(record.before or b"")
    old = claiming.lasting(connection, note.id, record.before or b"")
    aside: Path | None = None
    with files.written(place.parent, note.contents.data, mode) as temporary:

        def put_in_place() -> None:
            nonlocal aside
            record.credit.check(connection)
            try:
                aside = exchange.put_over(
                    temporary.path, place, uid=old, ours=note.contents.sha256, expected=expected
                )
            except FileNotFoundError:
                raise deleted() from None

        note = replace(note, contents=Contents(note.contents.data, temporary.stat))
        uid = file_first(connection, put_in_place, lambda: indexed(connection, note, record))
    files.keep_folder(place.parent)
    if aside and uid:
        exchange.let_go(aside, expected)
    return Saved(uid or identity.uid_of(connection, note.id) or 0, note)


def delete(
    settings: Settings,
    connection: sqlite3.Connection,
    id: str,
    base_sha256: str | None,
    *,
    person_id: int | None = None,
) -> None:
    """Move the note to the trash, if it is the version that `base_sha256` names (None: any)."""
    files.refuse_read_only(settings)
    unfinished.settle(settings, connection, names.normal(id))
    file = files.find(settings.notes, id)
    with files.in_words(file):
        files.place_of(settings.notes, file)  # not behind a link
        path = settings.notes / file
        current = read_bytes(path)
        if base_sha256 is not None and past.sha256(current) != base_sha256.lower():
            raise reconcile.changed(current)
        uid = claiming.lasting(connection, names.id_of(file), current)
        sha256 = past.sha256(current)
        aside = temporaries.displaced(uid, sha256, sha256)
        try:
            with writing(), ExitStack() as files_back, database.transaction(connection):
                trash.put(connection, uid, file, current, person_id=person_id)
                store.forget(connection, [file])
                files_back.enter_context(exchange.taken_away(path, sha256, aside))
        except Displaced:
            raise reconcile.changed(read_bytes(path)) from None
        files.keep_folder(path.parent)


def version_now(settings: Settings, id: str) -> str:
    """The SHA-256 of a note's file, be it one that can be read as a note or not."""
    file = files.find(settings.notes, id)
    with files.in_words(file):
        return past.sha256(read_bytes(files.place_of(settings.notes, file)))


def read(settings: Settings, id: str) -> tuple[str, str]:
    """A note's source as the file has it now, indexed or not, and the SHA-256 of that version."""
    file = files.find(settings.notes, id)
    with files.in_words(file):
        files.place_of(settings.notes, file)
        contents = load(settings.notes, file, settings.max_note_bytes)
    return decode(file, contents.data), contents.sha256


def version(settings: Settings, connection: sqlite3.Connection, id: str, sha256: str) -> str:
    """The text of that version of a note; empty, where nobody knows it any more."""
    with suppress(GlossError):
        source, current = read(settings, id)
        if current == sha256.lower():
            return source
    data = reconcile.of_version(connection, names.normal(id), sha256.lower())
    return reconcile.text_of(data) or ""


def read_bytes(place: Path) -> bytes:
    try:
        return regular.read(place)
    except FileNotFoundError:
        raise deleted() from None


def deleted() -> NotFound:
    return NotFound("This note was deleted meanwhile.", hint="Save it as a new one.")


def indexed(connection: sqlite3.Connection, note: Note, record: Record) -> int:
    """Record and index it; not one that sync leaves out for the sake of one of the same name."""
    data, before = note.contents.data, record.before
    uid = claiming.of_file(connection, note.id, data if before is None else before)
    past.saved(connection, uid, before, data, record.kind, record.person_id, record.credit)
    other = connection.execute(
        "SELECT 1 FROM document WHERE path_key = ? AND path <> ?", [names.key(note.id), note.id]
    ).fetchone()
    if not other:
        store.put(connection, [note])
    return uid


def file_first(
    connection: sqlite3.Connection, change: Callable[[], None], index: Callable[[], int]
) -> int | None:
    """Change a file and then the index, in one transaction; None if the index could not follow."""
    changed = False
    try:
        with writing(), database.transaction(connection):
            change()
            changed = True
            return index()
    except Exception:
        if not changed:
            raise
        log.exception("saved, but not indexed: the next sync will")
        return None


@contextmanager
def writing() -> Iterator[None]:
    """What the database refuses, in words."""
    try:
        yield
    except sqlite3.Error as error:
        raise Unavailable(
            f"The library cannot be written now ({error}).",
            hint="Nothing was changed: try again.",
        ) from error
