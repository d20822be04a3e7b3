"""After each way to change a note its marks are followed at once, and kept with the new text."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.accounts import people
from app.annotations import anchored, composing, store
from app.annotations.composing import Typed
from app.annotations.model import check
from app.commands.sync import up_to_date
from app.library import documents
from app.library.moving import ambiguous
from app.library.syncing.sync import sync
from app.settings import Settings

BODY = "A walk of N steps goes far.\n\nA second walk does not.\n"
SOURCE = f"---\ntitle: The walk\nvisibility: public\n---\n{BODY}"
LATER = SOURCE.replace("A walk", "First line.\n\nA walk")


@pytest.fixture
def owner(settings: Settings, connection: sqlite3.Connection) -> FlaskClient:
    """Signed in, in a library with one note, where the words «second walk» are marked."""
    (settings.notes / "walk.md").write_text(SOURCE)
    sync(settings, connection)
    person = people.owner(connection)
    note = documents.get(connection, "walk")
    assert note
    typed = Typed("second walk", "Why?", "shared")
    at = "2026-11-22T10:00:00Z"
    store.create(connection, person, composing.compose("walk", note.text, person, at, typed))
    return signed_in(create_app(settings), connection)


def signed_in(application: Flask, connection: sqlite3.Connection) -> FlaskClient:
    client = application.test_client()
    link = people.create_link(connection, people.owner(connection))
    client.set_cookie("gloss_session", people.sign_in(connection, link, 1) or "")
    return client


def base(client: FlaskClient) -> str:
    return str(client.get("/notes/walk.md").headers["ETag"]).strip('"')


def by_form(client: FlaskClient, _notes: Path) -> None:
    head, body = LATER[: LATER.index("First")], LATER[LATER.index("First") :]
    fields = {"base": base(client), "header": head, "markdown": body}
    assert client.post("/edit/walk", data=fields).status_code == 303


def by_program(client: FlaskClient, _notes: Path) -> None:
    etag = {"If-Match": f'"{base(client)}"'}
    assert client.put("/api/notes/walk", json={"markdown": LATER}, headers=etag).status_code == 200


@pytest.mark.parametrize("change", [by_form, by_program])
def test_a_save_is_followed_and_so_is_the_way_back(
    owner: FlaskClient,
    settings: Settings,
    connection: sqlite3.Connection,
    change: Callable[[FlaskClient, Path], None],
) -> None:
    change(owner, settings.notes)
    assert kept(connection) == ("moved", True)
    first = owner.get("/api/history/walk").json["results"][-1]["id"]
    fields = {"version": str(first), "base": base(owner)}
    assert owner.post("/history/walk", data=fields).status_code == 303
    assert kept(connection) == ("exact", True)


def test_a_change_outside_is_followed_by_the_sync(
    owner: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    (settings.notes / "walk.md").write_text(LATER)
    up_to_date(settings, connection)
    assert kept(connection) == ("moved", True)
    (settings.notes / "walk.md").write_text(SOURCE.replace("A second walk does not.", ""))
    up_to_date(settings, connection)
    assert kept(connection) == ("orphan", True)
    page = owner.get("/notes/walk").get_data(as_text=True)
    assert "its passage is gone" in page


def test_a_file_that_is_renamed_and_edited_at_once_keeps_its_margin_once_a_person_says_so(
    owner: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    own = " ".join(f"word{number}" for number in range(60))
    (settings.notes / "walk.md").write_text(f"{SOURCE}\n{own}\n")
    up_to_date(settings, connection)
    (settings.notes / "walk.md").unlink()
    (settings.notes / "run.md").write_text(f"{LATER}\n{own} and more.\n")
    up_to_date(settings, connection)
    (question,) = ambiguous.questions(connection)
    answer = {"note": str(question.missing.uid), "to": "run"}
    assert owner.post("/problems/moved", data=answer).status_code == 303
    assert kept(connection) == ("moved", True)
    page = owner.get("/notes/walk", follow_redirects=True)
    assert page.request.path == "/notes/run"
    assert 'class="thread anno' in page.text


def test_a_note_that_moves_or_comes_back_keeps_its_marks(
    owner: FlaskClient, connection: sqlite3.Connection
) -> None:
    fields = {"id": "elsewhere/run", "links": "1"}
    assert owner.post("/move/walk", data=fields).status_code == 303
    assert kept(connection) == ("exact", True)
    etag = owner.get("/api/notes/elsewhere/run").headers["ETag"]
    gone = owner.delete("/api/notes/elsewhere/run", headers={"If-Match": etag})
    assert gone.status_code == 204
    uid = connection.execute("SELECT uid FROM note").fetchone()[0]
    assert owner.post("/trash/restore", data={"note": str(uid)}).status_code == 303
    assert kept(connection) == ("exact", True)


def test_a_comment_that_is_changed_leaves_its_mark_where_it_was_carried(
    owner: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    """Of one passage the words were changed since, of another only the position was sent."""
    person = people.owner(connection)
    at = {"type": "TextPositionSelector", "start": 2, "end": 6}
    made = {"@context": "http://www.w3.org/ns/anno.jsonld", "type": "Annotation"} | {
        "target": {"source": "/notes/walk", "selector": at}
    }
    store.create(connection, person, check({**made, "bodyValue": "And this?"}))
    text = SOURCE.replace("A walk", "First line.\n\nA walk").replace("second walk", "second wake")
    (settings.notes / "walk.md").write_text(text)
    up_to_date(settings, connection)
    marks = 'SELECT id, quote, start, "end", grade, said FROM annotation JOIN anchor'
    marks += " ON annotation_id = id ORDER BY body DESC"
    before = connection.execute(marks).fetchall()
    assert [row["grade"] for row in before] == ["changed", "moved"]
    words, position = (row["id"] for row in before)
    form = {"comment": "Why not?", "visibility": "shared"}
    assert owner.post(f"/annotations/{words}/edit", data=form).status_code == 303
    now = owner.get(f"/annotations/{position}", headers={"Accept": "application/ld+json"}).json
    answer = owner.put(
        f"/annotations/{position}",
        json={**now, "bodyValue": "And that?"},
        headers={"Content-Type": "application/ld+json"},
    )
    assert answer.status_code == 200
    assert [tuple(row) for row in connection.execute(marks)] == [tuple(row) for row in before]
    assert owner.delete(f"/annotations/{position}").status_code == 204
    assert owner.post(f"/annotations/{position}/undo").status_code == 303
    assert [tuple(row) for row in connection.execute(marks)] == [tuple(row) for row in before]


def kept(connection: sqlite3.Connection) -> tuple[str, bool]:
    """The grade of the one mark, and whether it is kept with the text of today."""
    grade = connection.execute("SELECT grade FROM anchor").fetchone()[0]
    return grade, followed(connection)


def followed(connection: sqlite3.Connection) -> bool:
    uid = connection.execute("SELECT note_uid FROM anchor").fetchone()[0]
    return anchored.outgrown(connection, uid) is None


ROWS = ("| gas | in |\n|---|---|\n", "| iron | hot |\n", "| iron | cold |\n", "| tin | cold |\n")


@pytest.mark.parametrize("at_once", [True, False], ids=["followed", "shown before it is"])
def test_a_row_that_is_taken_out_takes_its_own_mark_along(
    settings: Settings, connection: sqlite3.Connection, at_once: bool
) -> None:
    """Each cell is a line of the text, and the lines do not say which of the two is left."""
    file, person = settings.notes / "walk.md", people.owner(connection)
    file.write_text("".join(ROWS))
    sync(settings, connection)
    text = note_of(connection).text
    marked = {}
    for place, name in ((text.index("iron"), "first"), (text.rindex("iron"), "second")):
        typed = Typed("iron", "Why?", start=place, end=place + 4)
        at = "2026-11-22T10:00:00Z"
        made = composing.compose("walk", text, person, at, typed)
        marked[store.create(connection, person, made).id] = name
    file.write_text(ROWS[0] + ROWS[2] + ROWS[3])
    sync(settings, connection)
    if at_once:
        assert anchored.catch_up_all(connection) == 2
    placed = anchored.of_note(connection, note_of(connection))
    assert {marked[each.annotation_id]: each.grade for each in placed} == {
        "first": "orphan",
        "second": "moved",
    }


def test_in_a_row_that_was_changed_the_other_cells_stay(
    settings: Settings, connection: sqlite3.Connection
) -> None:
    file, person = settings.notes / "walk.md", people.owner(connection)
    file.write_text("".join(ROWS))
    sync(settings, connection)
    text = note_of(connection).text
    typed = Typed("iron", "Why?", start=text.rindex("iron"), end=text.rindex("iron") + 4)
    made = composing.compose("walk", text, person, "2026-11-22T10:00:00Z", typed)
    store.create(connection, person, made)
    file.write_text(ROWS[0] + "| brass | new |\n" + ROWS[1] + ROWS[2].replace("cold", "warm"))
    sync(settings, connection)
    (placed,) = anchored.of_note(connection, note_of(connection))
    assert (placed.grade, placed.start) == ("moved", note_of(connection).text.rindex("iron"))


def note_of(connection: sqlite3.Connection) -> documents.Document:
    note = documents.get(connection, "walk")
    assert note
    return note
