"""Notes that an annotation names beside its own, under the addresses that they have now.

What a client stored stays as it is; the address is another one in the answer. Its own note is known
by its identity.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import replace

from app.accounts.permissions import Action, Person, visibilities
from app.annotations import addresses
from app.annotations.kept import Annotation
from app.library import identity


def followed(
    connection: sqlite3.Connection, person: Person, annotations: Iterable[Annotation]
) -> list[Annotation]:
    """The same, with the notes that moved, as far as `person` may read them; one query at most."""
    every = list(annotations)
    named = {note for each in every for note in further(each)}
    if not named:
        return every
    moved = identity.of_formers(connection, named, visibilities(person, Action.READ))
    return [
        replace(each, moved={old: moved[old] for old in sorted(further(each)) if old in moved})
        for each in every
    ]


def further(annotation: Annotation) -> set[str]:
    """The notes that it names, but for its own."""
    named = addresses.notes(annotation.stored)
    if named <= {annotation.path}:
        return set()
    return named - {addresses.own_note(annotation.stored)}
