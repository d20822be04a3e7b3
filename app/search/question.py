"""What a person asks of very many annotations, and what is kept of its words."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from app.accounts.permissions import Person
from app.search import scoring
from app.search.common import OF_BEGINNING, OF_WORD
from app.search.endings import WORD, stem, words
from app.search.fts import ANNOTATIONS, expression
from app.search.numbers import Place
from app.search.ranked import Scores
from app.search.scoring import Asked, Sizes
from app.search.signs import RUN
from app.search.tree import Given, Node, Phrase, Word, every, parts_of
from app.search.visible import met

NEW = 100  # annotations written since the lists were made, the last of each range

LISTED = "SELECT 1 FROM search_list WHERE term = ? LIMIT 1"
LIST = "SELECT ids, scores FROM search_list WHERE term = ? AND low = ?"
SINCE = """SELECT rowid FROM search_text WHERE search_text MATCH ?
    AND rowid > ifnull((SELECT newest FROM search_mark WHERE low = ?), 0)
    AND rowid BETWEEN ? AND ? ORDER BY rowid DESC LIMIT ?"""
COUNT = "SELECT count(*) FROM search_text WHERE search_text MATCH ? AND rowid BETWEEN ? AND ?"
ENTRIES = "SELECT entries FROM search_word WHERE term = ?"
BEGUN = "SELECT ifnull(sum(entries), 0) FROM search_word WHERE term >= ? AND term < ?"


@dataclass(frozen=True)
class Best:
    """A list, the best first. An entry that is not there has at most the score `least`; or it has
    not got the word, if the list is whole."""

    ids: Sequence[int]
    scores: Sequence[float]
    is_whole: bool

    @cached_property
    def known(self) -> Scores:
        return dict(zip(self.ids, self.scores, strict=True))

    @property
    def least(self) -> float:
        return 0.0 if self.is_whole else self.scores[-1]


@dataclass(frozen=True)
class Question:
    """What one person asks. `alone`: of annotations."""

    connection: sqlite3.Connection
    person: Person
    tree: Node
    asked: tuple[Asked, ...]
    alone: bool

    @property
    def begins(self) -> bool:
        return any(each.prefix for each in self.asked)

    @property
    def has_phrase(self) -> bool:
        return any(len(each.terms) > 1 for each in self.asked)

    @property
    def is_listed(self) -> bool:
        """Whether lists are kept of every word."""
        return all(self.number(LISTED, term) for term in self.terms)

    @cached_property
    def terms(self) -> list[str]:
        """Those of the lists."""
        found: list[str] = []
        for each in self.asked:
            *whole, last = each.terms
            found += [*whole, f"{last}*" if each.prefix else last]
        return found

    @cached_property
    def match(self) -> str:
        return expression(self.tree)

    @cached_property
    def places(self) -> list[Place]:
        return met(self.person)

    @cached_property
    def sizes(self) -> Sizes:
        return scoring.sizes(self.connection)

    @cached_property
    def rarities(self) -> list[float]:
        return [self.sizes.rarity(self.entries(each)) for each in self.asked]

    def number(self, sql: str, *values: object) -> int:
        row = self.connection.execute(sql, values).fetchone()
        return int(row[0]) if row else 0

    def entries(self, asked: Asked) -> int:
        """How many have it, about; of a phrase as many as if its words stood anywhere."""
        if len(asked.terms) > 1:
            rows = [self.number(ENTRIES, term) for term in asked.terms]
            return self.expected(rows)
        (term,) = asked.terms
        if not asked.prefix:
            return self.number(ENTRIES, term)
        return self.number(BEGUN, term, term[:-1] + chr(ord(term[-1]) + 1))

    def expected(self, entries: Sequence[int]) -> int:
        """How many have all of what so many have, if they have nothing to do with each other."""
        number = float(self.sizes.entries)
        for each in entries:
            number *= each / max(1, self.sizes.entries)
        return int(number)

    def total(self) -> int:
        """How many have all of it."""
        return sum(self.number(COUNT, self.match, each.low, each.last) for each in self.places)

    def listed(self, term: str, place: Place) -> Best:
        row = self.connection.execute(LIST, [term, place.low]).fetchone()
        ids, scores = array("q", row[0] if row else b""), array("f", row[1] if row else b"")
        return Best(ids, scores, len(ids) < (OF_BEGINNING if term.endswith("*") else OF_WORD))

    def since(self) -> list[int]:
        """What was written since the lists were made."""
        found: list[int] = []
        for place in self.places:
            values = [self.match, place.low, place.low, place.last, NEW]
            found += [entry for (entry,) in self.connection.execute(SINCE, values)]
        return found

    def read(self, entries: Sequence[int], total: int | None = None) -> Scores:
        """The scores of those that have all of it; `total`: as many have it as was counted."""
        if not entries:
            return {}
        is_counted = total is not None and len(self.asked) == 1
        rarities = [self.sizes.rarity(total or 0)] if is_counted else self.rarities
        asked = list(zip(self.asked, rarities, strict=True))
        return scoring.scores(self.connection, entries, asked, self.sizes)


def question(
    connection: sqlite3.Connection, person: Person, tree: Node, *, typing: bool
) -> Question | None:
    """None for what is more than words and phrases, perhaps among annotations."""
    parts = parts_of(tree)
    kept = [part for part in parts if part != Given(ANNOTATIONS)]
    asked = []
    for part in kept:
        found = meant(part) if isinstance(part, Word | Phrase) else None
        if found is None or (found.prefix and not typing):
            return None
        asked.append(found)
    whole = every(kept)
    if whole is None:
        return None
    return Question(connection, person, whole, tuple(asked), len(kept) < len(parts))


def meant(part: Word | Phrase) -> Asked | None:
    """None for what is found by its signs."""
    if RUN.search(part.text) or (isinstance(part, Word) and not WORD.fullmatch(part.text)):
        return None
    terms = (stem(part.text),) if isinstance(part, Word) else tuple(words(part.text))
    return Asked(terms, part.prefix) if terms and all(terms) else None


def candidates(lists: Sequence[Best], first: int) -> Scores:
    """What may have all of the words, with the best score that it may have: what two of the lists
    have, and the first of each."""
    found: set[int] = set()
    for number, each in enumerate(lists):
        found.update(each.ids[:first])
        for other in lists[:number]:
            found |= each.known.keys() & other.known.keys()
    for each in lists:
        found = found & each.known.keys() if each.is_whole else found
    bounds = dict.fromkeys(found, 0.0)
    for each in lists:
        known, least = each.known, each.least
        for entry in found:
            bounds[entry] += known.get(entry, least)
    return bounds
