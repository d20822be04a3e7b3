"""The search page: its parts, its addresses, what it says, and that it says nothing hidden."""

from __future__ import annotations

import re
import sqlite3
from html import unescape
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.lab import analyses
from app.library.syncing.sync import sync
from app.search import find
from app.search.find import Results
from app.settings import Settings
from app.web.search import said
from tests.web.conftest import client_of

HTMX = {"HX-Request": "true"}
LONG = """---
title: On $N$ things
visibility: public
tags: [walks, "two words"]
authors: [Ada Roe]
year: 2019
date: 2020-03-04
kind: paper
---
An opening.

## The *first* part

A cat walks in $\\frac{1}{2}$ of the cases, and sleeps.
"""


@pytest.fixture
def client(settings: Settings, connection: sqlite3.Connection) -> FlaskClient:
    (settings.notes / "long.md").write_text(LONG)
    for number in range(25):
        text = f"---\nvisibility: public\ndate: 2024-01-{number + 1:02}\n---\n# N{number}\n\nDog.\n"
        (settings.notes / f"dog-{number}.md").write_text(text)
    assert not sync(settings, connection).failed
    return create_app(settings).test_client()


def addresses(page: str) -> list[str]:
    return [unescape(each) for each in re.findall(r'href="([^"]*)"', page)]


def test_a_hit_has_its_passage_its_heading_and_a_link_that_lands_on_it(
    client: FlaskClient,
) -> None:
    page = client.get("/search?q=cats+sleeping").text
    assert "<mark>cat</mark> walks in <span" in page
    assert "of the cases, and <mark>sleeps</mark>." in page
    assert "<bdi>The first part</bdi>" in page
    assert "/notes/long#the-first-part:~:text=A%20cat%20walks%20in" in addresses(page)
    assert (
        '<span>published 2019</span><span><time datetime="2020-03-04" dir="ltr">4 Mar 2020</time>'
        in page
    )
    assert 'class="katex"' in page.split('<h2 dir="auto">')[1].split("</h2>")[0]


def test_load_more_without_scripts_and_with(client: FlaskClient) -> None:
    page = client.get("/search?q=dog").text
    assert page.count('class="snippet"') == 20
    assert "/search?q=dog&offset=20" in addresses(page)
    rest = client.get("/search?q=dog&offset=20").text
    assert rest.count('class="snippet"') == 5
    assert "Load more" not in rest
    part = client.get("/search/more?q=dog&offset=20").text
    assert part.count('class="snippet"') == 5
    assert "<html" not in part
    assert "Back to the first" in client.get("/search?q=dog&offset=40").text


def test_by_date(client: FlaskClient) -> None:
    page = client.get("/search?q=dog&order=date").text
    dates = re.findall(r'<time datetime="([^"]*)" dir="ltr"', page)
    assert dates == sorted(dates, reverse=True)
    assert len(dates) == 20
    assert {"/search?q=dog", "/search?q=dog&order=date&offset=20"} <= set(addresses(page))
    assert '<input type="hidden" name="order" value="date">' in page
    found = client.get("/api/search?q=dog&order=date&limit=2").get_json()
    assert [hit["date"] for hit in found["results"]] == ["2024-01-25", "2024-01-24"]
    for path in ("/search", "/api/search", "/search/more", "/search/facets", "/search/typing"):
        assert client.get(f"{path}?q=dog&order=size").status_code == 400


def test_while_typing_the_last_word_may_go_on(client: FlaskClient) -> None:
    answer = client.get("/search/typing?q=slee", headers=HTMX)
    assert "<mark>sleeps</mark>" in answer.text
    assert answer.headers["HX-Replace-Url"] == "/search?q=slee"
    assert "<html" not in answer.text
    assert client.get("/search/typing?q=do").text.count('class="snippet"') == 20
    assert "/search/more?q=do&amp;offset=20" in client.get("/search/typing?q=do").text
    assert "/search/facets?q=do&amp;typing=1" in client.get("/search/typing?q=do").text
    assert "sleeps</mark>" in client.get("/search?q=slee").text
    phrase = client.get('/search/typing?q="cat+wal').text
    assert "<mark>cat walks</mark>" in phrase
    assert "quotation mark" not in phrase
    assert "stale, refuted, private or orphan" in client.get("/search/typing?q=cat+is:sta").text
    empty = client.get("/search/typing?q=+")
    assert empty.headers["HX-Replace-Url"] == "/search"
    assert "Type what you remember" in empty.text


