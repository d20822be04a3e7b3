"""What is common in the index: its words, and the best entries of those that very many have.

Scoring is what a common word costs, 0.9 us an entry: 90 ms for one that all of 100,000 notes
have, 160 ms for a beginning such as sta*. So that hits come as somebody types, the best entries of
such words and beginnings are looked for after a sync and kept, some 50 s for 100,000 notes and
nothing below COMMON; what a page asks by Enter, and a program, is always scored anew. Annotations,
of which there may be a million, have lists of their own for each of their bands (numbers.py), which
every search uses (pruned.py).
"""

from __future__ import annotations

import heapq
import sqlite3
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from app import database
from app.search.endings import stem
from app.search.numbers import AUDIENCES, BAND, OWN, Place
from app.search.weights import RANK

COMMON = 20_000  # entries: below it, scoring them all takes some 20 ms
OF_WORD = 3_000  # entries kept: two words together need more than the twenty that are shown
OF_BEGINNING = 400
SHORTEST, LONGEST = 3, 12  # letters of a beginning
ROWS = 20_000  # written in one transaction
SMALL = 20_000  # entries: to count their words takes some 0.3 s, so it is done after any change
GROWTH = 0.02  # of the entries, after which words and lists are made anew in a larger library
ENDINGS = ("", "e", "s", "ion", "ing", "ed", "es", "y", "ly", "al", "ive")
MADE_AT = "words"  # in state: how many numbers had been given when the words were counted
VERSION = "words_version"  # in state: that of the database when they were counted
VOCABULARY = """CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_vocabulary
    USING fts5vocab(main, search_text, row)"""
# Of each band that has any: a look at its two ends.
NEWEST = f"""WITH RECURSIVE band(low) AS (
        SELECT min(id) / {BAND} * {BAND} FROM search_entry
        UNION ALL SELECT (SELECT min(id) FROM search_entry WHERE id >= band.low + {BAND})
            / {BAND} * {BAND} FROM band WHERE low IS NOT NULL)
    SELECT low, (SELECT max(id) FROM search_entry WHERE id >= low AND id < low + {BAND})
    FROM band WHERE low IS NOT NULL"""
BEST = f"""SELECT rowid, {RANK} AS score FROM search_text
    WHERE search_text MATCH ? AND rowid BETWEEN ? AND ?"""
PRIVATE = Place(OWN, annotation=True, writer=1).low  # the first of those that one person has
# A band for annotations each of which is looked up, and scored with the notes.
UNSURE = Place(annotation=True).low
LAST = (1 << 63) - 1

Scored = Sequence[tuple[int, float]]  # the best first


def refresh(connection: sqlite3.Connection) -> bool:
    """Make words and lists anew if enough has changed; whether it was."""
    if not is_due(connection):
        return False
    newest, version = newest_of_bands(connection), database.version(connection)
    fresh = [row[0] for row in connection.execute("SELECT id FROM search_fresh")]
    words = counted(connection)
    keep_words(connection, words)
    keep_best(connection, dict(common_words(words) | common_beginnings(words)), list(newest))
    with database.transaction(connection, shows=False):
        connection.executemany(
            "DELETE FROM search_fresh WHERE id = ?", [(entry,) for entry in fresh]
        )
        connection.executemany(
            "INSERT OR REPLACE INTO state VALUES (?, ?)",
            [(MADE_AT, numbers_in(newest)), (VERSION, version)],
        )
        connection.executemany("INSERT OR REPLACE INTO search_mark VALUES (?, ?)", newest.items())
    return True


def is_due(connection: sqlite3.Connection) -> bool:
    row = connection.execute("SELECT value FROM state WHERE name = ?", [MADE_AT]).fetchone()
    has_words = connection.execute("SELECT 1 FROM search_word LIMIT 1").fetchone()
    (entries,) = connection.execute("SELECT count(*) FROM search_entry").fetchone()
    if not (row and has_words):
        return bool(entries)
    if is_small(connection):
        return not is_current(connection)
    (fresh,) = connection.execute("SELECT count(*) FROM search_fresh").fetchone()
    new = numbered(connection) - int(row[0])
    return bool(max(new, fresh) > GROWTH * entries)


def is_small(connection: sqlite3.Connection) -> bool:
    return numbered(connection) <= SMALL


def is_current(connection: sqlite3.Connection) -> bool:
    """Whether nothing has changed since the words were counted."""
    row = connection.execute("SELECT value FROM state WHERE name = ?", [VERSION]).fetchone()
    return row is not None and int(row[0]) == database.version(connection)


def vocabulary(connection: sqlite3.Connection) -> str:
    """The table of words with their numbers of entries, (term, doc), as the index has them now."""
    connection.execute(VOCABULARY)
    return "temp.search_vocabulary"


def newest_of_bands(connection: sqlite3.Connection) -> dict[int, int]:
    """The newest entry of each band that has any."""
    return dict(connection.execute(NEWEST).fetchall())


