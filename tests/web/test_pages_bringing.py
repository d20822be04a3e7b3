"""What comes with a form, and the words that say what became of it."""

from __future__ import annotations

import base64
import io

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.settings import Settings
from tests.web.test_pages_editor import fields

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8/x8AAwMCAO+ip1sAAAAASUVORK5CYII="
)
WORKS = b"""@article{shannon1948, title = {A Mathematical Theory},
  author = {Shannon, Claude and others}}
@misc{other, title = {Another}}
"""


@pytest.fixture
def editor(visitors: dict[str, FlaskClient]) -> FlaskClient:
    return visitors["editor"]


def send(
    editor: FlaskClient, address: str, file: tuple[str, bytes], do: str = "save", **changed: str
) -> TestResponse:
    form = {**fields(editor.get(address)).values, **changed, "do": do}
    name, data = file
    return editor.post(address, data={**form, "file": (io.BytesIO(data), name)})


def test_a_file_that_is_chosen_is_saved_with_the_note(
    editor: FlaskClient, settings: Settings
) -> None:
    image = ("plot.png", PIXEL)
    new = {"title": "Pictured", "markdown": "Words.\n"}
    assert send(editor, "/new", image, **new).location == "/notes/pictured"
    source = (settings.notes / "pictured.md").read_text()
    assert source.endswith("Words.\n\n![](media/plot.png)\n")
    assert (settings.notes / "media" / "plot.png").read_bytes() == PIXEL
    assert send(editor, "/edit/papers/hidden", image).status_code == 303
    assert "![](../media/plot.png)" in (settings.notes / "papers" / "hidden.md").read_text()
    assert "![](media/plot.png)" in send(editor, "/edit/open", image, do="preview").text


def test_a_file_that_is_refused_saves_nothing_and_keeps_all(
    editor: FlaskClient, settings: Settings
) -> None:
    before = (settings.notes / "open.md").read_bytes()
    answer = send(editor, "/edit/open", ("fake.png", b"no image"), markdown="Typed.\n")
    assert answer.status_code == 415
    page = fields(answer)
    assert (page.wrong, page.values["markdown"]) == ({"file"}, "Typed.\n")
    assert (settings.notes / "open.md").read_bytes() == before


def test_a_bib_file_says_what_becomes_of_the_note(editor: FlaskClient, settings: Settings) -> None:
    answer = send(editor, "/new", ("works.bib", WORKS))
    for words in (
        "2 works were read; the first, shannon1948, was taken.",
        "Filled from the BibTeX: title, authors, citation key.",
        "The note becomes a paper, to be saved in papers/. It is not saved yet.",
    ):
        assert words in answer.text
    form = fields(answer).values
    assert (form["kind"], form["markdown"][:10]) == ("paper", "## Summary")
    assert not (settings.notes / "papers" / "a-mathematical-theory.md").exists()
    assert editor.post("/new", data=form).location == "/notes/papers/a-mathematical-theory"
    page = editor.get("/notes/papers/a-mathematical-theory").text
    assert ">Claude Shannon</a> <span>et al.</span>" in page
    again = {**form, "do": "bibtex", "id": "elsewhere"}
    told = editor.post("/new", data=again).text
    assert "Nothing to fill from the BibTeX: every field had something already." in told
    assert "The paper is to be saved as elsewhere.md." in told


def test_a_title_changed_in_the_field_or_in_the_front_matter(
    editor: FlaskClient, settings: Settings
) -> None:
    form = fields(editor.get("/edit/open")).values
    raw = form["header"].replace("Walks in the open", "By hand")
    both = editor.post("/edit/open", data={**form, "title": "In the field", "header": raw})
    assert both.status_code == 400
    page = fields(both)
    assert page.wrong == {"title", "header"}
    assert (page.values["title"], page.values["header"]) == ("In the field", raw)
    assert "The front matter says another one: «By hand»." in both.text
    file = settings.notes / "open.md"
    assert editor.post("/edit/open", data={**form, "header": raw}).status_code == 303
    assert "title: By hand\n" in file.read_text()
    form = fields(editor.get("/edit/open")).values
    assert editor.post("/edit/open", data={**form, "title": "Field"}).status_code == 303
    assert "title: Field\n" in file.read_text()
    form = fields(editor.get("/edit/open")).values
    alike = form["header"].replace("Field", "Alike")
    sent = {**form, "title": "Alike", "header": alike}
    assert editor.post("/edit/open", data=sent).status_code == 303
    assert "title: Alike\n" in file.read_text()


