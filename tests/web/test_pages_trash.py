"""The trash and the questions of a sync, as pages."""

from __future__ import annotations

import hashlib
import re
import shutil
import sqlite3
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from app import clock
from app.lab.shown import audit
from app.library import identity
from app.library.history import trash, versions
from app.library.syncing.sync import sync
from app.library.syncing.vanished import Vanished
from app.library.writing import save
from app.settings import Settings


@pytest.fixture
def editor(visitors: dict[str, FlaskClient]) -> FlaskClient:
    return visitors["editor"]


def comment(client: FlaskClient, note: str) -> None:
    form = {"note": note, "comment": "A word on this.", "visibility": "shared"}
    assert client.post("/annotations/form", data=form).status_code == 303


def delete(client: FlaskClient, settings: Settings, note: str = "open") -> None:
    base = hashlib.sha256((settings.notes / f"{note}.md").read_bytes()).hexdigest()
    assert client.post(f"/delete/{note}", data={"base": base}).status_code == 303


def shown(page: str) -> list[str]:
    """What the form that empties the trash names."""
    return re.findall(r'name="note" value="(\d+:[^"]+)"', page)


def note_in(page: str) -> str:
    found = re.search(r'name="note" value="(\d+)"', page)
    assert found
    return found[1]


def test_restore_brings_file_and_comments_back(editor: FlaskClient, settings: Settings) -> None:
    comment(editor, "open")
    source = (settings.notes / "open.md").read_text()
    delete(editor, settings)
    gone = editor.get("/notes/open")
    assert gone.status_code == 404
    assert "This note is in the trash since" in editor.get("/edit/open").text
    assert "This note is in the trash since" in gone.text
    page = editor.get("/trash").text
    assert f'href="/trash/{note_in(page)}">Bring it back' in gone.text
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
    delete(editor, settings)
    seen = shown(editor.get("/trash").text)
    for other in ([], ["1:2020-01-01T00:00:00Z"], ["1"], ["99:x"]):
        assert editor.post("/trash/empty", data={"note": other}).status_code == 303
        assert len(trash.every(connection)) == 1
    assert editor.post("/trash/empty", data={"note": "x"}).status_code == 400
    assert editor.post("/trash/empty", data={"note": seen}).status_code == 303
    assert trash.every(connection) == []
    assert connection.execute("SELECT count(*) FROM revision").fetchone()[0] == 0
    assert editor.get(f"/annotations/{kept}").status_code == 410
    words = connection.execute("SELECT stored, quote, body FROM annotation").fetchone()
    assert tuple(words) == ("{}", "", "")
    assert editor.get("/search?q=word").text.count("A word on this") == 0
    assert editor.post("/trash/restore", data={"note": "1"}).status_code == 404
    assert editor.post("/trash/restore", data={"note": "x"}).status_code == 400


