"""The margin of a note: its comments as the page shows them, each at its passage as it is now."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from app.accounts.permissions import Person
from app.annotations import anchored, store
from app.annotations.anchored import Annotated, Placed
from app.annotations.anchoring import Grade
from app.annotations.kept import Annotation, may_change
from app.annotations.reading import as_html, read
from app.markup.note import NO_MACROS


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
    kept = {each.id: each for each in store.of_note(connection, document.uid, person)}
    every = anchored.of_note(connection, document) if kept else []
    placed = [each for each in every if each.annotation_id in kept]
    return [comment(kept[each.annotation_id], each, person, macros) for each in placed]


def comment(
    annotation: Annotation, placed: Placed, person: Person, macros: Mapping[str, str]
) -> Comment:
    return Comment(
        id=annotation.id,
        who=annotation.who,
        when=annotation.created,
        quote=annotation.quote,
        html=as_html(read(annotation.stored), macros),
        grade=placed.grade,
        start=placed.start,
        end=placed.end,
        visibility=annotation.visibility,
        may_delete=may_change(person, annotation),
    )
