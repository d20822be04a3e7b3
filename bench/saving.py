"""Saving: until a note is on the disk, in its history and searchable; against the least of it.

The bare side writes the same bytes with the same fsyncs and puts the same row into a full-text
table of as many notes. Then commits: a row by our transaction, against the same insert alone.
"""

from __future__ import annotations

import itertools
import sqlite3
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

from app import database
from app.library.syncing import sync
from app.library.writing import save
from app.settings import Settings
from bench import notes
from bench.baselines import saving as bare
from bench.ratios import Ratio, by_turns, ratio, seconds
from bench.servers import library

NOTES = 10_000
PARAGRAPHS = 4
SAVES = 40  # in a round
ROUNDS = 9
COMMITS = 150
AT_MOST = 3.0
AT_LEAST = 0.70
ROW = "SELECT rowid, title, headings, tags, body, code FROM search_text WHERE rowid = ?"
KEPT = "CREATE TABLE kept (id INTEGER PRIMARY KEY, at TEXT NOT NULL, data BLOB NOT NULL)"


def measure() -> list[Ratio]:
    with tempfile.TemporaryDirectory() as root:
        settings = library(Path(root))
        ids = notes.write(settings.notes, NOTES, paragraphs=PARAGRAPHS)
        with database.opened(settings.database) as connection:
            assert sync.sync(settings, connection).added == NOTES
            grow_log(connection)
            return [saves(settings, connection, ids), commits(Path(root))]


def saves(settings: Settings, connection: sqlite3.Connection, ids: list[str]) -> Ratio:
    """Both sides save the same texts by turns: ours into the library, then the bare one its own."""
    other = bare.searchable(settings.data / "bare.db", settings.database)
    (settings.data / "bare").mkdir()
    grow_log(other)
    chosen = itertools.cycle(ids[:: NOTES // 97])
    pairs = [
        one_save(settings, connection, other, next(chosen), number)
        for number in range(ROUNDS * SAVES)
    ]
    ours, theirs = (list(side) for side in zip(*pairs, strict=True))
    other.close()
    rounds = [[sum(side[n::ROUNDS]) for n in range(ROUNDS)] for side in (ours, theirs)]
    shown = [1000 * statistics.median(side) for side in (ours, theirs)]
    detail = f"{shown[0]:.1f} ms : {shown[1]:.1f} ms at {NOTES:,} notes"
    value = ratio(rounds[0], rounds[1])
    return Ratio("save to searchable : bare write and insert", value, AT_MOST, "at most", detail)


def one_save(
    settings: Settings, connection: sqlite3.Connection, other: sqlite3.Connection, id: str, n: int
) -> tuple[float, float]:
    """The same text saved by both; both have the same file and the same row afterwards."""
    source, base = save.read(settings, id)
    text = f"{source}\nAdded word{n} to it.\n"
    ours = seconds(lambda: save.update(settings, connection, id, text, base))
    row, data = row_of(connection, id), (settings.notes / f"{id}.md").read_bytes()
    place = settings.data / "bare" / f"{n % 97}.md"
    theirs = seconds(lambda: barely(other, place, data, row))
    assert data == text.encode() == place.read_bytes()
    assert tuple(other.execute(ROW, [row[0]]).fetchone()) == row
    return ours, theirs


def row_of(connection: sqlite3.Connection, id: str) -> tuple[object, ...]:
    """What the search has of a note; that it is found by its new word is checked by its body."""
    (entry,) = connection.execute(
        "SELECT search_entry.id FROM search_entry JOIN document USING (uid)"
        " WHERE type = 'note' AND path = ?",
        [id],
    ).fetchone()
    return tuple(connection.execute(ROW, [entry]).fetchone())


def barely(
    connection: sqlite3.Connection, place: Path, data: bytes, row: tuple[object, ...]
) -> None:
    bare.save(place, data)
    bare.insert(connection, row)


def commits(root: Path) -> Ratio:
    """The same rows, each in a commit of its own."""
    with database.opened(root / "commits" / "gloss.db") as ours:
        theirs = bare.connect(root / "raw.db")
        for connection in (ours, theirs):
            grow_log(connection)
            connection.execute(KEPT)
        measured = by_turns(
            ROUNDS,
            rounds_of(lambda row: with_transaction(ours, row)),
            rounds_of(lambda row: raw(theirs, row)),
        )
        rows = [
            [tuple(row) for row in connection.execute("SELECT * FROM kept")]
            for connection in (ours, theirs)
        ]
        assert rows[0] == rows[1]
        theirs.close()
    speed = [COMMITS / statistics.median(side) for side in measured]
    detail = f"{speed[0]:,.0f} : {speed[1]:,.0f} commits a second"
    value = ratio(measured[1], measured[0])
    return Ratio("our commits : raw WAL inserts", value, AT_LEAST, "at least", detail)


def grow_log(connection: sqlite3.Connection) -> None:
    """A log that still grows takes longer to reach the disk than one that is used again."""
    connection.execute("CREATE TABLE large AS SELECT zeroblob(40000000) AS data")
    connection.execute("PRAGMA wal_checkpoint(RESTART)")


def rounds_of(put: Callable[[list[object]], object]) -> Callable[[], float]:
    numbers = itertools.count()

    def commit_all() -> None:
        for number in itertools.islice(numbers, COMMITS):
            put([number, f"row {number}", b"x" * 400])

    return lambda: seconds(commit_all)


def with_transaction(connection: sqlite3.Connection, row: list[object]) -> None:
    with database.transaction(connection):
        connection.execute("INSERT INTO kept VALUES (?, ?, ?)", row)


def raw(connection: sqlite3.Connection, row: list[object]) -> None:
    connection.execute("INSERT INTO kept VALUES (?, ?, ?)", row)
