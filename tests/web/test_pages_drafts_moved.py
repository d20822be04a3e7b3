"""A draft and the note that it is of: whatever becomes of the note, what was typed is found again,
and no draft stands in the way of anything."""

from __future__ import annotations

import html
import re
import sqlite3
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app.library.syncing.sync import sync
from app.library.writing import drafts
from app.settings import Settings
from tests.web.test_pages_editor import fields

DEEP = "[" * 200_000


@pytest.fixture
def editor(visitors: dict[str, FlaskClient]) -> FlaskClient:
    return visitors["editor"]


def opened(client: FlaskClient, note: str, words: str) -> dict[str, str]:
    """A form on that note with these words, as a browser sends it; nothing is sent yet."""
    form = fields(client.get(f"/edit/{note}" if note else "/new")).values
    return {**form, "markdown": words, "note": note}


def keep(client: FlaskClient, form: dict[str, str]) -> None:
    assert client.post("/drafts", data=form).status_code == 200


def listed(client: FlaskClient, address: str) -> list[str]:
    page = client.get(address).text
    return [html.unescape(each) for each in re.findall(r'href="([^"]*draft=[^"]*)"', page)]


def test_an_open_form_stops_no_move_and_no_sync(
    editor: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    form = opened(editor, "open", "Typed.")
    keep(editor, form)
    assert editor.post("/move/open", data={"id": "b"}).status_code == 303
    keep(editor, {**form, "markdown": "Typed on."})
    assert editor.post("/move/b", data={"id": "open"}).status_code == 303
    keep(editor, {**form, "markdown": "And on."})
    (settings.notes / "open.md").rename(settings.notes / "c.md")
    assert sync(settings, connection).moved == 1
    (settings.notes / "c.md").rename(settings.notes / "open.md")
    assert sync(settings, connection).moved == 1
    assert listed(editor, "/edit/open") == [f"/edit/open?draft={form['draft']}"]
    assert "And on." in editor.get(f"/edit/open?draft={form['draft']}").text


def test_what_is_typed_after_a_note_moved_is_opened_from_every_list(
    editor: FlaskClient, visitors: dict[str, FlaskClient], settings: Settings
) -> None:
    form = opened(editor, "open", "An hour of typing.\n")
    visitors["owner"].post("/move/open", data={"id": "b"})
    keep(editor, form)
    there = f"/edit/b?draft={form['draft']}"
    assert listed(editor, "/edit/b") == listed(editor, "/new") == [there]
    for address in (there, there.replace("/b?", "/open?")):
        page = fields(editor.get(address, follow_redirects=True)).values
        assert (page["note"], page["markdown"]) == ("b", "An hour of typing.\n")
    assert editor.post("/edit/open", data=form).location == "/notes/b"
    assert (settings.notes / "b.md").read_text().endswith("An hour of typing.\n")
    assert listed(editor, "/new") == []
    gone = editor.get(f"/edit/open?draft={form['draft']}")  # saved: the note as it is
    assert (gone.status_code, gone.location) == (308, there)


@pytest.mark.parametrize("emptied", [False, True])
def test_what_was_typed_on_a_note_that_was_deleted_is_listed_and_opened(
    editor: FlaskClient, settings: Settings, connection: sqlite3.Connection, emptied: bool
) -> None:
    form = opened(editor, "open", "Typed.")
    keep(editor, form)
    (settings.notes / "open.md").unlink()
    sync(settings, connection)
    if emptied:
        connection.execute("DELETE FROM note WHERE path = 'open'")
    assert listed(editor, "/new") == [f"/edit/open?draft={form['draft']}"]
    assert fields(editor.get(f"/edit/open?draft={form['draft']}")).values["markdown"] == "Typed."
    keep(editor, {**form, "markdown": "Typed on."})
    assert (
        editor.post("/new", data={"id": "open", "title": "T", "markdown": "x"}).status_code == 303
    )
    (address,) = listed(editor, "/new")
    assert fields(editor.get(address)).values["markdown"] == "Typed on."
    refused = editor.post("/edit/open", data=fields(editor.get(address)).values)
    assert (refused.status_code, "Typed on." in refused.text) == (412, True)


def test_a_form_on_a_file_that_is_not_indexed_keeps_its_draft(
    editor: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    (settings.notes / "fresh.md").write_text("Fresh.\n")
    form = opened(editor, "fresh", "Typed.")
    keep(editor, form)
    sync(settings, connection)
    assert listed(editor, "/edit/fresh") == [f"/edit/fresh?draft={form['draft']}"]
    keep(editor, form)
    editor.post("/move/fresh", data={"id": "older"})
    assert listed(editor, "/edit/older") == [f"/edit/older?draft={form['draft']}"]


def test_the_same_token_of_another_person_is_another_draft(
    editor: FlaskClient, visitors: dict[str, FlaskClient]
) -> None:
    form = opened(editor, "open", "Mine.")
    keep(editor, form)
    keep(visitors["owner"], {**form, "markdown": "Theirs."})
    visitors["owner"].post("/drafts/drop", data={"draft": f"{form['draft']}:1", "note": "open"})
    assert "Mine." in editor.get(f"/edit/open?draft={form['draft']}").text


# Sizes ----------------------------------------------------------------------------------------


def test_the_drafts_of_a_person_have_a_sum_and_the_answer_says_what_to_do(
    editor: FlaskClient, connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "MOST_BYTES", 25_000)
    first, second = (opened(editor, "open", "x" * 9_000) for _ in range(2))
    for form in (first, second, second):
        keep(editor, form)
    third = opened(editor, "open", "y" * 9_000)
    program = {"Accept": "application/json"}
    refused = editor.post("/drafts", data=third, headers=program)
    assert refused.status_code == 409
    assert "25,000 bytes" in refused.get_json()["detail"]
    assert "drop" in refused.get_json()["hint"]
    assert connection.execute("SELECT count(*) FROM draft").fetchone()[0] == 2  # nothing went
    page = editor.post("/edit/open", data={**third, "do": "preview"})
    assert "y" * 9_000 in page.text
    editor.post("/drafts/drop", data={"draft": f"{first['draft']}:1", "note": "open"})
    keep(editor, third)


def test_a_list_reads_the_beginning_of_each_draft_alone(
    editor: FlaskClient, connection: sqlite3.Connection
) -> None:
    for _ in range(3):
        keep(editor, opened(editor, "open", "Begun. " + "x" * 1_000_000))
    person = connection.execute("SELECT person_id FROM draft").fetchone()[0]
    found = drafts.of_person(connection, person)
    assert len(found) == 3
    assert sum(len(repr(each)) for each in found) < 20_000
    assert editor.get("/new").text.count("<q>Begun.") == 3


# Forms that are not whole -----------------------------------------------------------------------


@pytest.mark.parametrize("was", [DEEP, '{"title":' * 50_000, "nonsense", "9" * 9_000, '["a"]'])
def test_a_form_that_says_badly_what_it_was_loses_nothing(
    editor: FlaskClient, settings: Settings, was: str
) -> None:
    form = {**opened(editor, "open", "Typed.\n"), "title": "Newer", "was": was}
    keep(editor, form)
    again = fields(editor.get(f"/edit/open?draft={form['draft']}")).values
    assert (again["markdown"], again["title"]) == ("Typed.\n", "Newer")
    assert "Typed." in editor.post("/preview", data=form).text
    shown = editor.post("/edit/open", data={**form, "do": "preview"})
    assert (shown.status_code, fields(shown).values["title"]) == (200, "Newer")
    assert editor.post("/edit/open", data={**form, "tags": ""}).status_code == 303
    source = Path(settings.notes / "open.md").read_text()
    assert "Newer" in source
    assert "tags" not in source or "[walks, open]" not in source
    assert "authors: [Ada Example]" in source
    assert source.endswith("Typed.\n")


HOSTILE = {
    "was": DEEP,
    "header": f"---\na: {DEEP}\n---\n",
    "markdown": "> " * 5_000,
    "title": "a\0b",
    "date": "99999-99-99",
    "year": "9" * 5_000,
    "authors": "[" * 5_000,
    "tags": "," * 5_000,
    "aliases": "{{" * 5_000,
    "bibtex": "@article{a, title={" + "{" * 5_000,
    "doi": "10." + "1" * 5_000,
    "arxiv": "9" * 5_000,
    "url": "http://[",
    "kind": "\u202e",
    "visibility": "9" * 5_000,
    "base": "\0",
    "draft": "\u0660" * 16,
    "id": "a/" * 5_000,
    "note": "\0",
    "anew": DEEP,
    "do": DEEP,
}


@pytest.mark.parametrize("address", ["/edit/open", "/new", "/drafts", "/preview"])
def test_no_field_of_the_form_is_a_mistake_of_ours(editor: FlaskClient, address: str) -> None:
    for name, value in HOSTILE.items():
        form = opened(editor, "" if address == "/new" else "open", "My careful words.\n")
        answer = editor.post(address, data={**form, name: value})
        assert answer.status_code < 500, name
        if address in ("/edit/open", "/new") and answer.status_code >= 400 and name != "markdown":
            assert "My careful words." in answer.text, name


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("/drafts/drop", ("note", "draft")),
        ("/drafts/drop-all", ("note", "draft")),
        ("/trash/1", ("id", "version")),
        ("/trash/restore", ("note",)),
        ("/trash/empty", ("note",)),
        ("/history/open", ("version", "base")),
        ("/delete/open", ("base",)),
        ("/move/open", ("id", "links")),
        ("/bibtex", ("bibtex",)),
        ("/problems/moved", ("note", "to")),
    ],
)
def test_nor_is_one_of_the_small_forms(
    editor: FlaskClient, address: str, names: tuple[str, ...]
) -> None:
    for value in (DEEP, "\0", "9" * 5_000, "\u0660", "-1", "1:", ":", ""):
        answer = editor.post(address, data=dict.fromkeys(names, value))
        assert answer.status_code < 500, value[:20]
