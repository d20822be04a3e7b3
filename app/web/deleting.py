"""What goes with a note that is deleted, for whoever is asked: links to it, and its comments.

Only what the person may read counts.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from app.accounts.permissions import Person, visibilities
from app.annotations import kept
from app.library import identity, links, names
from app.library.links import Backlink

SHOWN = 10


@dataclass(frozen=True)
class Going:
    """`linked`: the first of the notes that link to it; `more`: how many others do."""

    linked: list[Backlink]
    more: int
    annotations: int

    @property
    def links(self) -> int:
        return len(self.linked) + self.more


def of(connection: sqlite3.Connection, person: Person, id: str) -> Going:
    uid = identity.uid_of(connection, names.normal(id))
    if uid is None:
        return Going([], 0, 0)
    linking = links.backlinks(connection, uid, visibilities(person))
    said = kept.count(connection, uid, person)
    return Going(linking[:SHOWN], max(0, len(linking) - SHOWN), said)
