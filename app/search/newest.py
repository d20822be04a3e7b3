"""Annotations without a word that they must have: the newest first, and how many there are.

An entry's date is when its annotation was made, of which there is an index; and how many there are
in a range of ids is counted in the smallest of the tables that have them. Where something is asked
of them that their narrow rows know (kept_remarks.py), these have it in the order of time.
"""

from __future__ import annotations

import sqlite3

from app.accounts.permissions import Person
from app.search.condition import Condition, both
from app.search.fts import ANNOTATIONS, plan
from app.search.numbers import BAND, Place
from app.search.ranked import Page, Ranked
from app.search.tree import Given, Node
from app.search.visible import met, visible

EVERY = Given(ANNOTATIONS)
NEWEST = """SELECT entry.id FROM annotation INDEXED BY annotation_by_created
    JOIN search_entry AS entry ON entry.type = 'annotation' AND entry.key = annotation.id
    WHERE annotation.deleted IS NULL AND ({seen})
    ORDER BY annotation.created DESC, entry.id DESC LIMIT ? OFFSET ?"""
COUNT = "SELECT count(*) FROM search_text_docsize WHERE id BETWEEN ? AND ?"
REMARKS = "SELECT {what} FROM search_remark AS remark WHERE {where}"
IN_ORDER = f"{REMARKS} ORDER BY remark.at DESC, remark.id DESC LIMIT ? OFFSET ?"


def of_annotations(
    connection: sqlite3.Connection, person: Person, tree: Node, page: Page
) -> Ranked | None:
    """One page; None where something else is asked."""
    if tree == EVERY:
        return of_all(connection, person, page)
    wanted = plan(tree)
    if wanted.match or not wanted.remark:
        return None
    return of_some(connection, person, wanted.remark, page)


def of_all(connection: sqlite3.Connection, person: Person, page: Page) -> Ranked:
    seen = visible(person, "entry.id")
    query = NEWEST.format(seen=seen.sql)
    rows = connection.execute(query, [*seen.values, page.limit, page.offset])
    scores = {entry: 0.0 for (entry,) in rows}
    low = Place(annotation=True).low
    total = counted(
        connection, person, Condition("remark.id BETWEEN ? AND ?", (low, low + BAND - 1))
    )
    for place in met(person):
        total += connection.execute(COUNT, [place.low, place.last]).fetchone()[0]
    return Ranked(total, scores)


def of_some(connection: sqlite3.Connection, person: Person, asked: Condition, page: Page) -> Ranked:
    found = both([asked, visible(person, "remark.id")])
    query = IN_ORDER.format(what="remark.id", where=found.sql)
    rows = connection.execute(query, [*found.values, page.limit, page.offset])
    scores = {entry: 0.0 for (entry,) in rows}
    return Ranked(counted(connection, person, asked), scores)


def counted(connection: sqlite3.Connection, person: Person, asked: Condition) -> int:
    """All that it is true of, of those that `person` may meet."""
    found = both([asked, visible(person, "remark.id")])
    query = REMARKS.format(what="count(*)", where=found.sql)
    return int(connection.execute(query, found.values).fetchone()[0])
