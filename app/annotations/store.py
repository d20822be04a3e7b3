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
from app.annotations import addresses, anchored, anchors, bounds, entries, former, shown, waiting
from app.annotations.identity import free_name, same_identity, with_via
from app.annotations.kept import (
    SELECT,
    Annotation,
    as_annotation,
    may_change,
    may_read,
)
from app.annotations.reading import Reading, read
from app.annotations.standing import (
    Standing,
    refuse_change,
    refuse_further,
    same_passage,
    standing,
)
from app.errors import Changed, Gone, NotAllowed, NotFound

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
        about = standing(connection, person, reading)
        visibility = stored.get("visibility", "shared")
        further = bounds.further(reading, about.path)
        refuse_further(connection, further, about, visibility)
        row = columns(about, reading, stored, visibility)
        written = connection.execute(
            "INSERT INTO annotation (id, person_id, created, modified, note_uid, stored,"
            " motivation, quote, body, visibility, reply_to, thread, colour)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [name, person.id, now, now, *row],
        )
        kept = new(name, person, now, about, stored, row)
        if about.thread or further:
            bounds.put(connection, name, now)
            kept = one(connection, name)
        anchored.place(connection, kept, about.text, reading)
        entries.put_tags(connection, kept, reading)
    waiting.follow(connection, written.lastrowid or 0)
    return kept


def new(
    name: str,
    person: Person,
    now: str,
    about: Standing,
    stored: dict[str, Any],
    row: list[Any],
) -> Annotation:
    """What stands in the row that was just written, of what answers nothing."""
    _, serial, motivation, quote, body, visibility, _, _, colour = row
    return Annotation(
        id=name,
        stored=stored,
        serial=serial,
        note_uid=about.uid,
        path=about.path,
        note_title=about.title,
        note_visibility=about.note_visibility,
        person_id=person.id,
        who=person.name,
        motivation=motivation,
        quote=quote,
        body=body,
        visibility=visibility,
        created=now,
        modified=now,
        deleted=None,
        reply_to=None,
        thread="",
        colour=colour,
        root_visibility=None,
        root_person_id=None,
    )


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
        former.keep(connection, person, old)
        visibility = stored.get("visibility", old.visibility)
        reading = read(stored)
        about = standing(connection, person, reading, old)
        further = bounds.further(reading, about.path)
        refuse_further(connection, further, about, visibility, old)
        return put_in_place(connection, old, about, stored, visibility)


def put_in_place(
    connection: sqlite3.Connection,
    old: Annotation,
    about: Standing,
    stored: dict[str, Any],
    visibility: str,
) -> Annotation:
    """Another state of an annotation; whatever answers it goes along to another note.

    While it is about the same passage its mark stays where it was carried to.
    """
    reading = read(stored)
    stays = about.uid == old.note_uid and same_passage(stored, old)
    refuse_change(connection, old, about, reading, stays=stays)
    row = columns(about, reading, stored, visibility, old.quote if stays else None)
    connection.execute(
        "UPDATE annotation SET deleted = NULL, modified = ?, note_uid = ?, stored = ?,"
        " motivation = ?, quote = ?, body = ?, visibility = ?, reply_to = ?, thread = ?,"
        " colour = ? WHERE id = ?",
        [now := clock.stamp(), *row, old.id],
    )
    if about.uid != old.note_uid:
        take_along(connection, old.id, about)
    is_new = (about.uid, row[5]) != (old.note_uid, old.visibility)
    reaches = bounds.put(connection, old.id, now) or is_new
    if reaches:
        bounds.follow(connection, thread := old.thread or old.id)
    shown.drop(connection, old.id)
    if stays and anchors.has(connection, old.id, old.note_uid):
        entries.put(connection, kept := one(connection, old.id), reading)
    else:
        kept = settled(connection, old.id, about, reading)
    if reaches:
        entries.follow_thread(connection, thread)
    return kept


def take_along(connection: sqlite3.Connection, root: str, about: Standing) -> None:
    rows = connection.execute(
        "UPDATE annotation SET note_uid = ? WHERE thread = ? AND deleted IS NULL RETURNING id",
        [about.uid, root],
    ).fetchall()
    for (name,) in rows:
        kept = one(connection, name)
        settled(connection, name, about, read(kept.stored))


def settled(
    connection: sqlite3.Connection, id: str, about: Standing, reading: Reading
) -> Annotation:
    """What was changed, with its place in the note and its entry in the search."""
    kept = one(connection, id)
    anchored.place(connection, kept, about.text, reading)
    entries.put(connection, kept, reading)
    return kept


def undo(connection: sqlite3.Connection, person: Person, id: str) -> Annotation:
    """Bring back what `person` changed or deleted within the last hour, at the same address."""
    with database.transaction(connection):
        before = former.last(connection, person, id)
        old = one(connection, id) if before and may(person, Action.ANNOTATE) else None
        if before is None or old is None or not may_read(person, old):
            raise NotFound("There is nothing here that you could undo.", hint="It lasts an hour.")
        former.forget(connection, before)
        about = standing(connection, person, read(before.stored), old)
        return put_in_place(connection, old, about, before.stored, before.visibility)


def delete(
    connection: sqlite3.Connection, person: Person, id: str, *, base: str | None = None
) -> Annotation:
    """Take it out of every page, list and search; the row stays. Answers what was deleted."""
    with database.transaction(connection):
        old = changeable(connection, person, id, base)
        former.keep(connection, person, old, deleted=True)
        now = clock.stamp()
        connection.execute("UPDATE annotation SET deleted = ? WHERE id = ?", [now, id])
        entries.remove(connection, id)
    return old


def reindex(connection: sqlite3.Connection) -> int:
    """Make what is derived and missing, as after the derived tables were made anew.

    Where nothing is missing this is a query each and no write, so it may follow every sync.
    """
    bounds.make(connection)
    waiting.catch_up(connection, 3600)
    count = 0
    while ids := missing(connection):
        with database.transaction(connection):
            for name in ids:
                entries.put(connection, one(connection, name))
        count += len(ids)
    shown.keep_all(connection)
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
    about: Standing,
    reading: Reading,
    stored: dict[str, Any],
    visibility: str,
    quote: str | None = None,
) -> list[Any]:
    """note_uid, stored, motivation, quote, body, visibility, reply_to, thread, colour.

    `quote`: the words that are known to be meant; a position counts in the text of its day.
    """
    if quote is None:
        quote = reading.quote or anchored.quoted(reading, about.text)
    serial = json.dumps(stored, ensure_ascii=False, separators=(",", ":"))
    said = [about.uid, serial, reading.motivation, quote, reading.words]
    return [*said, about.visibility or visibility, about.reply_to, about.thread, reading.colour]
