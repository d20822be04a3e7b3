"""Moves that were killed: what was intended is kept until it is done, and then brought to an end.

Two names cannot change in one step with the index. So a move first says what it is about to do, in
a transaction of its own; the transaction that moves the note takes that back. What is left over
was killed in between, for whoever moves, or settles what is left, holds a lock meanwhile.

The disk tells how far it came. Where the old file is there, the move has not happened, and its
copy goes; so it is where the new one is missing. Where only the new one is there, the move is
done, and the index learns it. To go on instead, or always to go back, would be as simple, but
somebody may have written into the one file that a vault shows, and that one is then the note. A
copy is deleted only if it is the file that the move made, with the bytes that it gave it.

Whoever writes to one of the two addresses settles first, and a sync leaves both alone meanwhile.
A move whose note is in the trash, or has another address, means nothing any more.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass
from pathlib import Path

from app import database
from app.errors import GlossError, NotFound, Unreadable
from app.library import identity, lock, macros, regular, store
from app.library.history import past, trash
from app.library.moving.recording import noted, record
from app.library.moving.relinking import Move
from app.library.names import id_of, key
from app.library.note import load
from app.library.writing import exchange, files
from app.settings import Settings

log = logging.getLogger("gloss.move")

COLUMNS = "note_uid, file, sha256, new_file, new_sha256, aside, temporary, person_id, inode"


@dataclass(frozen=True)
class Intent:
    """The note goes from one file to another; `aside` and `temporary` are names beside them.

    `inode` is that of the new file, which has its temporary name by now.
    """

    uid: int
    file: str
    sha256: str
    new_file: str
    new_sha256: str
    aside: str
    temporary: str
    person_id: int | None
    inode: int

    @property
    def files(self) -> tuple[str, str]:
        return self.file, self.new_file


@dataclass(frozen=True)
class Places:
    """The four names that a move has to do with."""

    old: Path
    new: Path
    aside: Path
    temporary: Path

    def __iter__(self) -> Iterator[Path]:
        return iter((self.old, self.new, self.aside, self.temporary))


@contextmanager
def kept(settings: Settings, connection: sqlite3.Connection, intent: Intent) -> Iterator[int]:
    """The intent is on the disk; who moves takes it back (`done`). No other move meanwhile."""
    with lock.alone(settings.data, "move"):
        with database.transaction(connection, shows=False):
            cursor = connection.execute(
                f"INSERT INTO unfinished_move ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                astuple(intent),
            )
        number = int(cursor.lastrowid or 0)
        try:
            yield number
        except BaseException:  # everything is as it was
            with suppress(sqlite3.Error), database.transaction(connection, shows=False):
                done(connection, number)
            raise


def done(connection: sqlite3.Connection, number: int) -> None:
    connection.execute("DELETE FROM unfinished_move WHERE id = ?", [number])


def void(connection: sqlite3.Connection, file: str) -> None:
    """A new note has this file: no move that was killed goes there any more."""
    connection.execute("DELETE FROM unfinished_move WHERE new_file = ?", [file])


def settle(settings: Settings, connection: sqlite3.Connection, *paths: str) -> None:
    """Finish or undo what was killed, of these notes or of all. What fails is tried again later."""
    if not every(connection, paths):
        return
    with lock.alone(settings.data, "move"):
        for number, intent in every(connection, paths):
            try:
                end(settings, connection, number, intent)
            except (OSError, GlossError):
                log.exception("the move of %s to %s is not ended", intent.file, intent.new_file)


def every(connection: sqlite3.Connection, paths: Sequence[str] = ()) -> list[tuple[int, Intent]]:
    """The moves that have begun, from or to one of the notes; all of them, where none is named."""
    wanted = {key(path) for path in paths}
    rows = connection.execute(f"SELECT id, {COLUMNS} FROM unfinished_move ORDER BY id")
    begun = [(number, Intent(*rest)) for number, *rest in rows]
    return [
        (number, intent)
        for number, intent in begun
        if not wanted or wanted & {key(id_of(file)) for file in intent.files}
    ]


def busy(connection: sqlite3.Connection, root: Path) -> set[str]:
    """The files of moves that go on, or were killed: which notes they are is not settled yet."""
    begun = [intent for _, intent in every(connection)]
    there = [one for one in begun if any(map(os.path.lexists, places_of(root, one)))]
    return {file for intent in there for file in intent.files}


def end(settings: Settings, connection: sqlite3.Connection, number: int, intent: Intent) -> None:
    """The files first, and on the disk: killed again, it begins again."""
    places = places_of(settings.notes, intent)
    if not any(map(os.path.lexists, places)) and not is_trashed(connection, intent):
        return  # the disk may not be mounted
    with database.transaction(connection):
        if os.path.lexists(places.new) and not os.path.lexists(places.old):
            if is_still(connection, intent, places):
                finish(settings, connection, intent, places)
        else:
            undo(connection, intent, places)
        places.temporary.unlink(missing_ok=True)
        keep_folders(places)
        done(connection, number)
    exchange.let_go(places.aside, intent.sha256)


def places_of(root: Path, intent: Intent) -> Places:
    old, new = root / intent.file, root / intent.new_file
    return Places(old, new, old.with_name(intent.aside), new.with_name(intent.temporary))


def keep_folders(places: Places) -> None:
    for folder in {places.old.parent, places.new.parent}:
        with suppress(FileNotFoundError):
            files.keep_folder(folder)


def undo(connection: sqlite3.Connection, intent: Intent, places: Places) -> None:
    """The old file has its name again, and its copy goes, for which a sync may have made a note."""
    with suppress(FileNotFoundError):
        if not os.path.lexists(places.old):
            files.put_new(places.aside, places.old)
        if places.aside.samefile(places.old):
            places.aside.unlink()
    if is_copy(intent, places):
        places.new.unlink()
        store.forget(connection, [intent.new_file])


def is_copy(intent: Intent, places: Places) -> bool:
    """Whether the new file is what the move put there, and not somebody else's of its name.

    Where there are no hard links, the name is taken with an empty file first (`files.reserve`).
    """
    if is_ours(intent, places.temporary) and not is_ours(intent, places.new):
        return places.new.is_file() and places.new.lstat().st_size == 0
    return is_ours(intent, places.new)


def is_ours(intent: Intent, path: Path) -> bool:
    """Whether a file is the one that the move made, and as it made it."""
    try:
        stat = path.lstat()
    except FileNotFoundError:
        return False
    return number_of(stat) == intent.inode and exchange.digest(path) == intent.new_sha256


def number_of(stat: os.stat_result) -> int:
    """The inode, as SQLite can hold it."""
    return stat.st_ino & 0x7FFF_FFFF_FFFF_FFFF


def is_trashed(connection: sqlite3.Connection, intent: Intent) -> bool:
    try:
        return bool(trash.get(connection, intent.uid))
    except NotFound:
        return False


def is_still(connection: sqlite3.Connection, intent: Intent, places: Places) -> bool:
    """Whether the new file is the note: it was not seen to be missing, or this is its copy."""
    if identity.uid_of(connection, id_of(intent.file)) == intent.uid:
        return True
    try:
        return trash.get(connection, intent.uid).outside and is_copy(intent, places)
    except NotFound:
        return False


def finish(
    settings: Settings, connection: sqlite3.Connection, intent: Intent, places: Places
) -> None:
    """The index learns what the move would have told it."""
    going = Move(intent.uid, id_of(intent.file), id_of(intent.new_file))
    before = taken_away(connection, intent, places)
    contents = None
    with suppress(Unreadable):
        contents = load(settings.notes, intent.new_file, settings.max_note_bytes)
    if contents and contents.sha256 == intent.new_sha256:
        note = noted(intent.new_file, contents, macros.of_library(settings.notes)[0])
        data = contents.data if before is None else before
        record(connection, intent.file, going, data, note, intent.person_id)
        return
    if before is not None:  # somebody wrote into it since: the next sync takes that for theirs
        past.catch_up(connection, intent.uid, before)
    record(connection, intent.file, going, b"", None, intent.person_id)


def taken_away(connection: sqlite3.Connection, intent: Intent, places: Places) -> bytes | None:
    """What the note was before, as its old file has it, else the index; None: nobody knows."""
    with suppress(OSError):
        data = regular.read(places.aside)
        if past.sha256(data) == intent.sha256:
            return data
    row = connection.execute("SELECT source FROM document WHERE uid = ?", [intent.uid]).fetchone()
    return row["source"].encode() if row else None
