"""Notes whose files are gone: deleted here, or seen to be missing. Nothing of them is lost.

Their identity, history and annotations stay until the trash is emptied. The rows are written in
the caller's transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app import clock
from app.errors import NotFound
from app.library import identity, names
from app.library.history import past, revisions
from app.library.names import id_of

COLUMNS = (
    "note_uid AS uid, trash.path, file, sha256, at, outside,"
    " (SELECT name FROM person WHERE id = trash.person_id) AS person"
)


@dataclass(frozen=True)
class Trashed:
    """A note in the trash: where it was, when it went, by whom (None: not by Gloss)."""

    uid: int
    path: str
    file: str
    sha256: str
    at: str
    outside: bool
    person: str | None


def put(
    connection: sqlite3.Connection,
    uid: int,
    file: str,
    data: bytes,
    *,
    person_id: int | None = None,
    outside: bool = False,
) -> None:
    """The note of that file is in the trash with its last bytes; its path is free."""
    past.catch_up(connection, uid, data)
    connection.execute(
        "INSERT OR REPLACE INTO trash (note_uid, path, file, sha256, at, person_id, outside)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [uid, id_of(file), file, past.sha256(data), clock.stamp(), person_id, outside],
    )
    identity.leave(connection, uid)


def doubt(connection: sqlite3.Connection, alike: Mapping[str, Iterable[str]]) -> None:
    """By file that went the new ones that share much of its words: a person says what they are."""
    connection.executemany(
        "INSERT OR IGNORE INTO trash_alike (note_uid, path) SELECT note_uid, ? FROM trash"
        " WHERE trash.file = ? AND outside AND at = (SELECT max(at) FROM trash WHERE file = ?)",
        [(id_of(new), file, file) for file, every in alike.items() for new in every],
    )


def take_out(connection: sqlite3.Connection, uids: Iterable[int]) -> None:
    """These notes have files again."""
    connection.execute(
        "DELETE FROM trash WHERE note_uid IN (SELECT value FROM json_each(?))",
        [json.dumps(list(uids))],
    )


def every(connection: sqlite3.Connection) -> list[Trashed]:
    """What is in the trash, the last first."""
    rows = connection.execute(f"SELECT {COLUMNS} FROM trash ORDER BY at DESC, trash.path")
    return [trashed(row) for row in rows]


def get(connection: sqlite3.Connection, uid: int) -> Trashed:
    row = connection.execute(f"SELECT {COLUMNS} FROM trash WHERE note_uid = ?", [uid]).fetchone()
    if row is None:
        raise NotFound("This note is not in the trash.", hint="It may have been restored already.")
    return trashed(row)


def among_notes(connection: sqlite3.Connection, uids: Iterable[int]) -> dict[int, Trashed]:
    """Those of these notes that are in the trash."""
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM trash WHERE note_uid IN (SELECT value FROM json_each(?))",
        [json.dumps(list(uids))],
    )
    return {row["uid"]: trashed(row) for row in rows}


def at(connection: sqlite3.Connection, path: str) -> Trashed | None:
    """The last note in the trash that had this address."""
    query = f"SELECT {COLUMNS} FROM trash WHERE trash.path = ? ORDER BY at DESC LIMIT 1"
    row = connection.execute(query, [path]).fetchone()
    return trashed(row) if row else None


def trashed(row: sqlite3.Row) -> Trashed:
    return Trashed(**{**dict(row), "outside": bool(row["outside"])})


def among(connection: sqlite3.Connection, seen: Iterable[tuple[int, str]]) -> list[int]:
    """Those of the notes that are in the trash now, since the time that is said."""
    rows = connection.execute(
        "SELECT DISTINCT note_uid FROM trash JOIN json_each(?)"
        " ON note_uid = json_extract(value, '$[0]') AND at = json_extract(value, '$[1]')",
        [json.dumps(list(seen))],
    )
    return [uid for (uid,) in rows]


def taken(connection: sqlite3.Connection, every: Iterable[Trashed]) -> set[int]:
    """Those of these notes whose address another note has now."""
    wanted = {kept.uid: names.key(kept.path) for kept in every}
    rows = connection.execute(
        "SELECT path_key FROM document WHERE path_key IN (SELECT value FROM json_each(?))",
        [json.dumps(sorted(set(wanted.values())))],
    )
    now = {key for (key,) in rows}
    return {uid for uid, key in wanted.items() if key in now}


def contents(connection: sqlite3.Connection, kept: Trashed) -> bytes:
    """The last bytes of a note in the trash."""
    data = revisions.by_hash(connection, kept.uid, kept.sha256)
    if data is None:
        raise NotFound(f"The text of {kept.path} is not kept any more.")
    return data


def forget(connection: sqlite3.Connection, uids: Iterable[int]) -> None:
    """Drop these notes for good, with their histories. What else refers to them goes before."""
    connection.executemany("DELETE FROM note WHERE uid = ?", [(uid,) for uid in uids])
