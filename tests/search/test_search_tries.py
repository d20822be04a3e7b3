"""What is offered where nothing was found: only what finds something for whoever asks."""

from __future__ import annotations

import sqlite3

import pytest

from app.accounts.permissions import PUBLIC, Person
from app.search import find, tries
from tests.search.test_search_find import OWNER, add


@pytest.fixture
def library(connection: sqlite3.Connection) -> sqlite3.Connection:
    add(connection, 1, "softmax temperature", kind="paper", tags=("deep",))
    add(connection, 2, "xylophone", visibility="private")
    return connection


@pytest.mark.parametrize(
    ("text", "person", "offered"),
    [
        ("softmax tag:nope", OWNER, ["softmax"]),
        ("zzz tag:deep kind:paper", OWNER, ["tag:deep kind:paper"]),
        ("xylophonists", OWNER, ["xylophon*"]),
        ("xylophonists", PUBLIC, []),
        ("sofmax", OWNER, []),
        ("softmax tag:deep -temperature", OWNER, ["softmax tag:deep", "tag:deep -temperature"]),
        ("zzz tag:nope", OWNER, []),
        ("a " * 40, OWNER, []),
        ("*", OWNER, []),
    ],
)
def test_only_what_finds_something_is_offered(
    library: sqlite3.Connection, text: str, person: Person, offered: list[str]
) -> None:
    found = [query for _, query in tries.of(library, person, text)]
    assert set(offered) - {"tag:deep -temperature"} <= set(found)
    assert bool(found) == bool(offered)
    for query in found:
        assert find.search(library, person, query).total
