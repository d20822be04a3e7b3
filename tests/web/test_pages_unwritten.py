"""A link to a note that nobody has written yet: the note begun there answers to it."""

from __future__ import annotations

import re
import sqlite3
from html import unescape

import pytest
from flask.testing import FlaskClient

from app.library.syncing.sync import sync
from app.settings import Settings
from tests.web.test_pages_editor import fields

LINKS = {
    "[[Folder/Sub thing]]": "Folder/Sub thing",
    "![[Folder/Sub thing]]": "Folder/Sub thing",
    "[[C++ & R]]": "C++ & R",
    "[[Alpha: note?]]": "",
    "![[Alpha: note?]]": "",
    "[[Folder/Why?]]": "",
    "[it](../other/thing.md)": "other/thing",
    "[[/top]]": "top",
    "[[papers/New work]]": "papers/New work",
}


@pytest.fixture
def editor(visitors: dict[str, FlaskClient]) -> FlaskClient:
    return visitors["editor"]


@pytest.mark.parametrize("link", LINKS)
def test_the_note_begun_at_a_link_answers_to_it(
    editor: FlaskClient, settings: Settings, connection: sqlite3.Connection, link: str
) -> None:
    (settings.notes / "papers" / "linking.md").write_text(f"# Linking\n\nSee\n\n{link}\n")
    sync(settings, connection)
    page = editor.get("/notes/papers/linking").text
    offered = re.search(r'<a class="unresolved" href="([^"]+)"', page)
    assert offered
    form = fields(editor.get(unescape(offered[1]))).values
    assert form["id"] == LINKS[link]
    assert form["kind"] == ("paper" if form["id"].startswith("papers/") else "note")
    saved = editor.post("/new", data=form)
    assert saved.status_code == 303
    again = editor.get("/notes/papers/linking").text
    assert 'class="unresolved"' not in again
    assert f'href="{saved.location}"' in again
