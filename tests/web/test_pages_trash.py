"""The trash and the questions of a sync, as pages."""

from __future__ import annotations

import re
import shutil
import sqlite3

import pytest
from flask.testing import FlaskClient

from app.library.history import trash
from app.library.syncing.sync import sync
from app.library.syncing.vanished import Vanished
from app.settings import Settings


@pytest.fixture
def editor(visitors: dict[str, FlaskClient]) -> FlaskClient:
    return visitors["editor"]


def comment(client: FlaskClient, note: str) -> None:
    form = {"note": note, "comment": "A word on this.", "visibility": "shared"}
    assert client.post("/annotations/form", data=form).status_code == 303


def note_in(page: str) -> str:
    found = re.search(r'name="note" value="(\d+)"', page)
    assert found
    return found[1]


def test_restore_brings_file_and_comments_back(editor: FlaskClient, settings: Settings) -> None:
    comment(editor, "open")
    source = (settings.notes / "open.md").read_text()
    assert editor.post("/delete/open").status_code == 303
    assert editor.get("/notes/open").status_code == 404
    page = editor.get("/trash").text
    assert "Deleted by a browsing editor." in page
    answer = editor.post("/trash/restore", data={"note": note_in(page)})
    assert (answer.status_code, answer.location) == (303, "/notes/open")
    assert (settings.notes / "open.md").read_text() == source
    assert "A word on this." in editor.get("/notes/open").text
    assert "The trash is empty." in editor.get("/trash").text


def test_emptying_forgets_versions_and_comments(
    editor: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    comment(editor, "open")
    (kept,) = connection.execute("SELECT id FROM annotation").fetchone()
    editor.post("/delete/open")
    until = trash.every(connection)[0].at
    assert editor.post("/trash/empty", data={"until": "2020-01-01T00:00:00Z"}).status_code == 303
    assert len(trash.every(connection)) == 1
    assert editor.post("/trash/empty", data={"until": until}).status_code == 303
    assert trash.every(connection) == []
    assert connection.execute("SELECT count(*) FROM revision").fetchone()[0] == 0
    assert editor.get(f"/annotations/{kept}").status_code == 410
    words = connection.execute("SELECT stored, quote, body FROM annotation").fetchone()
    assert tuple(words) == ("{}", "", "")
    assert editor.get("/search?q=word").text.count("A word on this") == 0
    assert editor.post("/trash/restore", data={"note": "1"}).status_code == 404
    assert editor.post("/trash/restore", data={"note": "x"}).status_code == 400


def test_a_doubtful_move_is_answered_on_the_page(
    editor: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    comment(editor, "open")
    source = settings.notes / "open.md"
    for name in ("one", "other"):
        shutil.copy(source, settings.notes / f"{name}.md")
    source.unlink()
    sync(settings, connection)
    comment(editor, "other")
    page = editor.get("/problems").text
    assert "It is one" in page
    answer = editor.post("/problems/moved", data={"note": note_in(page), "to": "other"})
    assert (answer.status_code, answer.location) == (303, "/notes/other")
    assert editor.get("/notes/other").text.count("A word on this.") == 2
    assert "Moved, perhaps" not in editor.get("/problems").text


def test_a_vanished_folder_is_told_and_accepted(
    editor: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    for number in range(30):
        (settings.notes / f"n{number}.md").write_text(f"# {number}\n")
    sync(settings, connection)
    for path in settings.notes.glob("n*.md"):
        path.unlink()
    with pytest.raises(Vanished):
        sync(settings, connection)
    assert "30 notes are missing" in editor.get("/problems").text
    assert editor.get("/notes/n3").status_code == 200
    assert editor.post("/problems/removals").location == "/trash"
    assert editor.get("/notes/n3").status_code == 404
    assert "notes are missing" not in editor.get("/problems").text
    assert editor.get("/trash").text.count("Bring it back") == 30
