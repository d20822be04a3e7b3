"""Which entries a page of hits shows, best first.

All words are required. If fewer than a page of entries have them all, the question is relaxed:
those that have all come first, then those that have some of its words other than the common ones,
the first 200 of both ranked anew (feedback.py). A page's place in the list is the same whichever
page is asked for. In a small library nothing is relaxed but a query without any hit: how rare a
word is cannot be told there, and that is what some of the words are ranked by.
"""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import dataclass, field

from app.accounts.permissions import Person
from app.search import feedback
from app.search.fts import Plan, plan
from app.search.ranked import Page, Ranked, Scores
from app.search.relaxed import asked, is_plain, relaxed
from app.search.tree import Node
from app.search.visible import visible
from app.search.weights import RANK

MATCHED = "FROM search_text WHERE search_text MATCH ? AND ({visible})"
JOINED = """FROM search_text CROSS JOIN search_entry AS entry ON entry.id = search_text.rowid
    LEFT JOIN document ON document.uid = entry.uid
    WHERE search_text MATCH ? AND ({visible}) AND ({condition})"""
UNRANKED = """FROM search_entry AS entry LEFT JOIN document ON document.uid = entry.uid
    WHERE ({visible}) AND ({condition})"""
NEWEST = "entry.date DESC, entry.id DESC"
# To look for a phrase is what costs, and its hits are few: they are counted as they are ranked.
AT_ONCE = """SELECT id, score, count(*) OVER () AS total
    FROM (SELECT {id} AS id, {score} AS score {sql}) ORDER BY score"""
PHRASE = re.compile(r'"[^"]*[^\W_][\W_]+[^\W_][^"]*"')
FEW = 20  # a page
SMALL = 200  # entries
IS_SMALL = "SELECT count(*) < ? FROM (SELECT 1 FROM search_entry LIMIT ?)"


@dataclass(frozen=True)
class Source:
    """Rows of entries: what follows SELECT, with its values; `id` is the entry's column."""

    id: str
    sql: str
    values: list[str | int] = field(default_factory=list)
    has_words: bool = True
    has_phrase: bool = False


def ranked(
    connection: sqlite3.Connection, person: Person, tree: Node, exact: Plan, page: Page
) -> Ranked:
    """One page of the hits."""
    source = rows_of(person, exact, by_date=page.order == "date")
    found = listed(connection, source, page)
    if not exact.can_relax or found.total >= FEW:
        return found
    if is_plain(tree) and page.order != "date" and not is_small(connection):
        return freely(connection, person, tree, source, page)
    if found.total:
        return found
    wanted = plan(relaxed(tree) if is_plain(tree) else tree, relaxed=True)
    found = listed(connection, rows_of(person, wanted, by_date=page.order == "date"), page)
    return Ranked(found.total, found.scores, relaxed=found.total > 0)


def freely(
    connection: sqlite3.Connection, person: Person, tree: Node, exact: Source, page: Page
) -> Ranked:
    """Those with all the words, then those with some, the first of them ranked anew."""
    whole = listed(connection, exact, Page(FEW)).scores
    others = without(rows_of(person, plan(relaxed(tree), relaxed=True)), list(whole))
    near = listed(connection, others, Page(feedback.FIRST - len(whole)))
    head = headed(connection, asked(tree), whole, near.scores)
    end = page.offset + page.limit
    scores = dict(list(head.items())[page.offset : end])
    if end > len(head) and near.total > len(near.scores):
        begin = max(page.offset, len(head))
        scores |= listed(connection, others, Page(end - begin, begin - len(whole))).scores
    return Ranked(len(whole) + near.total, scores, relaxed=near.total > 0)


def headed(
    connection: sqlite3.Connection, question: feedback.Weights, whole: Scores, near: Scores
) -> Scores:
    """The beginning of the list; the scores are FTS5's, given out in the new order."""
    order = feedback.reranked(connection, [*whole, *near], question)
    best = min(near.values(), default=0.0)
    scores = [min(score, best) for score in sorted(whole.values())] + sorted(near.values())
    ids = [*filter(whole.__contains__, order), *filter(near.__contains__, order)]
    return dict(zip(ids, scores, strict=False))


def without(source: Source, ids: list[int]) -> Source:
    sql = f"{source.sql} AND {source.id} NOT IN (SELECT value FROM json_each(?))"
    return Source(source.id, sql, [*source.values, json.dumps(ids)], source.has_words)


def is_small(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute(IS_SMALL, [SMALL, SMALL]).fetchone()[0])


def rows_of(person: Person, wanted: Plan, *, by_date: bool = False) -> Source:
    is_joined = by_date or not wanted.match or wanted.condition.sql != "1"
    column = "entry.id" if is_joined else "search_text.rowid"
    seen = visible(person, column)
    shape = UNRANKED if not wanted.match else JOINED if is_joined else MATCHED
    sql = shape.format(condition=wanted.condition.sql, visible=seen.sql)
    values = [*([wanted.match] if wanted.match else []), *seen.values, *wanted.condition.values]
    return Source(column, sql, values, bool(wanted.match), bool(PHRASE.search(wanted.match)))


def listed(connection: sqlite3.Connection, source: Source, page: Page) -> Ranked:
    """One page, as SQLite ranks it: newest first if so asked, or if there is no word to rank by."""
    by_date = page.order == "date" or not source.has_words
    score, order = ("0.0", NEWEST) if by_date else (RANK, "score")
    query = f"SELECT {source.id} AS id, {score} AS score, 0 AS total {source.sql} ORDER BY {order}"
    if source.has_phrase and not by_date:
        query = AT_ONCE.format(id=source.id, score=score, sql=source.sql)
    rows = connection.execute(
        f"{query} LIMIT ? OFFSET ?", [*source.values, page.limit, page.offset]
    ).fetchall()
    scores = {row["id"]: row["score"] for row in rows}
    if len(rows) < page.limit and (rows or not page.offset):
        return Ranked(page.offset + len(rows), scores)
    total = rows[0]["total"] if rows else 0
    return Ranked(total or counted(connection, source), scores)


def counted(connection: sqlite3.Connection, source: Source) -> int:
    found: int = connection.execute(f"SELECT count(*) {source.sql}", source.values).fetchone()[0]
    return found
