"""A comment as the margin of a note shows it, at its passage as the note is now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.accounts.permissions import Action, Person, may
from app.annotations.anchored import Placed
from app.annotations.anchoring import Grade
from app.annotations.composing import MOTIVATIONS, OF_KINDS
from app.annotations.kept import Annotation, may_change
from app.annotations.reading import read
from app.annotations.shown import as_html
from app.markup.note import NO_MACROS

KINDS = {motivation: kind for kind, motivation in MOTIVATIONS.items()}


@dataclass(frozen=True)
class Comment:
    """`start` and `end` count code points of the note's text; None: the whole note, or orphan.

    `quote` is the passage as it was when it was marked. `gone`: it was deleted, not what answers
    it.
    """

    id: str
    kind: str
    who: str
    when: str
    changed: bool
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


def comment(
    annotation: Annotation,
    person: Person,
    placed: Placed | None = None,
    html: str | None = None,
    macros: Mapping[str, str] = NO_MACROS,
) -> Comment:
    """`html` is what it says where that is kept; a reply has no place."""
    reading, gone = read(annotation.stored), annotation.deleted is not None
    kind = KINDS.get(annotation.motivation, "comment")
    said = "" if gone else as_html(reading, macros) if html is None else html
    return Comment(
        id=annotation.id,
        kind=kind,
        who="" if gone else annotation.who,
        when=annotation.created,
        changed=annotation.modified != annotation.created,
        quote=annotation.quote,
        html=said,
        tags=() if gone else reading.tags,
        colour=annotation.colour or OF_KINDS.get(kind, "yellow"),
        grade=placed.grade if placed else "exact",
        start=placed.start if placed else None,
        end=placed.end if placed else None,
        visibility=annotation.visibility,
        gone=gone,
        may_change=not gone and may_change(person, annotation),
        may_answer=not gone and may(person, Action.ANNOTATE),
    )
