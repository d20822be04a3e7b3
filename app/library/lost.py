"""Links to a heading or a block that the note they lead to does not have.

Those within one note are remarks on it (markup/doubts.py); these are known only of the library.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from app.library.links import EVERY, candidates, choose
from app.markup import headings
from app.markup.placeholders import typed


@dataclass(frozen=True)
class Lost:
    """The note in which the link stands, what it names, and the place in that."""

    path: str
    target: str
    place: str

    @property
    def words(self) -> str:
        return f"[[{self.target}#{self.place}]]"


Place = tuple[int, str]  # a note, and the anchor of a heading or a block in it


def every(connection: sqlite3.Connection) -> list[Lost]:
    """Every such link of the library; at most four queries."""
    rows = connection.execute(
        "SELECT path, target, fragment FROM document_link JOIN document USING (uid)"
        " WHERE fragment <> '' AND target <> '' ORDER BY path, position"
    ).fetchall()
    found = candidates(connection, {row["target"] for row in rows}, EVERY)
    asked: list[tuple[Lost, Place]] = []
    for path, target, fragment in rows:
        if linked := choose(found, target, path):
            place = fragment.rpartition("#")[2]
            asked.append((Lost(path, target, place), (linked.uid, place)))
    there = known(connection, {place for _, place in asked})
    return list(dict.fromkeys(lost for lost, place in asked if place not in there))


def known(connection: sqlite3.Connection, places: set[Place]) -> set[Place]:
    """Those of the places that there are."""
    blocks = {place for place in places if place[1].startswith("^")}
    return with_headings(connection, places - blocks) | with_blocks(connection, blocks)


def with_headings(connection: sqlite3.Connection, places: set[Place]) -> set[Place]:
    """The heading that is the note's title stands at the top of its page."""
    if not places:
        return set()
    rows = connection.execute(
        "SELECT uid, title, headings FROM document WHERE uid IN (SELECT value FROM json_each(?))",
        [json.dumps(sorted({uid for uid, _ in places}))],
    )
    found: set[Place] = set()
    for uid, title, written in rows:
        found |= {(uid, heading["id"]) for heading in json.loads(written)}
        found.add((uid, headings.slug(title)))
    return found


def with_blocks(connection: sqlite3.Connection, places: Iterable[Place]) -> set[Place]:
    """The marker of a block is in the stored HTML."""
    marks = [(uid, place, typed("mark", {"block": place[1:]})) for uid, place in places]
    if not marks:
        return set()
    rows = connection.execute(
        "SELECT uid, value ->> 1 FROM json_each(?) JOIN document ON uid = value ->> 0"
        " WHERE instr(html, value ->> 2)",
        [json.dumps(marks)],
    )
    return {(uid, place) for uid, place in rows}
