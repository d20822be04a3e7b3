"""What may find something where a query found nothing: it with a part left out, or shortened."""

from __future__ import annotations

import sqlite3

from app.accounts.permissions import Person
from app.search import find
from app.search.deadline import deadline
from app.search.query import parse
from app.search.settling import Known
from app.search.tree import Node, Word, every, parts_of, written

MOST_PARTS = 8
MOST = 4
LONG = 4  # letters that are left of a word at least


def of(
    connection: sqlite3.Connection, person: Person, text: str, known: Known | None = None
) -> list[tuple[str, str]]:
    """Searches that find something for this person, in words and as queries."""
    tree = parse(text).tree
    if tree is None or len(parts_of(tree)) > MOST_PARTS:
        return []
    found: list[tuple[str, str]] = []
    with deadline(connection) as clock:
        for words, query in possible(tree):
            if len(found) == MOST or clock.is_over:
                break
            if find.finds(connection, person, query, known, clock):
                found.append((words, query))
    return found


def possible(tree: Node) -> list[tuple[str, str]]:
    """
    >>> possible(parse("xylophones kind:paper").tree)  # doctest: +NORMALIZE_WHITESPACE
    [('without kind:paper', 'xylophones'), ('without xylophones', 'kind:paper'),
     ('words that only begin so', 'xyloph* kind:paper')]
    """
    parts = parts_of(tree)
    found = [
        (f"without {written(left_out)}", written(rest))
        for left_out in reversed(parts)
        if (rest := every(part for part in parts if part is not left_out))
    ]
    words = [part for part in parts if isinstance(part, Word) and len(part.text) > LONG]
    if words and not all(word.prefix for word in words):
        begun = every(
            Word(shortened(part.text), prefix=True) if part in words else part for part in parts
        )
        found += [("words that only begin so", written(begun))] if begun else []
    return found


def shortened(word: str) -> str:
    """Enough of a long word to find its relatives."""
    return word[: max(LONG, len(word) * 2 // 3)]
