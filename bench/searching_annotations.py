"""Searching a million annotations: every class of word, in the public's and a person's eyes.

Annotations are made up: some 20 words each, of words that are as seldom as those of a language
(Zipf), so that the commonest stands in half of them. One in ten is private, one note in three is.
Seven in ten are comments, the others questions, errata and highlights.
What a page needs is measured: hits with their passages, and how many there are. Of what is taken
from lists, as many as promised have a score that is no worse than that of the exact twentieth.
"""

from __future__ import annotations

import gc
import itertools
import random
import sqlite3
import statistics
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app import database
from app.accounts.permissions import PUBLIC, Person, Role
from app.search import beginning, common, find, fts, kept_remarks, matches, ranking
from app.search.endings import stem
from app.search.fts import plan
from app.search.index import TEXT
from app.search.numbers import AUDIENCES, OWN, Place, audience
from app.search.query import parse
from app.search.ranked import Page, Scores
from app.search.tree import Field, Given, Node, every, parts_of
from bench import searching
from bench.ratios import Ratio, seconds
from bench.searching import vocabulary

SIZE = 1_000_000
NOTES = 2_000
WRITERS = 8
BATCH = 20_000  # in one transaction
WORDS = 50_000
AT_ONCE = 500_000  # words that are drawn
SHARES = {"half": 0.5, "27 %": 0.27, "13 %": 0.13, "5 %": 0.05, "1 %": 0.01, "rare": 0.0001}
ASKED = 20  # of each class
TIMES = 3  # each is asked: of 20 times alone the worst would be the p95
JUDGED = 4  # of them, against all that are ranked by SQLite
AT_MOST_MS = 50.0
OTHERS = ("questioning", "editing", "highlighting")  # one in ten each
OF_MOST_MS = 100.0  # every one of 700,000 is counted
OF_PHRASES_MS = 100.0  # of the commonest words: FTS5 compares the places of both in each entry
OVERLAP = 0.9
READER = Person(3, "reader", Role.ANNOTATOR)
PEOPLE = {"public": PUBLIC, "signed in": READER}

ANNOTATION = """INSERT INTO annotation (id, note_uid, person_id, stored, motivation, quote, body,
    visibility, created, modified) VALUES (?, ?, ?, '{}', ?, ?, ?, ?, ?, ?)"""
ENTRY = "INSERT INTO search_entry VALUES (?, 'annotation', ?, ?, ?, '', '', '', ?, ?, '', NULL)"


def measure() -> list[Ratio]:
    with (
        tempfile.TemporaryDirectory() as root,
        database.opened(Path(root) / "gloss.db") as connection,
    ):
        words = vocabulary()[:WORDS]
        fill(connection, words, SIZE)
        common.refresh(connection)
        gc.collect()
        gc.freeze()  # as the server does
        return list(ratios(connection, words))


def fill(connection: sqlite3.Connection, words: list[str], size: int) -> None:
    """A library of so many annotations, as `annotations.entries` would have put them."""
    connection.executemany(
        "INSERT INTO person (id, name, role, created) VALUES (?, ?, 'annotator', '')",
        [(number, f"writer {number}") for number in range(1, WRITERS + 1)],
    )
    connection.executemany(
        "INSERT INTO note (uid, path, created) VALUES (?, ?, '')",
        [(uid, f"n{uid}") for uid in range(1, NOTES + 1)],
    )
    searching.fill(connection, words, NOTES)
    made = invented(words)
    numbers: dict[int, int] = {}
    for start in range(0, size, BATCH):
        rows = [
            (next_id(numbers, each.place), each)
            for each in itertools.islice(made, min(BATCH, size - start))
        ]
        with database.transaction(connection):
            connection.executemany(ANNOTATION, [each.row for _, each in rows])
            connection.executemany(ENTRY, [each.entry(entry) for entry, each in rows])
            texts = sorted((entry, "", "", "", each.said, each.quote, "") for entry, each in rows)
            connection.executemany(TEXT, texts)
    connection.execute(f"INSERT INTO search_remark {kept_remarks.ROWS}")
    connection.execute("INSERT INTO search_text(search_text) VALUES ('optimize')")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@dataclass(frozen=True)
class Made:
    key: str
    uid: int
    writer: int
    private: bool
    date: str
    motivation: str
    said: str
    quote: str

    @property
    def place(self) -> Place:
        if self.private:
            return Place(OWN, annotation=True, writer=self.writer)
        return Place(audience(visibility(self.uid)), annotation=True)

    @property
    def row(self) -> tuple[object, ...]:
        seen = "private" if self.private else "shared"
        about = (self.key, self.uid, self.writer)
        said = (self.motivation, self.quote, self.said)
        return (*about, *said, seen, self.date, self.date)

    def entry(self, id: int) -> tuple[object, ...]:
        return (id, self.key, self.uid, self.date, self.said, self.quote)


def visibility(uid: int) -> str:
    """As `searching.fill` has it."""
    return "private" if uid % 3 == 0 else "public"


