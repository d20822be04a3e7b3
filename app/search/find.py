"""Search: the ranked list of what a person may meet, with the words marked.

Ranking is the cost of a common word, so ids are ranked first, in a query of their own that
ends in LIMIT; titles and snippets are fetched for those alone. The number of queries does not
grow with the hits. Nothing of a hidden note shows: not as a hit, in a count, or in a snippet.
"""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass, replace

from app.accounts.permissions import Person
from app.search import beginning, matches, persons, ranking, reach, sought, spelling
from app.search.deadline import SECONDS, Clock, deadline
from app.search.fts import plan, wanted
from app.search.hits import Hit, detailed
from app.search.query import Query, parse
from app.search.ranked import DATE, NOTHING, RELEVANCE, Page, Ranked
from app.search.settling import Known, settle
from app.search.tree import Node, fields, without

__all__ = ["DATE", "ORDERS", "RELEVANCE", "Results", "search"]
ORDERS = RELEVANCE, DATE
BEING_MADE = "The index is being made anew, so not everything is found yet."
IS_BEING_MADE = "SELECT 1 FROM state WHERE name = 'made_anew'"


@dataclass(frozen=True)
class Results:
    """`relaxed`: few or none have all the words, so others that have some of them follow.

    `note`: what was not understood, and how it was read. `suggestion`: what may have been meant,
    where nothing has it. `is_exact`: if not, there are more than `total`, and the hits are those
    that were found quickly: what follows them is asked for without `typing`, from the first hit on.
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
    known: Known | None = None,
    seconds: float = SECONDS,
) -> Results:
    """The hits from `offset` on that `person` may list, best or newest first, and how many.

    With `typing`, `text` is what stands in the box so far. `known`: what other rooms know of notes
    (settling.py); lab.lookups gives all of it. Unavailable after so many `seconds`.
    """
    began = time.perf_counter()
    read = parse(text, typing=typing)
    found, hits, suggestion = NOTHING, list[Hit](), None
    with deadline(connection, seconds) as clock:
        query = settled(connection, person, read, known, clock, typing=typing)
        if query.tree:
            page = Page(limit, offset, order)
            found = ranking.ranked(connection, person, query.tree, page, typing=typing)
            is_poor = found.relaxed or not found.total
            if read.tree and (is_poor or (found.begun and not found.whole and not typing)):
                suggestion = suggested(connection, person, read.tree, known, clock)
            shown = beginning.shown(query.tree, found.begun)
            leaves = [*wanted(shown), *sought.patterns_of(read.tree)]
            hits = detailed(connection, found.scores, leaves, clock.until)
        notes = [query.note, said_of(found), being_made(connection)]
    took = round((time.perf_counter() - began) * 1000, 2)
    note = " ".join(filter(None, notes))
    return Results(
        *(text, found.total, took, found.relaxed, suggestion, hits, note), is_exact=found.is_exact
    )


def settled(
    connection: sqlite3.Connection,
    person: Person,
    query: Query,
    known: Known | None,
    clock: Clock,
    *,
    typing: bool = False,
) -> Query:
    """The query with what the index does not know looked up, and what is to be said of that.

    While somebody types, a last field with a value that nothing has waits to be finished.
    """
    if query.tree is None:
        return query
    if "author" in fields(query.tree):
        persons.provide(connection)

    def candidates(tree: Node, limit: int) -> list[int]:
        return list(matches.listed(connection, person, plan(tree), Page(limit)).scores)

    found = settle(connection, person, query.tree, known, candidates, clock)
    if typing and query.last in found.unmet:
        less = replace(query, tree=without(query.tree, query.last), last=None)
        return settled(connection, person, less, known, clock)
    return replace(query, tree=found.tree, note=" ".join(filter(None, (query.note, *found.notes))))


def rows_of(
    connection: sqlite3.Connection, person: Person, tree: Node, *, typing: bool = False
) -> matches.Matches:
    """All that a search for a settled tree finds, whatever the order."""
    going = reach.of(connection, person, tree, typing=typing)
    return matches.of(person, going.rows, joined=True)


def finds(
    connection: sqlite3.Connection, person: Person, text: str, known: Known | None, clock: Clock
) -> bool:
    """Whether a search for this has any hit."""
    query = settled(connection, person, parse(text), known, clock)
    if query.tree is None:
        return False
    return matches.at_most(connection, rows_of(connection, person, query.tree), 1) > 0


def suggested(
    connection: sqlite3.Connection, person: Person, tree: Node, known: Known | None, clock: Clock
) -> str | None:
    """The query with its words as they may have been meant, if that finds anything."""
    text = None if clock.is_over else spelling.suggestion(connection, person, tree)
    return text if text and finds(connection, person, text, known, clock) else None


def said_of(found: Ranked) -> str:
    """What was taken for a beginning."""
    if not found.begun:
        return ""
    if not found.whole:
        return f"Nothing has all of this; “{found.begun}” was taken for the beginning of a word."
    have = "The first has" if found.whole == 1 else f"The first {found.whole} have"
    return f"{have} “{found.begun}” as it stands; what follows has a word that begins so."


def being_made(connection: sqlite3.Connection) -> str:
    return BEING_MADE if connection.execute(IS_BEING_MADE).fetchone() else ""
