"""Searching: against the raw query for ids, at 10,000 and 100,000 entries; then as somebody types.

Texts are made up, 445 words each in the middle, of words that are as seldom as those of a language
(Zipf): the commonest stands in all of them. The raw side asks the same index for the ids alone.
"""

from __future__ import annotations

import itertools
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from app import database
from app.accounts.permissions import Person, Role
from app.search import beginning, common, find, index, matches, ranking, typed
from app.search.fts import plan
from app.search.index import Entry
from app.search.numbers import audience
from app.search.query import parse
from app.search.ranked import Page
from app.search.tree import Node
from bench.ratios import Ratio, by_turns, seconds

SIZES = (10_000, 100_000)
VOCABULARY = 60_000
QUERIES = 24  # of each class
ROUNDS = 5
OWNER = Person(1, "owner", Role.OWNER)
AT_MOST = 1.5
RARE_MS = 1.0
TYPED_MS = 50.0
OVERLAP = 0.9
SIZE = 1.5
BUILD = 0.80
RAW = "SELECT rowid FROM search_text WHERE search_text MATCH ? ORDER BY bm25(search_text) LIMIT 20"
SYLLABLES = [
    first + second
    for first in (*"bcdfghjklmnprstvwz", "st", "tr", "pl", "gr", "ch", "sh")
    for second in (*"aeiou", "ai", "ea", "ou")
]


def measure() -> list[Ratio]:
    return list(ratios())


def ratios() -> Iterator[Ratio]:
    words = vocabulary()
    with tempfile.TemporaryDirectory() as root:
        yield building(Path(root), words)
        for size in SIZES:
            with database.opened(Path(root) / f"{size}" / "gloss.db") as connection:
                text = fill(connection, words, size)
                yield from exactly(connection, words, size)
                began = time.perf_counter()
                common.refresh(connection)
                took = time.perf_counter() - began
                yield space(connection, text, size, took)
                yield from as_typed(connection, words, size)


def vocabulary() -> list[str]:
    """Made-up words, the commonest first."""
    dice = random.Random(1)
    made = (
        "".join(dice.choices(SYLLABLES, k=dice.choice((1, 2, 2, 3, 3, 4))))
        for _ in itertools.count()
    )
    found: dict[str, None] = {}
    while len(found) < VOCABULARY:
        found[next(made)] = None
    return list(found)


def texts(words: list[str], seed: int) -> Iterator[tuple[str, str]]:
    """Titles and bodies without an end."""
    dice = random.Random(seed)
    weights = list(itertools.accumulate(1 / (place + 2.7) ** 1.07 for place in range(len(words))))
    while True:
        title = " ".join(dice.choices(words, cum_weights=weights, k=4))
        yield title, " ".join(dice.choices(words, cum_weights=weights, k=dice.randint(200, 690)))


def fill(connection: sqlite3.Connection, words: list[str], size: int) -> int:
    """A library of so many notes, without files; the characters of their texts."""
    columns = [row["name"] for row in connection.execute("PRAGMA table_info(document)")]
    insert = f"INSERT INTO document VALUES ({', '.join(f':{name}' for name in columns)})"
    total = 0
    numbered = enumerate(itertools.islice(texts(words, 2), size), 1)
    while batch := list(itertools.islice(numbered, 1_000)):
        with database.transaction(connection):
            for uid, (title, body) in batch:
                visibility = "private" if uid % 3 == 0 else "public"
                row: dict[str, object] = dict.fromkeys(columns, "")
                row |= {"uid": uid, "path": f"n{uid}", "file": f"n{uid}.md", "year": None}
                row |= {"front": "{}", "title": title, "text": body, "visibility": visibility}
                connection.execute(insert, row)
                index.put(connection, entry(uid, title, body, visibility))
                total += len(title) + len(body)
    connection.execute("INSERT INTO search_text(search_text) VALUES ('optimize')")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return total


def entry(uid: int, title: str, body: str, visibility: str = "public") -> Entry:
    return Entry(
        *("note", str(uid), uid, "2024-01-01", title),
        body=body,
        audience=audience(visibility),
        is_note=True,
    )


def building(root: Path, words: list[str]) -> Ratio:
    """The same texts into our index and into a table of FTS5 that keeps them, by turns."""
    source = texts(words, 3)
    numbers = itertools.count(1)
    raw = sqlite3.connect(root / "raw.db", isolation_level=None)
    raw.executescript(database.PRAGMAS)
    raw.execute(
        "CREATE VIRTUAL TABLE raw USING fts5(title, headings, tags, body, code,"
        " tokenize = 'porter unicode61 remove_diacritics 2')"
    )
    with database.opened(root / "ours" / "gloss.db") as ours:
        pairs = []
        for _ in range(40):
            batch = [(next(numbers), *next(source)) for _ in range(60)]
            pairs.append((put_ours(ours, batch), put_raw(raw, batch)))
    raw.close()
    mine, theirs = (sum(pair[side] for pair in pairs) for side in (0, 1))
    rates = [60 * len(pairs) / side for side in (mine, theirs)]
    detail = f"{rates[0]:,.0f} : {rates[1]:,.0f} entries a second"
    return Ratio("word index : raw FTS5 inserts", theirs / mine, BUILD, "at least", detail)


