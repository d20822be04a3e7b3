"""A note that is missing and a new one that might be it: a person says whether it is.

What is certain a sync does by itself. These are the rest: several files with the same bytes, or
one of the same name with others, that turned up when the note went, or later; or some that came as
it went and share much of its words.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app import database
from app.errors import NotFound
from app.library import identity, macros, store
from app.library.history import claiming, revisions, trash
from app.library.history.trash import Trashed
from app.library.names import key, last
from app.library.note import load, prepare
from app.settings import Settings

EARLIER = timedelta(hours=1)  # by which a copy may be older than the going of the original
MOST_MISSING = 1_000  # that are looked at, the last first
MOST = 100  # questions asked at once

BEFORE = """SELECT note_uid FROM trash WHERE outside AND datetime(at) <=
        (SELECT datetime(created, '+1 hour') FROM document JOIN note USING (uid)
            WHERE document.path = ?)
    ORDER BY at DESC LIMIT ?"""  # as `may_be` has it


@dataclass(frozen=True)
class Question:
    """Is the missing note one of these?"""

    missing: Trashed
    candidates: tuple[str, ...]


def questions(
    connection: sqlite3.Connection, uids: Collection[int] | None = None
) -> list[Question]:
    """What is to be asked, the last first, perhaps of these notes alone; four queries."""
    missing = [
        kept
        for kept in trash.every(connection)
        if kept.outside and (uids is None or kept.uid in uids)
    ][:MOST_MISSING]
    by_hash = found(
        connection, "sha256", "document.sha256 IN (SELECT sha256 FROM trash WHERE outside)", []
    )
    by_name = found(
        connection,
        "name_key",
        "document.name_key IN (SELECT value FROM json_each(?))",
        [json.dumps(sorted({key(last(kept.path)) for kept in missing}))],
    )
    by_words = alike(connection)
    asked = []
    for kept in missing:
        rows = [*by_hash.get(kept.sha256, []), *by_name.get(key(last(kept.path)), [])]
        rows += by_words.get(kept.uid, [])
        candidates = dict.fromkeys(row["path"] for row in rows if may_be(row, kept))
        if candidates:
            asked.append(Question(kept, tuple(candidates)))
    return asked[:MOST]


def about(connection: sqlite3.Connection, path: str) -> list[Question]:
    """What is to be asked of the note at `path`: which of the missing ones it may be.

    One query and no more where nothing is missing that is older than the note.
    """
    uids = [row["note_uid"] for row in connection.execute(BEFORE, [path, MOST_MISSING])]
    asked = questions(connection, {*uids}) if uids else []
    return [each for each in asked if path in each.candidates]


def found(
    connection: sqlite3.Connection, by: str, where: str, values: list[str]
) -> dict[str, list[sqlite3.Row]]:
    rows = connection.execute(
        "SELECT document.path, sha256, name_key, created FROM document JOIN note USING (uid)"
        f" WHERE source <> '' AND {where} ORDER BY document.path",
        values,
    )
    grouped: dict[str, list[sqlite3.Row]] = {}
    for row in rows:
        grouped.setdefault(row[by], []).append(row)
    return grouped


def alike(connection: sqlite3.Connection) -> dict[int, list[sqlite3.Row]]:
    rows = connection.execute(
        "SELECT trash_alike.note_uid, document.path, created FROM trash_alike"
        " JOIN document USING (path) JOIN note USING (uid) ORDER BY document.path"
    )
    grouped: dict[int, list[sqlite3.Row]] = {}
    for row in rows:
        grouped.setdefault(row["note_uid"], []).append(row)
    return grouped


def may_be(row: sqlite3.Row, kept: Trashed) -> bool:
    """A note that was there long before is another one."""
    began = datetime.fromisoformat(row["created"])
    return began >= datetime.fromisoformat(kept.at) - EARLIER


def is_it(settings: Settings, connection: sqlite3.Connection, uid: int, path: str) -> int:
    """The note at `path` is the missing one; the uid that it had, which nothing has any more.

    To be called in a transaction with whatever else goes from one uid to the other.
    """
    with database.transaction(connection):
        missing = trash.get(connection, uid)
        row = connection.execute(
            "SELECT uid, file, source, created FROM document JOIN note USING (uid)"
            " WHERE document.path = ?",
            [path],
        ).fetchone()
        if row is None or not missing.outside or not may_be(row, missing):
            raise NotFound(f"There is no note {path} any more.")
        connection.execute("UPDATE revision SET note_uid = ? WHERE note_uid = ?", [uid, row["uid"]])
        connection.execute(
            "UPDATE former_path SET note_uid = ? WHERE note_uid = ?", [uid, row["uid"]]
        )
        contents = load(settings.notes, row["file"], settings.max_note_bytes)
        store.forget(connection, [row["file"]])
        identity.leave(connection, row["uid"])
        claiming.claim(connection, path, uid)
        for data in (row["source"].encode(), contents.data):
            revisions.outside(connection, uid, None, data)
        known, _ = macros.of_library(settings.notes)
        store.put(connection, [prepare(row["file"], contents, known)])
        return int(row["uid"])


def is_none(connection: sqlite3.Connection, uids: Iterable[int]) -> None:
    """These notes were deleted: nobody is asked about them again."""
    with database.transaction(connection):
        connection.execute(
            "UPDATE trash SET outside = 0 WHERE note_uid IN (SELECT value FROM json_each(?))",
            [json.dumps(list(uids))],
        )
