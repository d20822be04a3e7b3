"""Give a note another address. It keeps its identity, its history and what was said of it.

Links in it go on leading where they led; the old address leads to the new one; on request the
links to it in other notes are written anew, each note by a save of its own.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from app import database
from app.errors import BadInput, GlossError, Unreadable
from app.library import documents, links, macros, names
from app.library.history import claiming, past, reconcile
from app.library.moving import relinking, unfinished
from app.library.moving.recording import noted, record
from app.library.moving.relinking import Move
from app.library.moving.unfinished import Intent
from app.library.note import Contents, load, prepare
from app.library.writing import exchange, files, save, temporaries
from app.library.writing.exchange import Displaced
from app.library.writing.files import Temporary
from app.settings import Settings

ATTEMPTS = 10  # each is lost to somebody who saved


@dataclass(frozen=True)
class Moved:
    """Where it is now; the notes whose links to it were written anew; those where that failed."""

    id: str
    rewritten: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


@dataclass(frozen=True)
class Edit:
    """A text for another note, in place of the version `base`; None, where none was found."""

    id: str
    text: str | None
    base: str


def move(
    settings: Settings,
    connection: sqlite3.Connection,
    id: str,
    new_id: str,
    *,
    base_sha256: str | None = None,
    person_id: int | None = None,
    rewrite_links: bool = False,
) -> Moved:
    """Move the note, never over another one: Conflict names the one that has that address.

    Changed, if it is not the version that `base_sha256` names (None: any).
    """
    files.refuse_read_only(settings)
    unfinished.settle(settings, connection)
    file, new = files.find(settings.notes, id), names.checked(new_id)
    old = names.id_of(file)
    if new == old:
        raise BadInput("The note has this address already.", field="id")
    files.beside(settings.notes, new + names.SUFFIX)  # no folder that looks like another one
    with files.in_words(file):
        uid = claiming.lasting(connection, old, save.read_bytes(settings.notes / file))
    known, _ = macros.of_library(settings.notes)
    going = Move(uid, old, new)
    edits = list(edits_of_others(settings, connection, going, known)) if rewrite_links else []
    with files.in_words(f"{new}.md"):
        for _ in range(ATTEMPTS):
            try:
                own_links = once(settings, connection, file, going, known, person_id, base_sha256)
                break
            except Displaced:
                continue
        else:
            raise reconcile.changed(save.read_bytes(settings.notes / file))
    return follow(settings, connection, going, edits, person_id, [] if own_links else [new])


def edits_of_others(
    settings: Settings, connection: sqlite3.Connection, going: Move, known: Mapping[str, str]
) -> Iterator[Edit]:
    """The other notes that link to it, with their new texts."""
    for back in links.backlinks(connection, going.uid, links.EVERY):
        document = documents.get(connection, back.path)
        if document is None:
            continue
        contents = Contents(document.source.encode(), (0, 0))
        note = prepare(document.file, contents, known)
        text = relinking.relinked(connection, settings.notes, going, note, known)
        if text != document.source:
            yield Edit(back.path, text, document.sha256)


def once(
    settings: Settings,
    connection: sqlite3.Connection,
    file: str,
    going: Move,
    known: Mapping[str, str],
    person_id: int | None,
    base_sha256: str | None,
) -> bool:
    """Move the file as it is now, else Displaced; whether its own links go on as they were."""
    old = settings.notes / file
    if files.place_of(settings.notes, file) != old.parent.resolve() / old.name:
        raise BadInput(f"{file} is a link: move the note that it leads to.", field="id")
    contents = load(settings.notes, file, settings.max_note_bytes)
    if base_sha256 is not None and contents.sha256 != base_sha256.lower():
        raise reconcile.changed(contents.data)
    data, own_links = with_own_links(settings, connection, file, contents, going, known)
    file_new = files.beside(settings.notes, going.new + names.SUFFIX)
    new = files.place_of(settings.notes, file_new)
    files.make_folder(new.parent, file_new)
    with save.writing():
        make_free(settings, connection, going, new)
    with (
        save.writing(),
        dated_as(old, new.parent, data) as temporary,
        unfinished.kept(
            settings,
            connection,
            intent := intent_of(
                going, (file, contents.sha256), (file_new, past.sha256(data)), temporary, person_id
            ),
        ) as number,
        ExitStack() as steps,
        database.transaction(connection),
    ):
        if exchange.digest(old) != contents.sha256:
            raise Displaced
        make_free(settings, connection, going, new)
        steps.enter_context(put_there(temporary, new, intent))
        steps.enter_context(exchange.taken_away(old, contents.sha256, intent.aside))
        note = noted(file_new, Contents(data, temporary.stat), known)
        record(connection, file, going, contents.data, note, person_id)
        for folder in {old.parent, new.parent}:
            files.keep_folder(folder)  # before the index says so
        unfinished.done(connection, number)
    return own_links


def intent_of(
    going: Move,
    old: tuple[str, str],
    new: tuple[str, str],
    temporary: Temporary,
    person_id: int | None,
) -> Intent:
    """What is about to happen: `old` and `new` are a file and its SHA-256."""
    aside = temporaries.displaced(going.uid, old[1], old[1])
    inode = unfinished.number_of(temporary.path.stat())
    return Intent(going.uid, *old, *new, aside, temporary.path.name, person_id, inode)


def with_own_links(
    settings: Settings,
    connection: sqlite3.Connection,
    file: str,
    contents: Contents,
    going: Move,
    known: Mapping[str, str],
) -> tuple[bytes, bool]:
    """The bytes for its new place. Those of a note that cannot be read stay as they are."""
    try:
        note = prepare(file, contents, known)
    except Unreadable:
        return contents.data, True
    text = relinking.relinked(connection, settings.notes, going, note, known)
    return (contents.data, False) if text is None else (text.encode(), True)


@contextmanager
def dated_as(old: Path, folder: Path, data: bytes) -> Iterator[Temporary]:
    """A temporary file with the rights and the time of the old one: a move is no edit."""
    stat = old.stat()
    with files.written(folder, data, stat.st_mode & 0o7777) as temporary:
        os.utime(temporary.path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        yield replace(temporary, stat=(len(data), stat.st_mtime_ns))


def make_free(settings: Settings, connection: sqlite3.Connection, going: Move, new: Path) -> None:
    """But a note may take another spelling of its own name."""
    if names.key(going.old) == names.key(going.new):
        if os.path.lexists(new):
            raise files.taken(going.new)
        return
    claiming.make_free(connection, settings.notes, going.new)


@contextmanager
def put_there(temporary: Temporary, place: Path, intent: Intent) -> Iterator[None]:
    """The file has its new name, unless something is raised. Another one keeps it."""
    files.put_new(temporary.path, place)
    try:
        yield
    except BaseException:
        if unfinished.is_ours(intent, place):
            place.unlink()
        raise


def follow(
    settings: Settings,
    connection: sqlite3.Connection,
    going: Move,
    edits: list[Edit],
    person_id: int | None,
    left: list[str],
) -> Moved:
    """Save the other notes, each for itself; one that cannot be saved is named."""
    rewritten = []
    for edit in edits:
        try:
            if edit.text is None:
                raise reconcile.changed(b"")
            save.update(settings, connection, edit.id, edit.text, edit.base, person_id=person_id)
            rewritten.append(edit.id)
        except GlossError:
            left.append(edit.id)
    return Moved(going.new, tuple(rewritten), tuple(left))
