"""Notes that an annotation names beside its own, under the addresses that they have now.

What a client stored stays as it is; the address is another one in the answer. Its own note is known
by its identity, and so are those that it tells of (bounds.py). Two queries at most.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from app.accounts.permissions import Action, Person, visibilities
from app.annotations import addresses
from app.annotations.kept import Annotation
from app.library import identity

NAMED = """SELECT told.annotation_id AS id, told.name, document.path
    FROM annotation_further AS told JOIN document ON document.uid = told.note_uid
    WHERE told.annotation_id IN (SELECT value FROM json_each(?1)) AND document.path <> told.name
    AND document.visibility IN (SELECT value FROM json_each(?2)) ORDER BY id, told.name"""


def followed(
    connection: sqlite3.Connection, person: Person, annotations: Iterable[Annotation]
) -> list[Annotation]:
    """The same, with the notes that moved, as far as `person` may read them."""
    every = list(annotations)
    named = {each.id: further(each) for each in every}
    if not any(named.values()):
        return every
    seen = visibilities(person, Action.READ)
    moved = identity.of_formers(connection, set().union(*named.values()), seen)
    ids = [each for each, names in named.items() if names]
    known = of_named(connection, ids, visibilities(person, Action.LIST))
    now = {
        each: {name: moved[name] for name in sorted(names) if name in moved} | known.get(each, {})
        for each, names in named.items()
    }
    return [replace(each, moved=now[each.id]) for each in every]


def of_named(
    connection: sqlite3.Connection, ids: Sequence[str], seen: Sequence[str]
) -> dict[str, dict[str, str]]:
    """Where the notes are that these annotations told of, if elsewhere, whatever is there now."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in connection.execute(NAMED, [json.dumps(ids), json.dumps(seen)]):
        found[row["id"]][row["name"]] = row["path"]
    return found


def further(annotation: Annotation) -> set[str]:
    """The notes that it names, but for its own."""
    named = addresses.notes(annotation.stored)
    if named <= {annotation.path}:
        return set()
    return named - {addresses.own_note(annotation.stored)}
