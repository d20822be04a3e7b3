"""Hits while somebody types: the last word is a beginning, and common words are not scored anew.

A word or beginning that very many entries have is answered from the list of its best
(`search.common`): among them alone where it is all that was typed. Beside other words a common
beginning is looked for in the best of those.

    >>> from app.search.query import parse
    >>> begun(parse("random wal").tree, "random wal")
    All(parts=(Word(text='random', prefix=False), Word(text='wal', prefix=True)))
    >>> begun(parse("random wal ").tree, "random wal ")
    All(parts=(Word(text='random', prefix=False), Word(text='wal', prefix=False)))
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import log

from app.accounts.permissions import Person
from app.search import common
from app.search.condition import Condition
from app.search.endings import stem
from app.search.fts import expression
from app.search.ranked import Ranked
from app.search.sought import folded
from app.search.tree import All, Node, Word, every
from app.search.visible import AUDIENCES, visible
from app.search.weights import RANK

K1, B = 1.2, 0.75  # as FTS5 has them
LETTERS = {1: 1_000, 2: 10_000, common.SHORTEST: float("inf")}  # for so many entries at most
LOOKED_AT = 200  # hits of the other words, for those with a common beginning


def shortest(connection: sqlite3.Connection) -> int:
    """Letters of a beginning: those with one of it take 0.9 s at 100,000 entries."""
    entries = common.newest_entry(connection) // AUDIENCES
    return next(letters for letters, most in LETTERS.items() if entries <= most)


def begun(tree: Node, text: str, letters: int = common.SHORTEST) -> Node:
    """The tree with the word that is being typed as a beginning, if it has letters enough."""
    if isinstance(tree, All):
        return All((*tree.parts[:-1], begun(tree.parts[-1], text, letters)))
    if not isinstance(tree, Word) or not text.endswith(tree.text):
        return tree
    return replace(tree, prefix=len(stem(tree.text)) >= letters)


def ranked(connection: sqlite3.Connection, person: Person, tree: Node, limit: int) -> Ranked | None:
    """The first hits of a query with common words; None where it is to be ranked exactly."""
    parts = tree.parts if isinstance(tree, All) else (tree,)
    words = [part for part in parts if isinstance(part, Word)]
    lists = {part: key for part in words if has_list(connection, key := key_of(part))}
    if not lists or len(words) < len(parts):
        return None
    beginnings = [word for word in lists if word.prefix]
    others = [word for word in words if word not in beginnings]
    if not beginnings:
        is_all = len(lists) == len(words)
        return among_best(connection, person, tree, [*lists.values()], limit) if is_all else None
    if not others:
        return best(connection, person, lists[beginnings[0]], limit)
    return with_beginnings(connection, person, every(others), beginnings, limit)


def key_of(word: Word) -> str:
    """The term of the index's lists that it means; empty for what is no single word."""
    found = stem(word.text)
    return f"{found}*" if found and word.prefix else found


def has_list(connection: sqlite3.Connection, key: str) -> bool:
    row = connection.execute("SELECT 1 FROM search_best WHERE term = ? LIMIT 1", [key]).fetchone()
    return row is not None


def best(connection: sqlite3.Connection, person: Person, key: str, limit: int) -> Ranked:
    """The list of one common beginning, as far as `person` may meet it."""
    seen = visible(person, "id")
    rows = connection.execute(
        f"SELECT id FROM search_best WHERE term = ? AND ({seen.sql}) ORDER BY place LIMIT ?",
        [key, *seen.values, limit],
    )
    scores = {row["id"]: -1.0 / (place + 1) for place, row in enumerate(rows)}
    return Ranked(len(scores), scores)


def among_best(
    connection: sqlite3.Connection, person: Person, tree: Node, keys: Sequence[str], limit: int
) -> Ranked:
    """Scores of those entries only that are on the list of one of the words, or new."""
    seen = visible(person, "search_text.rowid")
    listed = Condition(
        "+search_text.rowid IN (SELECT id FROM search_best WHERE term IN"
        " (SELECT value FROM json_each(?)) UNION SELECT id FROM search_fresh)",
        (json.dumps(list(keys)),),
    )
    rows = connection.execute(
        f"SELECT rowid AS id, {RANK} AS score FROM search_text WHERE search_text MATCH ?"
        f" AND {listed.sql} AND ({seen.sql}) ORDER BY score LIMIT ?",
        [expression(tree), *listed.values, *seen.values, limit],
    ).fetchall()
    return Ranked(len(rows), {row["id"]: row["score"] for row in rows})


def with_beginnings(
    connection: sqlite3.Connection,
    person: Person,
    others: Node | None,
    beginnings: Sequence[Word],
    limit: int,
) -> Ranked:
    """The best of the other words that have words with these beginnings, too."""
    assert others is not None
    found = ranked(connection, person, others, LOOKED_AT)
    scores = found.scores if found else exactly(connection, person, others)
    texts = read(connection, scores)
    for word in beginnings:
        pattern = re.compile(rf"\b{re.escape(folded(stem(word.text)))}")
        times = {entry: len(pattern.findall(texts[entry])) for entry in scores if entry in texts}
        gains = gained(times, {entry: len(texts[entry]) for entry in times})
        scores = {entry: scores[entry] - gain for entry, gain in gains.items()}
    kept = sorted(scores.items(), key=lambda each: each[1])
    return Ranked(len(kept), dict(kept[:limit]))


def gained(times: dict[int, int], lengths: dict[int, int]) -> dict[int, float]:
    """What bm25 adds for a beginning to those that have it, as far as these entries can tell."""
    has = sum(1 for each in times.values() if each)
    weight = max(log((len(times) - has + 0.5) / (has + 0.5)), 0.0) if times else 0.0
    mean = sum(lengths.values()) / max(len(lengths), 1)
    return {
        entry: weight * each * (K1 + 1) / (each + K1 * (1 - B + B * lengths[entry] / mean))
        for entry, each in times.items()
        if each
    }


def read(connection: sqlite3.Connection, entries: Iterable[int]) -> dict[int, str]:
    """All the words of these entries."""
    rows = connection.execute(
        "SELECT entry.id, title || ' ' || headings || ' ' || tags || ' ' || body || ' ' || code"
        " FROM json_each(?) AS wanted JOIN search_source AS entry ON entry.id = wanted.value",
        [json.dumps(list(entries))],
    )
    return {entry: folded(text) for entry, text in rows}


def exactly(connection: sqlite3.Connection, person: Person, tree: Node) -> dict[int, float]:
    seen = visible(person, "search_text.rowid")
    rows = connection.execute(
        f"SELECT rowid AS id, {RANK} AS score FROM search_text WHERE search_text MATCH ?"
        f" AND ({seen.sql}) ORDER BY score LIMIT ?",
        [expression(tree), *seen.values, LOOKED_AT],
    )
    return {row["id"]: row["score"] for row in rows}
