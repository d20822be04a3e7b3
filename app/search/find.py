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
from dataclasses import dataclass, replace

from app.accounts.permissions import Person
from app.errors import Unavailable
from app.search import ranking, spelling, typed
from app.search.fts import plan, wanted
from app.search.hits import Hit, detailed
from app.search.query import Query, parse
from app.search.ranked import NOTHING, Page, Ranked
from app.search.settling import Known, settle
from app.search.tree import Node, fields

ORDERS = RELEVANCE, DATE = "relevance", "date"  # by date: the newest first
SECONDS = 2.0  # the slowest of all classes of query takes 0.04 at 100,000 notes
PROGRESS_STEPS = 20_000  # of SQLite's machine, between two looks at the clock
NOTHING_KNOWN: Known = {}


@dataclass(frozen=True)
class Results:
    """`relaxed`: few or none have all the words, so others that have some of them follow.

    `note`: what was not understood. `suggestion`: what may have been meant, where nothing has it.
    """

    query: str
    total: int
    took_ms: float
    relaxed: bool
    suggestion: str | None
    results: list[Hit]
    note: str = ""
    is_exact: bool = True  # if not, there are more than `total`


def search(
    connection: sqlite3.Connection,
    person: Person,
    text: str,
    limit: int = 20,
    offset: int = 0,
    *,
    order: str = RELEVANCE,
    typing: bool = False,
    known: Known = NOTHING_KNOWN,
) -> Results:
    """The hits from `offset` on that `person` may list, best or newest first, and how many.

    With `typing` the last word is a beginning, and for common words the total is what there is at
    least. `known`: what other rooms know of notes (settling.py); lab.lookups gives all of it.
    """
    began = time.perf_counter()
    read = parse(text)
    query = settled(connection, person, read, known)
    found, hits, suggestion = NOTHING, list[Hit](), None
    if query.tree:
        tree = begun(connection, query.tree, text) if typing else query.tree
        with deadline(connection):
            found = ranked(connection, person, tree, Page(limit, offset, order), typing=typing)
            if read.tree and (found.relaxed or not found.total):
                suggestion = spelling.suggestion(connection, person, read.tree)
        hits = detailed(connection, found.scores, wanted(tree))
    took = round((time.perf_counter() - began) * 1000, 2)
    return Results(text, found.total, took, found.relaxed, suggestion, hits, query.note)


def begun(connection: sqlite3.Connection, tree: Node, text: str) -> Node:
    return typed.begun(tree, text, typed.shortest(connection))


def ranked(
    connection: sqlite3.Connection, person: Person, tree: Node, page: Page, *, typing: bool
) -> Ranked:
    """While somebody types, hits that have all of the words are enough: to relax takes longer."""
    if typing and page.order == RELEVANCE:
        listed = None if page.offset else typed.ranked(connection, person, tree, page.limit)
        found = listed or ranking.listed(connection, ranking.rows_of(person, plan(tree)), page)
        if found.total:
            return found
    return ranking.ranked(connection, person, tree, plan(tree), page)


def settled(connection: sqlite3.Connection, person: Person, query: Query, known: Known) -> Query:
    """The query with what the index does not know looked up, and what is to be said of that."""
    if query.tree is None:
        return query
    if "author" in fields(query.tree):
        provide_fold(connection)

    def candidates(tree: Node, limit: int) -> list[int]:
        with deadline(connection):
            source = ranking.rows_of(person, plan(tree))
            return list(ranking.listed(connection, source, Page(limit)).scores)

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
