"""Where else a search may go: how many of its hits have each kind, tag, year, author and place.

    >>> tree = parse("walk kind:paper").tree
    >>> with_field("walk kind:paper", tree, Field("tag", "a b"))
    'walk kind:paper tag:"a b"'
    >>> without_field(tree, Field("kind", "paper"))
    'walk'

Exact up to so many hits, of which the person may meet each: a value's number is what its link
finds. So a tag counts with those below it, and an author with longer names that have this one.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field, replace

from app.accounts.permissions import Person
from app.search import find, matches, settling
from app.search import values as field_values
from app.search.deadline import deadline
from app.search.fields import OF_NOTE, PLACES
from app.search.matches import Matches
from app.search.query import parse
from app.search.settling import Known
from app.search.tree import Either, Field, Node, every, fields, parts_of, written

MOST = 10_000  # hits that are counted
MOST_VALUES = 12  # of a facet
MOST_NAMES = 2_000  # that are compared with those

OUTPUTS = Field("in", "outputs")
# What speaks of a note finds its outputs only where they are asked for (query.py).
HITS = """WITH hit AS MATERIALIZED (SELECT entry.id, entry.type,
        CASE WHEN entry.type <> 'output' OR {with_outputs} THEN entry.uid END AS uid,
        CASE WHEN entry.type = 'annotation' THEN entry.key END AS remark
    {sql} LIMIT ?)"""
COUNTS = """{hits}
    SELECT 'total' AS facet, '' AS value, count(*) AS number FROM hit
    UNION ALL SELECT 'in', type, count(*) FROM hit GROUP BY type
    UNION ALL SELECT 'kind', kind, count(*) FROM hit JOIN document USING (uid) GROUP BY kind
    UNION ALL SELECT 'year', year, count(*) FROM hit JOIN document USING (uid)
        WHERE year IS NOT NULL GROUP BY year
    UNION ALL SELECT 'tag', tag, count(*) FROM (
        SELECT tag FROM hit JOIN document_tag USING (uid)
        UNION ALL SELECT own.tag FROM hit JOIN annotation_tag AS own ON own.id = hit.remark
            WHERE NOT EXISTS (SELECT 1 FROM document_tag AS also
                WHERE also.uid = hit.uid AND also.tag = own.tag))
        GROUP BY tag COLLATE NOCASE
    UNION ALL SELECT 'author', author, count(*) FROM hit JOIN document_author USING (uid)
        GROUP BY author"""
TOGETHER = """{hits} SELECT wanted.key AS value, (SELECT count(*) FROM hit WHERE hit.uid IN (
        SELECT uid FROM {table} WHERE {name} IN (SELECT value FROM json_each(wanted.value)))
        OR {also}) AS number
    FROM json_each(?) AS wanted"""
# A tag may be an annotation's own.
ALSO = {
    "tag": """hit.remark IN (SELECT id FROM annotation_tag
    WHERE tag IN (SELECT value FROM json_each(wanted.value)))"""
}
TABLES = {"tag": "document_tag", "author": "document_author", "kind": "document"}
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


def of_search(
    connection: sqlite3.Connection,
    person: Person,
    text: str,
    *,
    known: Known | None = None,
    typing: bool = False,
) -> Facets:
    """The facets of what `find.search` finds for the same text."""
    read = parse(text, typing=typing)
    if read.tree is None:
        return Facets()
    with deadline(connection) as clock:
        query = find.settled(connection, person, read, known, clock, typing=typing)
        if query.tree is None:
            return Facets()
        rows = find.rows_of(connection, person, query.tree, typing=typing)
        hits = Hits(connection, rows, with_outputs=settling.asks_for_outputs(read.tree))
        counts = hits.counted()
        if not hits.with_outputs and fields(read.tree) & OF_NOTE:
            wider = replace(query, tree=every([read.tree, OUTPUTS]))
            shown = find.settled(connection, person, wider, known, clock)
            if shown.tree:
                there = find.rows_of(connection, person, shown.tree, typing=typing)
                number = matches.at_most(connection, there, MOST)
                counts["in"] = counts.get("in", {}) | ({"output": number} if number else {})
        for name in TABLES:
            counts[name] = hits.together(name, counts.get(name, {}))
    total = counts["total"][""]
    found = [facet(name, counts.get(name, {}), text, read.tree) for name in NAMES]
    return Facets(min(total, MOST), total > MOST, [each for each in found if each.values])


Counts = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Hits:
    """What is counted: at most one more than MOST."""

    connection: sqlite3.Connection
    rows: Matches
    with_outputs: bool

    def asked(self, sql: str, *values: str, **names: str) -> sqlite3.Cursor:
        hits = HITS.format(sql=self.rows.sql, with_outputs=int(self.with_outputs))
        return self.connection.execute(
            sql.format(hits=hits, **names), [*self.rows.values, MOST + 1, *values]
        )

    def counted(self) -> Counts:
        """How many have each value of each facet."""
        found: Counts = {}
        for row in self.asked(COUNTS):
            found.setdefault(row["facet"], {})[str(row["value"])] = row["number"]
        return found

    def together(self, name: str, counts: dict[str, int]) -> dict[str, int]:
        """The commonest values, each with all that it finds as a field."""
        known = sorted(counts, key=lambda value: (-counts[value], value))[:MOST_NAMES]
        keys = {value: field_values.key(name, value) for value in known}
        first = {keys[value]: value for value in reversed(known)}
        meant = {
            value: [other for other in known if field_values.covers(name, key, keys[other])]
            for key, value in list(reversed(first.items()))[: 3 * MOST_VALUES]
        }
        several = {value: names for value, names in meant.items() if names != [value]}
        found = {value: counts[value] for value in meant}
        if several:
            table, also = TABLES[name], ALSO.get(name, "0")
            rows = self.asked(TOGETHER, json.dumps(several), name=name, table=table, also=also)
            found |= {row["value"]: row["number"] for row in rows}
        return {value: number for value, number in found.items() if number}


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
    return [part for part in parts_of(tree) if isinstance(part, Field)]


def other(text: str, tree: Node, wanted: Field, *, chosen: bool) -> str | None:
    """The query with or without the field; None where no query can say that value."""
    if chosen:
        return without_field(tree, wanted)
    said = parse(written(wanted))
    is_beginning = wanted.name == "author" and wanted.value.endswith("*")
    if said.note or said.tree != wanted or is_beginning:
        return None
    return with_field(text, tree, wanted)


def with_field(text: str, tree: Node, wanted: Field) -> str:
    """What was typed, and the field; where it is not clear what that means, the tree's own text."""
    asked = f"({text.strip()})" if isinstance(tree, Either) else text.strip()
    meant = every([tree, wanted])
    whole = f"{asked} {written(wanted)}"
    return whole if parse(whole).tree == meant or meant is None else written(meant)


def without_field(tree: Node, unwanted: Field) -> str:
    left = every(part for part in parts_of(tree) if not is_same(part, unwanted))
    return written(left) if left else ""


def is_same(part: Node, wanted: Field) -> bool:
    if not isinstance(part, Field) or part.name != wanted.name:
        return False
    return part.value.casefold() == wanted.value.casefold()
