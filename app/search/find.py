"""Search: the ranked list of what a person may meet, with the words marked.

Ranking is the cost of a common word, so ids are ranked first, in a query of their own that
ends in LIMIT; titles and snippets are fetched for those alone. The number of queries does not
grow with the hits. Nothing of a hidden note shows: not as a hit, in a count, or in a snippet.
"""

from __future__ import annotations

import json
import sqlite3
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from html import escape
from urllib.parse import quote

from app.accounts.permissions import Person
from app.errors import Unavailable
from app.search import spelling, typed
from app.search.excerpt import LOOKED_AT, excerpt
from app.search.fts import Plan, plan
from app.search.query import Query, parse
from app.search.ranked import Ranked
from app.search.settling import Known, settle
from app.search.tree import Node, fields
from app.search.visible import visible
from app.search.weights import RANK

MATCHED = "FROM search_text WHERE search_text MATCH ? AND ({visible})"
JOINED = """FROM search_text CROSS JOIN search_entry AS entry ON entry.id = search_text.rowid
    LEFT JOIN document ON document.uid = entry.uid
    WHERE search_text MATCH ? AND ({visible}) AND ({condition})"""
UNRANKED = """FROM search_entry AS entry LEFT JOIN document ON document.uid = entry.uid
    WHERE ({visible}) AND ({condition})"""
DETAILS = """SELECT entry.id, entry.type, entry.key, document.path,
        CASE WHEN entry.body IS NULL THEN document.title ELSE entry.title END AS title,
        substr(CASE WHEN entry.body IS NULL THEN document.text ELSE entry.body END
            || ' ' || entry.code, 1, ?) AS text
    FROM json_each(?) AS wanted
    JOIN search_entry AS entry ON entry.id = wanted.value
    LEFT JOIN document ON document.uid = entry.uid"""
START_CHARACTERS = 200
SECONDS = 2.0  # the slowest of all classes of query takes 0.04 at 100,000 notes
PROGRESS_STEPS = 20_000  # of SQLite's machine, between two looks at the clock


@dataclass(frozen=True)
class Hit:
    """`type` is note, code, annotation or output; `id` a note's path, an analysis's name, an id."""

    type: str
    id: str
    title: str
    url: str
    snippet_html: str
    score: float


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


NOTHING = Ranked(0, {})
NOTHING_KNOWN: Known = {}


def search(
    connection: sqlite3.Connection,
    person: Person,
    text: str,
    limit: int = 20,
    offset: int = 0,
    *,
    typing: bool = False,
    known: Known = NOTHING_KNOWN,
) -> Results:
    """The hits from `offset` on that `person` may list, best first, and how many there are.

    With `typing` the last word is a beginning, and for common words the total is what there is at
    least. `known`: what other rooms know of notes (settling.py); lab.lookups gives all of it.
    """
    began = time.perf_counter()
    read = parse(text)
    query = settled(connection, person, read, known)
    found, hits, relaxed, suggestion = NOTHING, list[Hit](), False, None
    if query.tree:
        tree = typed.begun(query.tree, text) if typing else query.tree
        exact = plan(tree)
        with deadline(connection):
            listed = (
                typed.ranked(connection, person, tree, limit) if typing and not offset else None
            )
            found = listed or ranked(connection, person, exact, limit, offset)
            relaxed = not found.total and exact.can_relax
            if not found.total and read.tree:
                suggestion = spelling.suggestion(connection, person, read.tree)
            if relaxed:
                found = ranked(connection, person, plan(tree, relaxed=True), limit, offset)
        hits = detailed(connection, found.scores, exact.words)
    took = round((time.perf_counter() - began) * 1000, 2)
    return Results(
        text, found.total, took, relaxed and bool(found.total), suggestion, hits, query.note
    )


def settled(connection: sqlite3.Connection, person: Person, query: Query, known: Known) -> Query:
    """The query with what the index does not know looked up, and what is to be said of that."""
    if query.tree is None:
        return query
    if "author" in fields(query.tree):
        provide_fold(connection)

    def candidates(tree: Node, limit: int) -> list[int]:
        with deadline(connection):
            return list(ranked(connection, person, plan(tree), limit, 0).scores)

    found = settle(connection, person, query.tree, known, candidates)
    return replace(query, tree=found.tree, note=" ".join(filter(None, (query.note, *found.notes))))


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
    connection: sqlite3.Connection, person: Person, wanted: Plan, limit: int, offset: int
) -> Ranked:
    """The ids of one page, best first (newest first when there is no word to rank by)."""
    is_joined = not wanted.match or wanted.condition.sql != "1"
    column = "entry.id" if is_joined else "search_text.rowid"
    seen = visible(person, column)
    shape = UNRANKED if not wanted.match else JOINED if is_joined else MATCHED
    source = shape.format(condition=wanted.condition.sql, visible=seen.sql)
    values = [*([wanted.match] if wanted.match else []), *seen.values, *wanted.condition.values]
    score, order = (RANK, "score") if wanted.match else ("0.0", "entry.date DESC, entry.id DESC")
    rows = connection.execute(
        f"SELECT {column} AS id, {score} AS score {source} ORDER BY {order} LIMIT ? OFFSET ?",
        [*values, limit, offset],
    ).fetchall()
    scores = {row["id"]: row["score"] for row in rows}
    if len(rows) < limit and (rows or not offset):
        return Ranked(offset + len(rows), scores)
    total = connection.execute(f"SELECT count(*) {source}", values).fetchone()[0]
    return Ranked(total, scores)


def detailed(
    connection: sqlite3.Connection, scores: dict[int, float], words: list[str]
) -> list[Hit]:
    ids = json.dumps(list(scores))
    rows = {row["id"]: row for row in connection.execute(DETAILS, [LOOKED_AT, ids])}
    return [
        hit(rows[entry], excerpt(rows[entry]["text"], words) or start(rows[entry]["text"]), score)
        for entry, score in scores.items()
        if entry in rows
    ]


def start(text: str) -> str:
    """The first words, where there is no passage to show."""
    words = " ".join(text[:1000].split())
    if len(words) <= START_CHARACTERS:
        return escape(words)
    return escape(words[:START_CHARACTERS].rsplit(" ", 1)[0]) + "…"


def hit(row: sqlite3.Row, snippet: str, score: float) -> Hit:
    name = row["path"] if row["type"] == "note" else row["key"]
    address = URLS[row["type"]](row)
    return Hit(row["type"], name, row["title"], address, snippet, -score)


URLS: dict[str, Callable[[sqlite3.Row], str]] = {
    "note": lambda row: f"/notes/{quote(row['path'])}",
    "code": lambda row: f"/analyses/{quote(row['key'], safe='')}",
    "output": lambda row: (
        f"/notes/{quote(row['path'])}#block-{quote(row['key'].partition('/')[2])}"
        if row["path"]
        else f"/runs/{row['key'].partition('/')[2]}"
    ),
    "annotation": lambda row: (
        f"/notes/{quote(row['path'])}#annotation-{quote(row['key'], safe='')}"
    ),
}
