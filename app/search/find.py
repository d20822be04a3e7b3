"""Search: the ranked list of what a person may meet, with the words marked.

Ranking is the cost of a common word, so ids are ranked first, in a query of their own that
ends in LIMIT; titles and snippets are fetched for those alone. The number of queries does not
grow with the hits. Nothing of a hidden note shows: not as a hit, in a count, or in a snippet.
"""

from __future__ import annotations

import sqlite3
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from app.accounts.permissions import Person
from app.errors import Unavailable
from app.search.fts import Plan, plan, wanted
from app.search.hits import Hit, detailed
from app.search.query import parse
from app.search.tree import fields
from app.search.visible import visible

ORDERS = RELEVANCE, DATE = "relevance", "date"  # by date: the newest first
# The columns' weights: title, headings, tags, body, code, signs.
RANK = "bm25(search_text, 4.0, 2.0, 2.0, 1.0, 1.0, 1.0)"
MATCHED = "FROM search_text WHERE search_text MATCH ? AND ({visible})"
JOINED = """FROM search_text CROSS JOIN search_entry AS entry ON entry.id = search_text.rowid
    LEFT JOIN document ON document.uid = entry.uid
    WHERE search_text MATCH ? AND ({visible}) AND ({condition})"""
UNRANKED = """FROM search_entry AS entry LEFT JOIN document ON document.uid = entry.uid
    WHERE ({visible}) AND ({condition})"""
SECONDS = 2.0  # the slowest of all classes of query takes 0.04 at 100,000 notes
PROGRESS_STEPS = 20_000  # of SQLite's machine, between two looks at the clock


@dataclass(frozen=True)
class Results:
    """`relaxed`: nothing has all the words, so these have some. `note`: what was not understood."""

    query: str
    total: int
    took_ms: float
    relaxed: bool
    suggestion: str | None
    results: list[Hit]
    note: str = ""


@dataclass(frozen=True)
class Ranked:
    total: int
    scores: dict[int, float]


NOTHING = Ranked(0, {})


def search(
    connection: sqlite3.Connection,
    person: Person,
    text: str,
    limit: int = 20,
    offset: int = 0,
    *,
    order: str = RELEVANCE,
) -> Results:
    """The hits from `offset` on that `person` may list, best or newest first, and how many."""
    began = time.perf_counter()
    query = parse(text)
    found, hits, relaxed = NOTHING, list[Hit](), False
    if query.tree:
        if "author" in fields(query.tree):
            provide_fold(connection)
        exact = plan(query.tree)
        with deadline(connection):
            found = ranked(connection, person, exact, limit, offset, order)
            relaxed = not found.total and exact.can_relax
            if relaxed:
                loose = plan(query.tree, relaxed=True)
                found = ranked(connection, person, loose, limit, offset, order)
        hits = detailed(connection, found.scores, wanted(query.tree))
    took = round((time.perf_counter() - began) * 1000, 2)
    return Results(text, found.total, took, relaxed and bool(found.total), None, hits, query.note)


@contextmanager
def deadline(connection: sqlite3.Connection) -> Iterator[None]:
    """End a query that would keep everybody waiting, and say what to do."""
    until = time.perf_counter() + SECONDS
    connection.set_progress_handler(lambda: time.perf_counter() > until, PROGRESS_STEPS)
    try:
        yield
    except sqlite3.OperationalError as error:
        if "interrupted" not in str(error):
            raise
        raise Unavailable(
            "This search takes too long.", hint="Try fewer or longer words."
        ) from None
    finally:
        connection.set_progress_handler(None, 0)


def provide_fold(connection: sqlite3.Connection) -> None:
    # Refused while a statement runs on this connection, if an earlier search provided it.
    with suppress(sqlite3.OperationalError):
        connection.create_function("fold", 1, fold, deterministic=True)


def fold(text: str) -> str:
    """For comparing names: without case and accents."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(char for char in plain if not unicodedata.combining(char)).casefold()


def ranked(
    connection: sqlite3.Connection,
    person: Person,
    wanted: Plan,
    limit: int,
    offset: int,
    order: str = RELEVANCE,
) -> Ranked:
    """The ids of one page, best first (newest first when there is no word to rank by)."""
    is_dated = order == DATE or not wanted.match
    is_joined = is_dated or wanted.condition.sql != "1"
    column = "entry.id" if is_joined else "search_text.rowid"
    seen = visible(person, column)
    shape = UNRANKED if not wanted.match else JOINED if is_joined else MATCHED
    source = shape.format(condition=wanted.condition.sql, visible=seen.sql)
    values = [*([wanted.match] if wanted.match else []), *seen.values, *wanted.condition.values]
    score, by = ("0.0", "entry.date DESC, entry.id DESC") if is_dated else (RANK, "score")
    rows = connection.execute(
        f"SELECT {column} AS id, {score} AS score {source} ORDER BY {by} LIMIT ? OFFSET ?",
        [*values, limit, offset],
    ).fetchall()
    scores = {row["id"]: row["score"] for row in rows}
    if len(rows) < limit and (rows or not offset):
        return Ranked(offset + len(rows), scores)
    total = connection.execute(f"SELECT count(*) {source}", values).fetchone()[0]
    return Ranked(total, scores)
