"""Two people save one note: what does not clash is never lost, whatever button is pressed."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.settings import Settings
from tests.web.test_pages_editor import fields, whole

BASE = "---\ntitle: T\ntags: [a]\n---\n\nOne.\n\nTwo.\n\nThree.\n\nFour.\n"


@pytest.fixture
def editor(visitors: dict[str, FlaskClient]) -> FlaskClient:
    return visitors["editor"]


def test_saving_again_loses_nothing_of_theirs_but_what_clashes(
    editor: FlaskClient, settings: Settings
) -> None:
    path = settings.notes / "both.md"
    path.write_text(BASE)
    mine, theirs = (fields(editor.get("/edit/both")).values for _ in range(2))
    theirs["markdown"] = theirs["markdown"].replace("Two", "Zwei").replace("Four", "Vier")
    assert editor.post("/edit/both", data={**theirs, "tags": "a, theirs"}).status_code == 303
    saved = path.read_text()
    mine["markdown"] = mine["markdown"].replace("Two", "Deux").replace("One", "Un")
    refused = editor.post("/edit/both", data={**mine, "tags": "a, mine", "year": "1999"})
    assert refused.status_code == 412
    assert path.read_text() == saved
    again = fields(refused).values
    for words in ("Un.", "Deux.", "Three.", "Vier."):
        assert words in again["markdown"]
    assert sorted(again["tags"].split(", ")) == ["a", "mine", "theirs"]
    assert "Zwei" in refused.text  # beside mine
    assert "both changes already" in refused.text
    assert editor.post("/edit/both", data=again).status_code == 303
    assert path.read_text() == whole(again)
    assert "year: 1999" in path.read_text()


def test_tags_of_both_are_kept_without_a_question(editor: FlaskClient, settings: Settings) -> None:
    path = settings.notes / "tags.md"
    path.write_text(BASE)
    forms = [fields(editor.get("/edit/tags")).values for _ in range(2)]
    for form, tag in zip(forms, ("first", "second"), strict=True):
        assert editor.post("/edit/tags", data={**form, "tags": f"a, {tag}"}).status_code == 303
    assert path.read_text() == BASE.replace("[a]", "[a, first, second]")


def test_over_a_version_that_nobody_knows_the_form_stays_as_typed(
    editor: FlaskClient, settings: Settings
) -> None:
    (settings.notes / "lost.md").write_text("Theirs.\n")
    form = {"markdown": "Mine.\n", "base": "0" * 64}
    refused = editor.post("/edit/lost", data=form)
    assert (refused.status_code, fields(refused).values["markdown"]) == (412, "Mine.\n")
    assert "takes the place of the file" in refused.text
