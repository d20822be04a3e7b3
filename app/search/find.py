"""Search: the ranked list of what a person may meet, with the words marked.

Ranking is the cost of a common word, so ids are ranked first, in a query of their own that
ends in LIMIT; titles and snippets are fetched for those alone. The number of queries does not
grow with the hits. Nothing of a hidden note shows: not as a hit, in a count, or in a snippet.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from app.accounts.permissions import Person
from app.search.fts import Plan, plan
from app.search.query import parse
from app.search.tree import fields
from app.search.visible import visible

# The columns' weights: title, headings, tags, body, code.
RANK = "bm25(search_text, 4.0, 2.0, 2.0, 1.0, 1.0)"
MATCHED = """FROM search_text CROSS JOIN search_entry AS entry ON entry.id = search_text.rowid
    LEFT JOIN document ON document.uid = entry.uid
    WHERE search_text MATCH ? AND ({condition}) AND ({visible})"""
UNRANKED = """FROM search_entry AS entry LEFT JOIN document ON document.uid = entry.uid
    WHERE ({condition}) AND ({visible})"""
DETAILS = """SELECT entry.id, entry.type, entry.key, document.path,
        search_text.title, substr(search_text.body || ' ' || search_text.code, 1, 1000) AS start
    FROM json_each(?) AS wanted
    JOIN search_entry AS entry ON entry.id = wanted.value
    JOIN search_text ON search_text.rowid = entry.id
    LEFT JOIN document ON document.uid = entry.uid"""
# The + keeps rowid from being sought: one pass over the matches is 7 times faster for a prefix,
# whose words would be gathered again for each hit, and as fast for a word.
SNIPPETS = """SELECT rowid, snippet(search_text, -1, ?, ?, '…', 32) FROM search_text
    WHERE search_text MATCH ? AND +rowid IN (SELECT value FROM json_each(?))"""
START_CHARACTERS = 200


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
    connection: sqlite3.Connection, person: Person, text: str, limit: int = 20, offset: int = 0
) -> Results:
    """The hits from `offset` on that `person` may list, best first, and how many there are."""
    began = time.perf_counter()
    query = parse(text)
    found, hits, relaxed = NOTHING, list[Hit](), False
    if query.tree:
        if "author" in fields(query.tree):
            provide_fold(connection)
        exact = plan(query.tree)
        found = ranked(connection, person, exact, limit, offset)
        relaxed = not found.total and exact.can_relax
        if relaxed:
            found = ranked(connection, person, plan(query.tree, relaxed=True), limit, offset)
        hits = detailed(connection, found.scores, exact.marks)
    took = round((time.perf_counter() - began) * 1000, 2)
    return Results(text, found.total, took, relaxed and bool(found.total), None, hits, query.note)


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
    seen = visible(person)
    source = (MATCHED if wanted.match else UNRANKED).format(
        condition=wanted.condition.sql, visible=seen.sql
    )
    values = [*([wanted.match] if wanted.match else []), *wanted.condition.values, *seen.values]
    score, order = (RANK, "score") if wanted.match else ("0.0", "entry.date DESC, entry.id DESC")
    rows = connection.execute(
        f"SELECT entry.id, {score} AS score {source} ORDER BY {order} LIMIT ? OFFSET ?",
        [*values, limit, offset],
    ).fetchall()
    scores = {row["id"]: row["score"] for row in rows}
    if len(rows) < limit and (rows or not offset):
        return Ranked(offset + len(rows), scores)
    total = connection.execute(f"SELECT count(*) {source}", values).fetchone()[0]
    return Ranked(total, scores)


def detailed(connection: sqlite3.Connection, scores: dict[int, float], marks: str) -> list[Hit]:
    ids = json.dumps(list(scores))
    rows = {row["id"]: row for row in connection.execute(DETAILS, [ids])}
    excerpts = snippets(connection, ids, marks)
    return [
        hit(rows[entry], excerpts.get(entry) or start(rows[entry]["start"]), score)
        for entry, score in scores.items()
        if entry in rows
    ]


def snippets(connection: sqlite3.Connection, ids: str, marks: str) -> dict[int, str]:
    """The best passage of each, as HTML; none for what matched by its title or tags alone.

    The marks around a word are unguessable while the text is escaped, and elements after.
    """
    if not marks:
        return {}
    secret = secrets.token_hex(8)
    opening, closing = f"\x02{secret}", f"\x03{secret}"

    def marked(text: str) -> str:
        return escape(text).replace(opening, "<mark>").replace(closing, "</mark>")

    rows = connection.execute(SNIPPETS, [opening, closing, marks, ids])
    return {row[0]: marked(row[1]) for row in rows}


def start(text: str) -> str:
    """The first words, where there is no passage to show."""
    words = " ".join(text.split())
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