def test_facets_are_a_part_and_a_page(client: FlaskClient) -> None:
    page = client.get("/search?q=cat").text
    assert 'hx-get="/search/facets?q=cat"' in page
    assert "/search/facets?q=cat" in addresses(page)
    part = client.get("/search/facets?q=cat", headers=HTMX)
    assert "<html" not in part.text
    assert "HX-Request" in part.headers["Vary"]
    wanted = ("in:notes", "kind:paper", "year:2019", "tag:walks", 'tag:"two words"')
    for field in (*wanted, 'author:"Ada Roe"'):
        assert f"/search?q={quote('cat ' + field).replace('%20', '+')}" in addresses(part.text)
    whole = client.get("/search/facets?q=cat").text
    assert "<html" in whole
    assert "back to the hits" in whole
    chosen = client.get("/search/facets?q=cat+tag:walks", headers=HTMX).text
    assert "/search?q=cat" in addresses(chosen)
    assert "take it out" in chosen
    assert "/search" in addresses(client.get("/search/facets?q=tag:walks", headers=HTMX).text)
    assert client.get("/search/facets").status_code == 400
    assert "nothing to narrow" in client.get("/search/facets?q=xylophone").text


def test_beyond_what_is_counted_it_says_so(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.search.facets.MOST", 20)
    page = client.get("/search/facets?q=dog", headers=HTMX).text
    assert "20+ hits" in page
    assert '<span class="count">20+</span>' in page


def test_an_empty_page_says_what_to_do(client: FlaskClient) -> None:
    page = client.get("/search").text
    assert "Type what you remember" in page
    assert "autofocus" in page
    assert 'class="facets"' not in page


def test_nothing_found_says_what_to_try(client: FlaskClient) -> None:
    page = client.get("/search?q=xylophones+kind:paper").text
    assert "Nothing</h1>" not in page
    assert "/search?q=kind%3Apaper" in addresses(page)
    assert "without xylophones" in page
    assert "without kind:paper" not in page
    assert "begin so" not in page


def test_what_was_not_understood_is_said(client: FlaskClient) -> None:
    assert "A quotation mark is not closed" in unescape(client.get('/search?q="cat').text)
    assert "the others have some" in client.get("/search?q=cat+xylophone").text


def test_a_suggestion_is_a_link(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    guessed = Results("dgo", 0, 1.0, False, "dog <b>", [])
    monkeypatch.setattr(find, "search", lambda *_, **__: guessed)
    page = client.get("/search?q=dgo").text
    link = re.search(r'Did you mean <a href="([^"]*)"><code[^>]*>(.*?)</code></a>\?', page)
    assert link
    assert link.groups() == ("/search?q=dog+%3Cb%3E", "dog &lt;b&gt;")


def test_what_is_said_aloud(client: FlaskClient) -> None:
    assert 'data-said="25 hits" data-total="25"' in client.get("/search?q=dog").text
    assert said(Results("q", 0, 1.0, False, None, [])) == "Nothing found"
    assert said(Results("q", 1, 1.0, False, None, [])) == "1 hit"
    assert said(Results("q", 12, 1.0, True, None, [])) == "12 hits, with some of the words"


def test_the_search_engine_describes_itself(client: FlaskClient) -> None:
    assert 'rel="search" type="application/opensearchdescription+xml"' in client.get("/").text
    answer = client.get("/opensearch.xml")
    assert answer.mimetype == "application/opensearchdescription+xml"
    root = ElementTree.fromstring(answer.text)
    space = "{http://a9.com/-/spec/opensearch/1.1/}"
    assert 1 <= len(root.findtext(f"{space}ShortName") or "") <= 16
    urls = {each.get("type"): each.get("template") or "" for each in root.iter(f"{space}Url")}
    found = urls["text/html"].replace("{searchTerms}", "cat")
    assert found.startswith("http://localhost/search?q=")
    assert "<mark>cat</mark>" in client.get(found).text
    offered = client.get(urls["application/x-suggestions+json"].replace("{searchTerms}", "slee"))
    words, titles, _, links = offered.get_json(force=True)
    assert (words, titles) == ("slee", ["On N things"])
    assert links[0].startswith("http://localhost/notes/long#")
    assert client.get("/search/suggestions").get_json(force=True) == ["", [], [], []]


def test_code_leads_to_a_line_that_is_there(
    application: Flask, settings: Settings, connection: sqlite3.Connection
) -> None:
    analyses.index(settings, connection)
    page = client_of(application, connection, "reader").get("/search?q=in:code+adds").text
    (address,) = {each for each in addresses(page) if each.startswith("/analyses/shown#L")}
    path, _, anchor = address.partition("#")
    public = application.test_client()
    assert f'<span id="{anchor}"><span class="sd">' in public.get(path).text
    assert "<bdi>shown.py</bdi><span>line 1</span>" in page
    assert "unseen" not in public.get("/search?q=in:code+main").text
