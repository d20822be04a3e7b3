"""Hits among very many annotations: the best are known, and only some of them are scored anew.

Scoring is what a common word costs, 0.9 us an entry: half a second for one that half of a million
annotations have. So the best annotations for such a word, of each range that a person may meet,
come from lists (common.py), and what was written since is read beside them; for several words see
several.py. How many there are is always counted. Notes, code and outputs are ranked by SQLite as
ever, or, while somebody types the beginning of a word, come from their own lists.

None of this is tried for a query with another condition than `in:annotations`, or by date, or where
a word of it is rare enough to rank all that have it.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace

from app.accounts.permissions import Person
from app.search import matches, several
from app.search.common import OF_BEGINNING, OF_WORD
from app.search.fts import plan
from app.search.numbers import BAND
from app.search.question import NEW, Best, Question, candidates, question
from app.search.ranked import Page, Ranked, Scores
from app.search.tree import Node
from app.search.visible import visible

SPARE = 100  # of a list, for those that are gone
READ_NOTES = 100  # texts of notes, which are long
OTHERS = 2 * BAND  # below it, all that is not in one of the ranges that a person may meet

# An entry of a list that was changed since has another id.
STILL = """SELECT entry.id FROM json_each(?) AS wanted
    JOIN search_entry AS entry ON entry.id = wanted.value"""
# Notes keep theirs, and are read.
NOTES = """SELECT best.id, score FROM search_best AS best JOIN search_entry AS entry USING (id)
    WHERE term = ? AND best.id NOT IN (SELECT id FROM search_fresh) AND ({seen})
    ORDER BY place LIMIT ?"""
HAS_LISTS = "SELECT 1 FROM search_list LIMIT 1"
KEPT = "SELECT count(*) FROM search_best WHERE term = ?"
CHANGED = "SELECT count(*) FROM search_fresh"
FRESH = "SELECT id FROM search_fresh WHERE ({seen}) ORDER BY id DESC LIMIT ?"


def ranked(
    connection: sqlite3.Connection, person: Person, tree: Node, page: Page, *, typing: bool = False
) -> Ranked | None:
    """One page of the hits; None where all are to be ranked."""
    if not connection.execute(HAS_LISTS).fetchone():
        return None
    asked = question(connection, person, tree, typing=typing)
    if asked is None or not asked.is_listed:
        return None
    most = page.offset + page.limit
    found = begun(asked, most) if asked.begins else counted(asked, most)
    if found is None:
        return None
    total, scores = found
    best = sorted(scores.items(), key=lambda each: each[1])[page.offset : most]
    if len(best) < min(page.limit, max(total - page.offset, 0)):
        return None
    return Ranked(total, dict(best), is_exact=not asked.begins)


def counted(asked: Question, most: int) -> tuple[int, Scores] | None:
    """How many there are, and so many of the best, or more."""
    one = len(asked.asked) == 1 and not asked.has_phrase
    found = (asked.total(), with_word(asked, most)) if one else several.hits(asked, most)
    if found is None:
        return None
    total, scores = found
    rest = others(asked, most)
    return total + rest.total, scores | rest.scores


def with_word(asked: Question, most: int) -> Scores:
    """Its lists, as far as a page needs them."""
    found: Scores = {}
    for place in asked.places:
        best = asked.listed(asked.terms[0], place)
        first = json.dumps(list(best.ids[: most + SPARE]))
        still = {entry for (entry,) in asked.connection.execute(STILL, [first])}
        found |= {entry: best.known[entry] for entry in still}
    return found | asked.read(asked.since())


def others(asked: Question, most: int) -> Ranked:
    """Notes, code, outputs, and annotations that must be looked up for each person."""
    unsure = ranked_in(asked, f"BETWEEN {BAND} AND {OTHERS - 1}", most)
    if asked.alone:
        return unsure
    below = f"< {BAND}"
    found = None if asked.has_phrase else of_notes(asked, most)
    rest = Ranked(amount(asked, below), found) if found else ranked_in(asked, below, most)
    return Ranked(unsure.total + rest.total, unsure.scores | rest.scores)


def ranked_in(asked: Question, only: str, most: int) -> Ranked:
    """All that are there, ranked by SQLite, which first counts all that have each word."""
    wanted = replace(plan(asked.tree), only=only)
    if not matches.at_most(asked.connection, matches.of(asked.person, wanted), 1):
        return Ranked(0, {})
    return matches.listed(asked.connection, asked.person, wanted, Page(most))


def amount(asked: Question, only: str) -> int:
    wanted = replace(plan(asked.tree), only=only)
    return matches.counted(asked.connection, matches.of(asked.person, wanted))


def of_notes(asked: Question, most: int) -> Scores | None:
    """Those that all the lists have; None where these may not be the best."""
    if asked.number(CHANGED) > NEW:
        return None
    lists, again = lists_of_notes(asked, OF_WORD)
    every_one = set(lists[0].ids).intersection(*(each.ids for each in lists[1:]))
    found = {entry: sum(each.known[entry] for each in lists) for entry in every_one}
    is_enough = len(found) >= most or all(each.is_whole for each in lists)
    return found | asked.read(again) if is_enough else None


def begun(asked: Question, most: int) -> tuple[int, Scores] | None:
    """So many and one more, of lists alone: nothing is counted."""
    wanted = most + 1
    is_one = len(asked.asked) == 1
    found = with_word(asked, wanted) if is_one else several.of_lists(asked, wanted)
    scores = (found or {}) | ({} if asked.alone else notes(asked))
    return (most, scores) if len(scores) >= wanted else None


def notes(asked: Question) -> Scores:
    """The first of their lists; what was changed since is read."""
    lists, again = lists_of_notes(asked, OF_BEGINNING)
    if len(lists) == 1:
        return lists[0].known | asked.read(again)
    bounds = candidates(lists, READ_NOTES)
    first = sorted(bounds, key=bounds.__getitem__)[:READ_NOTES]
    return asked.read([*first, *again])


def lists_of_notes(asked: Question, most: int) -> tuple[list[Best], list[int]]:
    """And what was changed since they were made."""
    seen = visible(asked.person, "id")
    fresh = asked.connection.execute(FRESH.format(seen=seen.sql), [*seen.values, NEW])
    again = [entry for (entry,) in fresh]
    seen = visible(asked.person, "best.id")
    query, lists = NOTES.format(seen=seen.sql), []
    for term in asked.terms:
        rows = asked.connection.execute(query, [term, *seen.values, most]).fetchall()
        kept = asked.number(KEPT, term)
        full = OF_BEGINNING if term.endswith("*") else OF_WORD
        ids, scores = [row[0] for row in rows], [row[1] for row in rows]
        lists.append(Best(ids, scores, kept < full and len(rows) < most))
    return lists, again
