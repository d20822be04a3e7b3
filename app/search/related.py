"""The notes that a note is related to, and why: works, links and words that they have in common.

Each is bounded: what many notes have in common says little and is left out, so that the cost does
not grow with the library. Ranking may use what all notes have; what is shown, a note or a reason,
the person may meet.
"""

from __future__ import annotations

import json
import math
import re
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.accounts.permissions import Person, Role, visibilities
from app.search import endings, excerpt
from app.search.numbers import AUDIENCES, BAND, EVERYBODY, LOOKED_UP

MOST = 5
ENOUGH = 0.5  # a note with less is not related
CHARACTERS = 30_000  # of a note's text, whose words are looked at
CANDIDATES = 32  # words that are looked up
TELLING = 100  # notes that may have a word or a work before it says nothing
HUB = 60  # links to a note, or from one, that say something
LEAST_SHARED, LEAST_TOO = 3, 2  # words, where nothing else is shared, and where something is
SHOWN_WORDS = 3

TOKEN = re.compile(r"[^\W\d_]{4,30}")
FILLED_IN = re.compile(r"\{\{[^{}\n]*\}\}|!\[\[[^\]\n]*\]\]|\[[^\]\n]*@[^\]\n]*\]")
COMMON_WORDS = """
about above after again against also always among another around because been before being below
between both cannot could does done down during each either else enough even ever every find
first found from full given gives goes have having here however into just know known last less
like likely made make makes many more most much must name need never next none nothing often
once only other others over part rather same seen several shall should show shown since some
something such take taken than that their them then there therefore these they thing this those
though three through thus together under until upon used uses using very want well were what
when where whether which while whole whose will with within without would your
"""
COMMON = frozenset(COMMON_WORDS.split())

WORKS = """WITH own(name, about) AS (
        SELECT name, 0 FROM document_citation AS cited WHERE uid = :uid
            AND (NOT bare OR EXISTS (SELECT 1 FROM work WHERE work.name = cited.name))
        UNION SELECT name, 1 FROM document_about WHERE uid = :uid),
    mine(name, about) AS (SELECT name, max(about) FROM own GROUP BY name LIMIT 200),
    rare(name, about, number) AS MATERIALIZED (SELECT name, about, (SELECT count(*) FROM (
            SELECT 1 FROM document_citation AS each WHERE each.name = mine.name LIMIT :telling + 1))
        FROM mine)
    SELECT DISTINCT document.uid, rare.name, 'cites' AS kind, rare.about, number
        FROM rare JOIN document_citation AS other ON other.name = rare.name
        JOIN document ON document.uid = other.uid WHERE number <= :telling
        AND document.uid <> :uid AND visibility IN (SELECT value FROM json_each(:seen))
    UNION SELECT document.uid, rare.name, 'about', rare.about, number
        FROM rare JOIN document_about AS other ON other.name = rare.name
        JOIN document ON document.uid = other.uid
        WHERE document.uid <> :uid AND visibility IN (SELECT value FROM json_each(:seen))"""
# A name that only one note has means that note; which of several a link means is not asked here.
# Only notes count that the person may meet, so that no answer tells whether there are others.
LINKED_TOO = """WITH mine AS MATERIALIZED (
        SELECT DISTINCT target.uid, target.title, target.name_key FROM document AS target
        WHERE target.uid IN (SELECT value FROM json_each(:there))
        AND visibility IN (SELECT value FROM json_each(:seen))
        AND 1 = (SELECT count(*) FROM document AS each WHERE each.name_key = target.name_key
            AND each.visibility IN (SELECT value FROM json_each(:seen)))),
    rare AS MATERIALIZED (SELECT *, (SELECT count(*) FROM (
            SELECT 1 FROM document_link AS each WHERE each.name_key = mine.name_key LIMIT :hub + 1))
        AS number FROM mine)
    SELECT DISTINCT document.uid, rare.title, number FROM rare
        JOIN document_link AS other ON other.name_key = rare.name_key
        JOIN document ON document.uid = other.uid
    WHERE number <= :hub AND document.uid NOT IN (:uid, rare.uid)
        AND visibility IN (SELECT value FROM json_each(:seen))"""
