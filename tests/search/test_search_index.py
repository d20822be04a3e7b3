"""The index: after any sequence of edits it equals one made anew."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import database
from app.accounts.permissions import Person, Role
from app.search import index
from app.search.find import search
from app.search.index import Entry

Texts = dict[str, str]
COLUMNS = ("title", "headings", "tags", "body", "code")
WORDS = ["walk", "bayes", "漢字", "é", "x_y", "groß", "β", "ﬁt", "ｶﾞ", "oneTwo"]
bags = st.lists(st.sampled_from(WORDS), max_size=4)
texts = st.fixed_dictionaries({name: bags.map(" ".join) for name in COLUMNS})
keys = st.tuples(st.sampled_from(["note", "code", "annotation"]), st.sampled_from(["1", "2", "3"]))
edits = st.lists(st.tuples(keys, st.one_of(st.none(), texts)), max_size=12)


def put(connection: sqlite3.Connection, key: tuple[str, str], text: Texts) -> None:
    index.put(connection, Entry(*key, int(key[1]), f"2024-01-0{key[1]}", **text))


def entries(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    rows = connection.execute(
        "SELECT type, key, uid, date, title, headings, tags, body, code FROM search_entry"
        " ORDER BY type, key"
    )
    return [tuple(row) for row in rows]


def found(connection: sqlite3.Connection, word: str) -> list[tuple[object, ...]]:
    rows = connection.execute(
        "SELECT type, key, round(bm25(search_text), 9) FROM search_text"
        " JOIN search_entry ON search_entry.id = search_text.rowid"
        " WHERE search_text MATCH ? ORDER BY type, key",
        [f'"{word}"'],
    )
    return [tuple(row) for row in rows]


@given(edits)
@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_an_index_kept_up_equals_a_fresh_one(
    connection: sqlite3.Connection, edits: list[tuple[tuple[str, str], Texts | None]]
) -> None:
    database.rebuild(connection)
    for key, text in edits:
        with database.transaction(connection):
            index.remove(connection, *key) if text is None else put(connection, key, text)
    asked = ("walk", "x_y", "é", "gross", "beta", "two")
    kept = [entries(connection)] + [found(connection, word) for word in asked]
    connection.execute("INSERT INTO search_text(search_text, rank) VALUES ('integrity-check', 1)")
    database.rebuild(connection)
    final = dict(edits)
    with database.transaction(connection):
        for key, text in final.items():
            if text is not None:
                put(connection, key, text)
    fresh = [entries(connection)] + [found(connection, word) for word in asked]
    assert kept == fresh
    assert len(kept[0]) == sum(text is not None for text in final.values())


def test_text_that_sqlite_cannot_keep_is_kept_as_well_as_it_can_be(
    connection: sqlite3.Connection,
) -> None:
    with database.transaction(connection):
        body = "é\ud800 walk\0ing"
        index.put(connection, Entry("note", "1", 1, "", title="a\0b", body=body))
    assert entries(connection)[0][4:8] == ("a b", "", "", "é? walk ing")
    assert found(connection, "walk")


def test_nothing_is_written_when_the_transaction_fails(connection: sqlite3.Connection) -> None:
    class Broken(Exception):
        pass

    try:
        with database.transaction(connection):
            index.put(connection, Entry("note", "1", 1, "", body="walk"))
            raise Broken
    except Broken:
        pass
    assert (entries(connection), found(connection, "walk")) == ([], [])


def test_a_word_left_behind_would_be_noticed(connection: sqlite3.Connection) -> None:
    with database.transaction(connection):
        index.put(connection, Entry("code", "a", None, "", body="walk"))
        connection.execute("UPDATE search_entry SET body = 'changed behind its back'")
    with pytest.raises(sqlite3.DatabaseError, match="malformed"):
        connection.execute(
            "INSERT INTO search_text(search_text, rank) VALUES ('integrity-check', 1)"
        )


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("学習", {"1", "3"}),
        ("学", {"1", "3"}),
        ("習学", set()),
        ("機械学習入門", {"1"}),
        ("title:学習", {"3"}),
        ("深層learning", {"3"}),
        ("ガウス", {"2"}),
        ("한국", {"2"}),
    ],
)
def test_signs_are_found_inside_of_what_has_no_spaces(
    connection: sqlite3.Connection, query: str, keys: set[str]
) -> None:
    with database.transaction(connection):
        for key, title, body in (
            ("1", "A", "これは機械学習入門です。"),
            ("2", "B", "ガウス過程 한국어"),
            ("3", "深層学習", "Deep learning, 機械。学"),
        ):
            index.put(connection, Entry("code", key, None, "", title=title, body=body))
    hits = search(connection, Person(1, "owner", Role.OWNER), query)
    assert {hit.id for hit in hits.results if not hits.relaxed} == keys
