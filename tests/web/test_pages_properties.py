"""The properties that Gloss does not know, on a note's page; also hostile ones."""

from __future__ import annotations

import re
import sqlite3

import pytest
from flask.testing import FlaskClient

from app import create_app, database
from app.library.syncing.sync import sync
from app.settings import Settings

BOOK = """---
title: A book
visibility: public
created: 2026-03-01T10:00
author: "[[open|The author]]"
genre: [essay, "[[papers/hidden|novel]]"]
up: "[[open#A walk]]"
cover: https://example.org/cover.jpg?a=1&b=2
image: "[[cover.jpg]]"
source: "[a film](https://example.org/film), by hand"
rating: 4.5
read: true
finished_on: 2026-11-08
size: {pages: 300, weight: 1}
nothing:
empty: []
cssclasses: [wide]
publish: true
position: 3
stamp: "{{date}}"
---
"""
HOSTILE = """---
visibility: public
date: 2024-01-01
"<script>alert(1)</script>": one
a: "<img src=x onerror=alert(1)>"
b: 'https://example.org/"onmouseover="alert(1)'
c: "[x](javascript:alert(1))"
d: "[[<b>|<i>]]"
e: "[[open#\\"><script>]]"
f: '[<u>](https://example.org/<u>)'
g: {"<s>": ["<s>", {"<s>": "javascript:alert(1)"}]}
h: "<!--gloss:link {} -->"
---
"""


def shown(client: FlaskClient, name: str) -> dict[str, str]:
    page = client.get(f"/notes/{name}").text
    found = re.search(r'<dl class="properties">(.*?)</dl>', page, re.DOTALL)
    pairs = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", found[1] if found else "", re.DOTALL)
    return dict(pairs)


@pytest.fixture
def written(public: FlaskClient, settings: Settings, connection: sqlite3.Connection) -> FlaskClient:
    (settings.notes / "book.md").write_text(BOOK)
    (settings.notes / "hostile.md").write_text(HOSTILE)
    assert not sync(settings, connection).failed
    return public


def test_each_value_as_what_it_is(written: FlaskClient) -> None:
    found = shown(written, "book")
    assert found == {
        "author": '<a href="/notes/open">The author</a>',
        "genre": 'essay, <a class="unresolved" title="There is no such note">novel</a>',
        "up": '<a href="/notes/open#a-walk">open › A walk</a>',
        "cover": '<a href="https://example.org/cover.jpg?a=1&amp;b=2" rel="noopener noreferrer">'
        "https://example.org/cover.jpg?a=1&amp;b=2</a>",
        "image": "cover.jpg",
        "source": '<a href="https://example.org/film" rel="noopener noreferrer">a film</a>,'
        " by hand",
        "rating": "4.5",
        "read": "yes",
        "finished on": '<time datetime="2026-11-08">8 Nov 2026</time>',
        "size": "pages: 300; weight: 1",
    }


def test_a_link_is_resolved_for_the_person(written: FlaskClient, owner: FlaskClient) -> None:
    assert '<a href="/notes/papers/hidden">novel</a>' in shown(owner, "book")["genre"]


def test_the_note_is_dated_by_what_it_was_created(written: FlaskClient) -> None:
    assert '<time datetime="2026-03-01">' in written.get("/notes/book").text


def test_hostile_properties_are_text(written: FlaskClient) -> None:
    found = shown(written, "hostile")
    assert len(found) == 9
    for html in (*found, *found.values()):
        tags = set(re.findall(r"<(/?[a-z!]+)", html))
        assert tags <= {"a", "/a"}
        for attributes in re.findall(r"<a([^>]*)>", html):
            names = set(re.findall(r'([\w-]+)="[^"]*"', attributes))
            assert names <= {"href", "rel", "class", "title"}
            assert not re.search(r'href="(?!https://example\.org/|/notes/open#)', attributes)


def test_a_note_without_them_has_none(written: FlaskClient) -> None:
    assert "properties" not in written.get("/notes/open").text


def test_they_cost_no_queries(
    written: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    body = "visibility: public\ndate: 2024-01-01\n"
    (settings.notes / "plain.md").write_text(f"---\n{body}---\n[[open]]\n")
    (settings.notes / "rich.md").write_text(f'---\n{body}up: "[[open]]"\nby: "[[book]]"\n---\n')
    assert not sync(settings, connection).failed
    client = create_app(settings).test_client()
    pages = database.of_this_thread(settings.database)
    counted: dict[str, int] = {}
    for name in ("plain", "rich"):
        traced: list[str] = []
        pages.set_trace_callback(traced.append)
        assert client.get(f"/notes/{name}").status_code == 200
        pages.set_trace_callback(None)
        counted[name] = len(traced)
    assert counted["rich"] == counted["plain"]
