"""Ranking: which entries come when few have all the words, page by page, and for whom."""

from __future__ import annotations

import sqlite3

import pytest

from app import database
from app.accounts.permissions import PUBLIC, Person, Role
from app.search import endings, index
from app.search.find import search
from app.search.index import Entry
from app.search.numbers import audience

OWNER = Person(1, "owner", Role.OWNER)
ROW = (
    "INSERT INTO document (uid, path, file, folder, name, sha256, title, kind, date, updated,"
    " year, visibility, front, source, html, summary, text, headings)"
    " VALUES (?, ?, ?, '', ?, '', ?, 'note', ?, '', NULL, ?, '{}', '', '', '', ?, '')"
)


def add(connection: sqlite3.Connection, uid: int, body: str, *, visibility: str = "public") -> None:
    date = f"2024-01-{uid % 28 + 1:02}"
    name = f"n{uid}"
    connection.execute(ROW, [uid, name, f"{name}.md", name, "Title", date, visibility, body])
    entry = Entry("note", str(uid), uid, date, title="Title", body=body,
                  audience=audience(visibility), is_note=True)  # fmt: skip
    index.put(connection, entry)


@pytest.fixture
def many(connection: sqlite3.Connection) -> sqlite3.Connection:
    with database.transaction(connection):
        for uid in range(1, 301):
            about = "shock wave " if uid % 5 == 0 else "wing lift "
            add(connection, uid, about * (uid % 3 + 1) + f"and word{uid} of the laminar layer")
        add(connection, 301, "shock on a laminar wing, supersonic")
    return connection


QUESTION = "what is a shock on a laminar supersonic wing"


def test_those_with_all_words_come_first_and_those_with_some_follow(
    many: sqlite3.Connection,
) -> None:
    results = search(many, OWNER, "shock supersonic")
    assert results.relaxed
    assert results.results[0].id == "n301"
    assert results.total == 61


def test_common_words_are_not_asked_for(many: sqlite3.Connection) -> None:
    assert search(many, OWNER, "what of the supersonic").total == 1


def test_enough_with_all_words_stay_alone(many: sqlite3.Connection) -> None:
    results = search(many, OWNER, "shock wave")
    assert (results.relaxed, results.total) == (False, 60)


def test_a_phrase_or_an_alternative_is_meant_as_it_stands(many: sqlite3.Connection) -> None:
    for text in ('"a laminar" wing', "supersonic (word1 OR wing)", "title:title supersonic"):
        assert (search(many, OWNER, text).relaxed, search(many, OWNER, text).total) == (False, 1)


@pytest.mark.parametrize("size", [7, 20, 190])
def test_pages_continue_each_other(many: sqlite3.Connection, size: int) -> None:
    whole = search(many, OWNER, QUESTION, limit=1000)
    assert whole.total == len(whole.results) == 301
    scores = [hit.score for hit in whole.results]
    assert scores == sorted(scores, reverse=True)
    pages = [search(many, OWNER, QUESTION, size, offset) for offset in range(0, 301, size)]
    assert {page.total for page in pages} == {301}
    assert [hit.id for page in pages for hit in page.results] == [hit.id for hit in whole.results]
    assert search(many, OWNER, QUESTION, 20, 301).results == []


def test_by_date_the_newest_come_first_and_nothing_is_ranked_anew(
    many: sqlite3.Connection,
) -> None:
    results = search(many, OWNER, "shock wave", limit=100, order="date")
    days = [int(hit.id[1:]) % 28 for hit in results.results]
    assert days == sorted(days, reverse=True)


def test_by_date_the_same_is_found_and_those_with_all_words_come_first(
    many: sqlite3.Connection,
) -> None:
    for text in ("shock supersonic", "word30 shoc", "supersonic wing lift"):
        best = search(many, OWNER, text, limit=400)
        newest = search(many, OWNER, text, limit=400, order="date")
        assert (best.total, best.relaxed, best.note) == (newest.total, newest.relaxed, newest.note)
        assert {hit.id for hit in best.results} == {hit.id for hit in newest.results}
        pages = [search(many, OWNER, text, 7, at, order="date") for at in range(0, best.total, 7)]
        assert [hit.id for page in pages for hit in page.results] == [
            hit.id for hit in newest.results
        ]
    newest = search(many, OWNER, "shock supersonic", limit=400, order="date")
    assert newest.results[0].id == "n301"
    days = [int(hit.id[1:]) % 28 for hit in newest.results[1:]]
    assert days == sorted(days, reverse=True)


def test_conditions_hold_for_what_follows(many: sqlite3.Connection) -> None:
    results = search(many, OWNER, "shock supersonic after:2024-01-20 -word5", limit=100)
    assert results.relaxed
    assert all(int(hit.id[1:]) % 28 + 1 > 20 for hit in results.results)


def test_a_hidden_note_lends_no_words(connection: sqlite3.Connection) -> None:
    with database.transaction(connection):
        for uid in range(1, 251):
            add(connection, uid, f"shock wave word{uid} layer " + "pad " * (uid % 7))
        for uid in range(251, 256):
            add(connection, uid, "nothing in particular here", visibility="private")
    before = search(connection, PUBLIC, "shock supersonic layer", limit=300)
    secret = "shock supersonic layer word7 word7 word7"
    with database.transaction(connection):
        for uid in range(251, 256):
            index.withdraw(connection, "note", str(uid))
            connection.execute("UPDATE document SET text = ? WHERE uid = ?", [secret, uid])
            entry = Entry("note", str(uid), uid, "2024-01-01", title="Title", body=secret,
                          audience=audience("private"), is_note=True)  # fmt: skip
            index.put(connection, entry)
    after = search(connection, PUBLIC, "shock supersonic layer", limit=300)
    assert [hit.id for hit in after.results] == [hit.id for hit in before.results]
    assert after.total == before.total == 250


def test_the_stems_are_those_of_the_index(connection: sqlite3.Connection) -> None:
    words = """
        caresses ponies ties caress cats feed agreed plastered bled motoring sing
        conflated troubled sized hopping tanned falling hissing fizzed failing filing
        happy sky relational conditional rational valency digitizer conformably radically
        differently analogously vietnamization predication operator feudalism decisiveness
        hopefulness callousness formality sensitivity sensibility triplicate formative
        formalize electricity electrical hopeful goodness revival allowance inference
        airliner gyroscopic adjustable defensible irritant replacement adjustment
        dependent adoption homologous communism activate angularity effective bowdlerize
        probate rate cease controlling rolling analogy
    """.split()  # noqa: SIM905 - a list would be a line for each
    connection.execute("CREATE VIRTUAL TABLE temp.t USING fts5(x, tokenize='porter unicode61')")
    connection.execute("CREATE VIRTUAL TABLE temp.v USING fts5vocab(temp, t, instance)")
    connection.executemany("INSERT INTO temp.t (rowid, x) VALUES (?, ?)", enumerate(words))
    rows = connection.execute("SELECT doc, term FROM temp.v").fetchall()
    assert {words[doc]: endings.stem(words[doc]) for doc, _ in rows} == {
        words[doc]: term for doc, term in rows
    }