def numbered(connection: sqlite3.Connection) -> int:
    """About how many entries there are, without counting them."""
    return numbers_in(newest_of_bands(connection))


def numbers_in(newest: Mapping[int, int]) -> int:
    return sum((last - low) // AUDIENCES for low, last in newest.items())


def counted(connection: sqlite3.Connection) -> dict[str, int]:
    """Every word of the index with the number of its entries; 2 s for 100,000 notes."""
    table = vocabulary(connection)
    return dict(connection.execute(f"SELECT term, doc FROM {table}").fetchall())


def keep_words(connection: sqlite3.Connection, words: Mapping[str, int]) -> None:
    """Make `search_word` this, in transactions that hold nobody up."""
    stored = dict(connection.execute("SELECT term, entries FROM search_word").fetchall())
    gone = [(term,) for term in stored.keys() - words.keys()]
    new = [(term, entries) for term, entries in words.items() if stored.get(term) != entries]
    for batch in portions(gone):
        with database.transaction(connection, shows=False):
            connection.executemany("DELETE FROM search_word WHERE term = ?", batch)
    for batch in portions(new):
        with database.transaction(connection, shows=False):
            connection.executemany("INSERT OR REPLACE INTO search_word VALUES (?, ?)", batch)


def portions(rows: Sequence[tuple[object, ...]]) -> Iterator[Sequence[tuple[object, ...]]]:
    for start in range(0, len(rows), ROWS):
        yield rows[start : start + ROWS]


def common_words(words: Mapping[str, int]) -> set[tuple[str, int]]:
    return {(term, OF_WORD) for term, entries in words.items() if entries > COMMON}


def common_beginnings(words: Mapping[str, int]) -> set[tuple[str, int]]:
    """Those whose words have so many entries together: each costs a look at each."""
    sums: Counter[str] = Counter()
    for term, entries in words.items():
        for letters in range(SHORTEST, min(len(term), LONGEST) + 1):
            sums[term[:letters]] += entries
    return {(f"{begun}*", OF_BEGINNING) for begun, entries in sums.items() if entries > COMMON}


def keep_best(
    connection: sqlite3.Connection, common: Mapping[str, int], bands: Sequence[int]
) -> None:
    """Make the lists those of these terms, so long each."""
    stored = connection.execute("SELECT DISTINCT term FROM search_best").fetchall()
    stored += connection.execute("SELECT DISTINCT term FROM search_list").fetchall()
    for term in {term for (term,) in stored} - common.keys():
        keep_lists(connection, term, {})
    for term, most in common.items():
        word = spelt(term.removesuffix("*"))
        if word:
            asked = f'"{word}" *' if term.endswith("*") else f'"{word}"'
            keep_lists(connection, term, best(connection, asked, most, bands))


def best(
    connection: sqlite3.Connection, asked: str, most: int, bands: Sequence[int]
) -> dict[int, Scored]:
    """The lists of a word or beginning. What only one may meet is little, and sorted at once."""
    found: dict[int, Scored] = {}
    for low in (each for each in bands if each < PRIVATE and each != UNSURE):
        query = f"{BEST} ORDER BY score LIMIT ?"
        found[low] = connection.execute(query, [asked, low, low + BAND - 1, most]).fetchall()
    if any(low >= PRIVATE for low in bands):
        each: dict[int, list[tuple[int, float]]] = defaultdict(list)
        for row in connection.execute(BEST, [asked, PRIVATE, LAST]):
            each[row[0] // BAND * BAND].append(row)
        for low, rows in each.items():
            found[low] = heapq.nsmallest(most, rows, key=lambda row: float(row[1]))
    return found


def spelt(term: str) -> str:
    """A word whose stem is this term; empty if none of the usual endings makes one.

    >>> spelt("walk"), spelt("nois"), spelt("dimens"), stem("nois")
    ('walk', 'noise', 'dimense', 'noi')
    """
    return next((term + end for end in ENDINGS if stem(term + end) == term), "")


def keep_lists(connection: sqlite3.Connection, term: str, lists: Mapping[int, Scored]) -> None:
    """`lists` by the bands that they are of, the first of which is that of notes."""
    notes = [(term, place, *row) for place, row in enumerate(lists.get(0, ()))]
    others = [(term, low, *packed(rows)) for low, rows in lists.items() if low and rows]
    with database.transaction(connection, shows=False):
        for table in ("search_best", "search_list"):
            connection.execute(f"DELETE FROM {table} WHERE term = ?", [term])
        connection.executemany("INSERT INTO search_best VALUES (?, ?, ?, ?)", notes)
        connection.executemany("INSERT INTO search_list VALUES (?, ?, ?, ?)", others)


def packed(rows: Scored) -> tuple[bytes, bytes]:
    ids, scores = zip(*rows, strict=True)
    return array("q", ids).tobytes(), array("f", scores).tobytes()
