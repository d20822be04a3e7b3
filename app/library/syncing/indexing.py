"""Read, render and write the files that a sync has found new or changed.

Files are read and rendered outside of transactions and written some sixty at a time, so that a
save waits some 30 ms; each is looked at once more before it is written.
"""

from __future__ import annotations

import gc
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from app import database
from app.errors import Unreadable
from app.library import macros, problems, store
from app.library.front.front_matter import Remark
from app.library.history import claiming, outside
from app.library.moving import unfinished
from app.library.names import id_of
from app.library.note import Contents, Draft, Note, day_of, finish, load, understand
from app.library.syncing import changes, claimed
from app.library.syncing.changes import Changes, Stored
from app.library.syncing.scan import Stat
from app.library.syncing.settling import settled
from app.settings import Settings

BATCH_NOTES = 60
BATCH_BYTES = 1_000_000
CHECKPOINT_PAGES = 8_000  # 64 MB; it holds no writer up, the lock is free by then
ATTEMPTS = 3  # at a file that changes while it is read; then the next sync has it
DOUBLE = "Its address differs from that of {first} in case or accents only: rename one of them."


@dataclass(frozen=True)
class Read:
    """What came of reading one file: a note, or a failure, or the uid of what is known already."""

    file: str
    stat: Stat
    draft: Draft | None = None  # until it is rendered
    note: Note | None = None
    failure: Remark | None = None
    uid: int | None = None
    data: bytes | None = None  # of a failure that was read


def work(
    settings: Settings, connection: sqlite3.Connection, todo: Changes, *, anew: bool = False
) -> Iterator[str]:
    """Index everything new or changed, and once more what changed meanwhile; the files indexed.

    With `anew`, also what has the same bytes as before.
    """
    waiting = sorted((todo.fresh | todo.changed) - todo.doubles.keys())
    stored = {} if anew else changes.stored(connection, todo.changed)
    with few_checkpoints(connection):
        for _ in range(ATTEMPTS):
            again: list[str] = []
            for batch in batches(settings, waiting, stored, todo):
                good = write(settings, connection, batch, todo)
                yield from (read.file for read in good if read.note)
                again += sorted({read.file for read in batch} - {read.file for read in good})
            waiting = again
            if not waiting:
                break


@contextmanager
def few_checkpoints(connection: sqlite3.Connection) -> Iterator[None]:
    """Let SQLite's log grow while much is written: each checkpoint waits for the disk twice."""
    (usual,) = connection.execute("PRAGMA wal_autocheckpoint").fetchone()
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA wal_autocheckpoint = {int(usual)}")


def batches(
    settings: Settings, files: list[str], stored: Mapping[str, Stored], todo: Changes
) -> Iterator[list[Read]]:
    """The files read and rendered, as many together as one transaction writes."""
    left = iter(files)
    while batch := next_batch(settings, left, stored, todo):
        yield batch


def next_batch(
    settings: Settings, files: Iterator[str], stored: Mapping[str, Stored], todo: Changes
) -> list[Read]:
    """Empty only when no file is left. All are read before the first is rendered."""
    with without_collector():
        known, _ = macros.of_library(settings.notes)
        return [rendered(read, known) for read in take(settings, files, stored, todo)]


def take(
    settings: Settings, files: Iterator[str], stored: Mapping[str, Stored], todo: Changes
) -> list[Read]:
    """The next files that are there, until there are enough of them."""
    batch: list[Read] = []
    size = 0
    for file in files:
        read = examine(settings, file, stored.get(file), todo.sizes.get(file))
        if read is None:
            continue
        batch.append(read)
        size += read.stat[0]
        if len(batch) >= BATCH_NOTES or size > BATCH_BYTES:
            break
    return batch


