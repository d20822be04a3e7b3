"""Where the annotations of a note stand in its text as it is now.

Kept with the text in which they stand: as long as the note's file and the code that reads it are
the same, nothing is looked for. After that the marks are followed from the kept text to today's:
by `catch_up` for good, by a page that is asked before it for that page alone. So what ends in
between loses nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from app import database
from app.annotations import anchors, table_rows
from app.annotations.anchoring import SURE, Anchor, Grade
from app.annotations.anchors import MADE_BY_THIS_CODE, New
from app.annotations.following import Mark, marked
from app.annotations.heading_places import places
from app.annotations.kept import Annotation
from app.annotations.ranges import Named, meant
from app.annotations.reading import Reading, read
from app.annotations.selectors_found import Quote, found
from app.errors import BadInput

BEHIND = f"""SELECT anchored_text.note_uid AS uid FROM anchored_text
    JOIN document ON document.uid = anchored_text.note_uid
    WHERE document.sha256 != anchored_text.file_sha256 OR NOT {MADE_BY_THIS_CODE}
    UNION ALL
    SELECT document.uid FROM document
    WHERE EXISTS (SELECT 1 FROM annotation WHERE note_uid = document.uid)
    AND NOT EXISTS (SELECT 1 FROM anchored_text WHERE note_uid = document.uid)"""
OUTGROWN = f"""SELECT uid, text, sha256 FROM document
    WHERE uid = ? AND EXISTS (SELECT 1 FROM annotation WHERE note_uid = uid)
    AND NOT EXISTS (SELECT 1 FROM anchored_text
        WHERE note_uid = uid AND file_sha256 = sha256 AND {MADE_BY_THIS_CODE})"""
STANDING = f"""SELECT annotation_id, start, "end", grade, said FROM anchor
    JOIN anchored_text ON anchored_text.note_uid = anchor.note_uid
    JOIN annotation ON annotation.id = anchor.annotation_id
    WHERE anchor.note_uid = ? AND annotation.deleted IS NULL
    AND anchored_text.file_sha256 = ? AND {MADE_BY_THIS_CODE}
    ORDER BY annotation.created, annotation.id"""


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

    `said` is the passage that it is about, as it was when it was marked.
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
    rows = connection.execute(STANDING, [document.uid, document.sha256])
    placed = [Placed(**row) for row in rows] or followed(connection, document)
    return sorted(placed, key=lambda each: (each.start is None, each.start or 0))


def followed(connection: sqlite3.Connection, document: Annotated) -> list[Placed]:
    """What stands in an older text, as it stands in this one; nothing is written."""
    standing = connection.execute(
        "SELECT id FROM annotation WHERE note_uid = ? AND deleted IS NULL ORDER BY created, id",
        [document.uid],
    ).fetchall()
    if not standing:
        return []
    now = anchors.moved_once(
        anchors.text(connection, document.uid),
        with_rows(connection, document),
        tuple(anchors.marks(connection, document.uid)),
    )
    marks = {each.id: each.mark for each in now}
    named = headings(connection, document)
    marks |= {
        each.id: first(each, document.text, named) for each in anchors.new(connection, document.uid)
    }
    names = [row["id"] for row in standing if row["id"] in marks]
    return [placed(name, marks[name]) for name in names]


def placed(id: str, mark: Mark) -> Placed:
    return Placed(id, mark.start, mark.end, mark.grade, mark.said)


def place(
    connection: sqlite3.Connection,
    annotation: Annotation,
    document: Annotated | None,
    reading: Reading | None = None,
) -> Anchor | None:
    """Keep where a new annotation, or one that was changed, stands; None: in no text of ours.

    A step of the transaction that keeps the annotation. `reading`: of it, by who has read it.
    """
    if document is None:
        connection.execute("DELETE FROM anchor WHERE annotation_id = ?", [annotation.id])
        return None
    if not anchors.stand_in(connection, document.uid, document.sha256):
        catch_up(connection, document.uid)
    new = New(annotation.id, annotation.quote, annotation.stored)
    mark = first(new, document.text, headings(connection, document), reading)
    anchors.keep(connection, document.uid, [(annotation.id, mark)])
    return Anchor(mark.start, mark.end, mark.grade)


def follow_save(connection: sqlite3.Connection, uid: int) -> None:
    """`catch_up` after a save that is kept already: where it must wait too long, it waits."""
    with suppress(sqlite3.OperationalError):
        catch_up(connection, uid)


def follow_saves(connection: sqlite3.Connection) -> None:
    """The same after a step that may have changed several notes."""
    with suppress(sqlite3.OperationalError):
        catch_up_all(connection)


def catch_up_all(connection: sqlite3.Connection) -> int:
    """`catch_up` for every note whose text is another one now; how many marks were followed."""
    return sum(catch_up(connection, row["uid"]) for row in connection.execute(BEHIND).fetchall())


def catch_up(connection: sqlite3.Connection, uid: int) -> int:
    """Follow the marks of a note to its text of today and keep them; how many there were.

    In a transaction of its own, unless there is one: what made the text another one is kept
    before. Two at once: the second finds nothing left to do.
    """
    if outgrown(connection, uid) is None:
        return 0
    with database.transaction(connection):
        document = outgrown(connection, uid)
        return follow_to(connection, document) if document else 0


def follow_to(connection: sqlite3.Connection, document: Text) -> int:
    uid, old = document.uid, anchors.text(connection, document.uid)
    kept = anchors.marks(connection, uid)
    text = with_rows(connection, document)
    anchors.move(connection, kept, anchors.moved(old, text, kept))
    new = anchors.new(connection, uid)
    named = headings(connection, document)
    anchors.keep(connection, uid, [(each.id, first(each, document.text, named)) for each in new])
    if old == text:
        anchors.stamp(connection, uid, document.sha256)
    else:
        anchors.keep_text(connection, uid, document.sha256, text)
    return len(kept) + len(new)


def outgrown(connection: sqlite3.Connection, uid: int) -> Text | None:
    """The text of a note that has annotations, if the marks that are kept are of another one."""
    row = connection.execute(OUTGROWN, [uid]).fetchone()
    return Text(**row) if row else None


def with_rows(connection: sqlite3.Connection, document: Annotated) -> str:
    """The text of the note, in which the cells of a row are one line."""
    query = "SELECT lines FROM document WHERE uid = ? AND sha256 = ?"
    row = connection.execute(query, [document.uid, document.sha256]).fetchone()
    return table_rows.joined(document.text, json.loads(row["lines"])) if row else document.text


def headings(connection: sqlite3.Connection, document: Annotated) -> Callable[[], Named]:
    """The headings of the note, for whoever asks: nearly nobody does."""

    def found() -> Named:
        row = connection.execute("SELECT headings FROM document WHERE uid = ?", [document.uid])
        return places(document.text, json.loads(row.fetchone()[0]))

    return found


def first(
    annotation: New,
    text: str,
    named: Callable[[], Named] = dict,
    reading: Reading | None = None,
) -> Mark:
    """Where an annotation stands that was never placed in its note.

    What names no passage is about the whole note. An orphan keeps the surroundings that it came
    with.
    """
    target = annotation.stored.get("target")
    if not annotation.quote:
        piece = meant(text, target, named)
        return marked(text, *piece) if piece else Mark(None, None, "exact", "")
    reading = reading or read(annotation.stored)
    place = found(text, Quote(annotation.quote, reading.prefix, reading.suffix, reading.start))
    if place.start is None or place.end is None:
        around = reading.prefix[-SURE:], reading.suffix[:SURE]
        return Mark(None, None, "orphan", annotation.quote, *around)
    mark = marked(text, place.start, place.end)
    said = annotation.quote if place.grade == "changed" else mark.said
    return replace(mark, grade=place.grade, said=said)


def quoted(reading: Reading, known: Text | None) -> str:
    """The words at a position that came without a quote: what it meant when it was made."""
    if known is None or reading.start is None or reading.end is None:
        return ""
    text = known.text
    if reading.end > len(text):
        raise BadInput(
            f"The position ends at {reading.end}; the note's text has {len(text)} characters.",
            field="target.selector.end",
        )
    return text[reading.start : reading.end]
