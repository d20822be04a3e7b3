"""A save that is refused, a note that is gone, and what a form does to newlines."""

from __future__ import annotations

import hashlib
import io
import re
import sqlite3

import pytest
from flask.testing import FlaskClient

from app.library.syncing.sync import sync
from app.settings import Settings
from tests.web.test_pages_editor import fields

FILES = {
    "Windows": b"---\r\ntitle: W\r\n---\r\n\r\nOne.\r\n\r\nTwo.\r\n",
    "mixed": b"---\ntitle: W\r\n---\n\r\nOne.\nTwo.\r\nThree.\n",
    "no end": b"One.\nTwo.",
    "mixed, no end": b"One.\r\nTwo.\nThree.",
    "front matter alone": b"---\r\ntitle: W\r\n---",
    "old Macs": b"One.\rTwo.\r",
    "empty": b"",
}


@pytest.fixture
def editor(visitors: dict[str, FlaskClient]) -> FlaskClient:
    return visitors["editor"]


def as_sent(form: dict[str, str]) -> dict[str, str]:
    return {name: re.sub(r"\r\n|\r|\n", "\r\n", value) for name, value in form.items()}


@pytest.mark.parametrize(
    ("changed", "link"),
    [
        ({"title": " "}, '<a href="#f-title">Title</a>: '),
        ({"date": "soon"}, '<a href="#f-date">Date</a>: '),
        ({"markdown": "---\ntitle: [\n---\n"}, '<a href="#markdown">Text</a>: '),
        ({"id": "../x"}, '<a href="#f-id">File</a>: '),
    ],
)
def test_a_refused_save_says_so_first_and_has_the_focus(
    editor: FlaskClient, changed: dict[str, str], link: str
) -> None:
    other = fields(editor.get("/new")).values
    editor.post("/drafts", data={**other, "title": "Another", "note": ""})
    form = {**fields(editor.get("/new")).values, "title": "T", "markdown": "x\n"}
    page = editor.post("/new", data={**form, **changed}).text
    top = page.partition("<main")[2]
    assert "Nothing was saved." in top.partition('aria-label="Drafts"')[0]
    assert link in top
    assert re.search(r'role="alert" tabindex="-1" autofocus', top)
    assert top.count("autofocus") == 1
    assert "Nothing was saved" not in editor.post("/new", data={**form, "do": "preview"}).text


@pytest.mark.parametrize("address", ["/new", "/edit/open"])
def test_the_first_button_of_the_form_saves_nothing(editor: FlaskClient, address: str) -> None:
    form = editor.get(address).text.partition('id="note-form"')[2]
    first = re.search(r"<button[^>]*>", form)
    assert first
    for part in ('value="preview"', 'class="hidden"', 'tabindex="-1"', 'aria-hidden="true"'):
        assert part in first[0]


def test_a_note_that_was_deleted_meanwhile_can_be_saved_as_a_new_one(
    visitors: dict[str, FlaskClient], editor: FlaskClient, settings: Settings
) -> None:
    file = settings.notes / "open.md"
    form = fields(editor.get("/edit/open")).values
    form["markdown"] = "My careful words.\n"
    visitors["owner"].post("/delete/open", data={"base": form["base"]})
    refused = editor.post("/edit/open", data=form)
    assert (refused.status_code, file.exists()) == (404, False)
    assert re.search(r"deleted meanwhile by a browsing owner,\s+<time", refused.text)
    assert 'href="/trash"' in refused.text.partition("<main")[2].partition("<form")[0]
    again = fields(refused).values
    assert again["markdown"] == "My careful words.\n"
    shown = editor.post("/edit/open", data={**again, "do": "preview"})
    again = fields(shown).values
    saved = editor.post("/edit/open", data=again)
    assert (saved.status_code, saved.location) == (303, "/notes/open")
    assert file.read_text().endswith("My careful words.\n")
    assert re.search(r"/trash/\d+\"", editor.get("/trash").text)  # the one that was deleted


