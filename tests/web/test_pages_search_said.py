"""What the pages of search say: what one can ask, by examples that find something; whose note a
hit is; where one is among many; and what to do where there is nothing."""

from __future__ import annotations

import re
import sqlite3
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app, database
from app.accounts import people
from app.accounts.permissions import PUBLIC
from app.annotations import composing, store
from app.annotations.composing import Typed
from app.library.syncing.sync import sync
from app.search import find
from app.search.find import Results
from app.search.query import parse
from app.settings import Settings
from app.web import examples
from tests.web.conftest import client_of

HTMX = {"HX-Request": "true"}
PAPER = """---
title: Detailed balance of walkers
visibility: public
kind: paper
date: 2026-11-15
year: 2023
authors: [Ada Roe]
tags: [walks, random walk, 'od"d']
---
It cites [@roe2023] and links to [[other]].
"""
OTHER = "---\ntitle: Ergodic chains\nvisibility: public\ndate: 2024-01-02\n---\nA chain.\n"
SECRET = """---
title: Zanzibar dossier
visibility: private
date: 2027-05-05
tags: [sesame street]
authors: [Xyzzy Xyz]
year: 1871
---
Zanzibar cites [@sesame1871] and links to [[vault]].
"""


@pytest.fixture
def library(settings: Settings, connection: sqlite3.Connection) -> Flask:
    notes = {"paper": PAPER, "other": OTHER, "secret": SECRET, "vault": SECRET}
    notes["arabic"] = "---\nvisibility: public\ntitle: البحث\ndate: 2020-01-01\n---\nبحث.\n"
    for name, source in notes.items():
        (settings.notes / f"{name}.md").write_text(source)
    sync(settings, connection)
    return create_app(settings)


@pytest.fixture
def public(library: Flask) -> FlaskClient:
    return library.test_client()


def asked_for(page: str) -> list[str]:
    links = re.findall(r'<a href="(/search\?q=[^"]*)"><code>', page)
    return [parse_qs(urlsplit(unescape(each)).query)["q"][0] for each in links]


def test_each_example_from_the_library_finds_something(public: FlaskClient) -> None:
    queries = asked_for(public.get("/search").text)
    assert {'"detailed balance"', 'tag:"random walk"', 'author:"Ada Roe"'} <= set(queries)
    assert any(query.startswith("year:") and query.endswith("..") for query in queries)
    assert {"cites:roe2023", "links:other", "before:2027", "after:2025"} <= set(queries)
    assert any(" OR " in query and "(" in query for query in queries)
    usual = ("has:", "is:", "in:", "/")
    for query in queries:
        if not query.startswith(usual):
            assert public.get("/api/search", query_string={"q": query}).get_json()["total"], query
        assert "<mark>" not in query
    assert not [word for word in ("zanzibar", "sesame", "xyzzy", "1871") if word in str(queries)]


def test_its_owner_sees_examples_of_private_notes(
    library: Flask, connection: sqlite3.Connection
) -> None:
    page = client_of(library, connection, "owner").get("/search").text
    assert "zanzibar" in " ".join(asked_for(page))


def test_every_word_of_the_language_is_explained(connection: sqlite3.Connection) -> None:
    """In an empty library, too; there the examples are words and no links."""
    rows = examples.of_library(connection, PUBLIC)
    shown = " ".join(example.query for row in rows for example in row.examples)
    for field in ("title", "tag", "author", "kind", "year", "before", "after", "cites", "links"):
        assert f"{field}:" in shown
    for value in ("has:todo", "in:outputs", "is:stale", "is:refuted", "is:orphan", "is:private"):
        assert value in shown
    for row in rows:
        for example in row.examples:
            assert parse(example.query).tree, example
    assert 'tag:"random walk"' in shown
    assert "year:2019.." in shown


def test_a_tag_that_no_query_can_say_is_no_example(public: FlaskClient) -> None:
    assert 'od"d' not in unescape(public.get("/search").text)


def test_every_page_of_search_leads_to_the_language(public: FlaskClient) -> None:
    for address in ("/search?q=walkers", "/search?q=xylophone", "/notes/paper", "/"):
        assert 'href="/search#language"' in public.get(address).text, address
    assert 'id="language"' in public.get("/search").text


def test_a_hit_says_that_its_note_is_private_and_when_it_was_published(
    library: Flask, connection: sqlite3.Connection
) -> None:
    owner = client_of(library, connection, "owner")
    assert '<span class="state private">private</span>' in owner.get("/search?q=zanzibar").text
    page = owner.get("/search?q=ergodic").text
    assert 'class="state' not in page
    assert "published" not in page
    assert "<span>published 2023</span>" in owner.get("/search?q=balance").text


