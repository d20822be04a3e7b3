"""Hits while somebody types: the same as by Enter, from lists where words are common."""

from __future__ import annotations

import random
import sqlite3

import pytest

from app import database
from app.accounts.permissions import PUBLIC, Person, Role
from app.search import common, find, index, typed
from app.search.index import Entry
from app.search.numbers import audience
from app.search.query import parse
from app.search.tree import Word

OWNER = Person(1, "owner", Role.OWNER)
WORDS = [f"{first}{second}" for first in ("wal", "wan", "bay", "tem", "noi") for second in "abcd"]


def put(connection: sqlite3.Connection, uid: int, text: str, visibility: str = "public") -> None:
    names = "uid, path, file, folder, name, sha256, title, kind, date, updated, visibility, front"
    values = [uid, f"n{uid}", f"n{uid}.md", "", "", "", f"T{uid}", "note", "", "", visibility, "{}"]
    with database.transaction(connection):
        index.withdraw(connection, "note", str(uid))
        connection.execute(
            f"INSERT OR REPLACE INTO document ({names}, source, html, summary, text, headings)"
            f" VALUES ({', '.join('?' * len(values))}, '', '', '', ?, '[]')",
            [*values, text],
        )
        entry = Entry("note", str(uid), uid, "", title=f"T{uid}", body=text, is_note=True)
        index.put(connection, Entry(**{**vars(entry), "audience": audience(visibility)}))


@pytest.fixture
def library(connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> sqlite3.Connection:
    """A hundred notes; a word that twenty have is common."""
    monkeypatch.setattr(common, "COMMON", 20)
    dice = random.Random(4)
    weights = [1 / (place + 1) for place in range(len(WORDS))]
    for uid in range(1, 101):
        text = " ".join(dice.choices(WORDS, weights, k=dice.randint(5, 40)))
        put(connection, uid, text, "private" if uid % 3 == 0 else "public")
    assert common.refresh(connection)
    assert connection.execute("SELECT count(*) FROM search_best").fetchone()[0] > 100
    return connection


QUERIES = [
    *("wala", "wala ", "walb wala ", "wal", "wan", "temc", "tem", "wala tem", "noid wal"),
    *("walb noi", "baya walb wan", "T7", "xyz", "xyz wal", '"wala walb" wal', "wal OR tem", "wa"),
]


@pytest.mark.parametrize("text", QUERIES)
@pytest.mark.parametrize("person", [OWNER, PUBLIC], ids=["owner", "public"])
def test_what_is_found_is_what_is_found_by_enter(
    library: sqlite3.Connection, text: str, person: Person
) -> None:
    """But for a common beginning beside other words, which does not rank: its hits are hits."""
    typed_hits = find.search(library, person, text, typing=True)
    entered = find.search(library, person, text.strip(), limit=200)
    found = [hit.id for hit in typed_hits.results]
    every = [hit.id for hit in entered.results]
    assert len(set(found)) == len(found)
    assert set(found) <= set(every)
    if entered.relaxed == typed_hits.relaxed:
        assert len(found) == min(20, entered.total)
        assert typed_hits.is_exact or entered.total > typed_hits.total == 20
        assert not typed_hits.is_exact or typed_hits.total == entered.total
        assert typed_hits.note == entered.note
    if len(text.split()) == 1:
        assert set(found) == set(every[:20])
    if person is PUBLIC:
        assert not any(int(hit.id[1:]) % 3 == 0 for hit in typed_hits.results)


def test_lists_are_used_for_common_words_only(library: sqlite3.Connection) -> None:
    def is_listed(text: str) -> bool:
        return typed.ranked(library, OWNER, parse(text).tree or Word("x"), 20) is not None

    assert [is_listed(text) for text in ("wala", "wal*", "T7", "wala T7", "T7 wal*")] == [
        *(True, True, False, False, False)
    ]
    assert not find.search(library, OWNER, "wal", typing=True).is_exact
    assert find.search(library, OWNER, "wal").is_exact


def test_what_is_not_public_leaves_no_gap_in_what_the_public_finds(
    library: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for uid in range(500, 560):
        put(library, uid, "zebra " * 50, "private")
    for uid in range(600, 640):
        put(library, uid, "some words and one zebra")
    monkeypatch.setattr(common, "OF_BEGINNING", 50)
    monkeypatch.setattr(common, "OF_WORD", 50)
    common.refresh(library)
    for text in ("zeb", "zebra", "zebra ", "one zeb"):
        found = find.search(library, PUBLIC, text, typing=True)
        assert len(found.results) == 20
        assert all(int(hit.id[1:]) >= 600 for hit in found.results)


def test_a_list_shows_nothing_that_lost_its_word_and_what_has_it_now(
    library: sqlite3.Connection,
) -> None:
    first = [int(hit.id[1:]) for hit in find.search(library, OWNER, "wal", typing=True).results]
    put(library, first[0], "nothing of the kind")
    with database.transaction(library):
        library.execute("DELETE FROM document WHERE uid = ?", [first[1]])
        index.remove(library, "note", str(first[1]))
    put(library, 700, "wala " * 60)
    hits = find.search(library, OWNER, "wal", typing=True)
    now = [int(hit.id[1:]) for hit in hits.results]
    assert len(now) == 20
    assert now[0] == 700
    assert not set(first[:2]) & set(now)


def test_an_entry_put_since_the_lists_were_made_is_found(library: sqlite3.Connection) -> None:
    put(library, 200, "wala " * 60)
    hits = find.search(library, OWNER, "wala ", typing=True)
    assert hits.results[0].id == "n200"


def test_a_note_that_became_private_is_not_met_any_more(library: sqlite3.Connection) -> None:
    first = find.search(library, PUBLIC, "wal", typing=True).results[0]
    put(library, int(first.id[1:]), "wala " * 60, "private")
    for text in ("wal", "wala ", "wala walb "):
        hits = find.search(library, PUBLIC, text, typing=True)
        assert first.id not in {hit.id for hit in hits.results}


def test_lists_are_made_anew_when_enough_has_changed(library: sqlite3.Connection) -> None:
    assert not common.refresh(library)
    for uid in range(200, 210):
        put(library, uid, "brandnew wala")
    assert common.refresh(library)
    assert library.execute("SELECT count(*) FROM search_fresh").fetchone()[0] == 0
    row = library.execute("SELECT entries FROM search_word WHERE term = 'brandnew'").fetchone()
    assert row["entries"] == 10


def test_words_that_are_gone_leave_the_words(library: sqlite3.Connection) -> None:
    put(library, 300, "ephemeral")
    for uid in range(301, 310):
        put(library, uid, "wala")
    assert common.refresh(library)
    put(library, 300, "wala")
    for uid in range(310, 320):
        put(library, uid, "wala")
    assert common.refresh(library)
    assert not library.execute("SELECT 1 FROM search_word WHERE term = 'ephemer'").fetchone()


def test_nothing_is_kept_of_what_was_not_changed(library: sqlite3.Connection) -> None:
    library.execute("DELETE FROM search_best")
    put(library, 400, "wala")
    assert library.execute("SELECT count(*) FROM search_fresh").fetchone()[0] == 0