@contextmanager
def without_collector() -> Iterator[None]:
    """Rendering leaves few cycles; looking for them all the time costs some 3% of a sync."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def examine(
    settings: Settings, file: str, stored: Stored | None, before: int | None
) -> Read | None:
    """Read one file; None if it is gone again, or being written without an end.

    A limit that is passed needs no reading.
    """
    try:
        contents = settled(lambda: load(settings.notes, file, settings.max_note_bytes), before)
    except Unreadable as error:
        return failed(settings, file, error)
    except FileNotFoundError:
        return None
    except OSError as error:
        return failed(settings, file, Unreadable(f"It cannot be read: {error.strerror}."))
    if contents is None:
        return None
    if stored and is_same(stored, contents):
        return Read(file, contents.stat, uid=stored.uid)
    try:
        return Read(file, contents.stat, draft=understand(file, contents))
    except Unreadable as error:
        return Read(file, contents.stat, failure=remark(error), data=contents.data)


def rendered(read: Read, known: Mapping[str, str]) -> Read:
    """With its note in place of the draft, or with what is wrong with it."""
    if read.draft is None:
        return read
    try:
        return Read(read.file, read.stat, note=finish(read.draft, known))
    except Unreadable as error:
        data = read.draft.contents.data
        return Read(read.file, read.stat, failure=remark(error), data=data)


def failed(settings: Settings, file: str, error: Unreadable) -> Read | None:
    try:
        stat = (settings.notes / file).stat()
    except OSError:
        return None
    return Read(file, (stat.st_size, stat.st_mtime_ns), failure=remark(error))


def remark(error: Unreadable) -> Remark:
    return Remark(error.line, f"{error.reason} {error.hint}".strip())


def is_same(stored: Stored, contents: Contents) -> bool:
    """Whether the index holds these very bytes, under the day that they give."""
    dated = stored.has_own_date or stored.date == day_of(contents.stat)
    return dated and stored.sha256 == contents.sha256


def write(
    settings: Settings, connection: sqlite3.Connection, batch: list[Read], todo: Changes
) -> list[Read]:
    """Write one batch, without the files that changed since they were read; what was written."""
    root = settings.notes
    with database.transaction(connection, shows=any(read.uid is None for read in batch)):
        busy = unfinished.busy(connection, root)
        good = [
            read
            for read in batch
            if read.file not in busy and changes.still_as(root, read.file, read.stat)
        ]
        for read in good:
            if read.note and read.file in todo.claims:
                claimed.take(connection, root, read.file, todo.claims)
        claiming.take_back(
            connection, {id_of(r.file): r.note.contents.data for r in good if r.note}
        )
        outside.changed(connection, {read.file: bytes_of(read) for read in good if not read.uid})
        write_all(connection, good)
    return good


def bytes_of(read: Read) -> bytes | None:
    return read.note.contents.data if read.note else read.data


def write_all(connection: sqlite3.Connection, good: list[Read]) -> None:
    same = [(read.file, read.stat, read.uid) for read in good if read.uid]
    if same:
        store.touch(connection, same)
    broken = {read.file: read for read in good if read.failure}
    store.forget(connection, broken)
    store.remember(connection, [(read.file, read.stat, None) for read in broken.values()])
    store.report(connection, [(r.file, r.failure, True) for r in broken.values() if r.failure])
    notes = [read.note for read in good if read.note]
    if notes:
        store.put(connection, notes)


def stand_back(connection: sqlite3.Connection, doubles: Mapping[str, str]) -> None:
    """Take out the doubles. Their time is kept as unsure: when the first goes, they are read."""
    stored = problems.reasons(connection)
    reasons = {file: DOUBLE.format(first=first) for file, first in doubles.items()}
    new = {file: Remark(0, why) for file, why in reasons.items() if stored.get(file) != why}
    if not new:
        return
    with database.transaction(connection):
        store.forget(connection, new)
        store.remember(connection, [(file, (0, store.UNSURE), None) for file in new])
        store.report(connection, [(file, remark, True) for file, remark in new.items()])
