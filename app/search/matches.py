"""The entries that a plan finds for one person: what stands between SELECT and ORDER BY.

Ranking, facets and typing all ask here which rows a query has, and put around it only what they
want to know of them.
"""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import dataclass, replace

from app.accounts.permissions import Person
from app.search.condition import Condition, both
from app.search.fts import Plan
from app.search.ranked import DATE, Page, Ranked
from app.search.visible import visible
from app.search.weights import RANK

# From words and from what is kept of annotations to their entries: SQLite would begin with these.
WORDS, REMARKS = "search_text", "search_remark AS remark"
ENTRIES = "search_entry AS entry"
NOTES = "LEFT JOIN document ON document.uid = entry.uid"
IDS = {WORDS: "search_text.rowid", REMARKS: "remark.id", ENTRIES: "entry.id"}
MATCH = "search_text MATCH ?"
# Where words are one way among others to be found: LIMIT keeps SQLite from taking it apart.
SCORED = f"""LEFT JOIN (SELECT rowid AS id, {RANK} AS score FROM search_text
    WHERE search_text MATCH ? LIMIT -1) AS scored ON scored.id = entry.id"""
NEWEST = "entry.date DESC, entry.id DESC"
# Of conditions alone, what was written comes first and what was computed last.
IN_ORDER = f"""CASE entry.type WHEN 'note' THEN 0 WHEN 'annotation' THEN 1 WHEN 'code' THEN 2
    ELSE 3 END, {NEWEST}"""
# To look for a phrase or a beginning is what costs: its hits are counted as they are ranked.
AT_ONCE = "SELECT id, score, count(*) OVER () AS total FROM ({ranked}) ORDER BY score"
BEGINNING = '" *'
PHRASE = re.compile(r'"[^"]*[^\W_][\W_]+[^\W_][^"]*"')


@dataclass(frozen=True)
class Matches:
    """`id`: the column that is the entry's. `ranks`: words that rank, where none must be there."""

    id: str
    tables: str
    where: str
    values: tuple[str | int, ...]
    match: str = ""
    ranks: str = ""

    @property
    def sql(self) -> str:
        return f"FROM {self.tables} WHERE {self.where}"

    def without(self, ids: list[int]) -> Matches:
        if not ids:
            return self
        where = f"{self.where} AND {self.id} NOT IN (SELECT value FROM json_each(?))"
        return replace(self, where=where, values=(*self.values, json.dumps(ids)))


def of(person: Person, wanted: Plan, *, joined: bool = False) -> Matches:
    """`joined`: with the rows of entries and their notes, `entry` and `document`."""
    is_joined = joined or not wanted.match or wanted.condition.sql != "1"
    tables, column = sources(wanted, is_joined=is_joined)
    seen = visible(person, column)
    parts = [Condition(MATCH, (wanted.match,))] * bool(wanted.match) + [seen]
    parts += [Condition(f"search_text.rowid {wanted.only}")] * bool(wanted.only)
    parts += [wanted.remark] if wanted.remark else []
    found = both([*parts, *[wanted.condition] * is_joined])
    return Matches(column, tables, found.sql, found.values, wanted.match, wanted.ranks)


def sources(wanted: Plan, *, is_joined: bool) -> tuple[str, str]:
    """The tables that must be read, and the column that is the entry's id."""
    is_read = {WORDS: bool(wanted.match), REMARKS: bool(wanted.remark), ENTRIES: is_joined}
    first, *others = [table for table in IDS if is_read[table]]
    tables = [first, *(f"CROSS JOIN {other} ON {IDS[other]} = {IDS[first]}" for other in others)]
    return " ".join([*tables, *[NOTES] * is_joined]), IDS[first]


def listed(connection: sqlite3.Connection, person: Person, wanted: Plan, page: Page,
           without: list[int] | None = None) -> Ranked:  # fmt: skip
    """One page, as SQLite ranks it."""
    by_date = page.order == DATE
    matches = of(person, wanted, joined=by_date).without(without or [])
    query, values = in_order(matches, by_date=by_date)
    rows = connection.execute(
        f"{query} LIMIT ? OFFSET ?", [*values, page.limit, page.offset]
    ).fetchall()
    scores = {row["id"]: row["score"] for row in rows}
    is_last = len(rows) < page.limit and (rows or not page.offset)
    if is_last:
        return Ranked(page.offset + len(rows), scores)
    total = rows[0]["total"] if rows else 0
    return Ranked(total or counted(connection, matches), scores)


def in_order(matches: Matches, *, by_date: bool) -> tuple[str, tuple[str | int, ...]]:
    """The query for the entries, their scores and perhaps a total, and its values."""
    if by_date or not (matches.match or matches.ranks):
        order = NEWEST if by_date else IN_ORDER
        return select(matches, "0.0", matches.tables, order), matches.values
    if matches.match:
        ranked = select(matches, RANK, matches.tables, "score")
        if PHRASE.search(matches.match) or BEGINNING in matches.match:
            ranked = AT_ONCE.format(ranked=ranked.rpartition(" ORDER BY ")[0])
        return ranked, matches.values
    ranked = select(matches, "ifnull(scored.score, 0.0)", f"{matches.tables} {SCORED}",
                    f"score, {IN_ORDER}")  # fmt: skip
    return ranked, (matches.ranks, *matches.values)


def select(matches: Matches, score: str, tables: str, order: str) -> str:
    return (
        f"SELECT {matches.id} AS id, {score} AS score, 0 AS total FROM {tables}"
        f" WHERE {matches.where} ORDER BY {order}"
    )


def counted(connection: sqlite3.Connection, matches: Matches) -> int:
    (found,) = connection.execute(f"SELECT count(*) {matches.sql}", matches.values).fetchone()
    return int(found)


def at_most(connection: sqlite3.Connection, matches: Matches, most: int) -> int:
    """How many there are, or `most` if there are more."""
    query = f"SELECT count(*) FROM (SELECT 1 {matches.sql} LIMIT ?)"
    return int(connection.execute(query, [*matches.values, most]).fetchone()[0])
