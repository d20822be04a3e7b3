"""Hits among very many annotations: the best are known, and only some of them are scored anew.

Scoring is what a common word costs, 0.9 us an entry: half a second for one that half of a million
annotations have. So the best annotations for such a word, of each range that a person may meet,
come from lists (common.py), and what was written since is read beside them. Of several words the
candidates are what their lists have, and the most promising of these are read; of a phrase they are
the shortest texts that have it, as most have it once. How many there are is always counted. Notes,
code and outputs are ranked by SQLite as ever.

None of this is tried for a query with another condition than `in:annotations`, or by date, or where
a word of it is rare enough to rank all that have it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from app.accounts.permissions import Person
from app.search import matches, scoring
from app.search.endings import WORD, stem, words
from app.search.fts import ANNOTATIONS, expression, plan
from app.search.numbers import BAND, Place
from app.search.ranked import Page, Ranked, Scores
from app.search.scoring import Asked
from app.search.signs import RUN
from app.search.tree import Given, Node, Phrase, Word, every, parts_of
from app.search.visible import met, visible

NEW = 100  # annotations written since the lists were made, the last of each range
FEW = 400  # of each list, where there are several words
READ = 400  # candidates, at a time
READ_NOTES = 100  # which are longer
TIMES = 3  # that so many are read
SHORTEST = 300
OTHERS = 2 * BAND  # below it, all that is not in one of the ranges that a person may meet

LISTED = "SELECT 1 FROM search_best WHERE term = ? AND low >= ? LIMIT 1"
BEST = """SELECT best.id, score FROM search_best AS best JOIN search_entry AS entry USING (id)
    WHERE term = ? AND low = ? ORDER BY place LIMIT ?"""
SINCE = """SELECT rowid FROM search_text WHERE search_text MATCH ?
    AND rowid > ifnull((SELECT newest FROM search_mark WHERE low = ?), 0)
    AND rowid BETWEEN ? AND ? ORDER BY rowid DESC LIMIT ?"""
COUNT = "SELECT count(*) FROM search_text WHERE search_text MATCH ? AND rowid BETWEEN ? AND ?"
SIZED = """SELECT rowid, (SELECT sz FROM search_text_docsize AS size WHERE size.id = rowid)
    FROM search_text WHERE search_text MATCH ? AND rowid BETWEEN ? AND ?"""
ENTRIES = "SELECT entries FROM search_word WHERE term = ?"
BEGUN = "SELECT ifnull(sum(entries), 0) FROM search_word WHERE term >= ? AND term < ?"
# While somebody types, notes come from their list, too; what was changed since is read.
NOTES = """SELECT best.id, score FROM search_best AS best JOIN search_entry AS entry USING (id)
    WHERE term = ? AND low = 0 AND best.id NOT IN (SELECT id FROM search_fresh) AND ({seen})
    ORDER BY place LIMIT ?"""
FRESH = "SELECT id FROM search_fresh WHERE ({seen}) ORDER BY id DESC LIMIT ?"


def ranked(
    connection: sqlite3.Connection, person: Person, tree: Node, page: Page, *, typing: bool = False
) -> Ranked | None:
    """One page of the hits; None where all are to be ranked."""
    asked = question(connection, person, tree, typing=typing)
    if asked is None or not asked.is_listed:
        return None
    most = page.offset + page.limit
    found = asked.begun(most) if asked.begins else asked.annotations(most)
    if found is None:
        return None
    total, scores = found
    if not asked.begins:
        others = asked.others(most)
        total, scores = total + others.total, scores | others.scores
    best = sorted(scores.items(), key=lambda each: each[1])[page.offset : most]
    if len(best) < min(page.limit, max(total - page.offset, 0)):
        return None
    return Ranked(total, dict(best), is_exact=not asked.begins)


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


@dataclass(frozen=True)
class Best:
    """The beginning of a list; an entry that is not there has at most the score `least`."""

    scores: Scores
    least: float
    is_whole: bool


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

    @property
    def is_listed(self) -> bool:
        return all(self.row(LISTED, term, BAND) for term in self.terms)

    def row(self, sql: str, *values: object) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self.connection.execute(sql, values).fetchone()
        return row

    def annotations(self, most: int) -> tuple[int, Scores] | None:
        """How many, and so many of the best, or more."""
        if any(len(each.terms) > 1 for each in self.asked):
            return self.with_phrase()
        total = sum(self.count(place) for place in self.places)
        if len(self.asked) == 1:
            return total, self.with_word(most)
        scores = self.with_words(min(most, total))
        return None if scores is None else (total, scores)

    def count(self, place: Place) -> int:
        row = self.row(COUNT, self.match, place.low, place.last)
        return int(row[0]) if row else 0

    def with_word(self, most: int) -> Scores:
        """Its lists, as far as a page needs them."""
        found: Scores = {}
        for place in self.places:
            values = [self.terms[0], place.low, most]
            found |= dict(self.connection.execute(BEST, values).fetchall())
        return found | self.read(self.since())

    def since(self) -> list[int]:
        """What was written since the lists were made."""
        found: list[int] = []
        for place in self.places:
            values = [self.match, place.low, place.low, place.last, NEW]
            found += [entry for (entry,) in self.connection.execute(SINCE, values)]
        return found

    def read(self, entries: Sequence[int], counts: Sequence[int] = ()) -> Scores:
        """The scores of those that have all of it."""
        if not entries:
            return {}
        known = scoring.sizes(self.connection)
        counts = counts or [self.entries(each) for each in self.asked]
        rarities = map(known.rarity, counts)
        asked = list(zip(self.asked, rarities, strict=True))
        return scoring.scores(self.connection, entries, asked, known)

    def entries(self, each: Asked) -> int:
        """How many have it, about."""
        term = each.terms[0]
        end = term[:-1] + chr(ord(term[-1]) + 1)
        row = self.row(BEGUN, term, end) if each.prefix else self.row(ENTRIES, term)
        return int(row[0]) if row else 0

    def with_words(self, most: int) -> Scores | None:
        """Of those that a list has, the ones that may have the best scores."""
        promising, found = self.promising(), dict[int, float]()
        found = self.read(self.since())
        for begin in range(0, TIMES * READ, READ):
            found |= self.read(promising[begin : begin + READ])
            if len(found) >= most:
                return found
        return None

    def promising(self) -> list[int]:
        """The candidates of all ranges by the best score that each may have."""
        bounds: Scores = {}
        for place in self.places:
            bounds |= candidates([self.listed(term, place) for term in self.terms])
        return sorted(bounds, key=bounds.__getitem__)

    def listed(self, term: str, place: Place) -> Best:
        rows = self.connection.execute(BEST, [term, place.low, FEW]).fetchall()
        return best_of(rows)

    def with_phrase(self) -> tuple[int, Scores]:
        """The shortest texts that have it, and how many have it."""
        lengths: dict[int, int] = {}
        for place in self.places:
            rows = self.connection.execute(SIZED, [self.match, place.low, place.last])
            lengths |= {entry: sum(size) for entry, size in rows}
        shortest = sorted(lengths, key=lengths.__getitem__)[:SHORTEST]
        counts = [
            len(lengths) if len(each.terms) > 1 else self.entries(each) for each in self.asked
        ]
        return len(lengths), self.read(shortest, counts)

    def begun(self, most: int) -> tuple[int, Scores] | None:
        """So many and one more, of lists alone: nothing is counted."""
        wanted = most + 1
        found = self.with_word(wanted) if len(self.asked) == 1 else self.with_words(wanted)
        notes = {} if self.alone else self.notes()
        scores = (found or {}) | notes
        return (most, scores) if len(scores) >= wanted else None

    def notes(self) -> Scores:
        """Of their lists; what was changed since is read."""
        seen = visible(self.person, "id")
        fresh = self.connection.execute(FRESH.format(seen=seen.sql), [*seen.values, NEW])
        again = [entry for (entry,) in fresh]
        seen = visible(self.person, "best.id")
        query = NOTES.format(seen=seen.sql)
        lists = [
            best_of(self.connection.execute(query, [term, *seen.values, FEW]).fetchall())
            for term in self.terms
        ]
        if len(lists) == 1:
            return lists[0].scores | self.read(again)
        return self.read([*list(candidates(lists))[:READ_NOTES], *again])

    def others(self, most: int) -> Ranked:
        """Notes, code, outputs, and annotations that must be looked up for each person."""
        only = f"BETWEEN {BAND} AND {OTHERS - 1}" if self.alone else f"< {OTHERS}"
        wanted = replace(plan(self.tree), only=only)
        if not matches.at_most(self.connection, matches.of(self.person, wanted), 1):
            return Ranked(0, {})
        return matches.listed(self.connection, self.person, wanted, Page(most))


def best_of(rows: Sequence[tuple[int, float]]) -> Best:
    is_whole = len(rows) < FEW
    return Best(dict(rows), 0.0 if is_whole else rows[-1][1], is_whole)


def candidates(lists: Sequence[Best]) -> Scores:
    """What may have all of the words, with the best score that it may have, the best first."""
    found = {entry for each in lists for entry in each.scores}
    whole = [each.scores.keys() for each in lists if each.is_whole]
    bounds = {
        entry: sum(each.scores.get(entry, each.least) for each in lists)
        for entry in found.intersection(*whole)
    }
    return dict(sorted(bounds.items(), key=lambda each: each[1]))