def test_the_day_has_one_entry(editor: FlaskClient) -> None:
    form = fields(editor.get("/new?kind=journal")).values
    place = editor.post("/new", data={**form, "markdown": "One.\n"}).location
    assert editor.get("/new?kind=journal").location == place.replace("/notes/", "/edit/")
    taken = editor.post("/new", data={**form, "markdown": "Two.\n"})
    assert taken.status_code == 409
    assert taken.text.count(f'There is already a note <a href="{place}">') == 2


def test_a_link_that_names_a_title_is_led_to_that_note(editor: FlaskClient) -> None:
    editor.post("/new", data={"id": "split", "title": "A/B testing", "markdown": "Words.\n"})
    editor.post("/new", data={"id": "linking", "title": "L", "markdown": "[[A/B testing]]\n"})
    address = "/new?title=B+testing&amp;id=A%2FB+testing"
    assert f'href="{address}"' in editor.get("/notes/linking").text
    page = editor.get(address.replace("&amp;", "&")).text
    assert 'There is a note <a href="/notes/split">A/B testing</a> already.' in page
    assert "<code>[[A/B testing]]</code>" in page
    assert "There is a note" not in editor.get("/new?title=New&id=New").text


def test_a_move_says_what_it_did(editor: FlaskClient, visitors: dict[str, FlaskClient]) -> None:
    editor.post("/new", data={"id": "linking", "title": "L", "markdown": "[[open]]\n"})
    there = editor.post("/move/open", data={"id": "walks/open walk", "links": "on"}).location
    page = editor.get(there).text
    assert "Moved from <code>open</code>" in page
    assert "the links in one note were written anew" in page
    assert "Moved from" not in visitors["reader"].get(there).text
    assert "Moved from" not in editor.get("/notes/walks/open%20walk?moved=elsewhere").text
    assert "It was at <code>open</code>" in editor.get("/history/walks/open%20walk").text


def test_drafts_of_other_notes_are_one_line_above_a_new_one(editor: FlaskClient) -> None:
    for title in ("One", "Two"):
        other = fields(editor.get("/new")).values
        editor.post("/drafts", data={**other, "title": title, "note": ""})
    region = editor.get("/new").text.partition('aria-label="Drafts"')[2]
    assert region.lstrip("> \n").startswith("<details><summary>2 drafts")
    assert region.index("One") < region.index("</details>\n</div>")


def test_a_large_library_lists_its_top_folders(editor: FlaskClient) -> None:
    for number in range(13):
        place = f"area-{number}/deep"
        editor.post("/new", data={"id": f"{place}/note", "title": "T", "markdown": "x\n"})
    page = editor.get("/").text
    assert 'href="/folders/area-12"' in page
    assert 'href="/folders/area-1/deep"' not in page
    assert '<a href="/browse#folders">All folders</a>' in page
    assert 'href="/folders/area-1/deep"' in editor.get("/folders/area-1/deep").text
    assert '<h2 id="folders">' in editor.get("/browse").text


def test_the_first_line_counts_where_it_is_empty(editor: FlaskClient) -> None:
    """A browser drops the newline that follows <pre>."""
    before = "\nOne.\n"
    form = {"id": "spaced", "title": "", "markdown": "---\ntitle: S\n---\n" + before}
    editor.post("/new", data=form)
    form = fields(editor.get("/edit/spaced")).values
    editor.post("/edit/spaced", data={**form, "markdown": "Two.\n"})
    page = editor.get("/history/spaced?from=1&to=2&view=beside").text
    assert "<pre>\n" in page
    assert "<pre>-" not in page
    assert 'this version">\n---' in editor.get("/history/spaced?version=1").text
