"""Hits while somebody types: the same as by Enter, from lists where words are common."""

from __future__ import annotations

import random
import sqlite3

import pytest

from app import database
from app.accounts.permissions import PUBLIC, Person, Role
from app.search import common, find, index, ranking, typed
from app.search.fts import plan
from app.search.index import Entry
from app.search.query import parse
from app.search.ranked import Page
from app.search.tree import Word
from app.search.visible import audience

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
def test_what_is_found_is_what_would_be_found_exactly(
    library: sqlite3.Connection, text: str, person: Person
) -> None:
    """But for a common beginning beside other words, which does not rank: its hits are hits."""
    hits = find.search(library, person, text, typing=True)
    tree = typed.begun(parse(text).tree or Word("x"), text, typed.shortest(library))
    uids = {row["id"]: row["uid"] for row in library.execute("SELECT id, uid FROM search_entry")}
    every = [
        uids[entry]
        for entry in ranking.listed(library, ranking.rows_of(person, plan(tree)), Page(1000)).scores
    ]
    found = {int(hit.id[1:]) for hit in hits.results}
    if hits.relaxed:
        assert len(every) < 20
        assert found.issuperset(every)
        return
    assert len(found) == min(20, len(every))
    assert found <= set(every)
    if len(text.split()) == 1 or not typed_beginning(text):
        assert found == set(every[:20])
    if person is PUBLIC:
        assert not any(uid % 3 == 0 for uid in found)


def typed_beginning(text: str) -> bool:
    return not text.endswith((" ", '"'))


def test_lists_are_used_for_common_words_only(library: sqlite3.Connection) -> None:
    def listed(text: str) -> bool:
        tree = typed.begun(parse(text).tree or Word("x"), text)
        return typed.ranked(library, OWNER, tree, 20) is not None

    assert [listed(text) for text in ("wala ", "wal", "T7", "wala T7 ", "T7 wal")] == [
        *(True, True, False, False, True)
    ]


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
