"""Where the annotations of a note stand in its text as it is now.

Kept with the text in which they were found: as long as the note's file and the code that reads it
are the same, nothing is searched. A page that is asked in between searches and keeps nothing; the
next annotation of the note keeps the places of all.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import zstandard

from app import database
from app.annotations.anchoring import SURE, Anchor, Grade, locate, surroundings
from app.annotations.kept import Annotation
from app.annotations.reading import Reading, read

MADE_BY_THIS_CODE = "made_by = (SELECT value FROM state WHERE name = 'derived')"
KEEP = """INSERT OR REPLACE INTO anchor
    (annotation_id, target, note_uid, start, "end", grade, said, before, after)
    VALUES (?, 0, ?, ?, ?, ?, ?, ?, ?)"""


class Annotated(Protocol):
    """What is needed of a note; `library.documents.Document` has it."""

    @property
    def uid(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def sha256(self) -> str: ...


@dataclass(frozen=True)
class Text:
    """The canonical text of a note, and the SHA-256 of the file that it was made of."""

    uid: int
    text: str
    sha256: str


@dataclass(frozen=True)
class Placed:
    """`start` and `end` count code points of the note's text; None: the whole note, or orphan.

    `said` is the passage that it is about, as it was.
    """

    annotation_id: str
    start: int | None
    end: int | None
    grade: Grade
    said: str


def of_note(connection: sqlite3.Connection, document: Annotated) -> list[Placed]:
    """Every annotation of the note, whoever may read it, in the order of the text; the rest after.

    Those kept and whether they are of this text are one query: nobody writes between the two.
    """
    rows = connection.execute(
        'SELECT annotation_id, start, "end", grade, said FROM anchor'
        " JOIN anchored_text ON anchored_text.note_uid = anchor.note_uid"
        " JOIN annotation ON annotation.id = anchor.annotation_id"
        " WHERE anchor.note_uid = ? AND annotation.deleted IS NULL"
        f" AND anchored_text.file_sha256 = ? AND {MADE_BY_THIS_CODE}"
        " ORDER BY annotation.created, annotation.rowid",
        [document.uid, document.sha256],
    )
    placed = [Placed(**row) for row in rows] or [
        Placed(name, found.start, found.end, found.grade, quote)
        for name, quote, reading in readings(connection, document.uid)
        for found in [located(quote, reading, document.text)]
    ]
    return sorted(placed, key=lambda each: (each.start is None, each.start or 0))


def place(
    connection: sqlite3.Connection, annotation: Annotation, document: Annotated | None
) -> Anchor | None:
    """Keep where a new annotation, or one that was changed, stands; None: in no text of ours.

    A step of the transaction that keeps the annotation.
    """
    connection.execute("DELETE FROM anchor WHERE annotation_id = ?", [annotation.id])
    if document is None:
        return None
    catch_up(connection, document.uid)
    reading = annotation.reading
    found = located(annotation.quote, reading, document.text)
    keep(connection, document, annotation.id, annotation.quote, reading, found)
    return found


def catch_up(connection: sqlite3.Connection, uid: int) -> int:
    """Find the passages of a note anew if its text is another one; how many were looked for."""
    with database.transaction(connection):
        document = outgrown(connection, uid)
        if document is None:
            return 0
        connection.execute("DELETE FROM anchor WHERE note_uid = ?", [uid])
        every = list(readings(connection, uid))
        for name, quote, reading in every:
            found = located(quote, reading, document.text)
            keep(connection, document, name, quote, reading, found)
        connection.execute(
            "INSERT OR REPLACE INTO anchored_text (note_uid, file_sha256, made_by, text)"
            " VALUES (?, ?, (SELECT value FROM state WHERE name = 'derived'), ?)",
            [uid, document.sha256, zstandard.compress(document.text.encode())],
        )
    return len(every)


def outgrown(connection: sqlite3.Connection, uid: int) -> Text | None:
    """The text of a note, if the places that are kept are of another one."""
    row = connection.execute(
        "SELECT uid, text, sha256 FROM document WHERE uid = ? AND NOT EXISTS"
        " (SELECT 1 FROM anchored_text WHERE note_uid = uid AND file_sha256 = sha256"
        f" AND {MADE_BY_THIS_CODE})",
        [uid],
    ).fetchone()
    return Text(**row) if row else None


def readings(connection: sqlite3.Connection, uid: int) -> Iterator[tuple[str, str, Reading]]:
    """Id, quote and reading of each annotation of a note, the oldest first."""
    rows = connection.execute(
        "SELECT id, quote, stored FROM annotation WHERE note_uid = ? AND deleted IS NULL"
        " ORDER BY created, rowid",
        [uid],
    )
    for row in rows:
        yield row["id"], row["quote"], read(json.loads(row["stored"]))


def keep(
    connection: sqlite3.Connection,
    document: Annotated,
    id: str,
    quote: str,
    reading: Reading,
    found: Anchor,
) -> None:
    """An orphan keeps the surroundings that it came with."""
    before, after = reading.prefix[-SURE:], reading.suffix[:SURE]
    if found.start is not None and found.end is not None:
        before, after = surroundings(document.text, found.start, found.end)
    values = [found.start, found.end, found.grade, quote, before, after]
    connection.execute(KEEP, [id, document.uid, *values])


def located(quote: str, reading: Reading, text: str) -> Anchor:
    """Where it stands; what quotes nothing is about the whole note."""
    if not quote:
        return Anchor(None, None, "exact")
    return locate(text, quote, reading.prefix, reading.suffix, reading.start)