def put_ours(connection: sqlite3.Connection, batch: list[tuple[int, str, str]]) -> float:
    def put() -> None:
        with database.transaction(connection):
            for uid, title, body in batch:
                index.put(connection, entry(uid, title, body))

    return seconds(put)


def put_raw(connection: sqlite3.Connection, batch: list[tuple[int, str, str]]) -> float:
    def put() -> None:
        connection.execute("BEGIN")
        for _, title, body in batch:
            connection.execute("INSERT INTO raw VALUES (?, '', '', ?, '')", [title, body])
        connection.execute("COMMIT")

    return seconds(put)


def space(connection: sqlite3.Connection, text: int, size: int, took: float) -> Ratio:
    rows = connection.execute(
        "SELECT name, sum(pgsize) AS bytes FROM dbstat WHERE name LIKE 'search_%' GROUP BY name"
    )
    parts = {row["name"]: row["bytes"] / text for row in rows}
    lists = parts.get("search_best", 0) + parts.get("search_word", 0)
    detail = f"of it words and lists of common ones {lists:.2f}, made in {took:.0f} s"
    return Ratio(f"index : text, {size:,}", sum(parts.values()), SIZE, "at most", detail)


Make = Callable[[], str]


def classes(words: list[str]) -> dict[str, Make]:
    dice = random.Random(4)

    def word(first: int, last: int) -> str:
        return words[dice.randrange(first, last)]

    return {
        "middling": lambda: word(500, 2_000),
        "three words": lambda: f"{word(50, 500)} {word(50, 500)} {word(50, 500)}",
        "phrase": lambda: f'"{word(5, 60)} {word(5, 60)}"',
        "rare": lambda: word(20_000, 60_000),
        "commonest": lambda: f"{word(0, 20)} ",
        "common": lambda: f"{word(20, 200)} ",
        "two common": lambda: f"{word(0, 100)} {word(0, 100)} ",
        "common and rare": lambda: f"{word(0, 100)} {word(5_000, 20_000)} ",
        "three letters": lambda: word(0, 2_000)[:3],
        "four letters": lambda: word(0, 2_000)[:4],
        "six letters": lambda: word(0, 5_000)[:6],
        "word and three letters": lambda: f"{word(0, 3_000)} {word(0, 1_000)[:3]}",
        "two words and four letters": lambda: f"{word(0, 999)} {word(0, 999)} {word(0, 999)[:4]}",
    }


RANKED = ("middling", "three words", "phrase", "rare")


def exactly(connection: sqlite3.Connection, words: list[str], size: int) -> Iterator[Ratio]:
    """Ids and total for the owner, against the raw ids."""
    for name in RANKED:
        make = classes(words)[name]
        trees = [tree for _ in range(QUERIES) if (tree := parse(make()).tree)]
        pairs = [sides(connection, tree) for tree in trees]
        mine, raw = (1000 * statistics.median(side) for side in zip(*pairs, strict=True))
        detail = f"{mine:.2f} : {raw:.2f} ms"
        if name == "rare":
            more = f"{name} word, ms more than raw ids, {size:,}"
            yield Ratio(more, mine - raw, RARE_MS, "at most", detail)
        else:
            value = statistics.median(one / other for one, other in pairs)
            yield Ratio(f"{name} : raw ids, {size:,}", value, AT_MOST, "at most", detail)


def sides(connection: sqlite3.Connection, tree: Node) -> tuple[float, float]:
    """The quickest of some rounds of each side."""
    wanted = plan(tree)
    ours, raw = by_turns(
        ROUNDS,
        lambda: seconds(lambda: ranking.ranked(connection, OWNER, tree, Page(20))),
        lambda: seconds(lambda: connection.execute(RAW, [wanted.match]).fetchall()),
    )
    return min(ours), min(raw)


def as_typed(connection: sqlite3.Connection, words: list[str], size: int) -> Iterator[Ratio]:
    """All that a page needs: hits with their passages."""
    for name, make in classes(words).items():
        asked = [make() for _ in range(2 * QUERIES)]
        took = [
            seconds(lambda text=text: find.search(connection, OWNER, text, typing=True))  # type: ignore[misc]
            for text in asked
        ]
        p95 = 1000 * statistics.quantiles(took, n=20)[-1]
        same = statistics.mean(overlap(connection, text) for text in asked[:10])
        detail = f"p50 {1000 * statistics.median(took):.0f} ms, overlap {same:.2f}"
        yield Ratio(f"typed: {name}, p95 ms, {size:,}", p95, TYPED_MS, "at most", detail)
        if same < 1:
            yield Ratio(f"typed: {name}, overlap", same, OVERLAP, "at least", "with the exact 20")


def overlap(connection: sqlite3.Connection, text: str) -> float:
    """How much of the exact first twenty is shown."""
    tree = parse(text).tree
    assert tree is not None
    word = None if text.endswith(" ") else beginning.word_of(tree)
    tree = beginning.begun(tree, word) if word else tree
    listed = typed.ranked(connection, OWNER, tree, 20)
    exact = matches.listed(connection, OWNER, plan(tree), Page(20)).scores
    return 1.0 if listed is None or not exact else len(exact.keys() & listed.scores) / len(exact)
