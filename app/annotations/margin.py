"""A comment as the margin of a note shows it, at its passage as the note is now."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from app.accounts.permissions import Action, Person, Thing, may
from app.annotations import lost
from app.annotations.anchored import Placed
from app.annotations.anchoring import Grade
from app.annotations.composing import MOTIVATIONS, OF_KINDS
from app.annotations.reading import read_stored
from app.annotations.sent import Sent, sent
from app.annotations.shown import as_html
from app.markup.note import NO_MACROS
from app.search.readable import NOBODY

KINDS = {motivation: kind for kind, motivation in MOTIVATIONS.items()}


@dataclass(frozen=True)
class Comment:
    """`start` and `end` count code points of the note's text; None: the whole note, or orphan.

    `changed`, `changed_by`: as in `kept.Annotation`.
    `lost`: why the passage has no place, in words.
    `quote` is the passage as it was when it was marked. `gone`: it was deleted, not what answers
    it.
    """

    id: str
    kind: str
    who: str
    when: str
    quote: str
    html: str
    tags: tuple[str, ...]
    colour: str
    grade: Grade
    start: int | None
    end: int | None
    visibility: str
    gone: bool
    may_change: bool
    may_answer: bool
    changed: str
    changed_by: str
    sent: Sent
    lost: str = ""


def comment(
    row: sqlite3.Row,
    person: Person,
    placed: Placed | None = None,
    html: str | None = None,
    macros: Mapping[str, str] = NO_MACROS,
    *,
    is_twice: bool = False,
) -> Comment:
    """Of a row of `kept.SELECT`. `html` is what it says where that is kept; a reply has no place.

    `is_twice`: its words stand in the note more than once. Of what was deleted nothing is told but
    where it stood.
    """
    gone = row["deleted"] is not None
    reading = read_stored(row["stored"])
    kind = KINDS.get(row["motivation"], "comment")
    stands = lost.state(reading, placed.grade, placed.start, is_twice=is_twice) if placed else ""
    said = "" if gone else as_html(reading, macros) if html is None else html
    thing = Thing(row["visibility"], row["person_id"] or NOBODY)
    changes = may(person, Action.ANNOTATE, thing) or may(person, Action.MODERATE, thing)
    return Comment(
        id=row["id"],
        kind=kind,
        who="" if gone else row["who"] or "somebody who left",
        when=row["created"],
        quote="" if gone else row["quote"],
        html=said,
        tags=() if gone else reading.tags,
        colour=row["colour"] or OF_KINDS.get(kind, "yellow"),
        grade=placed.grade if placed else "exact",
        start=placed.start if placed else None,
        end=placed.end if placed else None,
        visibility=row["visibility"],
        gone=gone,
        may_change=not gone and changes,
        may_answer=not gone and may(person, Action.ANNOTATE),
        changed="" if gone else row["changed"],
        changed_by="" if gone else row["changed_by"],
        lost="" if gone else lost.words(stands, reading),
        sent=Sent() if gone else sent(reading, row["person_id"], row["who"], row["created"]),
    )
