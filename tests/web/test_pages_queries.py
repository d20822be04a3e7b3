"""The number of queries of a page does not grow with what it shows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from app import create_app, database
from app.accounts import people
from app.library.syncing.sync import sync
from app.settings import Settings

NOTE = """---
title: Walk {number}
visibility: public
date: 2024-03-{day:02}
tags: [walks, tag{number}]
authors: [Author {number}]
---
A walk to [[walk-0]] and [[walk-1]] and [[walk-{number}]].
"""
BLOCK = """
```analysis
script: shown
params: {{steps: {number}}}
as: block{number}
```

```claim
id: claim{number}
text: Small.
check: block{number}.total < 10
```

{{{{ block{number}.total }}}} and [[walk-{number}]]
"""
PAGES = (
    "/",
    "/tags/walks",
    "/years/2024",
    "/notes/walk-0",
    "/search?q=walk",
    "/search/facets?q=walk",
    "/related/walk-0",
    "/claims",
    "/analyses",
)


@pytest.fixture
def counted(settings: Settings, connection: sqlite3.Connection) -> Iterator[list[str]]:
    """What the pages of this thread ask the database."""
    traced: list[str] = []
    pages = database.of_this_thread(settings.database)
    pages.set_trace_callback(traced.append)
    yield traced
    pages.set_trace_callback(None)


def fill(settings: Settings, connection: sqlite3.Connection, notes: int, blocks: int) -> None:
    for number in range(notes):
        source = NOTE.format(number=number, day=number % 28 + 1)
        source += "".join(BLOCK.format(number=block) for block in range(blocks))
        (settings.notes / f"walk-{number}.md").write_text(source)
    assert not sync(settings, connection).failed


@pytest.mark.parametrize("address", PAGES)
def test_queries_do_not_grow(
    settings: Settings, connection: sqlite3.Connection, counted: list[str], address: str
) -> None:
    (settings.analysis / "shown.py").write_text(
        '"""Adds."""\ndef main(steps: int = 3) -> dict:\n    return {}\n'
    )
    fill(settings, connection, 2, 1)
    client = create_app(settings).test_client()
    few = [
        queries(client, address, counted, {}),
        queries(client, address, counted, token(connection)),
    ]
    fill(settings, connection, 25, 12)
    many = [
        queries(client, address, counted, {}),
        queries(client, address, counted, token(connection)),
    ]
    # One more is allowed: a full page of hits is followed by a count.
    assert all(len(more) <= len(less) + 1 for more, less in zip(many, few, strict=True))
    assert max(map(len, many)) <= 30


def test_the_list_of_analyses_is_one_query_for_all(
    settings: Settings, connection: sqlite3.Connection, counted: list[str]
) -> None:
    client = create_app(settings).test_client()
    found = []
    for names in (["shown"], ["shown", "one", "two", "three"]):
        for name in names:
            (settings.analysis / f"{name}.py").write_text('"""Adds."""\ndef main() -> dict: ...\n')
            block = f"```analysis\nscript: {name}\n```\n"
            (settings.notes / f"{name}.md").write_text(f"---\nvisibility: public\n---\n{block}")
        sync(settings, connection)
        found.append(queries(client, "/analyses", counted, {}))
        found.append(queries(client, "/api/analyses", counted, {}))
    assert [len(found[0]), len(found[1])] == [len(found[2]), len(found[3])]


def test_a_note_without_analyses_asks_nothing_of_the_lab(
    settings: Settings, connection: sqlite3.Connection, counted: list[str]
) -> None:
    fill(settings, connection, 2, 0)
    asked = queries(create_app(settings).test_client(), "/notes/walk-1", counted, {})
    assert not [query for query in asked if " run " in query or " output " in query]
    assert len(asked) <= 11


def token(connection: sqlite3.Connection) -> dict[str, str]:
    secret = people.create_token(connection, people.owner(connection), "t", "owner")
    return {"Authorization": f"Bearer {secret}"}


def queries(
    client: FlaskClient, address: str, counted: list[str], headers: dict[str, str]
) -> list[str]:
    counted.clear()
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200
    assert "alk" in answer.text or "shown" in answer.text
    return [statement for statement in counted if not statement.startswith("--")]
