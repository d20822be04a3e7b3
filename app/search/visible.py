"""Which entries of the index a person may meet.

A note by its own visibility; an annotation by its note's, unless it is another's private one or
deleted; code if the person is signed in, or a note that they may meet has a block of it.
"""

from __future__ import annotations

from app.accounts.permissions import Person, Role, visibilities
from app.search.fts import Condition

NOTE = "document.visibility IN ({listed})"
# Whoever is signed in may list every note: saved for each hit is the look-up of its document.
ANNOTATION = """EXISTS (SELECT 1 FROM annotation JOIN document AS about ON about.uid = entry.uid
    WHERE annotation.id = entry.key AND annotation.deleted IS NULL
    AND (annotation.visibility = 'shared' OR annotation.person_id = ?)
    AND about.visibility IN ({listed}))"""
CODE = """EXISTS (SELECT 1 FROM document_block AS block JOIN document AS shown USING (uid)
    WHERE block.script = entry.key AND shown.visibility IN ({listed}))"""
NOBODY = -1


def visible(person: Person) -> Condition:
    """The condition on `entry` and `document` (left joined) for what `person` may list."""
    listed = visibilities(person)
    who = NOBODY if person.id is None else person.id
    note, code = NOTE, CODE
    values: tuple[str | int, ...] = (*listed, who, *listed, *listed)
    if person.role is not Role.PUBLIC:
        note, code, values = "1", "1", (who, *listed)
    sql = f"""CASE entry.type WHEN 'note' THEN {note}
        WHEN 'annotation' THEN {ANNOTATION}
        WHEN 'code' THEN {code} ELSE 0 END"""
    return Condition(sql.format(listed=", ".join("?" * len(listed))), values)
