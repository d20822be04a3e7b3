"""Related notes: by what they have in common, said in words, and nothing hidden."""

from __future__ import annotations

import sqlite3

import pytest
from flask.testing import FlaskClient

from app import create_app
from app.accounts.permissions import PUBLIC, Person, Role
from app.library.syncing.sync import sync
from app.search import related
from app.search.related import Related
from app.settings import Settings
from app.web.related import label
from tests.web.conftest import client_of

OWNER = Person(1, "owner", Role.OWNER)
HTMX = {"HX-Request": "true"}
BIB = """@book{knuth68, author={Knuth, Donald}, title={Art}, year={1968}}
@book{all, author={Roe, A. and Doe, B.}, title={Common}, year={2001}}
@book{lone, author={Solo, S.}, title={Alone}, year={1999}}
"""
WORDS = "aardvark bandicoot capybara dormouse echidna flamingo"


def note(text: str, visibility: str = "public", more: str = "") -> str:
    return f"---\nvisibility: {visibility}\n{more}---\n\n{text}\n"


NOTES = {
    "here": note(f"On it: [@knuth68], [@all]. See [[target]]. {WORDS}."),
    "citing": note("So says [@knuth68]."),
    "common": note("So says [@all]."),
    "about": note("It is about a work.", more="kind: paper\ntitle: Art\ncitekey: knuth68\n"),
    "back": note("Look at [[here]] and at [[beside]]."),
    "beside": note("Nothing much."),
    "target": note("A target."),
    "too": note("See [[target]]."),
    "wordy": note(f"Quite another text with {WORDS} in it."),
    "stranger": note("Wholly unlike."),
    "secret": note(f"# Sesame\n\n[@knuth68] and [[here]], [[target]]: {WORDS} sesame.", "private"),
    **{f"filler-{n}": note(f"Filling number {n}, says [@all].") for n in range(8)},
}


@pytest.fixture
def library(settings: Settings, connection: sqlite3.Connection) -> sqlite3.Connection:
    for path, source in NOTES.items():
        (settings.notes / f"{path}.md").write_text(source)
    (settings.notes / "works.bib").write_text(BIB)
    assert not sync(settings, connection).failed
    return connection


@pytest.fixture
def public(library: sqlite3.Connection, settings: Settings) -> FlaskClient:
    return create_app(settings).test_client()


def all_of(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, person: Person
) -> dict[str, Related]:
    monkeypatch.setattr(related, "MOST", 100)
    (uid,) = connection.execute("SELECT uid FROM document WHERE path = 'here'").fetchone()
    (target,) = connection.execute("SELECT uid FROM document WHERE path = 'target'").fetchone()
    found = related.of_note(connection, person, uid, here=["back"], there=[target])
    return {each.path: each for each in found}


def reasons(found: dict[str, Related], path: str) -> set[str]:
    return {reason.kind for reason in found[path].reasons}


def test_each_reason(library: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    found = all_of(library, monkeypatch, PUBLIC)
    assert reasons(found, "citing") == {"cites"}
    assert reasons(found, "about") == {"about"}
    assert reasons(found, "back") == {"here"}
    assert reasons(found, "target") == {"there"}
    assert reasons(found, "too") == {"too"}
    assert reasons(found, "wordy") == {"words"}
    assert not found.keys() & {"here", "stranger", "secret"}


def test_a_rare_work_weighs_more_than_a_common_one(
    library: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(related, "ENOUGH", 0.0)
    found = all_of(library, monkeypatch, PUBLIC)
    assert found["citing"].score > found["common"].score > 0


def test_what_many_notes_have_in_common_is_left_out(
    library: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(related, "TELLING", 4)
    assert "common" not in all_of(library, monkeypatch, OWNER)
    assert "citing" in all_of(library, monkeypatch, OWNER)


def test_in_words_late_and_without_scripts(public: FlaskClient) -> None:
    page = public.get("/notes/here").text
    assert 'hx-get="/related/here"' in page
    assert '<a href="/related/here">Related notes</a>' in page
    whole, part = public.get("/related/here"), public.get("/related/here", headers=HTMX)
    assert "<html" in whole.text
    assert "<html" not in part.text
    assert part.text.count("<li>") == 5
    for answer in (whole, part):
        assert "HX-Request" in answer.headers["Vary"]
        assert "is about Knuth 1968, cited here" in answer.text
        assert "cites Knuth 1968 too" in answer.text
    assert "links here" in whole.text
    assert '"/notes/back"' in whole.text
    assert "links here" not in part.text  # "Linked from" says so already, just above
    assert '"/notes/back"' not in part.text
    assert "shares: bandicoot" in public.get("/related/wordy").text
    assert "cites Knuth 1968, which this is about" in public.get("/related/about").text


def test_where_nothing_is_related_there_is_nothing(public: FlaskClient) -> None:
    assert public.get("/related/stranger", headers=HTMX).text.strip() == ""
    assert "No note has enough in common" in public.get("/related/stranger").text
    assert public.get("/related/none").status_code == 404
    assert public.get("/related/secret").status_code == 404


def test_nothing_hidden_is_related_or_a_reason(
    public: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    for path in NOTES:
        answer = public.get(f"/related/{path}").text.lower()
        assert "sesame" not in answer, path
        assert "/notes/secret" not in answer, path
    owner = client_of(create_app(settings), connection, "owner")
    assert "Sesame" in owner.get("/related/here").text


def test_the_number_of_queries_does_not_grow(
    public: FlaskClient, library: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    library.set_trace_callback(asked.append)
    for most in (1, 100):
        monkeypatch.setattr(related, "MOST", most)
        asked.append("--")
        related.of_note(library, OWNER, 1, here=["back"], there=[2])
    library.set_trace_callback(None)
    kept = [each for each in asked if each == "--" or not each.startswith("--")]
    first, second = "\n".join(kept).split("--")[1:3]
    assert first.count("SELECT") == second.count("SELECT")


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ({}, "a work"),
        ({"title": "T"}, "T"),
        ({"author": [{"literal": "A Society"}]}, "A Society"),
        ({"author": [{"family": n} for n in "ABC"], "issued": {}}, "A et al."),
        ({"author": [{"family": "A"}, {"family": "B"}], "issued": {"date-parts": []}}, "A and B"),
    ],
)
def test_how_a_work_is_named(item: dict[str, object], said: str) -> None:
    assert label(item) == said
