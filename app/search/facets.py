"""Where else a search may go: how many of its hits have each kind, tag, year, author and place.

    >>> tree = parse("walk kind:paper").tree
    >>> with_field("walk kind:paper", tree, Field("tag", "a b"))
    'walk kind:paper tag:"a b"'
    >>> without_field(tree, Field("kind", "paper"))
    'walk'

Exact up to so many hits, of which the person may meet each; one query for all facets.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

from app.accounts.permissions import Person
from app.search.fields import PLACES
from app.search.find import deadline, provide_fold
from app.search.fts import Plan, plan
from app.search.query import parse
from app.search.tree import All, Either, Field, Node, every, fields, written
from app.search.visible import visible

MOST = 10_000  # hits that are counted
MOST_VALUES = 12  # of a facet

HITS = """SELECT entry.id, entry.type, entry.uid FROM {source}
    LEFT JOIN document ON document.uid = entry.uid
    WHERE ({visible}) AND ({condition}) LIMIT ?"""
FOUND = """search_text CROSS JOIN search_entry AS entry
    ON search_text MATCH ? AND entry.id = search_text.rowid"""
COUNTS = """WITH hit AS MATERIALIZED ({hits})
    SELECT 'total' AS facet, '' AS value, count(*) AS number FROM hit
    UNION ALL SELECT 'in', type, count(*) FROM hit GROUP BY type
    UNION ALL SELECT 'kind', kind, count(*) FROM hit JOIN document USING (uid) GROUP BY kind
    UNION ALL SELECT 'year', year, count(*) FROM hit JOIN document USING (uid)
        WHERE year IS NOT NULL GROUP BY year
    UNION ALL SELECT 'tag', tag, count(*) FROM hit JOIN document_tag USING (uid) GROUP BY tag
    UNION ALL SELECT 'author', author, count(*) FROM hit JOIN document_author USING (uid)
        GROUP BY author"""
NAMES = {"in": "Where", "kind": "Kind", "year": "Year", "tag": "Tag", "author": "Author"}
PLACE_OF = {kind: place for place, kind in PLACES.items()}


@dataclass(frozen=True)
class Value:
    """`query`: what to search for instead, with this value, or without it if it is chosen."""

    name: str
    count: int
    chosen: bool
    query: str


@dataclass(frozen=True)
class Facet:
    name: str
    field: str
    values: list[Value]


@dataclass(frozen=True)
class Facets:
    """`more`: there are more hits than were counted, so each count is one of at least so many."""

    total: int = 0
    more: bool = False
    facets: list[Facet] = field(default_factory=list)


def of_search(connection: sqlite3.Connection, person: Person, text: str) -> Facets:
    """The facets of what `find.search` finds for the same text."""
    tree = parse(text).tree
    if tree is None:
        return Facets()
    if "author" in fields(tree):
        provide_fold(connection)
    exact = plan(tree)
    with deadline(connection):
        counts = counted(connection, person, exact)
        if not counts["total"][""] and exact.can_relax:
            counts = counted(connection, person, plan(tree, relaxed=True))
    total = counts["total"][""]
    facets = [facet(name, counts.get(name, {}), text, tree) for name in NAMES]
    shown = [each for each in facets if each.values]
    return Facets(min(total, MOST), total > MOST, shown)


Counts = dict[str, dict[str, int]]


def counted(connection: sqlite3.Connection, person: Person, wanted: Plan) -> Counts:
    """How many hits have each value of each facet; `total` is at most one more than MOST."""
    seen = visible(person, "entry.id")
    source = FOUND if wanted.match else "search_entry AS entry"
    hits = HITS.format(source=source, visible=seen.sql, condition=wanted.condition.sql)
    match = [wanted.match] if wanted.match else []
    values = [*match, *seen.values, *wanted.condition.values, MOST + 1]
    found: Counts = {}
    for row in connection.execute(COUNTS.format(hits=hits), values):
        found.setdefault(row["facet"], {})[str(row["value"])] = row["number"]
    return found


def facet(name: str, counts: dict[str, int], text: str, tree: Node) -> Facet:
    """The values of one facet, those that are chosen first, then by number; years by time."""
    known = {PLACE_OF.get(value, "") if name == "in" else value: n for value, n in counts.items()}
    chosen = {each.value.casefold() for each in chosen_fields(tree) if each.name == name}
    values: list[Value] = []
    for value, number in known.items():
        is_chosen = value.casefold() in chosen
        asked = other(text, tree, Field(name, value), chosen=is_chosen)
        if asked is not None:
            values.append(Value(value, min(number, MOST), is_chosen, asked))
    values.sort(key=lambda value: (not value.chosen, -value.count, value.name.casefold()))
    values = values[:MOST_VALUES]
    if name == "year":
        values.sort(key=lambda value: value.name, reverse=True)
    return Facet(NAMES[name], name, values)


def chosen_fields(tree: Node) -> list[Field]:
    parts = tree.parts if isinstance(tree, All) else (tree,)
    return [part for part in parts if isinstance(part, Field)]


def other(text: str, tree: Node, wanted: Field, *, chosen: bool) -> str | None:
    """The query with or without the field; None where no query can say that value."""
    if chosen:
        return without_field(tree, wanted)
    said = parse(written(wanted))
    if said.note or said.tree != wanted:
        return None
    return with_field(text, tree, wanted)


def with_field(text: str, tree: Node, wanted: Field) -> str:
    """What was typed, and the field; where it is not clear what that means, the tree's own text."""
    asked = f"({text.strip()})" if isinstance(tree, Either) else text.strip()
    meant = every([tree, wanted])
    whole = f"{asked} {written(wanted)}"
    return whole if parse(whole).tree == meant or meant is None else written(meant)


def without_field(tree: Node, unwanted: Field) -> str:
    parts = tree.parts if isinstance(tree, All) else (tree,)
    left = every(part for part in parts if not is_same(part, unwanted))
    return written(left) if left else ""


def is_same(part: Node, wanted: Field) -> bool:
    if not isinstance(part, Field) or part.name != wanted.name:
        return False
    return part.value.casefold() == wanted.value.casefold()
