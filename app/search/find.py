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
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from app.accounts.permissions import Person
from app.errors import Unavailable
from app.search.excerpt import LOOKED_AT, excerpt
from app.search.fts import plan
from app.search.query import parse
from app.search.ranking import NOTHING, Page, ranked
from app.search.tree import fields

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
    """`type` is note, code or annotation; `id` a note's path, an analysis's name, an id."""

    type: str
    id: str
    title: str
    url: str
    snippet_html: str
    score: float


@dataclass(frozen=True)
class Results:
    """`relaxed`: few or none have all the words, so others that have some of them follow.

    `note`: what was not understood.
    """

    query: str
    total: int
    took_ms: float
    relaxed: bool
    suggestion: str | None
    results: list[Hit]
    note: str = ""


def search(
    connection: sqlite3.Connection,
    person: Person,
    text: str,
    limit: int = 20,
    offset: int = 0,
    *,
    order: str = "relevance",
) -> Results:
    """The hits from `offset` on that `person` may list, and how many there are.

    `order` is relevance, best first, or date, newest first.
    """
    began = time.perf_counter()
    query = parse(text)
    found, hits = NOTHING, list[Hit]()
    if query.tree:
        if "author" in fields(query.tree):
            provide_fold(connection)
        exact = plan(query.tree)
        with deadline(connection):
            found = ranked(connection, person, query.tree, exact, Page(limit, offset, order))
        hits = detailed(connection, found.scores, exact.words)
    took = round((time.perf_counter() - began) * 1000, 2)
    return Results(text, found.total, took, found.relaxed, None, hits, query.note)


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
    "annotation": lambda row: (
        f"/notes/{quote(row['path'])}#annotation-{quote(row['key'], safe='')}"
    ),
}
