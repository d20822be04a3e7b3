"""Threads: replies, who may read them, and what was changed or deleted brought back."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app import clock
from app.accounts.permissions import Person
from app.annotations import bodies, listing, store, threads, uprooted, waiting
from app.annotations.composing import Typed, compose, revise
from app.annotations.kept import Annotation, may_read
from app.annotations.model import CONTEXT
from app.annotations.reading import read
from app.errors import BadInput, Conflict, Gone, NotFound
from app.search import find

NOW = "2026-11-21T14:02:05Z"
TEXT = "A walk of N steps goes far.\nA second walk does not.\nThe formula $\\sqrt N$ says so."
People = dict[str, Person]


@dataclass(frozen=True)
class Note:
    uid: int
    text: str = TEXT
    sha256: str = "0" * 64


@pytest.fixture
def note(library: sqlite3.Connection) -> Note:
    return Note(library.execute("SELECT uid FROM note WHERE path = 'open'").fetchone()[0])


def write(library: sqlite3.Connection, person: Person, **typed: str) -> Annotation:
    said = Typed(**{"comment": "Why?", **typed})  # type: ignore[arg-type]
    return store.create(library, person, compose("open", TEXT, person, NOW, said))


def answer(library: sqlite3.Connection, person: Person, to: Annotation, words: str) -> Annotation:
    return write(library, person, kind="reply", reply_to=to.id, comment=words)


def test_replies_stand_in_the_thread_in_their_order(
    library: sqlite3.Connection, everybody: People, note: Note
) -> None:
    root = write(library, everybody["annotator"], quote="second walk", kind="question")
    first = answer(library, everybody["other"], root, "Because.")
    second = answer(library, everybody["annotator"], first, "I see.")
    assert (second.reply_to, second.thread, second.note_uid) == (first.id, root.id, note.uid)
    margin = threads.of_note(library, note, everybody["public"])
    assert (margin.total, [r.html for r in margin.threads[0].replies]) == (
        1,
        ["<p>Because.</p>", "<p>I see.</p>"],
    )
    assert margin.threads[0].comment.kind == "question"


def test_nobody_reads_a_reply_without_what_it_answers(
    library: sqlite3.Connection, everybody: People, note: Note
) -> None:
    """Whatever becomes private takes its thread along, in every list and in the search."""
    writer, other = everybody["annotator"], everybody["other"]
    root = write(library, writer, quote="second walk")
    reply = answer(library, other, root, "xylophone")
    state = revise(root.stored, "open", NOW, Typed(comment="Why?", visibility="private"))
    store.update(library, writer, root.id, state)
    for name, person in everybody.items():
        mine = person == writer
        waiting.catch_up(library)
        assert bool(find.search(library, person, "xylophone in:annotations").total) == mine, name
        assert bool(listing.page(library, person, limit=9).total) == mine, name
        assert bool(threads.of_note(library, note, person).total) == mine, name
        if not mine:
            with pytest.raises(NotFound):
                store.get(library, reply.id, person)
    with pytest.raises(BadInput, match="could be answered"):
        answer(library, other, root, "Still here?")
    assert answer(library, writer, root, "To myself.").visibility == "private"


def test_what_was_deleted_with_answers_leaves_its_place(
    library: sqlite3.Connection, everybody: People, note: Note
) -> None:
    writer = everybody["annotator"]
    root = write(library, writer, quote="second walk", comment="Secret?")
    reply = answer(library, writer, root, "Yes.")
    store.delete(library, writer, root.id)
    (thread,) = threads.of_note(library, note, everybody["public"]).threads
    assert (thread.comment.gone, thread.comment.html, thread.comment.who) == (True, "", "")
    assert TEXT[thread.comment.start : thread.comment.end] == "second walk"
    other = library.execute("SELECT uid FROM note WHERE path = 'hidden'").fetchone()[0]
    for before, after in ((note.uid, other), (other, note.uid)):  # and goes along with its answers
        uprooted.hand_over(library, before, after)
        counts = [threads.count(library, uid, writer) for uid in (before, after)]
        assert counts == [0, 1]
    changed = revise(reply.stored, "open", NOW, Typed(kind="reply", reply_to="x", comment="No."))
    store.update(library, writer, reply.id, changed)
    store.delete(library, writer, reply.id)
    assert threads.of_note(library, note, writer).total == 0


def test_a_thread_cannot_be_put_below_another(
    library: sqlite3.Connection, everybody: People
) -> None:
    writer = everybody["annotator"]
    one, quiet, two = (write(library, writer) for _ in range(3))
    secret = Typed(kind="reply", reply_to=one.id, comment="Perhaps.", visibility="private")
    hidden = store.create(
        library, everybody["owner"], compose("open", TEXT, everybody["owner"], NOW, secret)
    )
    assert not may_read(writer, hidden)
    told = []
    for each in (one, quiet):  # an answer that they may not read makes no difference
        moved = {**each.stored, "motivation": "replying", "target": f"/annotations/{two.id}"}
        with pytest.raises(Conflict, match="stays in its thread") as refused:
            store.update(library, writer, each.id, moved)
        told.append((str(refused.value), refused.value.hint))
    assert told[0] == told[1]


def test_undo_brings_back_what_was_deleted_or_changed(
    library: sqlite3.Connection, everybody: People, note: Note
) -> None:
    writer = everybody["annotator"]
    kept = write(library, writer, quote="second walk", comment="xylophone")
    store.update(library, writer, kept.id, revise(kept.stored, "open", NOW, Typed(comment="Oh.")))
    store.delete(library, writer, kept.id)
    with pytest.raises(NotFound, match="nothing here"):
        store.undo(library, everybody["owner"], kept.id)
    assert store.undo(library, writer, kept.id).body == "Oh."
    assert store.undo(library, writer, kept.id).stored == kept.stored
    waiting.catch_up(library)
    assert find.search(library, writer, "xylophone in:annotations").total == 1
    assert threads.of_note(library, note, writer).threads[0].comment.start == TEXT.index("second")
    with pytest.raises(NotFound):
        store.undo(library, writer, kept.id)


def test_undo_lasts_an_hour(
    library: sqlite3.Connection, everybody: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = everybody["annotator"]
    kept = write(library, writer)
    store.delete(library, writer, kept.id)
    later = datetime.now(UTC) + timedelta(minutes=61)
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(NotFound):
        store.undo(library, writer, kept.id)
    with pytest.raises(Gone):
        store.get(library, kept.id, writer)


@pytest.mark.parametrize(
    ("typed", "motivation", "shown"),
    [
        ({"kind": "highlight", "colour": "green", "comment": ""}, "highlighting", ""),
        ({"kind": "question"}, "questioning", "<p>Why?</p>"),
        ({"kind": "erratum", "replacement": "third walk"}, "editing", "<p>third walk</p>"),
        ({"kind": "link", "link": "own"}, "linking", '"titled":true}-->own</a>'),
        ({"kind": "comment", "tags": "#a, b c,a"}, "commenting", "<p>Why?</p>"),
    ],
)
def test_every_kind_is_composed_in_terms_of_the_w3c(
    library: sqlite3.Connection,
    everybody: People,
    note: Note,
    typed: dict[str, str],
    motivation: str,
    shown: str,
) -> None:
    kept = write(library, everybody["annotator"], quote="second walk", **typed)
    (thread,) = threads.of_note(library, note, everybody["public"]).threads
    assert (kept.motivation, thread.comment.kind) == (motivation, typed["kind"])
    assert shown in thread.comment.html
    assert thread.comment.colour == {"question": "blue", "erratum": "rose", "link": "violet"}.get(
        typed["kind"], typed.get("colour", "yellow")
    )
    assert thread.comment.tags == (("a", "b c") if "tags" in typed else ())


def test_a_selection_is_taken_at_its_place_or_by_its_words() -> None:
    at = TEXT.index("walk", 10)
    person = Person(1, "a", "annotator")  # type: ignore[arg-type]

    def start(**typed: object) -> int:
        said = Typed(comment="x", **typed)  # type: ignore[arg-type]
        target = compose("open", TEXT, person, NOW, said)["target"]
        return int(target["selector"][1]["start"])

    assert start(quote="walk", start=at, end=at + 4) == at
    assert start(quote="second walk", start=3, end=9) == TEXT.index("second")
    assert start(block=2) == TEXT.index("The formula")
    with pytest.raises(BadInput, match="stand 2 times"):
        start(quote="walk", start=at + 1, end=at + 5)
    with pytest.raises(BadInput, match="no such paragraph"):
        start(block=3)


def test_the_parts_of_a_margin_follow_each_other(
    library: sqlite3.Connection, everybody: People, note: Note
) -> None:
    writer = everybody["annotator"]
    quotes = ["", "The formula", "A second", "", "goes far"]
    written = [write(library, writer, quote=quote).id for quote in quotes]
    parts = [threads.of_note(library, note, writer, limit=2, after=n) for n in (0, 2, 4)]
    ids = [thread.comment.id for part in parts for thread in part.threads]
    assert ids[:3] == [written[4], written[2], written[1]]
    assert set(ids) == set(written)
    assert [part.next for part in parts] == [2, 4, None]
    moved = Note(note.uid, f"New. {TEXT}", "another")
    again = [threads.of_note(library, moved, writer, limit=2, after=n) for n in (0, 2, 4)]
    assert [t.comment.id for part in again for t in part.threads][:3] == ids[:3]


def test_what_is_said_is_kept_as_html_by_a_sync(
    library: sqlite3.Connection, everybody: People, note: Note
) -> None:
    kept = write(library, everybody["annotator"], comment="*a*")
    write(library, everybody["annotator"], comment="$\\R$, which a macro may be")
    store.reindex(library)
    rows = library.execute("SELECT id, html FROM annotation_shown").fetchall()
    assert [tuple(row) for row in rows] == [(kept.id, "<p><em>a</em></p>")]
    store.update(
        library,
        everybody["annotator"],
        kept.id,
        revise(kept.stored, "open", NOW, Typed(comment="b")),
    )
    assert not library.execute("SELECT 1 FROM annotation_shown").fetchall()


def test_a_private_answer_leaves_no_place_to_others(
    library: sqlite3.Connection, everybody: People, note: Note
) -> None:
    root = write(library, everybody["annotator"], quote="second walk")
    secret = {"kind": "reply", "reply_to": root.id, "visibility": "private"}
    write(library, everybody["other"], comment="Mine alone.", **secret)
    store.delete(library, everybody["annotator"], root.id)
    for name, seen in (("public", 0), ("annotator", 0), ("owner", 0), ("other", 1)):
        margin = threads.of_note(library, note, everybody[name], named=root.id)
        assert (margin.total, len(margin.threads), margin.named) == (seen, seen, None)


FRENCH = {"type": "TextualBody", "value": "Bon", "language": "fr", "purpose": "describing"}
CHOICE = {"type": "Choice", "items": [FRENCH, {"type": "TextualBody", "value": "good"}]}
MINE = {"type": "TextualBody", "value": "mine", "purpose": "tagging"}


@pytest.mark.parametrize(
    ("stored", "tagged"),
    [
        ({"body": FRENCH}, [FRENCH, MINE]),
        ({"body": CHOICE}, [MINE, CHOICE]),
        ({"body": [FRENCH, "urn:x"]}, [FRENCH, MINE, "urn:x"]),
        (
            {"bodyValue": "a *b*"},
            [{"type": "TextualBody", "value": "a *b*", "format": "text/plain"}, MINE],
        ),
    ],
)
def test_the_form_changes_what_was_typed_and_leaves_the_rest_as_its_client_made_it(
    stored: dict[str, Any], tagged: list[Any]
) -> None:
    made = {"@context": CONTEXT, "type": "Annotation", "target": "/notes/open", **stored}
    shown = bodies.fields(read(made), "open")["comment"]
    as_it_was = revise(made, "open", NOW, Typed(comment=shown.replace("\n", "\r\n")))
    assert as_it_was == {**made, "modified": NOW, "visibility": "shared"}
    assert revise(made, "open", NOW, Typed(comment=shown, tags="mine"))["body"] == tagged
    said = revise(made, "open", NOW, Typed(comment="Fine."))
    assert read(said).said[0].value == "Fine."
