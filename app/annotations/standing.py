"""What an annotation is about: a note of ours, another annotation, or something elsewhere."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any, NoReturn

from app.accounts.permissions import Person
from app.annotations import addresses, bounds
from app.annotations.anchored import Text
from app.annotations.kept import SELECT, Annotation, as_annotation, may_read, may_read_note
from app.annotations.reading import Reading, read
from app.errors import BadInput, Conflict

NOTE = """SELECT note.uid, note.path, document.title, document.text, document.sha256,
        document.visibility FROM note
    LEFT JOIN document ON document.uid = note.uid WHERE {what} = ?"""


FEWER = """SELECT path FROM document WHERE uid IN (SELECT value FROM json_each(?))
    AND visibility = 'private' ORDER BY path LIMIT 1"""


@dataclass(frozen=True)
class Standing:
    """`uid`, `text`, `path` and what follows are of the first note of ours that it is about, or
    that its thread is about; no text: no file.

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
        refuse_unknown(name)
    return Standing(
        row["uid"],
        text_of(row),
        path=row["path"],
        title=row["title"] or row["path"],
        note_visibility=row["visibility"],
    )


def refuse_further(
    connection: sqlite3.Connection,
    further: set[str],
    about: Standing,
    visibility: str,
    old: Annotation | None = None,
) -> None:
    """BadInput where one of the `further` notes is not there, or would be told to too many.

    What is shared is read by whoever may read its note, and the words of the others with it. What
    becomes of the notes later, `bounds` knows; what `old` named already need not be there.
    """
    if not further:
        return
    notes = bounds.now_meant(connection, old.id if old else "", further)
    before = bounds.further(read(old.stored)) if old else set()
    for name in sorted(further - notes.keys() - before):
        refuse_unknown(name)
    is_private = "private" in (visibility, about.visibility)
    if is_private or about.note_visibility in (None, "private"):
        return
    fewer = connection.execute(FEWER, [json.dumps([*notes.values()])]).fetchone()
    if fewer is not None:
        raise BadInput(
            f"Whoever may read «{about.path}» would read here what this says of"
            f" «{fewer['path']}», which fewer may read.",
            field="target",
            hint="Make the annotation private, or write one for each note.",
        )


def refuse_unknown(name: str) -> NoReturn:
    raise BadInput(
        f"There is no note «{name}» in this library.",
        field="target",
        hint="Use the note's address as it stands in the browser.",
    )


def in_thread(
    connection: sqlite3.Connection, person: Person, id: str, old: Annotation | None
) -> Standing:
    """A reply stands in the thread, and is private where anything that it answers is."""
    row = connection.execute(f"{SELECT} WHERE annotation.id = ?", [id]).fetchone()
    before = old is not None and old.reply_to == id  # it answered that while it was there
    if row is None or (row["deleted"] and not before) or not may_read(person, as_annotation(row)):
        raise BadInput("There is no annotation here that could be answered.", field="target")
    kept = as_annotation(row)
    note = connection.execute(NOTE.format(what="note.uid"), [kept.note_uid]).fetchone()
    return Standing(
        uid=kept.note_uid,
        text=text_of(note) if note else None,
        reply_to=id,
        thread=kept.thread or id,
        visibility="private" if is_kept_back(kept) else "",
        path=kept.path,
        title=kept.note_title,
        note_visibility=kept.note_visibility,
    )


def is_kept_back(kept: Annotation) -> bool:
    """Whether it, or anything that it answers, is private: then so is what answers it."""
    above = (kept.visibility, kept.root_visibility)
    return "private" in above or kept.reader_id is not None


def answers_private(connection: sqlite3.Connection, id: str | None) -> bool:
    """Whether what answers this one must be private."""
    row = connection.execute(f"{SELECT} WHERE annotation.id = ?", [id]).fetchone()
    return row is not None and is_kept_back(as_annotation(row))


def text_of(row: sqlite3.Row) -> Text | None:
    known = row["text"] is not None
    return Text(row["uid"], row["text"], row["sha256"]) if known else None


def refuse_change(
    connection: sqlite3.Connection,
    old: Annotation,
    about: Standing,
    reading: Reading,
    *,
    stays: bool,
) -> None:
    """Conflict where that is not to be changed any more. `stays`: it is about the same passage."""
    if (about.reply_to, about.thread) != (old.reply_to, old.thread):  # answered or not: who knows
        raise Conflict("An annotation stays in its thread.", hint="Write a new one.")
    if not (stays and reading.proposal == read(old.stored).proposal) and decided(connection, old):
        raise Conflict(
            "What was accepted or declined stays as it was proposed.",
            field="replacement",
            hint="Propose another correction.",
        )


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
