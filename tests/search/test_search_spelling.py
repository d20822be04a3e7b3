"""Did you mean: offered from what the person meets, and nothing else."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from app import database
from app.accounts.permissions import PUBLIC, Person, Role
from app.search import common, find, index, spelling
from app.search.index import Entry
from app.search.numbers import EVERYBODY, SIGNED_IN

OWNER = Person(1, "owner", Role.OWNER)
TEXTS = {
    "1": ("Tempering the posterior of Müller's model", EVERYBODY),
    "2": ("Random walks: probability and Ökonomie, dimensions, noise, 2026, modle3", EVERYBODY),
    "3": ("The layoffs of quarkonium, provability", SIGNED_IN),
}


@pytest.fixture
def library(connection: sqlite3.Connection) -> sqlite3.Connection:
    with database.transaction(connection):
        for key, (body, audience) in TEXTS.items():
            index.put(connection, Entry("code", key, None, "", body=body, audience=audience))
    assert common.refresh(connection)
    return connection


def suggested(library: sqlite3.Connection, text: str, person: Person = OWNER) -> str | None:
    return find.search(library, person, text).suggestion


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("posterier", "posterior"),
        ("psoterior", "posterior"),
        ("poster1or", "posterior"),
        ("temperng", "tempering"),
        ("randm walks", "random walks"),
        ("probabilty", "probability"),
        ("okonmie", "ökonomie"),
        ("dimensons", "dimensions"),
        ("nosie", "noise"),
        ("muler", "müller"),
        ("posterier OR randm", "posterior OR random"),
        ("posterior", None),
        ("wlk", None),
        ("zzzzzz", None),
        ("posterier*", None),
        ("2023 walks", None),
        ("modle2", None),
        ("", None),
    ],
)
def test_the_nearest_word_is_offered(
    library: sqlite3.Connection, typed: str, meant: str | None
) -> None:
    assert suggested(library, typed) == meant


def test_a_word_of_a_moment_ago_is_known_and_one_that_is_gone_is_not(
    library: sqlite3.Connection,
) -> None:
    """Before and after the words are counted anew, which they are after any change."""
    with database.transaction(library):
        index.put(library, Entry("code", "4", None, "", body="quaternions", audience=EVERYBODY))
        index.remove(library, "code", "2")
    for _ in range(2):
        assert suggested(library, "quaternoins") == "quaternions"
        assert suggested(library, "probabilty") == "provability"
        common.refresh(library)
    assert not common.refresh(library)
    kept = library.execute("SELECT term FROM search_word WHERE term = 'quaternion'").fetchone()
    assert kept is not None


def test_nothing_is_offered_that_finds_nothing(library: sqlite3.Connection) -> None:
    """Each of the words is met, but not where the condition holds."""
    assert suggested(library, "randm walks in:code") == "random walks in:code"
    assert suggested(library, "randm walks in:notes") is None


def test_what_is_offered_finds_something(library: sqlite3.Connection) -> None:
    assert find.search(library, OWNER, suggested(library, "randm wlaks") or "").total == 1


def test_a_word_of_hidden_notes_alone_is_not_offered_nor_known(
    library: sqlite3.Connection,
) -> None:
    assert suggested(library, "layofs") == "layoffs"
    assert suggested(library, "layofs", PUBLIC) is None
    assert suggested(library, "quarkonim", PUBLIC) is None
    # A word that only a hidden note has is as unknown as one that none has.
    assert suggested(library, "provability", PUBLIC) == "probability"
    assert suggested(library, "provability") is None


@given(st.text(max_size=40))
@trying(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_that_is_typed_fails(library: sqlite3.Connection, text: str) -> None:
    found = find.search(library, OWNER, text)
    if found.suggestion:
        assert found.suggestion != text
        assert find.search(library, OWNER, found.suggestion).results or found.relaxed
    spelling.correction(library, OWNER, text)
    assert not find.search(library, PUBLIC, text, typing=True).took_ms > 1000
