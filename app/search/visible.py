"""Which entries of the index a person may meet.

A note by its own visibility; an annotation by its note's, if they may read it (readable.py) and it
is not deleted; code if the person is signed in, or a note that they may meet has a
block of it; what a block of a note shows by the note, and other outputs if the person is signed
in; what a run printed, if they may run it.

For notes and annotations, which are nearly all, an entry's id says it (numbers.py), and nothing
need be looked up for a hit; all else is looked up.
"""

from __future__ import annotations

from app.accounts.permissions import Action, Person, Role, may, visibilities
from app.search import numbers
from app.search.condition import Condition
from app.search.numbers import AUDIENCES, BAND, EVERYBODY, LOOKED_UP, OWN, Place
from app.search.readable import readable

# Whoever is signed in may list every note.
# What is about no note of ours is for whoever is signed in.
ANNOTATION = """EXISTS (SELECT 1 FROM annotation
    LEFT JOIN document AS about ON about.uid = asked.uid
    WHERE annotation.id = asked.key AND annotation.deleted IS NULL
    AND {readable}
    AND (about.visibility IN ({listed}) OR asked.uid IS NULL AND {signed_in}))"""
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


def met(person: Person) -> list[Place]:
    """The ranges of annotations that `person` may meet, without a look at each."""
    return numbers.met(person.id, signed_in=person.role is not Role.PUBLIC)


def visible(person: Person, id: str) -> Condition:
    """The condition on an entry, whose id is the column `id`, for what `person` may list."""
    listed = visibilities(person)
    is_public = person.role is Role.PUBLIC
    look_up = LOOK_UP.format(
        id=id, annotation=ANNOTATION, code=CODE if is_public else "1", output=OUTPUT
    )
    sql = f"{by_id(person, id)} OR {id} % {AUDIENCES} = {LOOKED_UP} AND {look_up}"
    code: tuple[str, ...] = listed if is_public else ()
    outputs: tuple[str | int, ...] = (*listed, int(not is_public), int(may(person, Action.RUN)))
    values: tuple[str | int, ...] = (*listed, *code, *outputs)
    marks = ", ".join("?" * len(listed))
    told = {
        "listed": marks,
        "signed_in": int(not is_public),
        "readable": readable(person, Action.LIST),
    }
    return Condition(sql.format(**told), values)


def by_id(person: Person, id: str) -> str:
    """What needs no look."""
    if person.role is Role.PUBLIC:
        return f"{id} % {AUDIENCES} = {EVERYBODY}"
    own = [place.low // BAND for place in met(person) if place.audience == OWN]
    private = "".join(f" OR {id} % {AUDIENCES} = {OWN} AND {id} / {BAND} = {band}" for band in own)
    return f"{id} % {AUDIENCES} < {LOOKED_UP}{private}"