def test_a_note_that_came_back_is_merged_with_and_not_written_over(
    editor: FlaskClient, settings: Settings
) -> None:
    file = settings.notes / "open.md"
    form = fields(editor.get("/edit/open")).values
    source = file.read_text()
    file.unlink()
    form["markdown"] = form["markdown"].replace("A walk", "My walk")
    refused = editor.post("/edit/open", data=form)
    assert "deleted meanwhile" in refused.text
    file.write_text(source.replace("[walks, open]", "[walks]"))
    assert editor.post("/edit/open", data=fields(refused).values).status_code == 303
    expected = source.replace("[walks, open]", "[walks]").replace("A walk", "My walk")
    assert file.read_text() == expected


@pytest.mark.parametrize("name", FILES)
def test_a_save_without_a_change_changes_no_byte(
    editor: FlaskClient, settings: Settings, name: str
) -> None:
    file = settings.notes / "bytes.md"
    file.write_bytes(FILES[name])
    form = fields(editor.get("/edit/bytes")).values
    assert editor.post("/edit/bytes", data=as_sent(form)).status_code == 303
    assert file.read_bytes() == FILES[name]
    if b"One." in FILES[name]:
        form = fields(editor.get("/edit/bytes")).values
        form["markdown"] = form["markdown"].replace("One.", "Changed.")
        editor.post("/edit/bytes", data=as_sent(form))
        assert file.read_bytes() == FILES[name].replace(b"One.", b"Changed.")


def test_a_program_gets_exactly_the_bytes_that_it_sent(
    owner: FlaskClient, settings: Settings
) -> None:
    file = settings.notes / "sent.md"
    for text in ("# A\r\n\r\nb\r\n", "# A\n\nb\n", "# A\r\nb\n", "# A\r\n\r\nb"):
        sent = {"markdown": text}
        if file.exists():
            answer = owner.put("/api/notes/sent", json=sent, headers={"If-Match": "*"})
        else:
            answer = owner.post("/api/notes", json={**sent, "id": "sent"})
        assert answer.status_code in (200, 201)
        assert file.read_bytes() == text.encode()
        assert answer.headers["ETag"] == f'"{hashlib.sha256(text.encode()).hexdigest()}"'


def test_after_a_deletion_the_page_says_where_the_note_is(editor: FlaskClient) -> None:
    base = {
        note: fields(editor.get(f"/edit/{note}")).values["base"] for note in ("open", "by-address")
    }
    answer = editor.post("/delete/open", data={"base": base["open"]})
    page = editor.get(answer.location).text
    assert 'Deleted open · in the <a href="/trash">trash</a>' in page
    assert "with all its versions and all comments on it." in editor.get("/trash").text
    editor.post("/delete/by-address", data={"base": base["by-address"]})
    assert "with all their versions" in editor.get("/trash").text
    assert "Deleted" not in editor.get("/?deleted=nothing").text.partition("<main")[2]


@pytest.mark.parametrize(("data", "mended"), [(b"\xff\xfea", 0), (b"a\0b", 0), (b"---\na: [\n", 1)])
def test_only_what_the_form_can_show_is_offered_to_be_mended(
    editor: FlaskClient,
    settings: Settings,
    connection: sqlite3.Connection,
    data: bytes,
    mended: int,
) -> None:
    (settings.notes / "bad.md").write_bytes(data)
    sync(settings, connection)
    page = editor.get("/notes/bad")
    assert (page.status_code, page.text.count("Mend it")) == (422, mended)
    assert editor.get("/problems").text.count('href="/edit/bad"') == mended
    assert (editor.get("/edit/bad").status_code == 200) is bool(mended)


def test_a_bib_file_fills_the_fields_without_scripts(editor: FlaskClient) -> None:
    form = {**fields(editor.get("/new?kind=paper")).values, "markdown": "> Typed.\n"}
    entry = b"@article{a1,\r\n  title = {One},\r\n  year = 1948\r\n}\r\n"
    sent = {**form, "do": "attach", "file": (io.BytesIO(entry), "one.bib")}
    shown = fields(editor.post("/new", data=sent)).values
    assert (shown["title"], shown["year"], shown["markdown"]) == ("One", "1948", "> Typed.\n")
    sent = {**shown, "do": "attach", "file": (io.BytesIO(b"@book{b}"), "two.bib")}
    refused = fields(editor.post("/new", data=sent))
    assert (refused.wrong, refused.values["citekey"]) == ({"file"}, "a1")
