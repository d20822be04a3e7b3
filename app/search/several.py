"""The best of very many annotations that have several words, or a phrase: only some are scored.

Where not too many have all of it, the shortest texts and those that the words' own lists have are
looked at, in the order of what a count of letters makes of them. Where more have it, the lists have
enough: those of their entries are read that may still be among the best.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection
from itertools import takewhile
from math import ceil

from app.search.numbers import Place
from app.search.question import Question, candidates
from app.search.ranked import Scores
from app.search.scoring import Asked
from app.search.tree import Node, Phrase, Word, parts_of
from app.search.weights import K1, B

ENDINGS = "e|s|es|ed|er|ers|ing|ings|y|ies|ied|ly|al|ion|ions|ive|ment|ments"
MANY = 15_000  # where more have several words, the lists of these have enough
SIZED = 4_000  # entries whose lengths are compared
SHORTEST = 400  # of them are looked at
FIRST = 600  # of each list, and what two of them have
LOOKED = 1_200  # of what the lists have are looked at
READ = 40  # are read, and scored

IDS = "SELECT rowid FROM search_text WHERE search_text MATCH ? AND rowid BETWEEN ? AND ?"
SIZES = """SELECT size.id, sz FROM json_each(?) AS wanted
    CROSS JOIN search_text_docsize AS size ON size.id = wanted.value"""
LOOKED_AT = """SELECT entry.id, sz, lower(body || ' ' || code) FROM json_each(?) AS wanted
    CROSS JOIN search_entry AS entry ON entry.id = wanted.value
    CROSS JOIN search_text_docsize AS size ON size.id = entry.id
    WHERE {has}"""
HAS = "(body LIKE ? OR code LIKE ?)"


def hits(asked: Question, most: int) -> tuple[int, Scores] | None:
    """How many, and so many of the best, or more; None where all are to be ranked."""
    expected = asked.expected([asked.entries(each) for each in asked.asked])
    if not asked.has_phrase and expected > MANY:
        return asked.total(), of_lists(asked, most)
    listed = {place: entries_of(asked, place) for place in asked.places}
    total = sum(map(len, listed.values()))
    pool = shortest(asked, list(listed.values()), total)
    for place, entries in listed.items():
        pool.update(*(set(asked.listed(term, place).ids).intersection(entries)
                      for term in asked.terms))  # fmt: skip
    return total, best_of(asked, pool, most, total)


def entries_of(asked: Question, place: Place) -> list[int]:
    rows = asked.connection.execute(IDS, [asked.match, place.low, place.last]).fetchall()
    return [entry for (entry,) in rows]


def shortest(asked: Question, listed: list[list[int]], total: int) -> set[int]:
    """The shortest texts; of very many, those of the newest, for to compare all takes too long.

    Each of the places has its share of those that are compared.
    """
    share = min(1.0, SIZED / max(1, total))
    newest = [entry for each in listed if each for entry in each[-ceil(share * len(each)) :]]
    lengths = dict(asked.connection.execute(SIZES, [json.dumps(newest)]).fetchall())
    return set(sorted(lengths, key=lambda entry: sum(lengths[entry]))[:SHORTEST])


def of_lists(asked: Question, most: int) -> Scores:
    """The best of those that a list has."""
    bounds: Scores = {}
    for place in asked.places:
        bounds |= candidates([asked.listed(term, place) for term in asked.terms], FIRST)
    pool = sorted(bounds, key=bounds.__getitem__)[:LOOKED]
    return best_of(asked, pool, most) | asked.read(asked.since())


def best_of(asked: Question, pool: Collection[int], most: int, total: int | None = None) -> Scores:
    """The scores of those that seem to be the best."""
    letters = list(map(letters_of, parts_of(asked.tree), asked.asked))
    seem = seeming(asked, letters)
    query = LOOKED_AT.format(has=" AND ".join([HAS] * len(letters)))
    values = [f"%{each}%" for each in letters for _ in range(2)]
    found: Scores = {}
    for entry, size, text in asked.connection.execute(query, [json.dumps(list(pool)), *values]):
        score = seem(text, K1 * (1 - B + B * sum(size) / asked.sizes.mean))
        if score:
            found[entry] = score
    best = sorted(found, key=found.__getitem__)
    return asked.read(best[: READ + 2 * most], total)


def seeming(asked: Question, letters: list[str]) -> Callable[[str, float], float]:
    """What the score of a text seems to be, by its letters; 0 if one of the words is not there."""
    found_by = map(pattern, parts_of(asked.tree), asked.asked, letters)
    wanted = list(zip(found_by, asked.rarities, strict=True))

    def score(text: str, norm: float) -> float:
        found = 0.0
        for found_in, rarity in wanted:
            times = len(found_in(text))
            if not times:
                return 0.0
            found -= rarity * times / (times + norm)
        return found

    return score


def letters_of(part: Node, asked: Asked) -> str:
    """Those that every form of the word begins with; of a phrase as it was written."""
    text = part.text.lower() if isinstance(part, Word | Phrase) else ""
    if len(asked.terms) > 1:
        return text
    same = (one == other for one, other in zip(text, asked.terms[0], strict=False))
    return text[: sum(1 for _ in takewhile(bool, same))]


def pattern(part: Node, asked: Asked, letters: str) -> Callable[[str], list[str]]:
    """Finds the word with any usual ending, or the phrase."""
    if len(asked.terms) > 1 or asked.prefix:
        return re.compile(rf"\b{re.escape(letters)}").findall
    rest = re.escape(part.text.lower()[len(letters) :]) if isinstance(part, Word) else ""
    return re.compile(rf"\b{re.escape(letters)}(?:{rest}|{ENDINGS})?\b").findall
