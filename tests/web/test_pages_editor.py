"""Writing in the browser: from the form to the file, and nothing typed is ever lost."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from html import unescape
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.library.front import front_matter
from app.library.syncing.sync import sync
from app.settings import Settings

TYPED = "# Heading\n\nSome <b>words</b> & “quotes” of typed text, $x < 1$.\n"
FORM = {
    "title": "A typed note",
    "kind": "note",
    "visibility": "unlisted",
    "tags": "first, second tag",
    "id": "",
    "markdown": TYPED,
}


@pytest.fixture
def editor(visitors: dict[str, FlaskClient]) -> FlaskClient:
    return visitors["editor"]


class Fields(HTMLParser):
    """The values of a page's form, and the names of its fields that are marked as wrong."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.wrong: set[str] = set()
        self.inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        name = known.get("name") or ""
        if known.get("aria-invalid"):
            self.wrong.add(name)
        if tag == "input" and name:
            self.values[name] = known.get("value") or ""
        if tag in ("textarea", "select"):
            self.inside = name
            self.values[name] = ""
        if tag == "option" and "selected" in known:
            self.values[self.inside] = known.get("value") or "selected"

    def handle_endtag(self, tag: str) -> None:
        if tag in ("textarea", "select"):
            self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside in ("markdown", "header", "bibtex"):
            self.values[self.inside] += data


def fields(answer: TestResponse) -> Fields:
    found = Fields(answer.text)
    for name in ("markdown", "header", "bibtex"):  # as browsers do
        found.values[name] = found.values.get(name, "").removeprefix("\n")
    return found


def whole(values: dict[str, str]) -> str:
    """The file that stands in a form."""
    return values["header"] + values["markdown"]


def test_a_form_becomes_a_file_that_is_listed_and_found_at_once(
    editor: FlaskClient, settings: Settings
) -> None:
    answer = editor.post("/new", data={**FORM, "markdown": TYPED.replace("\n", "\r\n")})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/notes/a-typed-note")
    source = (settings.notes / "a-typed-note.md").read_text()
    read = front_matter.parse(source, "a-typed-note.md")
    assert (read.title, read.kind, read.visibility) == ("A typed note", "note", "unlisted")
    assert (list(read.tags), read.body.lstrip("\n")) == (["first", "second tag"], TYPED)
    assert re.match(r"\d{4}-\d\d-\d\d$", read.date)
    assert "\r" not in source
    assert "A typed note" in editor.get("/").text
    assert "A typed note" in editor.get("/tags/second%20tag").text
    assert editor.get("/api/search?q=quotes typed").get_json()["total"] == 1
    assert editor.get("/notes/a-typed-note").status_code == 200


@pytest.mark.parametrize(
    ("kind", "folder"), [("paper", "papers/"), ("post", "posts/"), ("note", "")]
)
def test_each_kind_has_its_folder(
    editor: FlaskClient, settings: Settings, kind: str, folder: str
) -> None:
    editor.post("/new", data={**FORM, "kind": kind, "title": "Ünïcode & Ω <b>"})
    assert (settings.notes / f"{folder}ünïcode-ω-b.md").exists()


