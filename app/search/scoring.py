"""bm25 of a few entries, as FTS5 has it, from their words.

FTS5's own walks through every entry that has a common word, anew in each query, only to know how
many there are: 20 ms for one that half of a million annotations have. Here that number is given.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import log

from app.search import endings
from app.search.weights import K1, WEIGHTS, B

TEXTS = """SELECT source.id, sz, title, headings, tags, body, code, signs
    FROM json_each(?) AS wanted
    JOIN search_source AS source ON source.id = wanted.value
    JOIN search_text_docsize AS size ON size.id = source.id"""
AVERAGES = "SELECT block FROM search_text_data WHERE id = 1"  # as FTS5 keeps them
LEAST = 1e-6  # what FTS5 takes where more than half have it


@dataclass(frozen=True)
class Asked:
    """The stems that must stand side by side; with `prefix` the last one may go on."""

    terms: tuple[str, ...]
    prefix: bool = False

    def times(self, stems: Sequence[str]) -> int:
        last = len(self.terms) - 1
        if not last and not self.prefix:
            return stems.count(self.terms[0])
        starts = range(len(stems) - last)
        return sum(1 for start in starts if self.stands(stems[start : start + last + 1]))

    def stands(self, stems: Sequence[str]) -> bool:
        *whole, end = self.terms
        found = stems[-1].startswith(end) if self.prefix else stems[-1] == end
        return found and list(stems[:-1]) == whole


@dataclass(frozen=True)
class Sizes:
    """How many entries there are, and how many words one has in the middle."""

    entries: int
    mean: float

    def rarity(self, entries: int) -> float:
        """What an instance counts for of something that so many entries have."""
        has = min(entries, self.entries)
        return max(log((self.entries - has + 0.5) / (has + 0.5)), LEAST)


def sizes(connection: sqlite3.Connection) -> Sizes:
    row = connection.execute(AVERAGES).fetchone()
    entries, *words = numbers(row["block"]) if row and row["block"] else [0]
    return Sizes(entries, sum(words) / entries if entries else 1.0)


def numbers(block: bytes) -> list[int]:
    """Of SQLite's varints, seven bits in a byte.

    >>> numbers(bytes([5, 0x81, 0x00, 7]))
    [5, 128, 7]
    """
    found, number = [], 0
    for byte in block:
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            found.append(number)
            number = 0
    return found


def scores(
    connection: sqlite3.Connection,
    entries: Collection[int],
    asked: Sequence[tuple[Asked, float]],
    known: Sizes,
) -> dict[int, float]:
    """Those of the entries that have all of it; the lowest is the best. Each with its rarity."""
    rows = connection.execute(TEXTS, [json.dumps(list(entries))]).fetchall()
    found = {}
    for row, columns in zip(rows, stems_of(rows), strict=True):
        norm = K1 * (1 - B + B * sum(numbers(row["sz"])) / known.mean)
        score = 0.0
        for each, rarity in asked:
            times = sum(WEIGHTS[place] * each.times(stems) for place, stems in columns)
            if not times:
                break
            score -= rarity * times * (K1 + 1) / (times + norm)
        else:
            found[row["id"]] = score
    return found


def stems_of(rows: Iterable[sqlite3.Row]) -> list[list[tuple[int, list[str]]]]:
    """The stems of each column that has any, with its place; all are looked up at once."""
    words = [
        [
            (place, endings.WORD.findall(text))
            for place in range(len(WEIGHTS))
            if (text := row[place + 2])
        ]
        for row in rows
    ]
    known = endings.of(word for columns in words for _, found in columns for word in found)
    return [
        [(place, [known[word] for word in found]) for place, found in columns] for columns in words
    ]
