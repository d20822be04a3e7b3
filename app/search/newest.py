"""Annotations without a word that they must have: the newest first, and how many there are.

An entry's date is when its annotation was made, of which there is an index; and how many there are
in a range of ids is counted in the smallest of the tables that have them.
"""

from __future__ import annotations

import sqlite3

from app.accounts.permissions import Person
from app.search import matches
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
UNSURE = "entry.id BETWEEN ? AND ?"


def of_annotations(
    connection: sqlite3.Connection, person: Person, tree: Node, page: Page
) -> Ranked | None:
    """One page; None where something else is asked."""
    if tree != EVERY:
        return None
    seen = visible(person, "entry.id")
    query = NEWEST.format(seen=seen.sql)
    rows = connection.execute(query, [*seen.values, page.limit, page.offset])
    scores = {entry: 0.0 for (entry,) in rows}
    total = unsure(connection, person, tree)
    for place in met(person):
        total += connection.execute(COUNT, [place.low, place.last]).fetchone()[0]
    return Ranked(total, scores)


def unsure(connection: sqlite3.Connection, person: Person, tree: Node) -> int:
    """How many there are of those that must be looked up."""
    low = Place(annotation=True).low
    asked = matches.of(person, plan(tree))
    where = f"{asked.where} AND {UNSURE}"
    query = f"SELECT count(*) FROM {asked.tables} WHERE {where}"
    row = connection.execute(query, [*asked.values, low, low + BAND - 1]).fetchone()
    return int(row[0])
