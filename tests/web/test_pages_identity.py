"""What was said of a private note, and what it was called, is not told with another one."""

from __future__ import annotations

import sqlite3

import pytest
from flask.testing import FlaskClient

from app.library.syncing.sync import sync
from app.settings import Settings

PRIVATE, PUBLIC = (f"---\nvisibility: {one}\n---\n" for one in ("private", "public"))
REMARK = "Nobody must know this."


@pytest.fixture
def editor(visitors: dict[str, FlaskClient]) -> FlaskClient:
    return visitors["editor"]


def create(client: FlaskClient, id: str, markdown: str) -> None:
    answer = client.post("/api/notes", json={"id": id, "markdown": markdown})
    assert answer.status_code == 201, answer.text


def remark(client: FlaskClient, note: str) -> None:
    form = {"note": note, "comment": REMARK, "visibility": "shared"}
    assert client.post("/annotations/form", data=form).status_code == 303


@pytest.mark.parametrize(
    ("by_gloss", "is_seen"),
    [(True, True), (True, False), (False, True)],
    ids=["made", "made before a sync saw it", "a file"],
)
def test_the_remarks_on_a_note_that_went_outside_are_not_those_on_a_new_one(
    by_gloss: bool,
    is_seen: bool,
    editor: FlaskClient,
    visitors: dict[str, FlaskClient],
    settings: Settings,
    connection: sqlite3.Connection,
) -> None:
    create(editor, "plan", PRIVATE + "We lay off Bob.\n")
    remark(editor, "plan")
    (settings.notes / "plan.md").unlink()
    if is_seen:
        sync(settings, connection)
    if by_gloss:
        create(editor, "plan", PUBLIC + "Picnic.\n")
    else:
        (settings.notes / "plan.md").write_text(PUBLIC + "Picnic.\n")
    sync(settings, connection)
    page = visitors["public"].get("/notes/plan")
    assert (page.status_code, REMARK in page.text) == (200, False)
    assert REMARK not in editor.get("/notes/plan").text
    asked = editor.get("/problems").text
    assert "Moved, perhaps" in asked
    (uid,) = connection.execute("SELECT note_uid FROM trash").fetchone()
    target = connection.execute("SELECT id FROM annotation").fetchone()[0]
    json = editor.get(f"/annotations/{target}", headers={"Accept": "application/ld+json"}).json
    assert json is not None
    assert json["target"] == "http://localhost/notes/plan"
    assert editor.post("/problems/moved", data={"note": str(uid), "to": "plan"}).status_code == 303
    assert REMARK in editor.get("/notes/plan").text


def test_a_template_that_is_filled_in_again_brings_no_remarks_back(
    editor: FlaskClient, visitors: dict[str, FlaskClient]
) -> None:
    create(editor, "todo", PUBLIC + "# To do\n")
    remark(editor, "todo")
    assert editor.delete("/api/notes/todo", headers={"If-Match": "*"}).status_code == 204
    create(visitors["owner"], "todo", PUBLIC + "# To do\n")
    assert REMARK not in visitors["public"].get("/notes/todo").text
    assert len(editor.get("/api/history/todo").json["results"]) == 1


def test_a_name_that_a_note_had_in_private_stays_so(
    editor: FlaskClient, visitors: dict[str, FlaskClient], settings: Settings
) -> None:
    public = visitors["public"]
    create(editor, "layoffs-2027", PRIVATE + "x\n")
    create(editor, "linking", PUBLIC + "See [[layoffs-2027]] and [[draft]].\n")
    assert editor.post("/move/layoffs-2027", data={"id": "draft"}).status_code == 303
    sent = {"json": {"markdown": PUBLIC + "x\n"}, "headers": {"If-Match": "*"}}
    assert editor.put("/api/notes/draft", **sent).status_code == 200
    assert editor.post("/move/draft", data={"id": "plans"}).status_code == 303
    for address in ("/notes/{}", "/api/notes/{}", "/notes/{}.md"):
        assert public.get(address.format("layoffs-2027")).status_code == 404
        assert public.get(address.format("draft")).status_code == 308
        assert visitors["reader"].get(address.format("layoffs-2027")).status_code == 308
    assert public.get("/notes/linking").text.count('href="/notes/plans"') == 1
    assert visitors["reader"].get("/notes/linking").text.count('href="/notes/plans"') == 2


@pytest.mark.parametrize("visibility", ["public", "private"])
def test_an_address_leads_on_from_where_a_note_was_when_it_went_outside(
    visibility: str,
    editor: FlaskClient,
    visitors: dict[str, FlaskClient],
    settings: Settings,
    connection: sqlite3.Connection,
) -> None:
    text = f"---\nvisibility: {visibility}\n---\n" + "Words that no other note has. " * 9
    create(editor, "here", text)
    (settings.notes / "here.md").unlink()
    sync(settings, connection)
    (settings.notes / "there.md").write_text(text)
    assert sync(settings, connection).moved == 1
    assert visitors["reader"].get("/notes/here").location == "/notes/there"
    (settings.notes / "there.md").write_text(text.replace("private", "public") + "And more.\n")
    sync(settings, connection)
    answer = visitors["public"].get("/notes/here")
    assert answer.status_code == (308 if visibility == "public" else 404)
    assert visitors["public"].get("/notes/there").status_code == 200
