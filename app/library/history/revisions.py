"""The versions of a note: who made each, when and how; every one can be had again.

Each is stored as what differs from the one before (`packing`), a whole one every 64. What people
save is a revision each. Changes from outside within five minutes are one: an editor writes the
file every few seconds. What came between is still found by its hash for an hour, for whoever
began to edit from it, and goes then.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from zstandard import ZstdError

from app import clock, database
from app.errors import DatabaseError, NotFound
from app.library.history.packing import packed, unpacked

WHOLE_EVERY = 64
TOGETHER = timedelta(minutes=5)
KEPT_BETWEEN = timedelta(hours=1)
OUTSIDE = "outside"
BY_PEOPLE = ("saved", "merged", "restored")
COLUMNS = (
    "revision.id, note_uid, at, kind, person_id, coalesce(person.name, '') AS person, sha256, size,"
    " coalesce(proposer.name, '') AS proposer, coalesce(annotation_id, '') AS annotation_id"
)
FROM = (
    "FROM revision LEFT JOIN person ON person.id = person_id"
    " LEFT JOIN person AS proposer ON proposer.id = proposer_id"
)


def nothing(*_given: object) -> None:
    """What most versions have to say to whoever proposed them."""


@dataclass(frozen=True)
class Credit:
    """Who proposed what a version changed, and in which annotation.

    In the transaction that keeps the version, `check` raises, before the file is changed, where
    that is not what is proposed any more, and `made` hears the id of the version, if it is new.
    """

    proposer_id: int | None
    annotation_id: str
    check: Callable[[sqlite3.Connection], None] = nothing
    made: Callable[[sqlite3.Connection, int], None] = nothing


NO_CREDIT = Credit(None, "")


@dataclass(frozen=True)
class Revision:
    """A version of a note. `kind`: before | saved | merged | restored | outside.

    `proposer`: who proposed the change, in the annotation `annotation_id`; empty where nobody did.
    """

    id: int
    note_uid: int
    at: str
    kind: str
    person_id: int | None
    person: str
    sha256: str
    size: int
    proposer: str = ""
    annotation_id: str = ""

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at)


def add(
    connection: sqlite3.Connection,
    uid: int,
    data: bytes,
    *,
    kind: str,
    person_id: int | None = None,
    after: bytes | None = None,
    credit: Credit = NO_CREDIT,
) -> int:
    """Keep a version, and say its id; what is the newest already is not kept twice.

    But what a person saves is theirs, also where it is what a change from outside made of the note.
    `after`: the newest version, where the caller has it at hand.
    """
    with database.transaction(connection):
        last = newest(connection, uid)
        sha256 = hashlib.sha256(data).hexdigest()
        theirs = last and last.kind == OUTSIDE and kind in BY_PEOPLE
        if last and last.sha256 == sha256 and not theirs:
            return last.id
        base = last.id if last and not is_whole_due(connection, uid) else None
        before = latest_bytes(connection, last, after) if last and base else None
        base = base if before is not None else None
        cursor = connection.execute(
            "INSERT INTO revision (note_uid, person_id, at, kind, sha256, size, base, data,"
            " proposer_id, annotation_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                uid,
                person_id,
                clock.stamp(),
                kind,
                sha256,
                len(data),
                base,
                packed(data, before),
                credit.proposer_id,
                credit.annotation_id or None,
            ],
        )
        credit.made(connection, made := int(cursor.lastrowid or 0))
    return made


def begin(connection: sqlite3.Connection, uid: int, data: bytes) -> int:
    """Keep what a note was before its first change that is seen, or before one that was not."""
    return add(connection, uid, data, kind="before")


def outside(connection: sqlite3.Connection, uid: int, before: bytes | None, data: bytes) -> int:
    """Keep a change that Gloss did not make, and what the note was `before` it."""
    with database.transaction(connection):
        if before is not None:
            begin(connection, uid, before)
        thin(connection, uid)
        return add(connection, uid, data, kind=OUTSIDE)


def of_note(connection: sqlite3.Connection, uid: int) -> list[Revision]:
    """The newest first; several changes from outside within five minutes are the last of them."""
    every = stored(connection, uid)
    between = {passed.id for group in groups(every) for passed in group[:-1]}
    return [revision for revision in reversed(every) if revision.id not in between]


def get(connection: sqlite3.Connection, uid: int, id: int) -> Revision:
    """One of a note; NotFound for another note's."""
    row = connection.execute(
        f"SELECT {COLUMNS} {FROM} WHERE revision.id = ? AND note_uid = ?", [id, uid]
    ).fetchone()
    if row is None:
        raise no_version()
    return Revision(**row)


def no_version() -> NotFound:
    return NotFound("This note has no such version.", hint="Look at its history.")


