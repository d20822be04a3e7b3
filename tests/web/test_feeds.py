"""/feed.atom and /feed.json: valid, public, and 304 for who has them."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import datetime
from xml.etree import ElementTree

from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.library.syncing.sync import sync
from app.settings import Settings

ATOM = "{http://www.w3.org/2005/Atom}"


def parsed(client: FlaskClient) -> ElementTree.Element:
    response = client.get("/feed.atom")
    assert response.mimetype == "application/atom+xml"
    return ElementTree.fromstring(response.data)


def entries(feed: ElementTree.Element, name: str) -> list[str | None]:
    return [entry.findtext(ATOM + name) for entry in feed.findall(ATOM + "entry")]


def test_both_have_the_public_notes_alone_whoever_asks(
    public: FlaskClient, owner: FlaskClient
) -> None:
    for client in (public, owner):
        assert entries(parsed(client), "title") == ["Walks in the open"]
        feed = client.get("/feed.json").get_json()
        assert [item["title"] for item in feed["items"]] == ["Walks in the open"]


def test_the_atom_feed_has_what_the_standard_asks_for(public: FlaskClient) -> None:
    feed = parsed(public)
    (entry,) = feed.findall(ATOM + "entry")
    for element in (feed, entry):
        assert element.findtext(ATOM + "id")
        assert element.findtext(ATOM + "title")
        updated = element.findtext(ATOM + "updated")
        assert datetime.strptime(updated or "", "%Y-%m-%dT%H:%M:%SZ").year == 2024
    assert feed.find(ATOM + "author/" + ATOM + "name") is not None
    links = {link.get("rel"): link.get("href") for link in feed.findall(ATOM + "link")}
    assert links == {"self": "http://localhost/feed.atom", "alternate": "http://localhost/"}
    link = entry.find(ATOM + "link")
    assert link is not None
    assert link.get("href") == "http://localhost/notes/open"
    assert [each.get("term") for each in entry.findall(ATOM + "category")] == ["walks", "open"]
    assert "A walk of" in (entry.findtext(ATOM + "summary") or "")


def test_the_json_feed_has_what_its_version_asks_for(public: FlaskClient) -> None:
    response = public.get("/feed.json")
    feed = response.get_json()
    assert response.mimetype == "application/feed+json"
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == "http://localhost/feed.json"
    (item,) = feed["items"]
    assert item["url"] == "http://localhost/notes/open"
    assert item["date_published"] == "2024-03-05T00:00:00Z"
    assert item["authors"] == [{"name": "Ada Example"}]
    assert item["content_html"].startswith("A walk of")
    assert item["content_html"].endswith(" steps, see hidden.")
    assert item["content_html"].count("<math") == 1
    assert "katex-html" not in item["content_html"]


def test_who_has_the_feed_is_told_so(
    public: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    for address in ("/feed.atom", "/feed.json"):
        etag = public.get(address).headers["ETag"]
        same = public.get(address, headers={"If-None-Match": etag})
        assert (same.status_code, same.data) == (304, b"")
    (settings.notes / "more.md").write_text(
        "---\ntitle: More & <more>\nvisibility: public\n---\nText.\n"
    )
    sync(settings, connection)
    later = public.get("/feed.json", headers={"If-None-Match": etag})
    assert later.status_code == 200
    assert "More & <more>" in entries(parsed(public), "title")


def test_ids_outlive_an_edit_and_a_rename(
    public: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    before = entries(parsed(public), "id")
    file = settings.notes / "open.md"
    file.write_text(file.read_text().replace("Walks in the open", "Renamed"))
    sync(settings, connection)
    file.rename(settings.notes / "elsewhere.md")
    sync(settings, connection)
    feed = parsed(public)
    assert entries(feed, "title") == ["Renamed"]
    assert entries(feed, "id") == before


def test_no_more_than_thirty_notes_the_newest_first(
    public: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    for day in range(1, 32):
        front = f"visibility: public\ndate: 2025-01-{day:02}"
        (settings.notes / f"n{day}.md").write_text(f"---\n{front}\n---\n# Day {day}\n")
    sync(settings, connection)
    titles = entries(parsed(public), "title")
    assert titles == [f"Day {day}" for day in range(31, 1, -1)]


def test_addresses_are_those_that_readers_use(settings: Settings, application: Flask) -> None:
    proxied = create_app(replace(settings, base_url="https://notes.example.org/"))
    feed = proxied.test_client().get("/feed.json").get_json()
    assert feed["home_page_url"] == "https://notes.example.org/"
    assert feed["items"][0]["url"] == "https://notes.example.org/notes/open"


def test_an_empty_library_has_an_empty_feed(settings: Settings) -> None:
    feed = parsed(create_app(settings).test_client())
    assert feed.findall(ATOM + "entry") == []
    assert feed.findtext(ATOM + "updated") == "1970-01-01T00:00:00Z"


def test_a_title_with_what_xml_cannot_hold_is_cleaned(
    public: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    (settings.notes / "odd.md").write_text(
        '---\ntitle: "bell \\a and \\uFFFE ]]> <b>"\nvisibility: public\n---\nText.\n'
    )
    sync(settings, connection)
    assert "bell  and  ]]> <b>" in entries(parsed(public), "title")