WRONG = {
    "no title": ({"title": " "}, 400, "title"),
    "a title without letters": ({"title": "🙂", "id": ""}, 400, "id"),
    "a title of 10,000 characters": ({"title": "long title " * 1000}, 400, "title"),
    "taken": ({"title": "Open"}, 409, "id"),
    "taken, by name": ({"id": "papers/HIDDEN"}, 409, "id"),
    "taken, by look": ({"id": "ｏpen"}, 409, "id"),
    "a folder in another case": ({"id": "Papers/mine"}, 409, "id"),
    "a device on Windows": ({"id": "papers/aux.notes"}, 400, "id"),
    "a letter that is not seen": ({"id": "op\u200ben"}, 400, "id"),
    "outside": ({"id": "../outside"}, 400, "id"),
    "absolute": ({"id": "/etc/passwd"}, 400, "id"),
    "a dot folder": ({"id": ".git/config"}, 400, "id"),
    "NUL": ({"id": "a\0b"}, 400, "id"),
    "a long name": ({"id": "x" * 500}, 400, "id"),
    "bad own front matter": ({"markdown": "---\ntitle: [\n---\nText.\n"}, 422, "markdown"),
    "too long": ({"markdown": "word " * 1_100_000}, 422, "markdown"),
    "no such kind": ({"kind": "evil"}, 400, "kind"),
    "no such day": ({"date": "soon"}, 400, "date"),
    "no such address": ({"url": "javascript:1"}, 400, "url"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(
    editor: FlaskClient, settings: Settings, name: str
) -> None:
    changed, status, field = WRONG[name]
    before = sorted(settings.notes.rglob("*"))
    typed = {**FORM, **changed}
    answer = editor.post("/new", data=typed)
    assert answer.status_code == status
    shown = fields(answer)
    assert shown.wrong == ({field} if field else set())
    assert 'role="alert"' in answer.text
    assert shown.values["markdown"].rstrip("\n") == typed["markdown"].rstrip("\n")
    for each in ("title", "tags", "id"):
        assert shown.values[each].replace("\ufffd", "\0") == typed[each], each
    assert sorted(settings.notes.rglob("*")) == before


def test_own_front_matter_wins_over_the_form(editor: FlaskClient, settings: Settings) -> None:
    own = "---\ntitle: Mine\nunknown: kept\n---\nText.\n"
    editor.post("/new", data={**FORM, "markdown": own})
    assert (settings.notes / "a-typed-note.md").read_text() == own


def test_an_edit_over_a_newer_version_shows_both_and_can_be_saved_then(
    editor: FlaskClient, settings: Settings
) -> None:
    file = settings.notes / "open.md"
    opened = fields(editor.get("/edit/open")).values
    assert whole(opened) == file.read_text()
    assert opened["base"] == sha256(file)
    theirs = whole(opened).replace("A walk", "Their <walk>")
    file.write_text(theirs)
    mine = whole(opened).replace("A walk", "My walk")
    refused = editor.post("/edit/open", data={"markdown": mine, "base": opened["base"]})
    assert refused.status_code == 412
    assert file.read_text() == theirs
    again = fields(refused).values
    assert whole(again) == mine
    assert again["base"] == sha256(file)
    assert "Their &lt;walk&gt;" in refused.text
    saved = editor.post("/edit/open", data=again)
    assert (saved.status_code, file.read_text()) == (303, mine)


def test_changes_of_different_parts_are_both_kept_and_that_is_said(
    editor: FlaskClient, settings: Settings
) -> None:
    path = settings.notes / "parts.md"
    path.write_text("One.\n\nTwo.\n\nThree.\n")
    base = sha256(path)
    for typed in ("Eins.\n\nTwo.\n\nThree.\n", "One.\n\nTwo.\n\nDrei.\n"):
        form = {"markdown": typed.replace("\n", "\r\n"), "base": base}
        answer = editor.post("/edit/parts", data=form, follow_redirects=True)
        assert answer.status_code == 200
        assert ("was kept too" in answer.text) is typed.startswith("One")
    assert path.read_text() == "Eins.\n\nTwo.\n\nDrei.\n"


def sha256(file: object) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()  # type: ignore[attr-defined]  # a Path


def test_an_edit_that_cannot_be_read_is_refused_with_its_line(
    editor: FlaskClient, settings: Settings
) -> None:
    opened = fields(editor.get("/edit/open")).values
    bad = "---\ntitle: ok\ntags: [\n---\n"
    answer = editor.post("/edit/open", data={"markdown": bad, "base": opened["base"]})
    shown = fields(answer)
    assert (answer.status_code, shown.wrong) == (422, {"markdown"})
    assert shown.values["markdown"] == bad
    assert re.search(r"open\.md:\d", unescape(answer.text))
    assert (settings.notes / "open.md").read_text() == whole(opened)


def test_without_a_base_nothing_is_overwritten(editor: FlaskClient, settings: Settings) -> None:
    before = (settings.notes / "open.md").read_text()
    answer = editor.post("/edit/open", data={"markdown": "mine"})
    assert (answer.status_code, fields(answer).values["markdown"].rstrip()) == (428, "mine")
    assert (settings.notes / "open.md").read_text() == before


def test_newlines_of_a_file_stay_what_they_were(editor: FlaskClient, settings: Settings) -> None:
    file = settings.notes / "windows.md"
    file.write_bytes(b"---\r\ntitle: W\r\n---\r\nOne.\r\n")
    opened = fields(editor.get("/edit/windows")).values
    typed = whole(opened).replace("\r\n", "\n").replace("One", "Two").replace("\n", "\r\n")
    editor.post("/edit/windows", data={"markdown": typed, "base": opened["base"]})
    assert file.read_bytes() == b"---\r\ntitle: W\r\n---\r\nTwo.\r\n"


def test_deleting_takes_the_file_only_at_the_version_that_was_seen(
    editor: FlaskClient, settings: Settings
) -> None:
    file = settings.notes / "open.md"
    for base, status in (("0" * 64, 412), ("*", 412), ("", 428)):
        assert editor.post("/delete/open", data={"base": base}).status_code == status
    assert editor.post("/delete/open").status_code == 428
    assert file.exists()
    answer = editor.post("/delete/open", data={"base": sha256(file)})
    assert (answer.status_code, file.exists()) == (303, False)
    assert editor.get("/notes/open").status_code == 404
    assert editor.post("/delete/open", data={"base": "0"}).status_code == 404
    outside = editor.post("/delete/..%2f..%2fetc%2fpasswd", data={"base": "0"})
    assert outside.status_code == 404


def test_a_preview_is_the_note_as_it_would_read_and_saves_nothing(
    editor: FlaskClient, settings: Settings
) -> None:
    before = sorted(settings.notes.rglob("*"))
    body = "Some *words*, [[open]], $x^2$ <script>alert(1)</script>\n"
    for address in ("/preview", "/new", "/edit/open"):
        answer = editor.post(address, data={**FORM, "markdown": body, "do": "preview"})
        shown = answer.text.rpartition('id="preview"')[2]
        assert answer.status_code == 200
        assert "<em>words</em>" in shown
        assert 'href="/notes/open"' in shown
        assert "katex" in shown
        assert "<script>alert" not in shown
    assert sorted(settings.notes.rglob("*")) == before
    broken = editor.post("/preview", data={"markdown": "---\na: [\n---\n"})
    assert (broken.status_code, 'role="alert"' in broken.text) == (200, True)


def test_a_note_that_could_not_be_read_is_shown_with_its_reason_and_can_be_mended(
    visitors: dict[str, FlaskClient], settings: Settings, connection: sqlite3.Connection
) -> None:
    broken = "---\ntitle: fine\ntags: [a, b\nvisibility: public\n---\nWords.\n"
    (settings.notes / "papers" / "bröken one.md").write_text(broken)
    failure = sync(settings, connection).failed[0]
    address = quote("papers/bröken one")
    for role, status in (("public", 404), ("reader", 403), ("editor", 422), ("owner", 422)):
        assert visitors[role].get(f"/notes/{address}").status_code == status, role
    editor = visitors["editor"]
    for page in (editor.get(f"/notes/{address}"), editor.get("/problems")):
        shown = unescape(page.text)
        assert failure.reason in shown
        assert f"line {failure.line}" in shown
        assert f'href="/edit/{address}"' in page.text
    opened = fields(editor.get(f"/edit/{address}")).values
    assert whole(opened) == broken
    mended = broken.replace("b\n", "b]\n")
    answer = editor.post(f"/edit/{address}", data={"markdown": mended, "base": opened["base"]})
    assert answer.status_code == 303
    assert visitors["public"].get(f"/notes/{address}").status_code == 200
    assert "Every file" in editor.get("/problems").text


def test_a_file_that_is_no_text_is_named_and_left_alone(
    editor: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    (settings.notes / "bytes.md").write_bytes(b"\xff\xfe\x00")
    sync(settings, connection)
    for address in ("/notes/bytes", "/edit/bytes"):
        answer = editor.get(address)
        assert answer.status_code == 422
        assert "UTF-8" in answer.text
    assert (settings.notes / "bytes.md").read_bytes() == b"\xff\xfe\x00"


def test_what_was_typed_is_kept_even_if_the_file_cannot_be_read_any_more(
    visitors: dict[str, FlaskClient], settings: Settings
) -> None:
    page = visitors["editor"].get("/edit/open")
    base = re.search(r'name="base" value="([0-9a-f]+)"', page.text)
    assert base
    (settings.notes / "open.md").write_bytes(b"\xff\xfe nothing that is UTF-8")
    form = {"markdown": "My careful words.", "base": base[1]}
    answer = visitors["editor"].post("/edit/open", data=form)
    assert answer.status_code == 412
    assert "My careful words." in answer.text
    assert "UTF-8" in answer.text
