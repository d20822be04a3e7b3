"""Whoever deletes a note is told what links to it and what was said of it."""

from __future__ import annotations

import re
import sqlite3
from html import unescape

import pytest
from flask.testing import FlaskClient

from app.accounts.permissions import PUBLIC
from app.library.syncing.sync import sync
from app.settings import Settings
from app.web import deleting


@pytest.fixture
def editor(visitors: dict[str, FlaskClient]) -> FlaskClient:
    return visitors["editor"]


def asked(client: FlaskClient, note: str) -> str:
    """What stands below «Delete this note», without tags."""
    page = client.get(f"/edit/{note}").text
    part = page[page.index("Delete this note") : page.index("Delete it</button>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", part)).split())


def link_to(settings: Settings, connection: sqlite3.Connection, note: str, number: int) -> None:
    for n in range(number):
        text = f"---\ntitle: Linking <{n}>\ndate: 2020-01-{n + 1:02}\n---\nSee [[{note}]].\n"
        (settings.notes / f"linking-{n}.md").write_text(text)
    assert not sync(settings, connection).failed


def test_a_note_that_nothing_links_to_says_nothing_more(editor: FlaskClient) -> None:
    assert asked(editor, "by-address").startswith("Delete this note The file by-address.md goes")


def test_the_one_note_that_links_to_it_is_named(editor: FlaskClient) -> None:
    assert "A note links to it, and that link will lead nowhere: Walks in the open The" in asked(
        editor, "papers/hidden"
    )
    assert '<a href="/notes/open">Walks in the open</a>' in editor.get("/edit/papers/hidden").text


def test_the_first_ten_are_named_and_the_rest_counted(
    editor: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    link_to(settings, connection, "by-address", 10)
    assert "10 notes link to it" in asked(editor, "by-address")
    assert "more" not in asked(editor, "by-address")
    link_to(settings, connection, "by-address", 13)
    said = asked(editor, "by-address")
    assert "13 notes link to it, and those links will lead nowhere: Linking <12>" in said
    assert "and 3 more" in said
    assert said.count("Linking") == 10


def test_only_what_the_viewer_may_see_counts(
    application: object, settings: Settings, connection: sqlite3.Connection
) -> None:
    link_to(settings, connection, "open", 2)  # these are private
    (settings.notes / "seen.md").write_text("---\nvisibility: public\n---\nSee [[open]].\n")
    sync(settings, connection)
    found = deleting.of(connection, PUBLIC, "open")
    assert ([link.path for link in found.linked], found.links) == (["seen"], 1)


def test_comments_are_counted_but_nobody_elses_private_ones(
    editor: FlaskClient, visitors: dict[str, FlaskClient]
) -> None:
    def comment(client: FlaskClient, visibility: str) -> None:
        form = {"note": "by-address", "comment": "A word.", "visibility": visibility}
        assert client.post("/annotations/form", data=form).status_code == 303

    comment(visitors["owner"], "shared")
    comment(visitors["owner"], "private")
    assert "One comment stands in its margin" in asked(editor, "by-address")
    comment(editor, "private")
    assert "2 comments stand in its margin" in asked(editor, "by-address")
