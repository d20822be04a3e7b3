"""Which entries of the index a person may meet.

A note by its own visibility; an annotation by its note's, unless it is another's private one, or
answers one, or is deleted; code if the person is signed in, or a note that they may meet has a
block of it; what a block of a note shows by the note, and other outputs if the person is signed
in; what a run printed, if they may run it.

For notes, which are nearly all, the last bits of an entry's id say it, and nothing need be looked
up for a hit; all else is looked up.
"""

from __future__ import annotations

from app.accounts.permissions import Action, Person, Role, may, visibilities
from app.search.condition import Condition

AUDIENCES = 4  # an id is a number times this, and one of these
EVERYBODY, SIGNED_IN, LOOKED_UP = range(3)

# Whoever is signed in may list every note.
ANNOTATION = """EXISTS (SELECT 1 FROM annotation JOIN document AS about ON about.uid = asked.uid
    WHERE annotation.id = asked.key AND annotation.deleted IS NULL
    AND (annotation.visibility = 'shared' OR annotation.person_id = ?)
    AND (annotation.thread = '' OR EXISTS (SELECT 1 FROM annotation AS root
        WHERE root.id = annotation.thread
        AND (root.visibility = 'shared' OR root.person_id = ?)))
    AND about.visibility IN ({listed}))"""
CODE = """EXISTS (SELECT 1 FROM document_block AS block JOIN document AS shown USING (uid)
    WHERE block.script = asked.key AND shown.visibility IN ({listed}))"""
# The block must be as it was when its outputs were indexed.
OUTPUT = """EXISTS (SELECT 1 FROM search_output AS made WHERE made.key = asked.key
    AND CASE made.what WHEN 'block' THEN EXISTS (SELECT 1 FROM document_block AS block
            JOIN document AS shown USING (uid)
            WHERE block.uid = made.uid AND block.name = made.name AND block.script = made.script
            AND block.params = made.params AND block.show = made.show
            AND shown.visibility IN ({listed}))
        WHEN 'run' THEN ? ELSE ? END)"""
LOOK_UP = """EXISTS (SELECT 1 FROM search_entry AS asked WHERE asked.id = {id} AND CASE asked.type
    WHEN 'annotation' THEN {annotation} WHEN 'code' THEN {code} WHEN 'output' THEN {output}
    ELSE 0 END)"""
NOBODY = -1


def audience(visibility: str) -> int:
    """Of a note."""
    return EVERYBODY if visibility == "public" else SIGNED_IN


def visible(person: Person, id: str) -> Condition:
    """The condition on an entry, whose id is the column `id`, for what `person` may list."""
    listed = visibilities(person)
    who = NOBODY if person.id is None else person.id
    is_public = person.role is Role.PUBLIC
    look_up = LOOK_UP.format(
        id=id, annotation=ANNOTATION, code=CODE if is_public else "1", output=OUTPUT
    )
    notes = (
        f"{id} % {AUDIENCES} = {EVERYBODY}" if is_public else f"{id} % {AUDIENCES} < {LOOKED_UP}"
    )
    sql = f"{notes} OR {id} % {AUDIENCES} = {LOOKED_UP} AND {look_up}"
    code: tuple[str, ...] = listed if is_public else ()
    outputs: tuple[str | int, ...] = (*listed, int(not is_public), int(may(person, Action.RUN)))
    values: tuple[str | int, ...] = (who, who, *listed, *code, *outputs)
    return Condition(sql.format(listed=", ".join("?" * len(listed))), values)
