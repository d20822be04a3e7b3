"""What the search asks of annotations: who wrote one, what for, its colour, and how it stands."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest

from app.accounts import people
from app.accounts.permissions import PUBLIC, Person, Role
from app.annotations import composing, store, waiting
from app.annotations.composing import MOTIVATIONS, OF_KINDS, Typed
from app.annotations.reading import COLOURS
from app.commands.sync import up_to_date
from app.library import documents
from app.library.writing import save
from app.search import kept_remarks, remarks
from app.search.find import search
from app.search.query import parse
from app.settings import Settings

NOW = "2026-01-02T03:04:05Z"
TEXT = "---\nvisibility: public\n---\nThe first walk returns. The second walk does not. A third."
Find = Callable[..., set[str]]


@pytest.fixture
def find(settings: Settings, connection: sqlite3.Connection) -> Find:
    """One annotation of each kind, named by it, each about the same note."""
    (settings.notes / "walks.md").write_text(TEXT)
    owner = people.owner(connection)
    up_to_date(settings, connection)
    emilie = people.create(connection, "Émilie Noël", Role.ANNOTATOR)
    said = Typed(quote="second walk", comment="said")
    for person, kind, typed in (
        (owner, "comment", said),
        (emilie, "question", Typed(kind="question", quote="first walk", comment="said")),
        (emilie, "erratum", Typed(kind="erratum", quote="A third.", replacement="said")),
        (owner, "highlight", Typed(kind="highlight", quote="returns", colour="green")),
        (emilie, "private", Typed(comment="said", visibility="private")),
    ):
        document = documents.get(connection, "walks")
        assert document
        made = composing.compose("walks", document.text, person, NOW, typed)
        store.create(connection, person, made, slug=kind)
    waiting.catch_up(connection)

    def found(text: str, person: Person = owner) -> set[str]:
        results = search(connection, person, text, 100)
        return set() if results.relaxed else {hit.id for hit in results.results}

    return found


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("motivation:question", {"question"}),
        ("motivation:Editing said", {"erratum"}),
        ("motivation:comment", {"comment"}),
        ("colour:green", {"highlight"}),
        ("colour:blue", {"question"}),
        ("colour:yellow", {"comment"}),
        ("by:noel", {"question", "erratum"}),
        ("by:noel -colour:rose said", {"question"}),
        ('by:"emilie noel" OR colour:green', {"question", "erratum", "highlight"}),
        ("by:nobody", set()),
        ("is:orphan", set()),
        ("is:changed", set()),
        ("in:annotations -by:noel", {"comment", "highlight"}),
    ],
)
def test_each_finds_its_annotations_and_nothing_else(
    find: Find, text: str, wanted: set[str]
) -> None:
    assert find(text) == wanted
    assert find(text, PUBLIC) == wanted


def test_a_private_one_is_found_by_who_wrote_it_alone(
    find: Find, connection: sqlite3.Connection
) -> None:
    row = connection.execute("SELECT id FROM person WHERE name = 'Émilie Noël'").fetchone()
    emilie = Person(row["id"], "Émilie Noël", Role.ANNOTATOR)
    assert find("by:emilie motivation:comment", emilie) == {"private"}


def test_how_it_stands_follows_the_note(
    settings: Settings, connection: sqlite3.Connection, find: Find
) -> None:
    from app.annotations import anchored

    document = documents.get(connection, "walks")
    assert document
    text = TEXT.replace("The first walk returns", "Nothing is left of it").replace(
        "second walk", "second long walk"
    )
    save.update(settings, connection, "walks", text, document.sha256)
    anchored.catch_up(connection, document.uid)
    assert find("is:orphan") == {"question", "highlight"}
    assert find("is:changed", PUBLIC) == {"comment"}
    assert find("is:orphan by:noel") == {"question"}


def test_the_words_are_those_of_the_page() -> None:
    """Search imports no other room, so it says them again."""
    assert remarks.KINDS == MOTIVATIONS
    assert remarks.COLOURS == COLOURS
    assert all(f"'{MOTIVATIONS[kind]}' THEN '{OF_KINDS[kind]}'" in kept_remarks.COLOUR
               for kind in OF_KINDS)  # fmt: skip


@pytest.mark.parametrize("text", ["motivation:none", "colour:red", "by:!!"])
def test_another_value_says_what_is_wanted(text: str) -> None:
    assert f"{text.partition(':')[0]}: wants" in parse(text).note


def test_what_is_about_another_site_is_found_by_who_is_signed_in(
    connection: sqlite3.Connection, find: Find
) -> None:
    sent = {"@context": "http://www.w3.org/ns/anno.jsonld", "type": "Annotation",
            "body": {"type": "TextualBody", "value": "zanzibar"},
            "target": "https://elsewhere.example/page"}  # fmt: skip
    owner = people.owner(connection)
    store.create(connection, owner, sent, slug="elsewhere")
    store.create(connection, owner, {**sent, "visibility": "private"}, slug="mine")
    waiting.catch_up(connection)
    reader = people.create(connection, "a reader", Role.READER)
    assert (find("zanzibar"), find("zanzibar", reader)) == ({"elsewhere", "mine"}, {"elsewhere"})
    assert find("zanzibar", PUBLIC) == set()
    assert find("in:annotations zanzibar by:owner", PUBLIC) == set()
    hit = search(connection, reader, "zanzibar").results[0]
    assert (hit.title, hit.url) == ("A page elsewhere", "/annotations/elsewhere")


def test_a_name_that_nobody_has_is_told_and_no_account(
    find: Find, connection: sqlite3.Connection
) -> None:
    """An account that wrote nothing, or nothing that may be read, is nobody."""
    silent = people.create(connection, "Silent Sam", Role.ANNOTATOR)
    document = documents.get(connection, "walks")
    assert document
    own = Typed(comment="said", visibility="private")
    store.create(connection, silent, composing.compose("walks", document.text, silent, NOW, own))
    waiting.catch_up(connection)

    def note(text: str, person: Person) -> str:
        return search(connection, person, text).note

    nobody = "by: nobody who wrote what you may read is called"
    assert note("by:noel", PUBLIC) == note("by:sam", silent) == ""
    assert note("by:sam", PUBLIC) == f"{nobody} sam."
    assert note("by:samm", silent).endswith("called samm.")
    assert note('by:"Emilie Noell"', PUBLIC).endswith('(did you mean by:"Émilie Noël"?).')
