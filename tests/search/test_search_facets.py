"""Facets: as many hits as they say, for whoever asks, and links that go where they say."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import database
from app.accounts.permissions import PUBLIC
from app.search import facets, index
from app.search.facets import Facets, of_search, with_field, without_field
from app.search.find import search
from app.search.index import Entry
from app.search.query import parse
from app.search.tree import Field, every
from tests.search.test_search_find import OWNER, READER, add, annotate


@pytest.fixture
def library(connection: sqlite3.Connection) -> sqlite3.Connection:
    add(connection, 1, "walk", kind="paper", year=2019, tags=("a b", "deep"), authors=("Ada Roe",))
    add(connection, 2, "walk home", kind="paper", year=2020, tags=("deep",))
    add(connection, 3, "walk on", kind="note", year=2020, visibility="private",
        tags=("secret",), authors=("Hidden Person",))  # fmt: skip
    add(connection, 4, "nothing", kind="post", year=2021, tags=("unseen",))
    annotate(connection, "said", 1, "walk")
    with database.transaction(connection):
        index.put(connection, Entry("code", "code", None, "", "C", body="walk"))
    return connection


def counts(found: Facets) -> dict[str, dict[str, int]]:
    return {each.field: {value.name: value.count for value in each.values} for each in found.facets}


def test_what_is_counted(library: sqlite3.Connection) -> None:
    found = of_search(library, OWNER, "walk")
    assert (found.total, found.more) == (5, False)
    assert counts(found) == {
        "in": {"notes": 3, "annotations": 1, "code": 1},
        "kind": {"paper": 3, "note": 1},
        "year": {"2020": 2, "2019": 2},
        "tag": {"deep": 3, "a b": 2, "secret": 1},
        "author": {"Ada Roe": 2, "Hidden Person": 1},
    }


def test_only_what_the_person_may_meet(library: sqlite3.Connection) -> None:
    found = of_search(library, PUBLIC, "walk")
    assert found.total == 3
    assert counts(found)["kind"] == {"paper": 3}
    assert "secret" not in str(found)
    assert "Hidden" not in str(found)
    assert of_search(library, READER, "walk").total == 5


@pytest.mark.parametrize(
    "query",
    [
        "walk",
        "walk OR nothing",
        "tag:deep",
        "kind:paper walk",
        "-home",
        "home unfindable",
        "in:notes",
    ],
)
def test_each_count_is_what_its_link_finds(library: sqlite3.Connection, query: str) -> None:
    for person in (OWNER, PUBLIC):
        found = of_search(library, person, query)
        assert found.total == search(library, person, query).total
        for value in (value for facet in found.facets for value in facet.values):
            if not value.chosen:
                assert search(library, person, value.query).total == value.count, value


def test_one_that_is_chosen_is_taken_out(library: sqlite3.Connection) -> None:
    found = of_search(library, OWNER, "tag:Deep (walk OR home)")
    (deep,) = [value for each in found.facets for value in each.values if value.name == "deep"]
    assert (deep.chosen, deep.query) == (True, "walk OR home")
    assert without_field(Field("tag", "x"), Field("tag", "x")) == ""


def test_a_value_that_no_query_can_say_has_no_link(connection: sqlite3.Connection) -> None:
    add(connection, 1, "walk", authors=('Ann "Q" Roe', "Ann Roe"), tags=("#odd",))
    assert counts(of_search(connection, OWNER, "walk"))["author"] == {"Ann Roe": 1}


def test_beyond_the_most_it_says_so(
    library: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facets, "MOST", 2)
    found = of_search(library, OWNER, "walk")
    assert (found.total, found.more) == (2, True)
    assert of_search(library, OWNER, "nothing").more is False


@pytest.mark.parametrize("text", ["", "*", "((", '"open', "a OR", "-a", "year:x", "\0", "in:in"])
def test_no_string_raises(library: sqlite3.Connection, text: str) -> None:
    of_search(library, PUBLIC, text)


Texts = st.lists(
    st.sampled_from(["a", "b*", '"a b"', "OR", "(", ")", "-", "tag:x", "kind:y", '"', "year:z"]),
    max_size=10,
).map(" ".join)


@given(Texts, st.sampled_from([Field("tag", "a b"), Field("in", "notes"), Field("year", "2019")]))
def test_a_field_is_added_to_what_was_meant(text: str, wanted: Field) -> None:
    tree = parse(text).tree
    if tree:
        assert parse(with_field(text, tree, wanted)).tree == every([tree, wanted])