LINKED_BESIDE = """WITH source AS MATERIALIZED (
        SELECT uid, title, (SELECT count(*) FROM (
            SELECT 1 FROM document_link AS each WHERE each.uid = document.uid LIMIT :hub + 1))
        AS number FROM document WHERE uid IN (SELECT value FROM json_each(:here))
        AND visibility IN (SELECT value FROM json_each(:seen)) LIMIT :hub)
    SELECT DISTINCT document.uid, source.title, number FROM source
        JOIN document_link AS other ON other.uid = source.uid
        JOIN document ON document.name_key = other.name_key
    WHERE number <= :hub AND document.uid NOT IN (:uid, source.uid)
        AND document.visibility IN (SELECT value FROM json_each(:seen))
        AND 1 = (SELECT count(*) FROM document AS each WHERE each.name_key = other.name_key
            AND each.visibility IN (SELECT value FROM json_each(:seen)))"""
WITH_WORD = """SELECT {number}, count(*), group_concat(rowid)
    FROM (SELECT rowid FROM search_text
        WHERE search_text MATCH ? AND rowid < {band} LIMIT {most})"""
NOTES = """SELECT uid, id FROM search_entry WHERE id IN (SELECT value FROM json_each(?))
    AND type = 'note'"""
SHOWN = """SELECT uid, path, title, kind, date FROM document
    WHERE uid IN (SELECT value FROM json_each(:uids)) AND uid <> :uid
    AND visibility IN (SELECT value FROM json_each(:seen))"""


@dataclass(frozen=True)
class Reason:
    """`kind`: cites | about | cites_this | here | there | too | beside | words.

    `names` are keys of works, titles of notes, or words.
    """

    kind: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Related:
    path: str
    title: str
    kind: str
    date: str
    score: float
    reasons: list[Reason]


@dataclass
class Ties:
    """What ties each other note, by its uid, to the one that is asked about."""

    scores: dict[int, float] = field(default_factory=dict)
    names: dict[int, dict[str, list[str]]] = field(default_factory=dict)

    def add(self, uid: int, kind: str, score: float, *names: str) -> None:
        self.scores[uid] = self.scores.get(uid, 0.0) + score
        known = self.names.setdefault(uid, {}).setdefault(kind, [])
        known += [name for name in names if name not in known]


def of_note(
    connection: sqlite3.Connection,
    person: Person,
    uid: int,
    here: Sequence[str] = (),
    there: Sequence[int] = (),
    without: Sequence[str] = (),
) -> list[Related]:
    """The most related notes.

    `here`: the paths of those that link to it; `there`: the uids of those that it links to;
    `without`: the paths of those that are shown already.
    """
    ties = Ties()
    linking = uids_of(connection, here)
    number = notes_in_all(connection)
    given = {
        "uid": uid,
        "seen": json.dumps(list(visibilities(person))),
        "here": json.dumps(linking),
        "there": json.dumps(list(there)),
        "telling": TELLING,
        "hub": HUB,
    }
    for kind, uids in (("here", linking), ("there", there)):
        for other in uids:
            ties.add(other, kind, 1.5)
    tie_by_works(connection, given, number, ties)
    tie_by_links(connection, given, ties)
    tie_by_words(connection, person, uid, number, ties)
    for other in uids_of(connection, without):
        ties.scores.pop(other, None)
    return chosen(connection, given, ties)


def uids_of(connection: sqlite3.Connection, paths: Sequence[str]) -> list[int]:
    sql = "SELECT uid FROM document WHERE path IN (SELECT value FROM json_each(?))"
    return [uid for (uid,) in connection.execute(sql, [json.dumps(list(paths))])]


