"""Did you mean: the nearest words of the index to one that nothing has.

One letter may be wrong, missing, too much or in its neighbour's place; two in words of eight
letters or more. A correction is offered only if whoever asks meets something that has it, and it is
spelt as there; a word that only hidden notes have is as unknown as one that none has. A number is
never corrected, nor does a correction bring one.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator

from rapidfuzz.distance import OSA

from app.accounts.permissions import Person
from app.search import common
from app.search.common import spelt
from app.search.endings import stem
from app.search.fts import expression
from app.search.sought import folded
from app.search.tree import Node, Word, polar, replaced, written
from app.search.visible import visible

SHORTEST = 4  # letters of a word that is corrected
TWICE = 8  # from so many letters on, two of them may be wrong
ENDING = 2  # letters by which stems may differ more than words: probabilti, probabl
MOST_CORRECTED = 8  # words of a query
TRIED = 50  # near words: hidden ones among them must not hide the others
WORD = re.compile(r"\w+")


def suggestion(connection: sqlite3.Connection, person: Person, tree: Node) -> str | None:
    """The query with each of its unknown words corrected; None if there is nothing to correct."""
    words = (leaf for leaf, is_wanted in polar(tree) if is_wanted and isinstance(leaf, Word))
    better: dict[Node, Node] = {}
    for word in list(dict.fromkeys(words))[: 4 * MOST_CORRECTED]:
        if len(better) == MOST_CORRECTED or word.prefix:
            continue
        if new := correction(connection, person, word.text):
            better[word] = Word(new)
    if not better:
        return None
    return written(replaced(tree, lambda leaf, wanted: better.get(leaf, leaf) if wanted else leaf))


def correction(connection: sqlite3.Connection, person: Person, word: str) -> str:
    """The nearest word, then the commonest, that `person` meets; empty for a word that is met."""
    term = stem(word)
    if len(term) < SHORTEST or not any(map(str.isalpha, word)) or met(connection, person, word):
        return ""
    most = 2 if len(word) >= TWICE else 1
    found: list[tuple[int, int, str]] = []
    for place, other in enumerate(near(connection, term, most)[:TRIED]):
        if text := met(connection, person, spelt(other)):
            written_so = as_written(text, other, word)
            distance = OSA.distance(folded(written_so), folded(word), score_cutoff=most)
            is_fit = distance <= most and digits(written_so) in ("", digits(word))
            found += [(distance, place, written_so)] if is_fit else []
    return min(found)[2] if found else ""


def digits(word: str) -> str:
    return "".join(filter(str.isdigit, word))


def met(connection: sqlite3.Connection, person: Person, word: str) -> str:
    """The title and text of an entry with that word that `person` may meet; empty for none."""
    seen = visible(person, "search_text.rowid")
    row = connection.execute(
        "SELECT entry.title || ' ' || entry.tags || ' ' || entry.body || ' ' || entry.code"
        " FROM (SELECT rowid AS id FROM search_text"
        f" WHERE search_text MATCH ? AND ({seen.sql}) LIMIT 1)"
        " JOIN search_source AS entry USING (id)",
        [expression(Word(word)), *seen.values],
    ).fetchone()
    return str(row[0]) if row else ""


def near(connection: sqlite3.Connection, term: str, most: int) -> list[str]:
    """Terms that words so near may have: a wrong letter may change what ending is cut off."""
    most += ENDING
    found = [
        (distance, -entries, other)
        for other, entries in alike(connection, term, most)
        if (distance := OSA.distance(term, other, score_cutoff=most)) <= most
    ]
    return [other for _, _, other in sorted(found)]


def alike(connection: sqlite3.Connection, term: str, most: int) -> Iterator[tuple[str, int]]:
    """Terms of about that length that begin with one of its first letters: ranges of the table."""
    table, entries = "search_word", "entries"
    if not common.is_current(connection) and common.is_small(connection):
        table, entries = common.vocabulary(connection), "doc"
    for first in sorted({term[0], term[1]}):
        rows = connection.execute(
            f"SELECT term, {entries} FROM {table}"
            " WHERE term >= ? AND term < ? AND length(term) BETWEEN ? AND ?",
            [first, first + "\U0010ffff", len(term) - most, len(term) + most],
        )
        yield from ((row[0], row[1]) for row in rows)


def as_written(text: str, term: str, typed: str) -> str:
    """The word of `text` that has this stem and is nearest to what was typed; else the term."""
    words = {word for word in WORD.findall(text.lower()) if folded(word)[:2] == term[:2]}
    fitting = [word for word in words if stem(word) == term]
    return min(fitting, key=lambda word: (OSA.distance(word, typed.lower()), word), default=term)
