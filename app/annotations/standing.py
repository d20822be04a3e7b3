"""What an annotation is about: a note of ours, another annotation, or something elsewhere."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from app.accounts.permissions import Person
from app.annotations import addresses
from app.annotations.anchored import Text
from app.annotations.kept import SELECT, Annotation, as_annotation, may_read, may_read_note
from app.annotations.reading import Reading, read
from app.errors import BadInput

NOTE = """SELECT note.uid, note.path, document.title, document.text, document.sha256,
        document.visibility FROM note
    LEFT JOIN document ON document.uid = note.uid WHERE {what} = ?"""


@dataclass(frozen=True)
class Standing:
    """`uid`, `text` and what follows are of the first note of ours that it is about; no text: no
    file.

    `visibility` is what its thread makes of it; empty where it chooses that itself.
    """

    uid: int | None = None
    text: Text | None = None
    reply_to: str | None = None
    thread: str = ""
    visibility: str = ""
    path: str | None = None
    title: str = ""
    note_visibility: str | None = None


def standing(
    connection: sqlite3.Connection, person: Person, reading: Reading, old: Annotation | None = None
) -> Standing:
    """What it is about; BadInput where that is not there. `old`, if it names the same, knows."""
    if reading.answers:
        return in_thread(connection, person, reading.answers, old)
    if not reading.notes:
        return Standing()
    name = reading.notes[0]
    if old is not None and old.note_uid is not None and read(old.stored).notes[:1] == (name,):
        row = connection.execute(NOTE.format(what="note.uid"), [old.note_uid]).fetchone()
    else:
        row = connection.execute(NOTE.format(what="note.path"), [name]).fetchone()
    if row is None or not may_read_note(person, row["visibility"]):
        raise BadInput(
            f"There is no note «{name}» in this library.",
            field="target",
            hint="Use the note's address as it stands in the browser.",
        )
    return Standing(
        row["uid"],
        text_of(row),
        path=row["path"],
        title=row["title"] or row["path"],
        note_visibility=row["visibility"],
    )


def refuse_telling(
    connection: sqlite3.Connection, reading: Reading, about: Standing, visibility: str
) -> None:
    """What is shared is read by whoever may read the first note: BadInput where a further one is
    private, for its words would be told with it."""
    about_private = about.note_visibility in (None, "private")
    if visibility == "private" or about_private or len(reading.notes) < 2:
        return
    row = connection.execute(
        "SELECT note.path FROM note JOIN document ON document.uid = note.uid"
        " WHERE document.visibility = 'private'"
        " AND note.path IN (SELECT value FROM json_each(?)) LIMIT 1",
        [json.dumps(reading.notes[1:])],
    ).fetchone()
    if row is not None:
        raise BadInput(
            f"Whoever may read «{about.path}» would read here what this says of"
            f" «{row['path']}», which fewer may read.",
            field="target",
            hint="Make the annotation private, or write one for each note.",
        )


def in_thread(
    connection: sqlite3.Connection, person: Person, id: str, old: Annotation | None
) -> Standing:
    """A reply stands in the thread, and is private where that began with what is private."""
    row = connection.execute(f"{SELECT} WHERE annotation.id = ?", [id]).fetchone()
    before = old is not None and old.reply_to == id  # it answered that while it was there
    if row is None or (row["deleted"] and not before) or not may_read(person, as_annotation(row)):
        raise BadInput("There is no annotation here that could be answered.", field="target")
    kept = as_annotation(row)
    note = connection.execute(NOTE.format(what="note.uid"), [kept.note_uid]).fetchone()
    first = kept.root_visibility or kept.visibility
    return Standing(
        uid=kept.note_uid,
        text=text_of(note) if note else None,
        reply_to=id,
        thread=kept.thread or id,
        visibility="private" if first == "private" else "",
    )


def text_of(row: sqlite3.Row) -> Text | None:
    known = row["text"] is not None
    return Text(row["uid"], row["text"], row["sha256"]) if known else None


def same_passage(stored: dict[str, Any], old: Annotation) -> bool:
    """Whether it is about what the old state is about, under its note's address of today too.

    In whatever colour.
    """
    answered_as = addresses.outward(old.stored, "", old.path)
    return place_of(stored) in (place_of(old.stored), place_of(answered_as))


def place_of(stored: dict[str, Any]) -> Any:
    target = stored.get("target")
    if not isinstance(target, dict):
        return target
    return {key: value for key, value in target.items() if key != "styleClass"}


def decided(connection: sqlite3.Connection, annotation: Annotation) -> bool:
    """Whether somebody put their name to what it proposes, or to the refusal."""
    sql = "SELECT 1 FROM erratum WHERE annotation_id = ? AND status <> 'open'"
    return connection.execute(sql, [annotation.id]).fetchone() is not None
