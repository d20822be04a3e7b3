"""Where annotations stand is kept with the text in which it was found, and never beyond it."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from app.accounts.permissions import Person
from app.annotations import anchored, store, uprooted
from app.annotations.anchored import Placed, Text
from app.annotations.model import CONTEXT, check

TEXT = "A walk of N steps goes far.\nA second walk does not.\nThe formula $\\sqrt N$ says so."
People = dict[str, Person]


@pytest.fixture
def person(everybody: People) -> Person:
    return everybody["annotator"]


def quoting(quote: str, note: str = "open") -> dict[str, Any]:
    selector = {"type": "TextQuoteSelector", "exact": quote}
    target = {"source": f"/notes/{note}", "selector": selector}
    return check({"@context": CONTEXT, "type": "Annotation", "target": target})


def document(library: sqlite3.Connection, path: str = "open") -> Text:
    row = library.execute("SELECT uid, text, sha256 FROM document WHERE path = ?", [path])
    return Text(**row.fetchone())


def edit(library: sqlite3.Connection, text: str) -> None:
    values = [text, str(hash(text))]
    library.execute("UPDATE document SET text = ?, sha256 = ? WHERE path = 'open'", values)


def kept(library: sqlite3.Connection) -> list[tuple[object, ...]]:
    rows = library.execute(
        'SELECT start, "end", grade, said, before, after FROM anchor ORDER BY start'
    )
    return [tuple(row) for row in rows]


def test_a_place_is_kept_with_its_surroundings_and_its_text(
    library: sqlite3.Connection, person: Person
) -> None:
    name = store.create(library, person, quoting("second walk")).id
    start = TEXT.index("second")
    around = (TEXT[max(0, start - 32) : start], TEXT[start + 11 : start + 43])
    assert kept(library) == [(start, start + 11, "exact", "second walk", *around)]
    assert anchored.of_note(library, document(library)) == [
        Placed(name, start, start + 11, "exact", "second walk")
    ]
    library.execute("UPDATE anchor SET start = 3")
    assert [each.start for each in anchored.of_note(library, document(library))] == [3]


@pytest.mark.parametrize("change", ["the file", "the code"])
def test_what_was_found_in_another_text_is_found_anew_and_kept_with_the_next(
    library: sqlite3.Connection, person: Person, change: str
) -> None:
    store.create(library, person, quoting("second walk"))
    stored = library.execute("SELECT stored FROM annotation").fetchone()[0]
    library.execute("UPDATE anchor SET start = 3")
    if change == "the file":
        edit(library, f"New. {TEXT}")
    else:
        library.execute("UPDATE state SET value = 1 WHERE name = 'derived'")
    before, note = kept(library), document(library)
    (placed,) = anchored.of_note(library, note)
    assert note.text[placed.start : placed.end] == placed.said == "second walk"
    assert kept(library) == before
    store.create(library, person, quoting("goes far"))
    assert [row[0] for row in kept(library)] == [
        note.text.index("goes far"),
        note.text.index("second"),
    ]
    assert library.execute("SELECT stored FROM annotation").fetchone()[0] == stored
    assert anchored.catch_up(library, note.uid) == 0


def test_words_that_are_gone_are_an_orphan_that_keeps_its_surroundings(
    library: sqlite3.Connection, person: Person
) -> None:
    sent = quoting("second walk")
    sent["target"]["selector"] |= {"prefix": "A ", "suffix": " does"}
    store.create(library, person, sent)
    edit(library, "Another text.")
    uid = document(library).uid
    assert anchored.catch_up(library, uid) == 1
    assert kept(library) == [(None, None, "orphan", "second walk", "A ", " does")]
    edit(library, TEXT)
    assert [each.grade for each in anchored.of_note(library, document(library))] == ["exact"]


def test_a_change_and_a_deletion_take_the_place_along(
    library: sqlite3.Connection, person: Person
) -> None:
    name = store.create(library, person, quoting("second walk")).id
    store.update(library, person, name, quoting("goes far"))
    assert [each.said for each in anchored.of_note(library, document(library))] == ["goes far"]
    store.update(library, person, name, quoting("goes far", note="hidden"))
    assert anchored.of_note(library, document(library)) == []
    assert len(anchored.of_note(library, document(library, "hidden"))) == 1
    elsewhere = check(
        {"@context": CONTEXT, "type": "Annotation", "target": "http://example.org/notes/open"}
    )
    store.update(library, person, name, elsewhere)
    assert kept(library) == []
    name = store.create(library, person, quoting("second walk")).id
    store.delete(library, person, name)
    assert anchored.of_note(library, document(library)) == []


def test_what_is_handed_over_is_found_in_the_other_note(
    library: sqlite3.Connection, person: Person
) -> None:
    store.create(library, person, quoting("second walk"))
    store.create(library, person, quoting("goes far", note="hidden"))
    uprooted.hand_over(library, document(library).uid, document(library, "hidden").uid)
    for _ in range(2):
        placed = anchored.of_note(library, document(library, "hidden"))
        assert [each.said for each in placed] == ["goes far", "second walk"]
        anchored.catch_up(library, document(library, "hidden").uid)