def notes_in_all(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM document").fetchone()[0])


def rarity(number: int, of: int) -> float:
    """From 1 for what hardly any note has down to 0 for what all have."""
    return max(0.0, math.log((of + 1) / max(1, number)) / math.log(of + 1)) if of > 1 else 0.0


def tie_by_works(
    connection: sqlite3.Connection, given: dict[str, object], number: int, ties: Ties
) -> None:
    for uid, name, kind, is_own, cited in connection.execute(WORKS, given):
        if kind == "about":
            ties.add(uid, "about", 1.0 + rarity(cited, number), name)
        else:
            weight = rarity(cited, number) + (1.0 if is_own else 0.2)
            ties.add(uid, "cites_this" if is_own else "cites", weight, name)


def tie_by_links(connection: sqlite3.Connection, given: dict[str, object], ties: Ties) -> None:
    for kind, sql, weight in (("too", LINKED_TOO, 1.0), ("beside", LINKED_BESIDE, 0.7)):
        for uid, title, number in connection.execute(sql, given):
            ties.add(uid, kind, weight / math.log2(1 + max(2, number)), title)


def tie_by_words(
    connection: sqlite3.Connection, person: Person, uid: int, number: int, ties: Ties
) -> None:
    """By the words that say most of the note: many times in it, and in few others."""
    counts, shown = words_of(connection, uid)
    candidates = sorted(counts, key=lambda stem: (-worth(stem, counts), stem))[:CANDIDATES]
    having = notes_with(connection, person, candidates)
    most = max(2, min(TELLING, number // 6))
    weights = {
        stem: (1 + math.log(counts[stem])) * rarity(len(ids), number)
        for stem, ids in having.items()
        if 2 <= len(ids) <= most
    }
    whole = sum(sorted(weights.values(), reverse=True)[:12]) or 1.0
    shared: dict[int, list[str]] = {}
    for stem in sorted(weights, key=lambda stem: -weights[stem]):
        for entry in having[stem]:
            shared.setdefault(entry, []).append(stem)
    best = sorted(shared, key=lambda entry: -sum(weights[stem] for stem in shared[entry]))[:30]
    for other, entry in connection.execute(NOTES, [json.dumps(best)]):
        known = shared[entry]
        is_tied = other in ties.scores
        if other != uid and len(known) >= (LEAST_TOO if is_tied else LEAST_SHARED):
            score = 3 * sum(weights[stem] for stem in known) / whole
            ties.add(other, "words", score, *(shown[stem] for stem in known[:SHOWN_WORDS]))


def words_of(connection: sqlite3.Connection, uid: int) -> tuple[dict[str, int], dict[str, str]]:
    """How often each stem stands in the note, and a word to show for it."""
    row = connection.execute(
        "SELECT title, substr(text, 1, ?) AS text FROM document WHERE uid = ?", [CHARACTERS, uid]
    ).fetchone()
    if row is None:
        return {}, {}
    text = prose(row["text"]) + f" {row['title']}" * 3
    words = Counter(word for word in TOKEN.findall(text.lower()) if word not in COMMON)
    known = endings.of(words)
    counts: dict[str, int] = {}
    shown: dict[str, str] = {}
    for word, times in words.most_common():
        stem = known[word]
        if stem:
            counts[stem] = counts.get(stem, 0) + times
            shown.setdefault(stem, word)
    return counts, shown


def prose(text: str) -> str:
    """The text without formulas and what the page fills in."""
    pieces = []
    for line in FILLED_IN.sub(" ", text).split("\n"):
        at = 0
        for start, end in excerpt.formulas(line, 0, len(line)):
            pieces.append(line[at:start])
            at = end
        pieces.append(line[at:] + "\n")
    return " ".join(pieces)


def worth(stem: str, counts: dict[str, int]) -> float:
    """Before it is known how many notes have a word: long ones are rarer."""
    return min(8, counts[stem]) * math.sqrt(len(stem))


def notes_with(
    connection: sqlite3.Connection, person: Person, words: Sequence[str]
) -> dict[str, list[int]]:
    """The entries of notes with each word that few have; one query."""
    if not words:
        return {}
    sql = " UNION ALL ".join(
        WITH_WORD.format(number=number, most=TELLING + 1, band=BAND) for number in range(len(words))
    )
    found: dict[str, list[int]] = {}
    least = EVERYBODY if person.role is Role.PUBLIC else LOOKED_UP - 1
    for number, count, entries in connection.execute(sql, [f'"{word}"' for word in words]):
        if 2 <= count <= TELLING:
            ids = map(int, entries.split(","))
            found[words[number]] = [entry for entry in ids if entry % AUDIENCES <= least]
    return found


def chosen(connection: sqlite3.Connection, given: dict[str, object], ties: Ties) -> list[Related]:
    """The best of those that the person may meet, each with its reasons."""
    tied = [uid for uid, score in ties.scores.items() if score >= ENOUGH]
    best = sorted(tied, key=lambda uid: (-ties.scores[uid], uid))[: 40 * MOST]
    rows = connection.execute(SHOWN, {**given, "uids": json.dumps(best)})
    known = {row["uid"]: row for row in rows}
    found = []
    for uid in [uid for uid in best if uid in known][:MOST]:
        row, names = known[uid], ties.names[uid]
        reasons = [Reason(kind, tuple(names[kind])) for kind in KINDS if kind in names]
        values = (row["path"], row["title"], row["kind"], row["date"])
        found.append(Related(*values, round(ties.scores[uid], 3), reasons))
    return found


KINDS = ("here", "there", "cites_this", "about", "cites", "too", "beside", "words")
