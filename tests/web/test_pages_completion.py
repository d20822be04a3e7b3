"""What the editor suggests after `![[` and `[[note#`: files that are there, headings that are."""

from __future__ import annotations

import os
import sqlite3

import pytest
from flask.testing import FlaskClient

from app.library import lost, media
from app.library.links import EVERY
from app.library.syncing.sync import sync
from app.library.writing.completion import places
from app.markup import render
from app.settings import Settings
from tests.web.test_pages_writing import PNG, put, suggested


@pytest.fixture
def editor(visitors: dict[str, FlaskClient]) -> FlaskClient:
    return visitors["editor"]


def placed(settings: Settings, *names: str) -> None:
    """Files below notes/, each newer than the one before."""
    for second, name in enumerate(names):
        file = settings.notes / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(PNG)
        os.utime(file, (1_700_000_000 + second, 1_700_000_000 + second))


def test_pictures_and_documents_after_an_exclamation_mark(
    editor: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    names = ["old.png", "plots/map of walks.svg", "walk.pdf", "deep/a walk.png", "x/walk.pdf"]
    placed(settings, *names, "refs.bib", "torn[1].png", ".hidden/walk.png", "walk.html")
    assert not sync(settings, connection).failed
    assert suggested(editor, kind="embed", q="")[:5] == [
        "x/walk.pdf",
        "a walk.png",
        *["walk.pdf", "map of walks.svg", "old.png"],
    ]
    found = suggested(editor, kind="embed", q="walk")
    assert found[:4] == ["x/walk.pdf", "walk.pdf", "a walk.png", "map of walks.svg"]
    assert {"open", "by-address"} <= set(found[4:])
    assert suggested(editor, kind="embed", q="walk", note="x/note")[:2] == [
        "walk.pdf",
        "../walk.pdf",
    ]
    assert suggested(editor, kind="embed", q="plots/m") == ["map of walks.svg"]
    (settings.notes / "old.png").unlink()
    assert not sync(settings, connection).failed
    assert "old.png" not in suggested(editor, kind="embed", q="")


def test_a_file_that_was_just_put_there_comes_first(
    editor: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    placed(settings, *(f"{number}.png" for number in range(30)))
    assert not sync(settings, connection).failed
    assert put(editor, PNG + b"\0", "My new plot.png").status_code == 201
    assert suggested(editor, kind="embed", q="")[:2] == ["my-new-plot.png", "29.png"]
    assert suggested(editor, kind="embed", q="my new")[0] == "my-new-plot.png"
    (settings.notes / "own.md").write_text("![[my-new-plot.png]] ![[29.png]]\n")
    assert not sync(settings, connection).failed
    assert media.missing(connection) == []


@pytest.mark.parametrize("note", ["walk", "a/walk", "a/b/walk", "c/walk"])
def test_what_is_suggested_leads_to_the_file(
    editor: FlaskClient, settings: Settings, connection: sqlite3.Connection, note: str
) -> None:
    every = {"p.png", "a/p.png", "a/b/p.png", "c/b/p.png", "d/e/p.png", "D/q.PNG"}
    placed(settings, *every)
    assert not sync(settings, connection).failed
    results = editor.get("/api/complete", query_string={"kind": "embed", "note": note}).get_json()
    offered = {each["detail"]: each["insert"] for each in results["results"][:6]}
    assert set(offered) == every
    for file, name in offered.items():
        rendered = render(f"![[{name}]]", path=note)
        (meant,) = rendered.media
        assert media.resolve(connection, meant) == file


def test_headings_of_the_note_that_is_named(
    editor: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    (settings.notes / "long.md").write_text(
        "---\naliases: [Lengthy]\n---\n# Long\n\n## A walk\n\n### First *step*\n\n## On $d^2$\n\n"
        "## A walk\n\n## Sets [a] #1\n\n```\n## code\n```\n"
    )
    assert not sync(settings, connection).failed
    every = ["A walk", "First step", "on-d2", "a-walk-1", "sets-a-1"]
    for target in ("long", "Lengthy", "LONG", "/long"):
        assert suggested(editor, kind="heading", q="", target=target) == every, target
    assert suggested(editor, kind="heading", q="st", target="long") == ["First step"]
    assert suggested(editor, kind="heading", q="", target="", note="long") == every
    assert suggested(editor, kind="heading", q="", target="nowhere") == []
    assert suggested(editor, kind="heading", q="") == []
    links = " ".join(f"[[long#{place}]]" for place in every)
    (settings.notes / "links.md").write_text(f"{links}\n")
    assert not sync(settings, connection).failed
    assert lost.every(connection) == []


def test_headings_of_a_note_that_one_may_not_see_are_none(
    editor: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    (settings.notes / "papers" / "hidden.md").write_text("# Sesame\n\n## Open\n")
    assert not sync(settings, connection).failed
    assert [each.insert for each in places(connection, "", "hidden", EVERY)] == ["Open"]
    assert places(connection, "", "hidden", ("public", "unlisted")) == []
    assert places(connection, "", "", ("public",), "papers/hidden") == []


def test_only_who_writes_is_suggested_anything(visitors: dict[str, FlaskClient]) -> None:
    for kind in ("embed", "heading"):
        asked = {"kind": kind, "q": "", "target": "papers/hidden"}
        for role, status in (("public", 401), ("reader", 403), ("annotator", 403)):
            answer = visitors[role].get("/api/complete", query_string=asked)
            assert answer.status_code == status


def test_who_writes_in_margins_names_notes(
    visitors: dict[str, FlaskClient],
) -> None:
    asked = {"kind": "note", "q": ""}
    assert visitors["public"].get("/api/complete", query_string=asked).status_code == 401
    assert visitors["reader"].get("/api/complete", query_string=asked).status_code == 403
    assert visitors["annotator"].get("/api/complete", query_string=asked).get_json()["results"]


def test_without_scripts_the_form_names_the_tags_in_use(editor: FlaskClient) -> None:
    text = editor.get("/new").text
    assert '<noscript><p class="known">In use: open, sesame, walks</p></noscript>' in text
