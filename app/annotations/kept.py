"""An annotation as it is kept, with what is known of its note; who may read and change it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.accounts.permissions import Action, Person, Role, Thing, may
from app.annotations import addresses
from app.search.readable import NAMED, NOBODY, readable

CONTRIBUTOR = "dcterms:contributor"  # the context of the W3C knows the prefix

TOLD = """SELECT annotation.rowid AS place, annotation.*, person.name AS who, note.path,
        document.title AS note_title, document.visibility AS note_visibility,
        root.visibility AS root_visibility, root.person_id AS root_person_id,
        CASE WHEN changed.id IS NOT NULL AND changed.person_id IS NOT annotation.person_id
            THEN ifnull(changer.name, 'somebody who left') ELSE '' END AS changed_by,
        CASE WHEN changed.id IS NULL THEN '' WHEN changed.person_id IS NOT annotation.person_id
            OR EXISTS (SELECT 1 FROM annotation AS answer
                WHERE answer.thread = CASE annotation.thread WHEN '' THEN annotation.id
                    ELSE annotation.thread END
                AND answer.created BETWEEN annotation.created AND changed.at
                AND answer.visibility = 'shared' AND answer.deleted IS NULL
                AND answer.person_id IS NOT annotation.person_id)
            THEN changed.at ELSE '' END AS changed
    FROM annotation
    LEFT JOIN person ON person.id = annotation.person_id
    LEFT JOIN note ON note.uid = annotation.note_uid
    LEFT JOIN document ON document.uid = annotation.note_uid
    LEFT JOIN annotation AS root ON root.id = annotation.thread
    LEFT JOIN annotation_former AS changed ON changed.id = (SELECT max(id)
        FROM annotation_former AS former
        WHERE former.annotation_id = annotation.id AND former.deleted = 0)
    LEFT JOIN person AS changer ON changer.id = changed.person_id"""
# What `may_read` asks beside. `TOLD` alone is for rows of which `readable` was asked already.
BOUND = f"""(SELECT CASE WHEN min(person_id) < max(person_id) THEN 0 ELSE max(person_id) END
        FROM annotation_bound AS bound WHERE bound.id = annotation.id AND bound.note_uid = 0
            AND annotation.thread <> '') AS reader_id,
    (SELECT CASE min(CASE {NAMED} WHEN 'public' THEN 2 WHEN 'unlisted' THEN 1 ELSE 0 END)
            WHEN 2 THEN 'public' WHEN 1 THEN 'unlisted' WHEN 0 THEN 'private' END
        FROM annotation_bound AS bound
        WHERE bound.id = annotation.id AND (bound.note_uid <> 0 OR bound.person_id = -1))
        AS further_visibility"""
SELECT = TOLD.replace("SELECT ", f"SELECT {BOUND}, ", 1)


@dataclass(frozen=True)
class Annotation:
    """`serial`: the text of `stored`. `path` is where its note is now; None if it is about
    something elsewhere.

    `thread` is the annotation that the one which it answers began with; empty if it answers none.
    `changed`: when it last was, if that must be said: it was by somebody else (`changed_by`), or
    after others had answered. `reader_id`: the only one who may read all between it and what its
    thread began with, if not all may; 0: nobody. `further_visibility`: of the least public of the
    notes that are named beside its own, by it or above it; None: there is none. `moved` is known to
    whoever asked `renames.followed`.
    """

    id: str
    stored: dict[str, Any]
    serial: str
    note_uid: int | None
    path: str | None
    note_title: str
    note_visibility: str | None
    person_id: int | None
    who: str
    motivation: str
    quote: str
    body: str
    visibility: str
    created: str
    modified: str
    deleted: str | None
    reply_to: str | None
    thread: str
    colour: str
    root_visibility: str | None
    root_person_id: int | None
    reader_id: int | None = None
    further_visibility: str | None = None
    changed: str = ""
    changed_by: str = ""
    moved: Mapping[str, str] = field(default_factory=dict)  # from former ids

    @property
    def version(self) -> str:
        """Changes whenever the answer at the annotation's address does: its ETag, unquoted."""
        parts: list[object] = [self.id, self.serial, self.path, self.visibility, self.modified]
        parts += [each for each in (dict(self.moved), self.changed_by) if each]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]

    @property
    def state(self) -> str:
        """What it says and to whom, in short: who edits it tells what they have seen."""
        return hashlib.sha256(json.dumps([self.serial, self.visibility]).encode()).hexdigest()[:16]

    @property
    def address(self) -> str:
        """Relative to the library."""
        return f"/annotations/{self.id}"


def as_annotation(row: sqlite3.Row) -> Annotation:
    kept = {key: row[key] for key in row.keys() if key in Annotation.__dataclass_fields__}  # noqa: SIM118 - a Row iterates over values
    return Annotation(
        **{
            **kept,
            "stored": json.loads(row["stored"]),
            "serial": row["stored"],
            "note_title": row["note_title"] or row["path"] or "",
            "who": row["who"] or "somebody who left",
        }
    )


def as_json(annotation: Annotation, base: str) -> dict[str, Any]:
    """The annotation as it is answered under the address `base`.

    Who changed it is what Gloss knows, in place of what anybody sent of it.
    """
    answered = addresses.outward(annotation.stored, base, annotation.path, annotation.moved)
    context = {"@context": answered.pop("@context")}
    if annotation.visibility == "private":
        answered["visibility"] = "private"
    if said := contributor(annotation):
        answered[CONTRIBUTOR] = said
    return {**context, "id": base.rstrip("/") + annotation.address, **answered}


def contributor(annotation: Annotation) -> dict[str, str] | None:
    """Who changed it, if not who wrote it."""
    return {"type": "Person", "name": annotation.changed_by} if annotation.changed_by else None


def may_read(person: Person, annotation: Annotation, action: Action = Action.READ) -> bool:
    """Who may read the note may read what is shared about it; a private one is its writer's.

    A reply is for whoever may read all that it answers, and what names further notes for whoever
    may meet those. `readable` says it in SQL.
    """
    things = [Thing(annotation.visibility, annotation.person_id or NOBODY)]
    if annotation.root_visibility is not None:
        things.append(Thing(annotation.root_visibility, annotation.root_person_id or NOBODY))
    if annotation.reader_id is not None:
        things.append(Thing("private", annotation.reader_id))
    if annotation.further_visibility is not None:
        things.append(Thing(annotation.further_visibility))
    return may_read_note(person, annotation.note_visibility, action) and all(
        may(person, action, thing) for thing in things
    )


def count(connection: sqlite3.Connection, uid: int, person: Person) -> int:
    """How many annotations of a note, which they may read, `person` may read."""
    where = f"note_uid = ? AND deleted IS NULL AND {readable(person)}"
    row = connection.execute(f"SELECT count(*) FROM annotation WHERE {where}", [uid]).fetchone()
    return int(row[0])


def may_read_note(person: Person, visibility: str | None, action: Action = Action.READ) -> bool:
    """What is about no note of ours, or about one whose file is gone, is for who is signed in."""
    if visibility is None:
        return person.role is not Role.PUBLIC
    return may(person, action, Thing(visibility))


def may_change(person: Person, annotation: Annotation) -> bool:
    thing = Thing(annotation.visibility, annotation.person_id or NOBODY)
    return may(person, Action.ANNOTATE, thing) or may(person, Action.MODERATE, thing)