def newest(connection: sqlite3.Connection, uid: int) -> Revision | None:
    row = connection.execute(
        f"SELECT {COLUMNS} {FROM} WHERE note_uid = ? ORDER BY revision.id DESC LIMIT 1", [uid]
    ).fetchone()
    return Revision(**row) if row else None


def by_hash(connection: sqlite3.Connection, uid: int, sha256: str) -> bytes | None:
    """The bytes of that version of the note, if they are kept."""
    row = connection.execute(
        "SELECT id FROM revision WHERE note_uid = ? AND sha256 = ? ORDER BY id DESC LIMIT 1",
        [uid, sha256],
    ).fetchone()
    return contents(connection, row["id"]) if row else None


def contents(connection: sqlite3.Connection, id: int) -> bytes:
    """The bytes of a version."""
    rows = connection.execute(
        "WITH RECURSIVE chain (id, base, data, sha256) AS ("
        " SELECT id, base, data, sha256 FROM revision WHERE id = ? UNION ALL"
        " SELECT revision.id, revision.base, revision.data, revision.sha256"
        " FROM chain JOIN revision ON revision.id = chain.base)"
        " SELECT data, sha256 FROM chain ORDER BY id",
        [id],
    ).fetchall()
    if not rows:
        raise no_version()
    data: bytes | None = None
    try:
        for row in rows:
            data = unpacked(row["data"], data)
    except ZstdError:
        data = None
    if data is None or hashlib.sha256(data).hexdigest() != rows[-1]["sha256"]:
        raise DatabaseError(
            f"Version {id} is damaged in the database.", hint="Restore a backup of the library."
        )
    return data


def forget(connection: sqlite3.Connection, uid: int) -> None:
    """Every version of a note goes, for good."""
    with database.transaction(connection):
        connection.execute("DELETE FROM revision WHERE note_uid = ?", [uid])


def is_whole_due(connection: sqlite3.Connection, uid: int) -> bool:
    """Whether the newest version stands at the end of the longest chain that may be."""
    row = connection.execute(
        "SELECT count(*) FROM revision WHERE note_uid = ? AND id >= (SELECT id FROM revision"
        " WHERE note_uid = ? AND base IS NULL ORDER BY id DESC LIMIT 1)",
        [uid, uid],
    ).fetchone()
    return int(row[0]) >= WHOLE_EVERY


def latest_bytes(
    connection: sqlite3.Connection, last: Revision, perhaps: bytes | None
) -> bytes | None:
    """Of the newest version: the index often has it, which saves walking the chain.

    None if it is damaged: the next one is then kept whole, for it must not be lost with it.
    """
    if perhaps is not None and hashlib.sha256(perhaps).hexdigest() == last.sha256:
        return perhaps
    row = connection.execute(
        "SELECT source FROM document WHERE uid = ? AND sha256 = ?", [last.note_uid, last.sha256]
    ).fetchone()
    data = row["source"].encode() if row else b""
    if row and hashlib.sha256(data).hexdigest() == last.sha256:
        return bytes(data)
    try:
        return contents(connection, last.id)
    except DatabaseError:
        return None


def stored(connection: sqlite3.Connection, uid: int) -> list[Revision]:
    """All that is kept, the oldest first."""
    rows = connection.execute(
        f"SELECT {COLUMNS} {FROM} WHERE note_uid = ? ORDER BY revision.id", [uid]
    )
    return [Revision(**row) for row in rows]


def groups(every: Sequence[Revision]) -> list[list[Revision]]:
    """The changes from outside that count as one, where they are more than one."""
    found: list[list[Revision]] = []
    group: list[Revision] = []
    for revision in every:
        goes_on = group and revision.moment - group[0].moment < TOGETHER
        if revision.kind != OUTSIDE:
            group = []
        elif goes_on:
            group.append(revision)
        else:
            group = [revision]
            found.append(group)
    return [group for group in found if len(group) > 1]


def thin(connection: sqlite3.Connection, uid: int) -> None:
    """Drop what came between changes that count as one, an hour after; not where one is damaged."""
    for group in groups(stored(connection, uid)):
        if clock.now() - group[-1].moment > KEPT_BETWEEN:
            with suppress(DatabaseError):
                join(connection, group)


def join(connection: sqlite3.Connection, group: Sequence[Revision]) -> None:
    """Keep the last of these versions alone."""
    first, last = group[0], group[-1]
    data = contents(connection, last.id)
    base = connection.execute("SELECT base FROM revision WHERE id = ?", [first.id]).fetchone()
    before = contents(connection, base["base"]) if base["base"] else None
    connection.execute(
        "UPDATE revision SET base = ?, data = ? WHERE id = ?",
        [base["base"], packed(data, before), last.id],
    )
    connection.execute(
        "DELETE FROM revision WHERE note_uid = ? AND id >= ? AND id < ?",
        [first.note_uid, first.id, last.id],
    )
