"""The margin: what is typed becomes an annotation, and shows at its passage as the note is now."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

import pytest

from app.accounts.permissions import Person
from app.annotations import store, threads
from app.annotations.composing import Typed, compose
from app.annotations.margin import Comment
from app.annotations.model import CONTEXT
from app.errors import BadInput

NOW = "2026-11-21T14:02:05Z"
TEXT = "A walk of N steps goes far.\nA second walk does not.\nThe formula $\\sqrt N$ says so."


@dataclass(frozen=True)
class Note:
    uid: int
    text: str = TEXT

    @property
    def sha256(self) -> str:
        """That of the file in `library`, while the text is that one."""
        return "0" * 64 if self.text == TEXT else "another"


def in_margin(library: sqlite3.Connection, note: Note, person: Person) -> list[Comment]:
    return [thread.comment for thread in threads.of_note(library, note, person).threads]


@pytest.fixture
def note(library: sqlite3.Connection) -> Note:
    return Note(library.execute("SELECT uid FROM note WHERE path = 'open'").fetchone()[0])


def write(
    library: sqlite3.Connection,
    person: Person,
    *,
    quote: str = "",
    comment: str = "Why?",
    visibility: str = "shared",
) -> str:
    typed = Typed(quote, comment, visibility)
    return store.create(library, person, compose("open", TEXT, person, NOW, typed)).id


def test_a_comment_stands_at_its_passage(
    library: sqlite3.Connection, everybody: dict[str, Person], note: Note
) -> None:
    write(library, everybody["annotator"], quote=" second \n walk ", comment="So *where*?")
    (comment,) = in_margin(library, note, everybody["public"])
    assert TEXT[comment.start : comment.end] == comment.quote == "second walk"
    assert (comment.who, comment.grade, comment.may_change) == ("annotator", "exact", False)
    assert comment.html == "<p>So <em>where</em>?</p>"


def test_an_edit_of_the_note_moves_it_or_makes_it_an_orphan(
    library: sqlite3.Connection, everybody: dict[str, Person], note: Note
) -> None:
    person = everybody["annotator"]
    write(library, person, quote="second walk")
    (moved,) = in_margin(library, Note(note.uid, f"New here. {TEXT}"), person)
    assert (moved.grade, moved.start) == ("moved", TEXT.index("second") + 10)
    (orphan,) = in_margin(library, Note(note.uid, "Another text."), person)
    assert (orphan.grade, orphan.start, orphan.quote) == ("orphan", None, "second walk")


def test_comments_stand_in_the_order_of_the_text(
    library: sqlite3.Connection, everybody: dict[str, Person], note: Note
) -> None:
    person = everybody["annotator"]
    for quote in ("", "The formula", "A second", "goes far"):
        write(library, person, quote=quote)
    quotes = [comment.quote for comment in in_margin(library, note, person)]
    assert quotes == ["goes far", "A second", "The formula", ""]


def test_private_ones_are_for_their_writer(
    library: sqlite3.Connection, everybody: dict[str, Person], note: Note
) -> None:
    write(library, everybody["annotator"], visibility="private")
    assert [c.visibility for c in in_margin(library, note, everybody["annotator"])] == ["private"]
    assert in_margin(library, note, everybody["owner"]) == []


@pytest.mark.parametrize(
    ("format", "value", "html"),
    [
        ("text/markdown", "<script>alert(1)</script>\n\n*a*", "<em>a</em>"),
        ("text/html", "<b onclick='x()'>bold</b>", "bold"),
        ("text/plain", "a <b> *c*\nd", "a &lt;b&gt; *c*<br>d"),
    ],
)
def test_bodies_are_safe_html(
    library: sqlite3.Connection,
    everybody: dict[str, Person],
    note: Note,
    format: str,
    value: str,
    html: str,
) -> None:
    body = {"type": "TextualBody", "format": format, "value": value}
    sent = {"@context": CONTEXT, "type": "Annotation", "body": body, "target": "/notes/open"}
    store.create(library, everybody["annotator"], sent)
    (comment,) = in_margin(library, note, everybody["public"])
    assert html in comment.html
    assert "<script" not in comment.html
    assert "onclick" not in comment.html


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        ({"comment": " \n "}, "comment", "Write what"),
        ({"comment": "x" * 20_001}, "comment", "at most 20,000"),
        ({"quote": "no such words"}, "quote", "do not stand in the note"),
        ({"quote": "walk"}, "quote", "stand 2 times"),
        ({"visibility": "everybody"}, "visibility", "who may read"),
    ],
)
def test_what_cannot_be_taken_is_said_by_its_field(
    library: sqlite3.Connection,
    everybody: dict[str, Person],
    typed: dict[str, str],
    field: str,
    message: str,
) -> None:
    with pytest.raises(BadInput, match=message) as caught:
        write(library, everybody["annotator"], **typed)
    assert caught.value.field == field
