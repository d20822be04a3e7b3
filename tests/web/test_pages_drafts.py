"""The list of what was typed and not saved: by note, with age and first words, dropped at once."""

from __future__ import annotations

import re
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from app import clock
from app.library.writing import drafts
from app.web.templates import ago
from tests.web.test_pages_editor import fields

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def editor(visitors: dict[str, FlaskClient]) -> FlaskClient:
    return visitors["editor"]


def typed(client: FlaskClient, note: str, words: str, **more: str) -> dict[str, str]:
    """A form of its own with these words in it, kept as a draft."""
    form = fields(client.get(f"/edit/{note}" if note else "/new")).values
    form |= {"markdown": words, "note": note, **more}
    assert client.post("/drafts", data=form).status_code == 200
    return form


def count(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM draft").fetchone()[0])


def test_drafts_stand_by_note_the_newest_first_with_age_and_first_words(
    editor: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for minutes, note, words in (
        (0, "open", "The oldest <b>words</b>."),
        (60, "papers/hidden", "Others."),
        (120, "open", "Newer " + "and longer " * 50),
        (170, "", "Of no note."),
    ):
        now = NOON + timedelta(minutes=minutes)
        monkeypatch.setattr(clock, "now", lambda now=now: now)
        typed(editor, note, words, **({} if note else {"title": "A thought"}))
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(minutes=180, seconds=20))
    page = editor.get("/new").text
    listed = page[page.index('aria-label="Drafts"') : page.index('id="note-form"')]
    order = ["New notes", "A thought", "10 minutes ago", "Of no note.", "Walks in the open",
             "1 hour ago", "Newer and longer", "3 hours ago", "The oldest &lt;b&gt;words",
             "Sesame", "2 hours ago", "Others."]  # fmt: skip
    places = [listed.index(words) for words in order]
    assert places == sorted(places)
    assert listed.count("Go on with it") == 4
    assert listed.count("and longer") < 10
    one = editor.get("/edit/open").text
    assert one.count("Go on with it") == 2
    assert "Others." not in one[: one.index('id="note-form"')]


def test_the_age_of_a_draft_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    ages = {"11:59:30": "just now", "11:58:30": "1 minute ago", "10:00:00": "2 hours ago",
            "12:00:09": "just now"}  # fmt: skip
    assert {at: ago(f"2026-11-22T{at}Z") for at in ages} == ages
    assert ago("2026-11-12T12:00:00Z") == "10 days ago"
    assert ago("2026-01-02T12:00:00Z") == "2 Jan 2026"


def test_many_drafts_are_folded(editor: FlaskClient) -> None:
    for number in range(8):
        typed(editor, "open", f"Version {number}.")
    page = editor.get("/edit/open").text
    assert "3 older" in page
    assert page.count("Go on with it") == 8


def test_a_draft_that_says_what_the_note_says_is_not_kept(
    editor: FlaskClient, connection: sqlite3.Connection
) -> None:
    form = fields(editor.get("/edit/open")).values | {"note": "open"}
    sent = {name: value.replace("\n", "\r\n") for name, value in form.items()}
    assert editor.post("/drafts", data=sent).get_json() == {"at": ""}
    assert count(connection) == 0
    assert editor.post("/drafts", data={**sent, "title": "Other"}).get_json()["at"]
    assert count(connection) == 1
    assert editor.post("/drafts", data=sent).get_json() == {"at": ""}  # typed, and taken back
    assert count(connection) == 0
    assert editor.post("/edit/open", data={**sent, "do": "preview"}).status_code == 200
    assert count(connection) == 0


def test_saving_drops_the_drafts_that_say_the_same_and_no_other(
    editor: FlaskClient, connection: sqlite3.Connection
) -> None:
    same, _ = (typed(editor, "open", words) for words in ("Both.\n", "Another.\n"))
    form = fields(editor.get("/edit/open")).values | {"markdown": "Both.\n"}
    assert form["draft"] != same["draft"]
    assert editor.post("/edit/open", data=form).status_code == 303
    assert count(connection) == 1
    assert "Another." in editor.get("/edit/open").text


def test_what_another_editor_made_equal_is_not_listed(
    editor: FlaskClient, visitors: dict[str, FlaskClient], connection: sqlite3.Connection
) -> None:
    typed(editor, "open", "Both.\n")
    owner = visitors["owner"]
    form = fields(owner.get("/edit/open")).values | {"markdown": "Both.\n"}
    assert owner.post("/edit/open", data=form).status_code == 303
    for address in ("/new", "/edit/open"):
        assert "Go on with it" not in editor.get(address).text
    assert count(connection) == 1  # to look changes nothing


def dropping(page: str) -> list[str]:
    """What the form that drops all drafts names."""
    form = page.partition('action="/drafts/drop-all"')[2].partition("</form>")[0]
    return re.findall(r'name="draft" value="([^"]+)"', form)


def test_all_that_is_listed_is_dropped_and_nothing_of_anybody_else(
    editor: FlaskClient, visitors: dict[str, FlaskClient], connection: sqlite3.Connection
) -> None:
    for client in (editor, visitors["owner"]):
        typed(client, "open", "One.")
        typed(client, "", "Two.", title="New")
    page = editor.get("/new").text
    assert "All 2 are dropped for good" in page
    theirs = dropping(visitors["owner"].get("/new").text)
    assert len(theirs) == 2
    for named in ([], ["x"], theirs, [each[:-1] for each in dropping(page)]):
        assert editor.post("/drafts/drop-all", data={"draft": named}).status_code == 303
        assert count(connection) == 4
    answer = editor.post("/drafts/drop-all", data={"draft": dropping(page), "note": ""})
    assert (answer.status_code, answer.location) == (303, "/new")
    assert "Go on with it" not in editor.get("/new").text
    assert visitors["owner"].get("/new").text.count("Go on with it") == 2


def test_what_was_typed_since_the_list_was_made_is_not_dropped(editor: FlaskClient) -> None:
    first, second = (typed(editor, "open", words) for words in ("One.", "Two."))
    page = editor.get("/new").text
    editor.post("/drafts", data={**first, "markdown": "One, and more.", "note": "open"})
    typed(editor, "open", "Three.")
    editor.post("/drafts/drop-all", data={"draft": dropping(page), "note": ""})
    left = editor.get("/new").text
    assert ("One, and more." in left, "Three." in left, "Two." in left) == (True, True, False)
    (one,) = re.findall(f'name="draft" value="({first["draft"]}:[^"]+)"', page)[:1]
    editor.post("/drafts/drop", data={"draft": one, "note": "open"})
    assert "One, and more." in editor.get("/new").text
    assert second["draft"] not in left


def test_all_of_one_note_are_dropped_but_that_of_the_form(
    editor: FlaskClient, connection: sqlite3.Connection
) -> None:
    mine, *_ = [typed(editor, "open", words) for words in ("Mine.", "One.", "Two.")]
    typed(editor, "papers/hidden", "Elsewhere.")
    page = editor.get(f"/edit/open?draft={mine['draft']}").text
    answer = editor.post("/drafts/drop-all", data={"draft": dropping(page), "note": "open"})
    assert answer.location == "/edit/open"
    person = connection.execute("SELECT person_id FROM draft").fetchone()[0]
    left = {draft.opening for draft in drafts.of_person(connection, person)}
    assert left == {"Mine.", "Elsewhere."}
