"""The first hits ranked anew, by what the best of them have in common.

A question in a person's words and an answer in an author's share few of them. So the first hits
are read: those that suit best lend the question their characteristic words (Rocchio's feedback),
and all of them are scored again by BM25 with k1 and b of our own, which FTS5 does not let one set.
Only hits that the person may meet are read; a word's frequency is that of the whole library.

nDCG@10 and MAP by those of plain bm25, from `python -m bench.search_quality`: Cranfield 1.12 and
1.14, LISA 1.18 and 1.17, MEDLINE 1.06 and 1.14, CACM 1.14 and 1.24. On SciFact, where one document
answers, an earlier trial found a loss (0.93 and 0.88), so a hit that stands out lends almost alone:
in that trial 1.00 and 0.98. Proximity of the words brought nothing measurable.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from dataclasses import dataclass
from math import log

from app.search import common, endings
from app.search.relaxed import COMMON

FIRST = 200  # hits that are read
CHARACTERS = 2_500  # of each, about 370 words
BEST = 10  # of them lend words
LENT = 20  # words
SHARE = 0.4  # of the new question that is lent
SHARP = 4  # the power by which a lower score lends less: one that stands out lends almost alone
LOOKED_UP = 60  # words whose frequency is asked for
TITLE = 2.0  # what a word in the title or the tags counts for
K1, B = 1.6, 0.6

TEXTS = """SELECT entry.id, entry.title || ' ' || entry.tags AS title,
        substr(CASE WHEN entry.body IS NULL THEN document.text ELSE entry.body END
            || ' ' || entry.code, 1, ?) AS text
    FROM json_each(?) AS wanted
    JOIN search_entry AS entry ON entry.id = wanted.value
    LEFT JOIN document ON document.uid = entry.uid"""
FREQUENCIES = """SELECT term, doc FROM json_each(?) AS wanted
    CROSS JOIN {vocabulary} AS vocabulary ON vocabulary.term = wanted.value"""
COUNTED = "SELECT term, entries FROM search_word WHERE term IN (SELECT value FROM json_each(?))"
ENTRIES = "SELECT count(*) FROM search_entry"

COMMON_STEMS = frozenset(map(endings.stem, COMMON))
Weights = dict[str, float]


@dataclass(frozen=True)
class Read:
    """A hit's words, with how often each stands in it, and BM25's measure of its length."""

    id: int
    times: dict[str, float]
    norm: float


def reranked(connection: sqlite3.Connection, ids: list[int], question: Weights) -> list[int]:
    """The hits, the most suitable first; where two suit alike, in the order they came in."""
    hits = read(connection, ids[:FIRST])
    rare = rarities(connection, list(question))
    scores = scored(hits, {stem: part * rare[stem] for stem, part in question.items()})
    best = sorted(hits, key=lambda hit: -scores[hit.id])[:BEST]
    parts = common_parts(best, scores)
    rare |= rarities(connection, list(parts))
    lent = sorted(((stem, part * rare[stem]) for stem, part in parts.items()), key=second)[-LENT:]
    new = mixed(question, dict(lent))
    scores = scored(hits, {stem: part * rare[stem] for stem, part in new.items()})
    return [*sorted(scores, key=lambda entry: -scores[entry]), *ids[FIRST:]]


def second(pair: tuple[str, float]) -> float:
    return pair[1]


def read(connection: sqlite3.Connection, ids: list[int]) -> list[Read]:
    rows = connection.execute(TEXTS, [CHARACTERS, json.dumps(ids)]).fetchall()
    found = {row["id"]: counted(row["title"], row["text"]) for row in rows}
    sizes = {entry: sum(times.values()) for entry, times in found.items()}
    average = sum(sizes.values()) / len(sizes) if sizes else 1.0
    return [
        Read(entry, found[entry], K1 * (1 - B + B * sizes[entry] / (average or 1.0)))
        for entry in ids
        if entry in found
    ]


def counted(title: str, text: str) -> dict[str, float]:
    times: dict[str, float] = {}
    counts = Counter(endings.WORD.findall(text.lower()))
    known = endings.of(counts)
    for word, count in counts.items():
        times[known[word]] = times.get(known[word], 0.0) + count
    for stem in endings.words(title.lower()):
        times[stem] = times.get(stem, 0.0) + TITLE
    return times


def rarities(connection: sqlite3.Connection, stems: list[str]) -> Weights:
    """How much each stem tells, by the number of all entries that have it.

    The words that were counted after a sync know it; to count one anew takes 2 ms, if it is common.
    """
    entries = connection.execute(ENTRIES).fetchone()[0]
    counts = dict(connection.execute(COUNTED, [json.dumps(stems)]).fetchall())
    new = [stem for stem in stems if stem not in counts]
    if new:
        sql = FREQUENCIES.format(vocabulary=common.vocabulary(connection))
        counts |= dict(connection.execute(sql, [json.dumps(new)]).fetchall())
    known = {stem: log((entries + 1) / (count + 0.5)) for stem, count in counts.items()}
    return {stem: max(known.get(stem, 0.0), 0.0) for stem in stems}


def scored(hits: list[Read], weights: Weights) -> dict[int, float]:
    scores = {}
    for hit in hits:
        times, norm, score = hit.times, hit.norm, 0.0
        for stem, weight in weights.items():
            if stem in times:
                score += weight * times[stem] / (times[stem] + norm)
        scores[hit.id] = score
    return scores


def common_parts(best: list[Read], scores: dict[int, float]) -> Weights:
    """The words that stand in two of these hits or more, and their part in the hits' scores."""
    parts: Weights = {}
    shared: Counter[str] = Counter()
    highest = max((scores[hit.id] for hit in best), default=0.0) or 1.0
    for hit in best:
        part = (scores[hit.id] / highest) ** SHARP
        shared.update(hit.times.keys())
        for stem, times in hit.times.items():
            parts[stem] = parts.get(stem, 0.0) + part * times / (times + hit.norm)
    least = min(2, len(best))
    able = [stem for stem in parts if shared[stem] >= least and is_lendable(stem)]
    return {stem: parts[stem] for stem in sorted(able, key=lambda stem: -parts[stem])[:LOOKED_UP]}


def is_lendable(stem: str) -> bool:
    return len(stem) > 1 and stem not in COMMON_STEMS and stem not in COMMON


def mixed(question: Weights, lent: Weights) -> Weights:
    """The question and what was lent to it, each with its share of the whole."""
    asked, told = sum(question.values()), sum(lent.values())
    if not asked or not told:
        return question
    new = {stem: (1 - SHARE) * part / asked for stem, part in question.items()}
    for stem, part in lent.items():
        new[stem] = new.get(stem, 0.0) + SHARE * part / told
    return new
