"""Which entries of the index a person may meet.

A note by its own visibility; an annotation by its note's, unless it is another's private one or
deleted; code if the person is signed in, or a note that they may meet has a block of it.

For notes, which are nearly all, the last bits of an entry's id say it, and nothing need be looked
up for a hit; all else is looked up.
"""

from __future__ import annotations

from app.accounts.permissions import Person, Role, visibilities
from app.search.condition import Condition

AUDIENCES = 4  # an id is a number times this, and one of these
EVERYBODY, SIGNED_IN, LOOKED_UP = range(3)

# Whoever is signed in may list every note.
ANNOTATION = """EXISTS (SELECT 1 FROM annotation JOIN document AS about ON about.uid = asked.uid
    WHERE annotation.id = asked.key AND annotation.deleted IS NULL
    AND (annotation.visibility = 'shared' OR annotation.person_id = ?)
    AND about.visibility IN ({listed}))"""
CODE = """EXISTS (SELECT 1 FROM document_block AS block JOIN document AS shown USING (uid)
    WHERE block.script = asked.key AND shown.visibility IN ({listed}))"""
LOOK_UP = """EXISTS (SELECT 1 FROM search_entry AS asked WHERE asked.id = {id} AND CASE asked.type
    WHEN 'annotation' THEN {annotation} WHEN 'code' THEN {code} ELSE 0 END)"""
NOBODY = -1


def audience(visibility: str) -> int:
    """Of a note."""
    return EVERYBODY if visibility == "public" else SIGNED_IN


def visible(person: Person, id: str) -> Condition:
    """The condition on an entry, whose id is the column `id`, for what `person` may list."""
    listed = visibilities(person)
    who = NOBODY if person.id is None else person.id
    is_public = person.role is Role.PUBLIC
    look_up = LOOK_UP.format(id=id, annotation=ANNOTATION, code=CODE if is_public else "1")
    notes = (
        f"{id} % {AUDIENCES} = {EVERYBODY}" if is_public else f"{id} % {AUDIENCES} < {LOOKED_UP}"
    )
    sql = f"{notes} OR {id} % {AUDIENCES} = {LOOKED_UP} AND {look_up}"
    values: tuple[str | int, ...] = (who, *listed, *(listed if is_public else ()))
    return Condition(sql.format(listed=", ".join("?" * len(listed))), values)
