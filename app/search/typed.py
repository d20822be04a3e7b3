"""Hits while somebody types: common words are not scored anew.

A word or beginning that very many entries have is answered from the list of its best
(`search.common`): among them alone where it is all that was typed. Beside other words a common
beginning is looked for in the best of those. What a list has is looked at again, for it may have
changed since; and where less than a page is left of it, everything is ranked after all.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from math import log

from app.accounts.permissions import Person
from app.search.condition import Condition
from app.search.endings import stem
from app.search.fts import expression, plan
from app.search.matches import listed
from app.search.ranked import Page, Ranked, Scores
from app.search.sought import folded
from app.search.tree import Node, Word, every, parts_of
from app.search.visible import visible
from app.search.weights import K1, RANK, B

LOOKED_AT = 200  # hits of the other words, for those with a common beginning
NEW = 100  # entries put since the lists were made, the last of them: they may be on it now


def ranked(connection: sqlite3.Connection, person: Person, tree: Node, limit: int) -> Ranked | None:
    """The first hits of a query with common words; None where it is to be ranked exactly."""
    parts = parts_of(tree)
    words = [part for part in parts if isinstance(part, Word)]
    if len(words) < len(parts):
        return None
    lists = {part: key for part in words if has_list(connection, key := key_of(part))}
    beginnings = [word for word in lists if word.prefix]
    others = [word for word in words if word not in beginnings]
    wanted = limit + 1  # one more says that there are more
    if beginnings:
        found = (
            with_beginnings(connection, person, other, beginnings, wanted)
            if (other := every(others))
            else best(connection, person, beginnings, lists[beginnings[0]], wanted)
        )
    elif lists and len(lists) == len(words):
        found = among_best(connection, person, tree, [*lists.values()], wanted)
    else:
        return None
    if len(found) < wanted:
        return None
    return Ranked(limit, dict(list(found.items())[:limit]), is_exact=False)


def key_of(word: Word) -> str:
    """The term of the index's lists that it means; empty for what is no single word."""
    found = stem(word.text)
    return f"{found}*" if found and word.prefix else found


def has_list(connection: sqlite3.Connection, key: str) -> bool:
    row = connection.execute("SELECT 1 FROM search_best WHERE term = ? LIMIT 1", [key]).fetchone()
    return row is not None


def best(
    connection: sqlite3.Connection,
    person: Person,
    words: Sequence[Word],
    key: str,
    limit: int,
) -> Scores:
    """The list of a common beginning, as far as `person` may meet it and it still holds.

    Newer entries come before the first of the list that has less of the beginning.
    """
    seen = visible(person, "id")
    rows = connection.execute(
        f"SELECT id FROM search_best WHERE term = ? AND ({seen.sql}) ORDER BY place LIMIT ?",
        [key, *seen.values, 2 * limit],
    )
    places = [row["id"] for row in rows]
    fresh = connection.execute(
        f"SELECT id FROM search_fresh WHERE ({seen.sql}) ORDER BY id DESC LIMIT ?",
        [*seen.values, NEW],
    )
    new = [row["id"] for row in fresh if row["id"] not in set(places)]
    gains = dict.fromkeys((*places, *new), 1.0)
    for word in words:
        with_it = gains_of(connection, gains, word)
        gains = {entry: gain * gains[entry] for entry, gain in with_it.items()}
    kept = [entry for entry in places if entry in gains]
    for entry in new:
        if entry in gains:
            less = (at for at, other in enumerate(kept) if gains[other] < gains[entry])
            kept.insert(next(less, len(kept)), entry)
    return {entry: -1.0 / (place + 1) for place, entry in enumerate(kept[:limit])}


def among_best(
    connection: sqlite3.Connection, person: Person, tree: Node, keys: Sequence[str], limit: int
) -> Scores:
    """Scores of those entries only that are on the list of one of the words, or new."""
    seen = visible(person, "search_text.rowid")
    kept = Condition(
        "+search_text.rowid IN (SELECT id FROM search_best WHERE term IN"
        " (SELECT value FROM json_each(?)) UNION SELECT id FROM search_fresh)",
        (json.dumps(list(keys)),),
    )
    rows = connection.execute(
        f"SELECT rowid AS id, {RANK} AS score FROM search_text WHERE search_text MATCH ?"
        f" AND {kept.sql} AND ({seen.sql}) ORDER BY score LIMIT ?",
        [expression(tree), *kept.values, *seen.values, limit],
    ).fetchall()
    return {row["id"]: row["score"] for row in rows}


def with_beginnings(
    connection: sqlite3.Connection,
    person: Person,
    others: Node,
    beginnings: Sequence[Word],
    limit: int,
) -> Scores:
    """The best of the other words that have words with these beginnings, too."""
    found = ranked(connection, person, others, LOOKED_AT)
    first = found or listed(connection, person, plan(others), Page(LOOKED_AT))
    scores = first.scores
    for word in beginnings:
        gains = gains_of(connection, scores, word)
        scores = {entry: scores[entry] - gain for entry, gain in gains.items()}
    kept = sorted(scores.items(), key=lambda each: each[1])
    return dict(kept[:limit])


def gains_of(
    connection: sqlite3.Connection, entries: Iterable[int], word: Word
) -> dict[int, float]:
    """What bm25 adds for a beginning to those of the entries that have it."""
    texts = read(connection, entries)
    pattern = re.compile(rf"\b{re.escape(folded(stem(word.text)))}")
    times = {entry: len(pattern.findall(text)) for entry, text in texts.items()}
    return gained(times, {entry: len(text) for entry, text in texts.items()})


def gained(times: dict[int, int], lengths: dict[int, int]) -> dict[int, float]:
    """As far as these entries can tell."""
    has = sum(1 for each in times.values() if each)
    weight = max(log((len(times) - has + 0.5) / (has + 0.5)), 1e-6) if times else 0.0
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
