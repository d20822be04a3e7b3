"""What an entry's id says: whether it is an annotation, and who may meet it.

    >>> places = [Place(EVERYBODY), *(Place(audience, True) for audience in range(AUDIENCES))]
    >>> [place.low // BAND for place in (*places, Place(OWN, True, writer=3))]
    [0, 2, 3, 1, 3, 6]
    >>> of_annotation("public", [("shared", 3)])
    Place(audience=0, annotation=True, writer=0)
    >>> of_annotation("public", [("private", 3), ("shared", 4)])
    Place(audience=3, annotation=True, writer=3)

An id is the beginning of a band, and then a number times AUDIENCES and one of these. The first band
is for notes, code and outputs; annotations have one for each audience, and one for what each person
keeps private. So no row need be looked up for a hit, and the annotations that a person may meet are
a few ranges of ids, which the index of words has in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

AUDIENCES = 4
EVERYBODY, SIGNED_IN, LOOKED_UP, OWN = range(AUDIENCES)
BAND = 1 << 40
MOST_PEOPLE = 1 << 22  # so that every id is one of SQLite's
# Of annotations. What must be looked up comes first: beside the notes, or alone.
BANDS = {LOOKED_UP: 1, EVERYBODY: 2, SIGNED_IN: 3, OWN: 3}


@dataclass(frozen=True)
class Place:
    """The band, and who may meet it; `writer` of what is OWN."""

    audience: int = LOOKED_UP
    annotation: bool = False
    writer: int = 0

    @property
    def low(self) -> int:
        """The first id of the band."""
        return BAND * ((BANDS[self.audience] + self.writer) if self.annotation else 0)

    @property
    def last(self) -> int:
        return self.low + BAND - 1

    def has(self, id: int) -> bool:
        return self.low <= id <= self.last and id % AUDIENCES == self.audience


NOTHING_KNOWN = Place(annotation=True)


def audience(visibility: str) -> int:
    """Of a note."""
    return EVERYBODY if visibility == "public" else SIGNED_IN


def of_annotation(about: str | None, seen: Sequence[tuple[str | None, int | None]]) -> Place:
    """By the visibility of its note (empty: it is about none of ours), and the visibilities and
    writers of itself and of what its thread began with. None: that is not there."""
    if about is None or any(visibility is None for visibility, _ in seen):
        return NOTHING_KNOWN
    writers = {writer for visibility, writer in seen if visibility != "shared"}
    if not writers:
        return Place(audience(about), annotation=True)
    if len(writers) > 1:
        return NOTHING_KNOWN
    (writer,) = writers
    if writer is None or not 0 < writer < MOST_PEOPLE:
        return NOTHING_KNOWN
    return Place(OWN, annotation=True, writer=writer)


def met(person_id: int | None, *, signed_in: bool) -> list[Place]:
    """Those of annotations that a person may meet whatever else is so."""
    found = [Place(EVERYBODY, annotation=True)]
    if signed_in:
        found.append(Place(SIGNED_IN, annotation=True))
    if signed_in and person_id is not None and 0 < person_id < MOST_PEOPLE:
        found.append(Place(OWN, annotation=True, writer=person_id))
    return found
