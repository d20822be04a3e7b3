"""The editor's comforts on the server: fields, drafts, files, BibTeX, suggestions, beginnings."""

from __future__ import annotations

import io
import json
import re
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import clock
from app.library.front import front_matter
from app.library.syncing.sync import sync
from app.settings import Settings
from tests.web.test_pages_editor import fields

SOURCE = """---
# mine
title: 'Old'   # so far
unknown: {a: [1, 2]}

tags:
  - walks
  # both
  - "two words"
authors: [A. One, "B, Two"]
---

# Heading

Text.
"""
ENTRY = """@article{shannon1948,
  title = {A Mathematical Theory of Communication},
  author = {Shannon, Claude E. and Weaver, Warren},
  journal = {Bell System Technical Journal},
  year = 1948,
  doi = {10.1002/j.1538-7305.1948.tb01338.x}
}
"""
PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89"
    b"\0\0\0\nIDATx\x9cc\0\x01\0\0\x05\0\x01\r\n-\xb4\0\0\0\0IEND\xaeB`\x82"
)
JPEG = (
    b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0"
    b"\xff\xc0\0\x0b\x08\0\x01\0\x01\x01\x01\x11\0\xff\xd9"
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/><a href="#part"/></svg>'
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


@pytest.fixture
def editor(visitors: dict[str, FlaskClient]) -> FlaskClient:
    return visitors["editor"]


@pytest.fixture
def note(settings: Settings, connection: sqlite3.Connection) -> Path:
    file = settings.notes / "papers" / "fields.md"
    file.parent.mkdir(exist_ok=True)
    file.write_text(SOURCE)
    return file


# Fields ---------------------------------------------------------------------------------------


def test_a_field_that_is_changed_changes_its_line_alone(editor: FlaskClient, note: Path) -> None:
    form = fields(editor.get("/edit/papers/fields")).values
    assert (form["title"], form["kind"], form["tags"]) == ("Old", "paper", "walks, two words")
    assert form["authors"] == "A. One; B, Two"
    assert form["markdown"] == "# Heading\n\nText.\n"
    sent = {**form, "title": "New: one", "tags": "two words, new", "year": "1999"}
    answer = editor.post("/edit/papers/fields", data=as_sent(sent))
    assert answer.status_code == 303
    expected = SOURCE.replace("'Old'", "'New: one'").replace("  - walks\n", "")
    expected = expected.replace('words"\n', 'words"\n  - new\n').replace(
        "]\n---", "]\nyear: 1999\n---"
    )
    assert sorted(note.read_text().split("\n")) == sorted(expected.split("\n"))
    assert note.read_text().replace("  # both\n", "") == expected.replace("  # both\n", "")


def as_sent(form: dict[str, str]) -> dict[str, str]:
    return {name: value.replace("\n", "\r\n") for name, value in form.items()}


def test_nothing_changed_is_nothing_changed(editor: FlaskClient, settings: Settings) -> None:
    for source in (
        SOURCE,
        "No front matter.\n",
        "---\n---\n\n\n\nText\n",
        "---\nkind: evil\n---\n",
    ):
        (settings.notes / "same.md").write_text(source)
        form = fields(editor.get("/edit/same")).values
        assert editor.post("/edit/same", data=as_sent(form)).status_code == 303
        assert (settings.notes / "same.md").read_text() == source


def test_the_header_as_it_is_and_the_fields_go_together(editor: FlaskClient, note: Path) -> None:
    form = fields(editor.get("/edit/papers/fields")).values
    form["header"] = form["header"].replace("unknown", "known").rstrip("\n")
    answer = editor.post("/edit/papers/fields", data=as_sent({**form, "visibility": "public"}))
    assert answer.status_code == 303
    read = front_matter.parse(note.read_text(), "papers/fields.md")
    assert (read.extra, read.visibility) == ({"known": {"a": [1, 2]}}, "public")
    assert read.body == "# Heading\n\nText.\n"


WRONG = {
    "date": "soon",
    "year": "long ago",
    "doi": "11.1",
    "arxiv": "x",
    "url": "javascript:alert(1)",
    "visibility": "evil",
    "header": "---\ntitle: [\n---\n",
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_stands_at_its_field(editor: FlaskClient, note: Path, name: str) -> None:
    form = fields(editor.get("/edit/papers/fields")).values
    answer = editor.post("/edit/papers/fields", data={**form, name: WRONG[name]})
    assert answer.status_code in (400, 422)
    shown = fields(answer)
    assert shown.wrong == {name}
    assert name == "visibility" or shown.values[name] == WRONG[name]
    assert shown.values["markdown"] == form["markdown"]
    assert note.read_text() == SOURCE


def test_a_preview_without_scripts_shows_what_the_fields_changed(
    editor: FlaskClient, note: Path
) -> None:
    form = fields(editor.get("/edit/papers/fields")).values
    answer = editor.post("/edit/papers/fields", data={**form, "title": "Newer", "do": "preview"})
    again = fields(answer).values
    assert "title: 'Newer'   # so far" in again["header"]
    assert "<p>Text.</p>" in answer.text
    assert editor.post("/edit/papers/fields", data=again).status_code == 303
    assert note.read_text() == SOURCE.replace("Old", "Newer")


def test_a_page_that_is_only_looked_at_renders_nothing(editor: FlaskClient, note: Path) -> None:
    assert "<p>Text.</p>" not in editor.get("/edit/papers/fields").text


def test_a_preview_says_which_text_is_on_which_line(editor: FlaskClient, note: Path) -> None:
    form = fields(editor.get("/edit/papers/fields")).values
    form["markdown"] = "One\n\n$x$ two\n\n- three\n"
    page = editor.post("/preview", data={**form, "title": "Newer", "note": "papers/fields"}).text
    places = re.search(r'data-places="([^"]*)"', page)
    assert places
    assert json.loads(places[1]) == [[0, 1], [4, 3], [12, 5]]


# Beginnings -----------------------------------------------------------------------------------


def test_each_kind_begins_with_its_own(
    editor: FlaskClient,
    settings: Settings,
    connection: sqlite3.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 22, 12, tzinfo=UTC))
    paper = fields(editor.get("/new?kind=paper")).values
    for heading in ("Summary", "The claim, in the paper's words", "Questions", "Errors found"):
        assert f"## {heading}\n" in paper["markdown"]
    journal = fields(editor.get("/new?kind=journal")).values
    assert (journal["id"], journal["title"]) == ("journal/2026-11-22", "2026-11-22")
    assert editor.post("/new", data=journal).headers["Location"] == "/notes/journal/2026-11-22"
    assert 'href="/edit/journal/2026-11-22"' in editor.get("/new").text
    assert fields(editor.get("/new?kind=evil")).values["markdown"] == ""


def test_a_paper_from_bibtex_without_scripts(editor: FlaskClient, settings: Settings) -> None:
    form = fields(editor.get("/new?kind=paper")).values
    filled = editor.post("/new", data={**form, "bibtex": ENTRY, "venue": "BSTJ", "do": "bibtex"})
    form = fields(filled).values
    assert form["title"] == "A Mathematical Theory of Communication"
    assert form["authors"] == "Claude E. Shannon; Warren Weaver"
    assert (form["year"], form["venue"], form["citekey"]) == ("1948", "BSTJ", "shannon1948")
    assert form["doi"] == "10.1002/j.1538-7305.1948.tb01338.x"
    answer = editor.post("/new", data=as_sent(form))
    assert answer.headers["Location"] == "/notes/papers/a-mathematical-theory-of-communication"
    file = settings.notes / "papers" / "a-mathematical-theory-of-communication.md"
    assert "bibtex: |\n  @article{shannon1948,\n" in file.read_text()
    read = front_matter.parse(file.read_text(), "papers/a.md")
    assert read.bibtex == ENTRY
    assert (read.year, read.kind, read.citekey) == (1948, "paper", "shannon1948")
    assert editor.get(answer.headers["Location"]).status_code == 200


def test_bibtex_as_fields_for_scripts(editor: FlaskClient) -> None:
    answer = editor.post("/bibtex", data={"bibtex": ENTRY}).get_json()
    assert answer["fields"]["authors"] == "Claude E. Shannon; Warren Weaver"
    assert answer["kind"] == "paper"
    assert answer["told"].endswith("The note becomes a paper, to be saved in papers/.")
    preprint = "@misc{a, title={T}, eprint={2209.04836}, archivePrefix={arXiv}}"
    found = editor.post("/bibtex", data={"bibtex": preprint}).get_json()["fields"]
    assert (found["arxiv"], found.get("venue")) == ("2209.04836", None)
    for text in ("", "no entry", "@article{a, title = {"):
        answer = editor.post(
            "/bibtex", data={"bibtex": text}, headers={"Accept": "application/json"}
        )
        assert (answer.status_code, answer.get_json()["field"]) == (400, "bibtex")
    form = fields(editor.get("/new?kind=paper")).values
    wrong = fields(editor.post("/new", data={**form, "bibtex": "nonsense", "do": "bibtex"}))
    assert (wrong.wrong, wrong.values["bibtex"]) == ({"bibtex"}, "nonsense")


# Drafts ---------------------------------------------------------------------------------------


def test_what_was_typed_survives_a_closed_window(editor: FlaskClient, note: Path) -> None:
    form = fields(editor.get("/edit/papers/fields")).values
    typed = {**form, "markdown": "Half a thou", "title": "Newer", "note": "papers/fields"}
    kept = editor.post("/drafts", data=as_sent(typed))
    assert kept.get_json()["at"]
    offered = editor.get("/edit/papers/fields")
    assert "did not save" in offered.text
    assert fields(offered).values["markdown"] == form["markdown"]
    go_on = re.search(r'href="(/edit/papers/fields\?draft=[0-9a-f]{16})"', offered.text)
    assert go_on
    again = fields(editor.get(go_on[1])).values
    assert (again["markdown"], again["title"]) == ("Half a thou", "Newer")
    assert (again["base"], again["draft"]) == (form["base"], form["draft"])
    assert editor.post("/edit/papers/fields", data=again).status_code == 303
    assert "title: 'Newer'" in note.read_text()
    assert note.read_text().endswith("---\n\nHalf a thou\n")
    assert "did not save" not in editor.get("/edit/papers/fields").text
    assert "Half a thou" in editor.get(go_on[1]).text  # the note as it is now


def test_two_windows_keep_two_drafts_and_each_can_be_dropped(
    editor: FlaskClient, connection: sqlite3.Connection
) -> None:
    for words in ("one", "two"):
        form = fields(editor.get("/new")).values
        editor.post("/drafts", data={**form, "title": words, "note": ""})
    page = editor.get("/new").text
    assert page.count("Go on with it") == 2
    one = re.findall(r'name="draft" value="([0-9a-f]{16}:1)"', page)[0]
    assert editor.post("/drafts/drop", data={"draft": one, "note": ""}).status_code == 303
    assert editor.get("/new").text.count("Go on with it") == 1
    assert connection.execute("SELECT COUNT(*) FROM draft").fetchone()[0] == 1


def test_a_failed_save_keeps_a_draft_without_scripts(editor: FlaskClient, note: Path) -> None:
    form = fields(editor.get("/edit/papers/fields")).values
    note.write_text("Theirs.\n")
    refused = editor.post("/edit/papers/fields", data={**form, "markdown": "Mine.\n"})
    assert refused.status_code == 412
    offered = editor.get("/edit/papers/fields").text
    assert "Go on with it" in offered
    assert "Go on with it" not in refused.text  # it is what the form holds


def test_a_draft_is_its_writers_alone(
    visitors: dict[str, FlaskClient], connection: sqlite3.Connection
) -> None:
    form = {**fields(visitors["editor"].get("/new")).values, "title": "Secret", "note": ""}
    visitors["editor"].post("/drafts", data=form)
    owner = visitors["owner"]
    assert "Secret" not in owner.get("/new").text
    assert "Secret" not in owner.get(f"/new?draft={form['draft']}").text
    owner.post("/drafts/drop", data={"draft": f"{form['draft']}:1", "note": ""})
    assert "Secret" in visitors["editor"].get("/new").text


@pytest.mark.parametrize("token", ["", "x", "0" * 15, "0" * 17, "A" * 16, "../" * 6])
def test_a_draft_has_a_token(editor: FlaskClient, token: str) -> None:
    assert editor.post("/drafts", data={"draft": token, "markdown": "x"}).status_code == 400


def test_a_note_that_moves_takes_its_drafts_and_its_open_forms_along(
    editor: FlaskClient, note: Path
) -> None:
    form = fields(editor.get("/edit/papers/fields")).values
    editor.post("/drafts", data={**form, "markdown": "Typed before.", "note": "papers/fields"})
    moved = editor.post("/move/papers/fields", data={"id": "papers/moved"})
    assert moved.headers["Location"] == "/notes/papers/moved?moved=papers%2Ffields"
    assert editor.get("/edit/papers/fields").headers["Location"] == "/edit/papers/moved"
    assert f"/edit/papers/moved?draft={form['draft']}" in editor.get("/edit/papers/moved").text
    answer = editor.post("/edit/papers/fields", data={**form, "markdown": "Typed after.\n"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/notes/papers/moved")
    assert note.with_name("moved.md").read_text().endswith("Typed after.\n")
    assert not note.exists()


# Files ----------------------------------------------------------------------------------------


def put(editor: FlaskClient, data: bytes, name: str, note: str = "papers/fields") -> TestResponse:
    form = {"file": (io.BytesIO(data), name), "note": note}
    return editor.post("/media", data=form, headers={"Accept": "application/json"})


def test_an_image_is_stored_once_and_linked(editor: FlaskClient, settings: Settings) -> None:
    first = put(editor, PNG, "My Plot (1).PNG")
    assert (first.status_code, first.headers["Location"]) == (201, "/media/media/my-plot-1.png")
    assert first.get_json()["markdown"] == "![](../media/my-plot-1.png)"
    assert (settings.notes / "media" / "my-plot-1.png").read_bytes() == PNG
    assert put(editor, PNG, "other.png", "walk").get_json() == {
        "path": "media/my-plot-1.png",
        "markdown": "![](media/my-plot-1.png)",
    }
    other = put(editor, PNG + b"\0", "MY PLOT 1.png").get_json()["path"]
    assert re.fullmatch(r"media/my-plot-1-[0-9a-f]{8}\.png", other)
    assert (
        put(editor, PDF, "A paper.pdf").get_json()["markdown"]
        == "[a-paper.pdf](../media/a-paper.pdf)"
    )
    assert len(list((settings.notes / "media").iterdir())) == 3


def test_whoever_writes_sees_a_file_before_its_note_is_saved(
    visitors: dict[str, FlaskClient], editor: FlaskClient
) -> None:
    address = put(editor, PNG, "seen.png").headers["Location"]
    for role, status in (("public", 404), ("reader", 404), ("editor", 200)):
        with visitors[role].get(address) as answer:
            assert answer.status_code == status, role
    form = fields(editor.get("/new")).values
    text = {"title": "Seen", "visibility": "public", "markdown": "![](media/seen.png)"}
    editor.post("/new", data={**form, **text})
    with visitors["public"].get(address) as answer:
        assert (answer.status_code, answer.data) == (200, PNG)
        assert "sandbox" in answer.headers["Content-Security-Policy"]


REFUSED = {
    "a program": (b"MZ\x90\0" * 9, "image.png"),
    "a JPEG that says PNG": (JPEG, "image.png"),
    "half a PNG": (PNG[:-12], "image.png"),
    "a page": (b"<!doctype html><script>alert(1)</script>", "image.svg"),
    "a page that says PDF": (b"<html>%PDF-", "a.pdf"),
    "nothing": (b"", "image.png"),
    "a script in an SVG": (SVG.replace(b"<path", b"<script>1</script><path"), "a.svg"),
    "a handler in an SVG": (SVG.replace(b"<path", b'<path onload="1"'), "a.svg"),
    "HTML in an SVG": (SVG.replace(b"<path", b"<foreignObject/><path"), "a.svg"),
    "an address in an SVG": (SVG.replace(b"<path", b'<image href="//e.example/"/><path'), "a.svg"),
    "a style that loads": (SVG.replace(b"<path", b"<style>@import 'x'</style><path"), "a.svg"),
    "entities": (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG, "a.svg"),
    "broken": (SVG[:-3], "a.svg"),
    "a note": (b"# Note", "note.md"),
    "text": (b"words", "words.txt"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_taken_is_named_and_leaves_nothing(
    editor: FlaskClient, settings: Settings, name: str
) -> None:
    answer = put(editor, *REFUSED[name])
    assert (answer.status_code, answer.get_json()["field"]) == (415, "file")
    assert REFUSED[name][1] in answer.get_json()["detail"]
    assert not list(settings.notes.rglob("*.png"))
    assert not list(settings.notes.rglob(".gloss-*"))


def test_an_image_of_too_many_pixels_is_refused(editor: FlaskClient, settings: Settings) -> None:
    size = (60_000).to_bytes(4, "big")
    answer = put(editor, PNG.replace(b"IHDR\0\0\0\1\0\0\0\1", b"IHDR" + size + size), "a.png")
    assert (answer.status_code, answer.mimetype) == (413, "application/problem+json")
    assert "the limit is 100 megapixels" in answer.get_json()["detail"]
    assert not list(settings.notes.rglob("*.png"))


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/x.png",
        "..\\..\\x.png",
        "/etc/x.png",
        "x.png\0.exe.png",
        ".htaccess.png",
        "con.png",
        "x" * 999 + ".png",
        "!!!.png",
        "..png",
    ],
)
def test_a_name_leads_nowhere_but_to_the_media(
    editor: FlaskClient, settings: Settings, name: str
) -> None:
    before = {path for path in settings.notes.parent.rglob("*") if path.is_file()}
    answer = put(editor, PNG, name)
    assert answer.status_code in (201, 415), answer.text
    after = {path for path in settings.notes.parent.rglob("*") if path.is_file()}
    for new in after - before:
        assert new.parent in (settings.notes / "media", settings.data)
        assert not new.name.startswith((".", "con."))


def test_every_kind_that_is_taken(editor: FlaskClient) -> None:
    webp = b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0" + bytes(10)
    avif = b"\0\0\0\x1cftypavif\0\0\0\0avifmif1\0\0\0\x14ispe\0\0\0\0\0\0\0\x01\0\0\0\x01"
    gif = b"GIF89a\x01\0\x01\0\0\0\0;"
    files = {"a.png": PNG, "a.jpeg": JPEG, "a.gif": gif, "a.webp": webp, "a.avif": avif}
    for name, data in {**files, "a.svg": SVG, "a.pdf": PDF, "blob": PNG + b"\0"}.items():
        assert put(editor, data, name).status_code == 201, name


def test_a_file_without_scripts_stands_below_the_text(editor: FlaskClient, note: Path) -> None:
    form = fields(editor.get("/edit/papers/fields")).values
    sent = {**form, "markdown": "Typed.", "do": "attach", "file": (io.BytesIO(PNG), "plot.png")}
    again = fields(editor.post("/edit/papers/fields", data=sent)).values
    assert again["markdown"] == "Typed.\n\n![](../media/plot.png)\n"
    wrong = {**form, "markdown": "Typed.", "do": "attach", "file": (io.BytesIO(b"x"), "plot.png")}
    refused = editor.post("/edit/papers/fields", data=wrong)
    shown = fields(refused)
    assert (refused.status_code, shown.wrong, shown.values["markdown"]) == (415, {"file"}, "Typed.")


def test_a_media_folder_that_is_a_link_or_cannot_be_written(
    editor: FlaskClient, settings: Settings, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (settings.notes / "media").symlink_to(elsewhere)
    assert put(editor, PNG, "a.png").status_code == 400
    assert not list(elsewhere.iterdir())
    (settings.notes / "media").unlink()
    (settings.notes / "media").write_text("a file")
    assert put(editor, PNG, "a.png").status_code == 409


# Suggestions ----------------------------------------------------------------------------------


def suggested(editor: FlaskClient, **asked: str) -> list[str]:
    answer = editor.get("/api/complete", query_string=asked)
    assert answer.status_code == 200
    return [each["insert"] for each in answer.get_json()["results"]]


def test_suggestions_of_each_kind(
    editor: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    (settings.notes / "length.md").write_text("---\naliases: [Extent]\n---\n# Length\n")
    (settings.notes / "papers" / "length.md").write_text(
        "---\ntitle: The [length] of walks\ntags: [walking]\nbibtex: |\n"
        + "".join(f"  {line}\n" for line in ENTRY.splitlines())
        + "---\n"
    )
    assert not sync(settings, connection).failed
    assert suggested(editor, kind="note", q="leng") == [
        "length",
        "papers/length|The length of walks",
    ]
    assert suggested(editor, kind="note", q="leng", note="papers/x")[0] == "length"
    assert suggested(editor, kind="note", q="exte") == ["length"]
    assert "open|Walks in the open" in suggested(editor, kind="note", q="walks in")
    assert len(suggested(editor, kind="note", q="")) == 5
    assert suggested(editor, kind="tag", q="WALK") == ["walking", "walks"]
    for typed in ("shan", "theory", "1948"):
        assert suggested(editor, kind="work", q=typed) == ["shannon1948"], typed
    assert suggested(editor, kind="analysis", q="sh") == ["shown"]
    for typed in ('"', "'", "%", "AND", "a*", "\\", "(", "\0", "x" * 5000, "😀", "#"):
        for kind in ("note", "embed", "tag", "work", "analysis"):
            suggested(editor, kind=kind, q=typed)
        for target in ("", "open", typed):
            suggested(editor, kind="heading", q=typed, target=target, note="open")
    assert editor.get("/api/complete?kind=x&q=").status_code == 400


def test_what_begins_with_the_letters_is_found_among_many(
    editor: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    """Each search stops after some; the note that is meant is not left out for that."""
    for number in range(150):
        (settings.notes / f"a walk {number}.md").write_text(f"---\ntitle: A walk {number}\n---\n")
    (settings.notes / "zz.md").write_text("---\ntitle: Walk this way\n---\n")
    (settings.notes / "walk.md").write_text("---\ntitle: Zz\n---\n")
    assert not sync(settings, connection).failed
    found = suggested(editor, kind="note", q="walk")
    assert set(found[:2]) == {"zz|Walk this way", "walk|Zz"}
    assert len(found) == 12