def invented(words: list[str]) -> Iterator[Made]:
    dice = random.Random(7)
    weights = list(itertools.accumulate(1 / (place + 2) ** 0.95 for place in range(len(words))))
    drawn: list[str] = []
    for number in itertools.count():
        said, quote = dice.randint(6, 24), dice.randint(2, 10)
        if len(drawn) < said + quote:
            drawn = dice.choices(words, cum_weights=weights, k=AT_ONCE)
        texts = drawn[:said], drawn[said : said + quote]
        del drawn[: said + quote]
        yield Made(
            *(f"a{number}", 1 + dice.randrange(NOTES), 1 + number % WRITERS, dice.random() < 0.1),
            f"2026-01-{1 + number % 28:02}T00:00:{number % 60:02}Z",
            dict(enumerate(OTHERS)).get(number // WRITERS % 10, "commenting"),
            *map(" ".join, texts),
        )


def next_id(numbers: dict[int, int], place: Place) -> int:
    numbers[place.low] = numbers.get(place.low, 0) + 1
    return place.low + numbers[place.low] * AUDIENCES + place.audience


Make = Callable[[], str]


def classes(connection: sqlite3.Connection, words: list[str]) -> dict[str, Make]:
    dice = random.Random(4)
    counts = common.counted(connection)
    known = {word: counts.get(stem(word), 0) / SIZE for word in words if len(word) > 1}
    near = {
        name: sorted(known, key=lambda word: abs(known[word] - share))[: 3 if share > 0.2 else 8]
        for name, share in SHARES.items()
    }
    often = [word for word in known if known[word] > 0.1]
    some = [word for word in known if known[word] > 0.03]
    long = [word for word in known if len(word) > 5 and known[word] > 0.001]

    def several(from_: list[str], number: int) -> str:
        return " ".join(dice.sample(from_, number))

    made: dict[str, Make] = {
        name: lambda name=name: dice.choice(near[name])  # type: ignore[misc]
        for name in near
    }
    return made | {
        "two common": lambda: several(often, 2),
        "three": lambda: several(some, 3),
        "common and rare": lambda: f"{several(often, 1)} {dice.choice(near['1 %'])}",
        "phrase": lambda: f'"{several(often, 2)}"',
        "three letters": lambda: dice.choice(long)[:3],
        "four letters": lambda: dice.choice(long)[:4],
        "word and four letters": lambda: f"{several(often, 1)} {dice.choice(long)[:4]}",
        "by": lambda: f'by:"writer {1 + dice.randrange(WRITERS)}"',
        "motivation": lambda: f"motivation:{dice.choice(OTHERS)}",
        "colour": lambda: f"colour:{dice.choice(('blue', 'rose'))}",
        "what most are": lambda: dice.choice(("motivation:comment", "colour:yellow")),
    }


LIMITS = {"phrase": OF_PHRASES_MS, "what most are": OF_MOST_MS}
WITHOUT_WORDS = ("by", "motivation", "colour", "what most are")  # nothing ranks them
TYPED = ("three letters", "four letters", "word and four letters")
EXPLAINED = {"": "mixed", "in:annotations ": "alone"}


def ratios(connection: sqlite3.Connection, words: list[str]) -> Iterator[Ratio]:
    for name, make in classes(connection, words).items():
        asked = [make() for _ in range(ASKED)]
        for (field, among), (who, person) in itertools.product(EXPLAINED.items(), PEOPLE.items()):
            queries = [f"{field}{text}" for text in asked]
            typing = name in TYPED
            for text in queries[:2]:
                find.search(connection, person, text, typing=typing)
            took = [
                1000 * seconds(lambda: find.search(connection, person, text, typing=typing))  # noqa: B023 - called at once
                for text in queries * TIMES
            ]
            p95 = statistics.quantiles(took, n=20)[-1]
            judged = [] if name in WITHOUT_WORDS else queries[:JUDGED]
            same = [overlap(connection, person, text, typing=typing) for text in judged] or [1.0]
            label = f"{name}, {among}, {who}"
            detail = f"p50 {statistics.median(took):.0f} ms, overlap {statistics.mean(same):.2f}"
            limit = LIMITS.get(name, AT_MOST_MS)
            yield Ratio(f"{label}: p95 ms", p95, limit, "at most", detail)
            if min(same) < 1:
                value = statistics.mean(same)
                yield Ratio(f"{label}: overlap", value, OVERLAP, "at least", "with the exact 20")


def overlap(connection: sqlite3.Connection, person: Person, text: str, *, typing: bool) -> float:
    """How many of the hits shown have a score no worse than the exact twentieth."""
    tree = tree_of(text, typing=typing)
    shown = ranking.ranked(connection, person, tree, Page(20), typing=typing).scores
    wanted = plan(tree)
    rows = connection.execute(*everything(person, tree)).fetchall()
    exact: Scores = {row["id"]: row["score"] for row in rows}
    assert wanted.match
    if not exact:
        return 1.0
    best = sorted(exact.values())[:20]
    good = sum(1 for entry in shown if exact.get(entry, 0.0) <= best[-1] * (1 - 1e-9))
    return good / len(best)


def everything(person: Person, tree: Node) -> tuple[str, tuple[str | int, ...]]:
    """All the hits with their exact scores."""
    return matches.in_order(matches.of(person, plan(tree)), by_date=False)


def tree_of(text: str, *, typing: bool) -> Node:
    """As it is searched: its field settled, and its last word a beginning while it is typed."""
    read = parse(text, typing=typing).tree
    assert read is not None
    parts = [Given(fts.field(part)) if isinstance(part, Field) else part for part in parts_of(read)]
    tree = every(parts)
    assert tree is not None
    word = beginning.word_of(tree) if typing else None
    return beginning.begun(tree, word) if word else tree
