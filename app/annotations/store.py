"""The annotations of the library: who said what about which passage, kept and never dropped.

Each write is one transaction with its entry in the search. What a client sent is stored as it
came, but for its `id` and for the addresses of our notes, which are made relative. A deleted
annotation stays as a row, so that its address is never used again and answers 410.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from app import clock, database
from app.accounts.permissions import Action, Person, may
from app.annotations import addresses, anchored, entries
from app.annotations.anchored import Text
from app.annotations.identity import free_name, same_identity, with_via
from app.annotations.kept import (
    SELECT,
    Annotation,
    as_annotation,
    may_change,
    may_read,
    may_read_note,
)
from app.annotations.reading import Reading, read
from app.errors import BadInput, Changed, Gone, NotAllowed, NotFound

BATCH = 500  # entries in one transaction, so that nobody who writes waits long


def create(
    connection: sqlite3.Connection,
    person: Person,
    annotation: dict[str, Any],
    *,
    bases: Sequence[str] = (),
    slug: str = "",
) -> Annotation:
    """Keep an annotation that `model.check` took. `bases` are the addresses of this library.

    The `id` that it came with goes into `via`; `slug` is its new name, if that is free.
    """
    if not may(person, Action.ANNOTATE):
        raise NotAllowed("This needs the role of an annotator.")
    stored = addresses.inward(with_via(annotation), bases)
    with database.transaction(connection):
        name = free_name(connection, slug)
        now = clock.stamp()
        reading = read(stored)
        uid, text = note(connection, person, reading)
        row = columns(uid, text, reading, stored, stored.get("visibility", "shared"))
        connection.execute(
            "INSERT INTO annotation (id, person_id, created, modified, note_uid, stored,"
            " motivation, quote, body, visibility) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [name, person.id, now, now, *row],
        )
        kept = one(connection, name)
        anchored.place(connection, kept, text)
        entries.put(connection, kept)
    return kept


def get(connection: sqlite3.Connection, id: str, person: Person) -> Annotation:
    """The annotation; NotFound unless `person` may read it, Gone once it was deleted."""
    row = connection.execute(f"{SELECT} WHERE annotation.id = ?", [id]).fetchone()
    if row is None or not may_read(person, as_annotation(row)):
        raise NotFound("There is no annotation at this address.")
    if row["deleted"]:
        raise Gone("This annotation was deleted.")
    return as_annotation(row)


def update(
    connection: sqlite3.Connection,
    person: Person,
    id: str,
    annotation: dict[str, Any],
    *,
    base: str | None = None,
    bases: Sequence[str] = (),
) -> Annotation:
    """Put a new state in the place of the old one, if that is still the version `base`."""
    with database.transaction(connection):
        old = changeable(connection, person, id, base)
        stored = addresses.inward(same_identity(annotation, old), bases)
        reading = read(stored)
        uid, text = note(connection, person, reading)
        row = columns(uid, text, reading, stored, stored.get("visibility", old.visibility))
        connection.execute(
            "UPDATE annotation SET modified = ?, note_uid = ?, stored = ?, motivation = ?,"
            " quote = ?, body = ?, visibility = ? WHERE id = ?",
            [clock.stamp(), *row, id],
        )
        kept = one(connection, id)
        anchored.place(connection, kept, text)
        entries.put(connection, kept)
    return kept


def delete(
    connection: sqlite3.Connection, person: Person, id: str, *, base: str | None = None
) -> Annotation:
    """Take it out of every page, list and search; the row stays. Answers what was deleted."""
    with database.transaction(connection):
        old = changeable(connection, person, id, base)
        now = clock.stamp()
        connection.execute("UPDATE annotation SET deleted = ? WHERE id = ?", [now, id])
        entries.remove(connection, id)
    return old


def of_note(connection: sqlite3.Connection, uid: int, person: Person) -> list[Annotation]:
    """What `person` may read in the margin of a note, the oldest first."""
    rows = connection.execute(
        f"{SELECT} WHERE annotation.note_uid = ? AND annotation.deleted IS NULL"
        " ORDER BY annotation.created, annotation.rowid",
        [uid],
    )
    return [kept for kept in map(as_annotation, rows) if may_read(person, kept)]


def reindex(connection: sqlite3.Connection) -> int:
    """Put into the search what is missing there, as after the derived tables were made anew.

    Where nothing is missing this is one query and no write, so it may follow every sync.
    """
    count = 0
    while ids := missing(connection):
        with database.transaction(connection):
            for name in ids:
                entries.put(connection, one(connection, name))
        count += len(ids)
    return count


def missing(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute(
        "SELECT annotation.id FROM annotation LEFT JOIN search_entry AS entry"
        " ON entry.type = 'annotation' AND entry.key = annotation.id"
        " WHERE annotation.deleted IS NULL AND entry.id IS NULL LIMIT ?",
        [BATCH],
    )
    return [row["id"] for row in rows]


def one(connection: sqlite3.Connection, id: str) -> Annotation:
    return as_annotation(connection.execute(f"{SELECT} WHERE annotation.id = ?", [id]).fetchone())


def changeable(
    connection: sqlite3.Connection, person: Person, id: str, base: str | None
) -> Annotation:
    """The annotation as it is, if `person` may change it and it is still at version `base`."""
    kept = get(connection, id, person)
    if not may_change(person, kept):
        raise NotAllowed("Only who wrote an annotation, or an owner, changes it.")
    if base is not None and base != kept.version:
        raise Changed(
            "This annotation was changed in between.",
            current=kept.version,
            hint="Read it again, and send the change with its new ETag.",
        )
    return kept


def columns(
    uid: int | None, text: Text | None, reading: Reading, stored: dict[str, Any], visibility: str
) -> list[Any]:
    """note_uid, stored, motivation, quote, body and visibility of an annotation."""
    quote = reading.quote or quoted(reading, text)
    serial = json.dumps(stored, ensure_ascii=False, separators=(",", ":"))
    return [uid, serial, reading.motivation, quote, reading.words, visibility]


def note(
    connection: sqlite3.Connection, person: Person, reading: Reading
) -> tuple[int | None, Text | None]:
    """The uid and the text of the first note of ours that it is about; no text: no file."""
    if not reading.notes:
        return None, None
    row = connection.execute(
        "SELECT note.uid, document.text, document.sha256, document.visibility FROM note"
        " LEFT JOIN document ON document.uid = note.uid WHERE note.path = ?",
        [reading.notes[0]],
    ).fetchone()
    if row is None or not may_read_note(person, row["visibility"]):
        raise BadInput(
            f"There is no note «{reading.notes[0]}» in this library.",
            field="target",
            hint="Use the note's address as it stands in the browser.",
        )
    known = row["text"] is not None
    return row["uid"], Text(row["uid"], row["text"], row["sha256"]) if known else None


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
