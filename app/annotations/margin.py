"""The margin of a note: its comments as the page shows them, each at its passage as it is now."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from app.accounts.permissions import Person
from app.annotations import store
from app.annotations.anchoring import Anchor, Grade, locate
from app.annotations.kept import Annotation, may_change
from app.annotations.reading import Reading, as_html, read
from app.markup.note import NO_MACROS


class Annotated(Protocol):
    """What the margin needs of a note; `library.documents.Document` has it."""

    @property
    def uid(self) -> int: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True)
class Comment:
    """`start` and `end` count code points of the note's text; None: the whole note, or orphan."""

    id: str
    who: str
    when: str
    quote: str
    html: str
    grade: Grade
    start: int | None
    end: int | None
    visibility: str
    may_delete: bool


def of_note(
    connection: sqlite3.Connection,
    document: Annotated,
    person: Person,
    macros: Mapping[str, str] = NO_MACROS,
) -> list[Comment]:
    """What `person` may read in the margin, in the order of the text; the rest comes after."""
    kept = store.of_note(connection, document.uid, person)
    comments = [comment(annotation, document.text, person, macros) for annotation in kept]
    return sorted(comments, key=lambda each: (each.start is None, each.start or 0))


def comment(
    annotation: Annotation, text: str, person: Person, macros: Mapping[str, str]
) -> Comment:
    reading = read(annotation.stored)
    anchor = anchored(annotation, reading, text)
    return Comment(
        id=annotation.id,
        who=annotation.who,
        when=annotation.created,
        quote=annotation.quote,
        html=as_html(reading, macros),
        grade=anchor.grade,
        start=anchor.start,
        end=anchor.end,
        visibility=annotation.visibility,
        may_delete=may_change(person, annotation),
    )


def anchored(annotation: Annotation, reading: Reading, text: str) -> Anchor:
    """Where it stands; what quotes nothing is about the whole note."""
    if not annotation.quote:
        return Anchor(None, None, "exact")
    return locate(text, annotation.quote, reading.prefix, reading.suffix, reading.start)
