"""Anchors as they are kept: a row an annotation, and the text in which those of a note stand."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import zstandard

from app.annotations.following import Mark, follow
from app.annotations.reading import read

MADE_BY_THIS_CODE = "made_by = (SELECT value FROM state WHERE name = 'derived')"
STAND_IN = f"""SELECT 1 FROM anchored_text
    WHERE note_uid = ? AND file_sha256 = ? AND {MADE_BY_THIS_CODE}"""
MARKS = """SELECT annotation_id, start, "end", grade, said, before, after, stored
    FROM anchor JOIN annotation ON annotation.id = anchor.annotation_id
    WHERE anchor.note_uid = ? AND +annotation.note_uid = anchor.note_uid"""
# Also of the deleted ones, which may be brought back. The plus: by its key, not by the note, of
# which it would look at every row for each.
NEW = """SELECT id, quote, stored FROM annotation WHERE note_uid = ? AND NOT EXISTS
    (SELECT 1 FROM anchor WHERE annotation_id = annotation.id
        AND +anchor.note_uid = annotation.note_uid)
    ORDER BY created, id"""
KEEP = """INSERT OR REPLACE INTO anchor
    (annotation_id, target, note_uid, start, "end", grade, said, before, after)
    VALUES (?, 0, ?, ?, ?, ?, ?, ?, ?)"""
MOVE = """UPDATE anchor SET start = ?, "end" = ?, grade = ?, said = ?, before = ?, after = ?
    WHERE annotation_id = ? AND target = 0"""
KEEP_TEXT = """INSERT OR REPLACE INTO anchored_text (note_uid, file_sha256, made_by, text)
    VALUES (?, ?, (SELECT value FROM state WHERE name = 'derived'), ?)"""
STAMP = """UPDATE anchored_text SET file_sha256 = ?,
    made_by = (SELECT value FROM state WHERE name = 'derived') WHERE note_uid = ?"""


@dataclass(frozen=True)
class Kept:
    """A mark with the annotation that it belongs to; `stored` is the annotation's JSON."""

    id: str
    mark: Mark
    stored: str


@dataclass(frozen=True)
class New:
    """An annotation that has no mark in its note yet."""

    id: str
    quote: str
    stored: dict[str, Any]


def text(connection: sqlite3.Connection, uid: int) -> str | None:
    """The text in which the marks of the note are kept, with its rows (table_rows)."""
    row = connection.execute("SELECT text FROM anchored_text WHERE note_uid = ?", [uid]).fetchone()
    return zstandard.decompress(row["text"]).decode() if row else None


def stand_in(connection: sqlite3.Connection, uid: int, sha256: str) -> bool:
    """Whether the marks of the note are kept for this version of its file."""
    return connection.execute(STAND_IN, [uid, sha256]).fetchone() is not None


def has(connection: sqlite3.Connection, id: str, uid: int | None) -> bool:
    """Whether an annotation has its mark in the note."""
    sql = "SELECT 1 FROM anchor WHERE annotation_id = ? AND note_uid = ?"
    return connection.execute(sql, [id, uid]).fetchone() is not None


def marks(connection: sqlite3.Connection, uid: int) -> list[Kept]:
    return [
        Kept(
            row["annotation_id"],
            Mark(*(row[name] for name in ("start", "end", "grade", "said", "before", "after"))),
            row["stored"],
        )
        for row in connection.execute(MARKS, [uid])
    ]


def new(connection: sqlite3.Connection, uid: int) -> list[New]:
    """What has no mark: it came from another note, or is older than marks are."""
    rows = connection.execute(NEW, [uid])
    return [New(row["id"], row["quote"], json.loads(row["stored"])) for row in rows]


def moved(old: str | None, now: str, kept: Sequence[Kept]) -> list[Kept]:
    """The marks that stand in `old` as they stand in the text of now."""
    if old is None or old == now:
        return list(kept)
    marks = follow(old, now, [each.mark for each in kept])
    pairs = zip(kept, marks, strict=True)
    return [Kept(each.id, graded(each, mark), each.stored) for each, mark in pairs]


@lru_cache(maxsize=8)
def moved_once(old: str | None, now: str, kept: tuple[Kept, ...]) -> list[Kept]:
    """The same for a page, which may be asked many times before the marks are kept anew."""
    return moved(old, now, kept)


def graded(before: Kept, now: Mark) -> Mark:
    """`exact` also where it stands again at the place that was sent with it."""
    if now.grade != "moved":
        return now
    if '"start":' not in before.stored:
        home = before.mark.grade == "orphan"
    else:
        home = f'"start":{now.start}' in before.stored and sent_at(before) == now.start
    return replace(now, grade="exact") if home else now


def sent_at(kept: Kept) -> int | None:
    return read(json.loads(kept.stored)).start


def keep(connection: sqlite3.Connection, uid: int, named: Iterable[tuple[str, Mark]]) -> None:
    for name, mark in named:
        connection.execute(KEEP, [name, uid, *values(mark)])


def values(mark: Mark) -> list[Any]:
    return [mark.start, mark.end, mark.grade, mark.said, mark.before, mark.after]


def move(connection: sqlite3.Connection, before: Sequence[Kept], now: Sequence[Kept]) -> None:
    """Keep the marks that are not what they were."""
    changed = [each for was, each in zip(before, now, strict=True) if was.mark != each.mark]
    connection.executemany(MOVE, ([*values(each.mark), each.id] for each in changed))


def keep_text(connection: sqlite3.Connection, uid: int, sha256: str, text: str) -> None:
    """All marks of the note stand in this text now."""
    connection.execute(KEEP_TEXT, [uid, sha256, zstandard.compress(text.encode())])


def stamp(connection: sqlite3.Connection, uid: int, sha256: str) -> None:
    """The text is the same, its file or the code that reads it is not."""
    connection.execute(STAMP, [sha256, uid])


def hand_over(connection: sqlite3.Connection, uid: int, to: int) -> None:
    """The marks of one note are those of another, which has none of its own, or are found anew.

    A step of the transaction that hands the annotations over.
    """
    own = connection.execute("SELECT 1 FROM anchor WHERE note_uid = ? LIMIT 1", [to]).fetchone()
    if own:
        connection.execute("DELETE FROM anchor WHERE note_uid = ?", [uid])
        connection.execute("UPDATE anchored_text SET made_by = 0 WHERE note_uid = ?", [to])
        return
    connection.execute("DELETE FROM anchored_text WHERE note_uid = ?", [to])
    connection.execute(
        "UPDATE anchored_text SET note_uid = ?, made_by = 0 WHERE note_uid = ?", [to, uid]
    )
    connection.execute("UPDATE anchor SET note_uid = ? WHERE note_uid = ?", [to, uid])