def test_emptying_forgets_what_the_page_showed_and_nothing_else(
    editor: FlaskClient,
    settings: Settings,
    connection: sqlite3.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    noon = clock.now()
    monkeypatch.setattr(clock, "now", lambda: noon)
    for note in ("open", "by-address"):
        delete(editor, settings, note)
    seen = shown(editor.get("/trash").text)
    delete(editor, settings, "papers/hidden")  # within the same second
    uid = next(kept.uid for kept in trash.every(connection) if kept.path == "open")
    monkeypatch.setattr(clock, "now", lambda: noon + timedelta(seconds=5))
    editor.post("/trash/restore", data={"note": str(uid)})
    delete(editor, settings)
    editor.post("/trash/empty", data={"note": seen})
    assert {kept.path for kept in trash.every(connection)} == {"papers/hidden", "open"}


def test_of_a_long_trash_the_notes_that_are_shown_are_forgotten(
    editor: FlaskClient,
    settings: Settings,
    connection: sqlite3.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for note in ("open", "by-address", "papers/hidden"):
        delete(editor, settings, note)
    monkeypatch.setattr("app.web.trash.SHOWN", 2)
    page = editor.get("/trash").text
    assert "The 2 notes above are forgotten for good" in page
    assert "the other 1 stay" not in page
    assert "one more stays" in page
    editor.post("/trash/empty", data={"note": shown(page)})
    assert len(trash.every(connection)) == 1


def test_a_doubtful_move_is_answered_on_the_page(
    visitors: dict[str, FlaskClient], settings: Settings, connection: sqlite3.Connection
) -> None:
    editor = visitors["editor"]
    for client in visitors.values():
        client.environ_base["HTTP_ACCEPT"] = "text/html"
    comment(editor, "open")
    source = settings.notes / "open.md"
    for name in ("one", "other"):
        shutil.copy(source, settings.notes / f"{name}.md")
    source.unlink()
    sync(settings, connection)
    comment(editor, "other")
    page = editor.get("/problems").text
    assert "It is one" in page
    assert note_in(editor.get("/notes/one").text) == note_in(page)
    in_trash = f"/trash/{note_in(page)}"
    for place in ("/notes/open", "/notes/one", "/notes/other", "/trash", in_trash):
        asked = editor.get(place).text
        for button in ("It is one", "It is other", "None of these"):
            assert button in asked, place
        assert "None of these" not in visitors["annotator"].get(place).text, place
    assert "None of these" not in editor.get("/notes/by-address").text
    assert "may have another name now: 1" in editor.get("/report").text
    (found,) = [each for each in audit.findings(settings, connection) if each.path == "open.md"]
    assert (found.is_error, found.message.partition(": ")[0]) == (
        False,
        "It went missing and may be one or other now",
    )
    overview = visitors["reader"].get("/annotations/").text
    assert f'on <a href="{in_trash}">open</a> <span class="state">in the trash' in overview
    assert "a page elsewhere" not in overview
    answer = editor.post("/problems/moved", data={"note": note_in(page), "to": "other"})
    assert (answer.status_code, answer.location) == (303, "/notes/other")
    assert editor.get("/notes/other").text.count("A word on this.") == 2
    assert "Moved, perhaps" not in editor.get("/problems").text
    assert "None of these" not in editor.get("/notes/one").text


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
    assert editor.get("/trash").text.count(">Bring it back<") == 30


@pytest.fixture
def taken(editor: FlaskClient, settings: Settings, connection: sqlite3.Connection) -> int:
    """The uid of a note with a comment that is in the trash, where another one has its address."""
    comment(editor, "open")
    delete(editor, settings)
    (kept,) = trash.every(connection)
    editor.post("/new", data={"id": "open", "title": "New here", "markdown": "Another."})
    return kept.uid


def test_a_note_whose_address_is_taken_is_reached_by_its_number(
    visitors: dict[str, FlaskClient], editor: FlaskClient, taken: int
) -> None:
    page = editor.get("/trash").text
    assert f'href="/trash/{taken}"' in page
    assert "The address is <a" in page
    assert "Walks in the open</a></h2>" in page
    assert "under another address" in page
    found = editor.get(f"/trash/{taken}").text
    assert 'name="id" value="open-2"' in found
    assert "<title>History of Walks in the open" in found
    assert "New here" not in found
    (version,) = set(re.findall(rf'href="/trash/{taken}\?version=(\d+)"', found))
    assert "A walk of $N$ steps" in editor.get(f"/trash/{taken}?version={version}").text
    reader = visitors["reader"].get(f"/trash/{taken}")
    assert (reader.status_code, "Bring it back" in reader.text) == (200, False)
    assert visitors["public"].get(f"/trash/{taken}").status_code == 401


def test_it_comes_back_under_another_address_with_all_that_it_had(
    editor: FlaskClient, settings: Settings, connection: sqlite3.Connection, taken: int
) -> None:
    refused = editor.post("/trash/restore", data={"note": str(taken)})
    assert refused.status_code == 409
    assert 'already a note <a href="/notes/open">open</a>' in refused.text
    assert 'name="id" value="open-2"' in refused.text
    for bad, status in (("open", 409), ("OPEN", 409), ("../x", 400), ("a\0b", 400)):
        assert editor.post(f"/trash/{taken}", data={"id": bad}).status_code == status, bad
    answer = editor.post(f"/trash/{taken}", data={"id": "open-2"})
    assert (answer.status_code, answer.location) == (303, "/notes/open-2")
    page = editor.get("/notes/open-2").text
    assert "A word on this." in page
    assert "Walks in the open" in page
    assert "A word on this." not in editor.get("/notes/open").text
    assert versions.of(connection, "open-2").uid == taken
    assert "Another." in (settings.notes / "open.md").read_text()
    assert editor.get(f"/trash/{taken}").location == "/history/open-2"
    assert editor.post(f"/trash/{taken}", data={"id": "x"}).status_code == 404
    assert "The trash is empty." in editor.get("/trash").text
    sync(settings, connection)
    assert versions.of(connection, "open-2").uid == taken


def test_an_earlier_version_comes_back_under_another_address(
    editor: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    made = save.create(settings, connection, "walk", "First.\n")
    save.update(settings, connection, "walk", "Second.\n", made.sha256)
    save.delete(settings, connection, "walk", None)
    save.create(settings, connection, "walk", "Another.\n")
    first = versions.of_uid(connection, made.uid).versions[-1].key
    whole = editor.get(f"/trash/{made.uid}?version={first}").text
    assert f'action="/trash/{made.uid}"' in whole
    refused = editor.post(f"/trash/{made.uid}", data={"version": first})
    assert refused.status_code == 409
    assert f'name="version" value="{first}"' in refused.text
    answer = editor.post(f"/trash/{made.uid}", data={"version": first, "id": "folder/walk"})
    assert answer.location == "/notes/folder/walk"
    assert (settings.notes / "folder/walk.md").read_text() == "First.\n"
    found = versions.of(connection, "folder/walk")
    assert (found.uid, len(found.versions)) == (made.uid, 3)


def test_where_its_address_is_free_it_may_have_another_and_the_old_one_leads_there(
    editor: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    delete(editor, settings)
    (kept,) = trash.every(connection)
    assert 'name="id" value="open"' in editor.get("/history/open").text
    editor.post(f"/trash/{kept.uid}", data={"id": "papers/opened"})
    assert editor.get("/notes/open").location == "/notes/papers/opened"


def test_a_broken_file_comes_back_under_another_address(
    editor: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    (settings.notes / "broken.md").write_bytes(b"---\ntitle: [\n---\n\xff")
    sync(settings, connection)
    delete(editor, settings, "broken")
    (kept,) = trash.every(connection)
    answer = editor.post(f"/trash/{kept.uid}", data={"id": "still-broken"})
    assert answer.location == "/problems"
    assert (settings.notes / "still-broken.md").read_bytes().endswith(b"\xff")
    assert identity.uid_of(connection, "still-broken") == kept.uid
