"""People, links, sessions and tokens, in a real database."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from app import clock
from app.accounts import people
from app.accounts.permissions import Role
from app.errors import BadInput, Conflict, NotFound


def test_a_new_library_has_an_owner_who_stays_the_same(connection: sqlite3.Connection) -> None:
    first = people.owner(connection)
    assert (first.name, first.role) == ("owner", Role.OWNER)
    assert people.owner(connection) == first


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_name_has_bounds(connection: sqlite3.Connection, name: str) -> None:
    with pytest.raises(BadInput, match="1 to 80"):
        people.create(connection, name, "reader")


def test_a_name_is_taken_whatever_its_case(connection: sqlite3.Connection) -> None:
    people.create(connection, "Ada", "reader")
    with pytest.raises(Conflict, match="ADA"):
        people.create(connection, "ADA", "reader")
    with pytest.raises(NotFound, match="Grace"):
        people.named(connection, "Grace")


@pytest.mark.parametrize("role", ["public", "king", ""])
def test_a_role_is_one_of_four(connection: sqlite3.Connection, role: str) -> None:
    with pytest.raises(BadInput, match="no role"):
        people.create(connection, "Ada", role)


def test_a_link_signs_in_once(connection: sqlite3.Connection) -> None:
    ada = people.create(connection, "Ada", "editor")
    link = people.create_link(connection, ada)
    assert people.link_is_good(connection, link)
    assert people.link_is_good(connection, link), "looking at it does not use it up"
    session = people.sign_in(connection, link, days=1)
    assert session
    assert people.of_session(connection, session) == ada
    assert people.sign_in(connection, link, days=1) is None
    people.sign_out(connection, session)
    assert people.of_session(connection, session) is None


def test_links_and_sessions_end(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = people.create(connection, "Ada", "editor")
    link, other = (people.create_link(connection, ada) for _ in range(2))
    session = people.sign_in(connection, link, days=2)
    assert session
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + timedelta(days=1, hours=1))
    assert not people.link_is_good(connection, other)
    assert people.sign_in(connection, other, days=1) is None
    assert people.of_session(connection, session) == ada
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + timedelta(days=3))
    assert people.of_session(connection, session) is None


def test_no_secret_is_in_the_database(connection: sqlite3.Connection) -> None:
    ada = people.create(connection, "Ada", "owner")
    link = people.create_link(connection, ada)
    token = people.create_token(connection, ada, "script", "owner")
    session = people.sign_in(connection, people.create_link(connection, ada), days=1)
    dump = "\n".join(connection.iterdump())
    assert not [secret for secret in (link, token, session) if secret and secret in dump]


def test_a_token_has_the_lower_of_two_roles(connection: sqlite3.Connection) -> None:
    ada = people.create(connection, "Ada", "annotator")
    for lent, role in (("owner", Role.ANNOTATOR), ("reader", Role.READER)):
        token = people.create_token(connection, ada, lent, lent)
        known = people.of_token(connection, token)
        assert known is not None
        assert (known.id, known.role) == (ada.id, role)
    assert people.of_token(connection, "gloss_of-nobody") is None


def test_tokens_are_listed_and_revoked_by_name(connection: sqlite3.Connection) -> None:
    ada = people.create(connection, "Ada", "owner")
    token = people.create_token(connection, ada, "script", "editor")
    (row,) = people.tokens(connection)
    assert (row["name"], row["role"], row["person"]) == ("script", "editor", "Ada")
    assert people.revoke_tokens(connection, "script") == 1
    assert people.revoke_tokens(connection, "script") == 0
    assert people.of_token(connection, token) is None