def test_a_comment_says_who_wrote_it_and_that_it_is_private(
    library: Flask, connection: sqlite3.Connection
) -> None:
    person = people.owner(connection)
    for words, seen in (("Aardvark shared", "shared"), ("Bandicoot alone", "private")):
        composed = composing.compose(
            "paper", "", person, "2026-01-01T00:00:00Z", Typed(comment=words, visibility=seen)
        )
        store.create(connection, person, composed)
    client = library.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = (
        f"Bearer {people.create_token(connection, person, 'test', 'owner')}"
    )
    page = client.get("/search?q=aardvark").text
    assert f"<bdi>comment by {person.name}</bdi>" in page
    assert 'class="state' not in page
    assert "state private" in client.get("/search?q=bandicoot").text


def test_a_query_is_set_by_what_it_is(public: FlaskClient) -> None:
    for query, tag in (
        ("walkers", "i"),
        ("%5Cbeta", "code"),
        ("tag:walks", "code"),
        ("بحث", "span"),
    ):
        assert f'for <{tag} class="asked" dir="auto">' in public.get(f"/search?q={query}").text
    assert '<h2 dir="auto"><a' in public.get("/search?q=بحث").text


def test_more_than_were_counted_are_not_counted(
    public: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the rest is found anew with the first, exactly: none is shown twice or left out."""
    hits = find.search(sqlite_of(public), PUBLIC, "walkers").results * 20
    guessed = Results("wal", 20, 1.0, False, None, hits, is_exact=False)
    monkeypatch.setattr(find, "search", lambda *_, **__: guessed)
    page = public.get("/search/typing?q=wal").text
    assert "<h1>More than 20 hits for" in page
    assert 'data-said="More than 20 hits"' in page
    assert 'hx-get="/search?q=wal&amp;shown=40" hx-select="#found"' in page
    assert "/search/more" not in page


def sqlite_of(client: FlaskClient) -> sqlite3.Connection:
    return database.of_this_thread(client.application.config["SETTINGS"].database)


def test_so_many_are_shown_again(public: FlaskClient) -> None:
    answer = public.get("/search/more?q=walkers&offset=20", headers=HTMX)
    assert answer.headers["HX-Replace-Url"] == "/search?q=walkers&shown=40"
    far = public.get("/search/more?q=walkers&offset=200", headers=HTMX)
    assert "HX-Replace-Url" not in far.headers
    assert public.get("/search?q=walkers&shown=200").status_code == 200
    for wrong in ("0", "201", "many"):
        assert public.get(f"/search?q=walkers&shown={wrong}").status_code == 400


def test_a_stranger_who_finds_nothing_hears_that_one_can_sign_in(
    library: Flask, connection: sqlite3.Connection
) -> None:
    found = '<a href="/sign-in">sign in</a> to search them too'
    assert found in library.test_client().get("/search?q=zanzibar").text
    assert found not in client_of(library, connection, "reader").get("/search?q=qqq").text


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("public", "Nothing here is public yet."),
        ("reader", "There are no notes yet."),
        ("owner", 'There are no notes yet. <a href="/new">Write the first</a>'),
    ],
)
def test_an_empty_library_says_what_to_do_first(
    settings: Settings, connection: sqlite3.Connection, role: str, words: str
) -> None:
    app = create_app(settings)
    client = app.test_client() if role == "public" else client_of(app, connection, role)
    for address in ("/search", "/search?q=anything"):
        page = client.get(address).text
        assert words in page
        assert "Fewer or shorter words" not in page
    assert "<a href" not in "".join(re.findall("<dt>.*?</dt>", client.get("/search").text))


def test_the_browser_is_offered_notes_alone(
    public: FlaskClient, library: Flask, connection: sqlite3.Connection
) -> None:
    person = people.owner(connection)
    composed = composing.compose(
        "paper", "", person, "2026-01-01T00:00:00Z", Typed(comment="Walkers too.")
    )
    store.create(connection, person, composed)
    titles = public.get("/search/suggestions?q=walke").get_json(force=True)[1]
    assert titles == ["Detailed balance of walkers"]
    titles = public.get("/search/suggestions?q=links:other balance").get_json(force=True)[1]
    assert titles == ["Detailed balance of walkers"]


def test_robots_are_asked_not_to_try_every_combination(public: FlaskClient) -> None:
    for address in ("/search?q=walkers", "/search/facets?q=walkers"):
        assert '<meta name="robots" content="noindex, nofollow">' in public.get(address).text
