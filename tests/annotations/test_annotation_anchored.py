"""Where annotations stand is kept with the text in which it was found, and never beyond it."""

from __future__ import annotations

import json
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
    store.create(library, person, quoting("second walk"))
    around = kept(library)[0][4:]
    edit(library, "Another text.")
    uid = document(library).uid
    assert anchored.catch_up(library, uid) == 1
    assert kept(library) == [(None, None, "orphan", "second walk", *around)]
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


@pytest.mark.parametrize(
    "selector",
    [
        {"type": "TextQuoteSelector", "exact": "second walk"},
        {"type": "TextPositionSelector", "start": 2, "end": 6},
        {"type": "TextPositionSelector", "start": 2, "end": 6_000},
        {"type": "FragmentSelector", "value": "char=2,6"},
    ],
)
@pytest.mark.parametrize("source", ["http://example.org/page", "/notes/hidden"])
def test_what_is_quoted_of_another_thing_is_not_looked_for_in_the_note(
    library: sqlite3.Connection, person: Person, selector: dict[str, Any], source: str
) -> None:
    """Nor told: that other thing may be a note that not everybody finds."""
    target = ["/notes/open", {"source": source, "selector": selector}]
    made = check({"@context": CONTEXT, "type": "Annotation", "target": target})
    assert store.create(library, person, made).quote == ""
    assert kept(library) == [(None, None, "exact", "", "", "")]


def stored(library: sqlite3.Connection) -> list[tuple[str, str]]:
    rows = library.execute("SELECT id, stored FROM annotation ORDER BY id")
    return [(row["id"], row["stored"]) for row in rows]


def test_twenty_edits_move_marks_and_never_what_a_client_stored(
    library: sqlite3.Connection, person: Person
) -> None:
    for quote in ("second walk", "goes far", "$\\sqrt N$"):
        store.create(library, person, quoting(quote))
    before, text = stored(library), TEXT
    for number in range(20):
        text = f"Line {number} is new.\n{text}"
        edit(library, text)
        assert anchored.catch_up(library, document(library).uid) == 3
    assert stored(library) == before
    placed = anchored.of_note(library, document(library))
    assert [text[each.start : each.end] for each in placed] == [each.said for each in placed]
    assert {each.grade for each in placed} == {"moved"}


def test_what_was_reworded_says_what_it_was(library: sqlite3.Connection, person: Person) -> None:
    store.create(library, person, quoting("A second walk does not."))
    text = TEXT.replace("second walk does", "second long walk does")
    edit(library, text)
    for _ in range(2):
        (placed,) = anchored.of_note(library, document(library))
        assert placed.grade == "changed"
        assert placed.said == "A second walk does not."
        assert text[placed.start : placed.end] == "A second long walk does not."
        anchored.catch_up(library, document(library).uid)
    edit(library, TEXT)
    assert [each.grade for each in anchored.of_note(library, document(library))] != ["changed"]


def test_it_is_exact_again_at_the_place_that_was_sent(
    library: sqlite3.Connection, person: Person
) -> None:
    sent = quoting("second walk")
    place = {"type": "TextPositionSelector", "start": 30, "end": 41}
    sent["target"]["selector"] = [sent["target"]["selector"], place]
    store.create(library, person, sent)
    for text, grade in ((f"New. {TEXT}", "moved"), (TEXT, "exact")):
        edit(library, text)
        anchored.catch_up(library, document(library).uid)
        assert [each.grade for each in anchored.of_note(library, document(library))] == [grade]


def test_a_save_that_was_not_followed_is_caught_up_by_the_next(
    library: sqlite3.Connection, person: Person
) -> None:
    """As if the process ended between the save and `catch_up`: nothing is lost."""
    store.create(library, person, quoting("second walk"))
    edit(library, f"A second walk, they say. {TEXT}")
    (page,) = anchored.of_note(library, document(library))
    edit(library, f"So. A second walk, they say. {TEXT}")
    assert anchored.catch_up_all(library) == 1
    (after,) = anchored.of_note(library, document(library))
    assert page.start is not None
    assert after.start == page.start + 4
    assert anchored.catch_up_all(library) == 0


def test_two_at_once_follow_once(
    library: sqlite3.Connection, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes second looks again inside its transaction, and finds nothing to do."""
    store.create(library, person, quoting("second walk"))
    edit(library, f"New. {TEXT}")
    uid, seen = document(library).uid, anchored.outgrown(library, document(library).uid)
    assert anchored.catch_up(library, uid) == 1
    was = kept(library)
    found = iter([seen, anchored.outgrown(library, uid)])
    monkeypatch.setattr(anchored, "outgrown", lambda *_: next(found))
    assert anchored.catch_up(library, uid) == 0
    assert kept(library) == was


def test_a_note_that_nobody_annotated_keeps_no_text(library: sqlite3.Connection) -> None:
    assert anchored.catch_up(library, document(library).uid) == 0
    assert anchored.catch_up_all(library) == 0
    assert library.execute("SELECT count(*) FROM anchored_text").fetchone()[0] == 0


def test_a_deleted_one_is_followed_too(library: sqlite3.Connection, person: Person) -> None:
    """It may be brought back."""
    name = store.create(library, person, quoting("second walk")).id
    store.delete(library, person, name)
    edit(library, f"New. {TEXT}")
    assert anchored.catch_up(library, document(library).uid) == 1
    assert kept(library)[0][0] == TEXT.index("second") + 5


def test_what_is_handed_over_is_followed_from_the_text_that_it_stood_in(
    library: sqlite3.Connection, person: Person
) -> None:
    store.create(library, person, quoting("A second walk does not."))
    library.execute(
        "UPDATE document SET text = ?, sha256 = 'b' WHERE path = 'hidden'",
        [TEXT.replace("second walk does", "second long walk does")],
    )
    uprooted.hand_over(library, document(library).uid, document(library, "hidden").uid)
    for _ in range(2):
        (placed,) = anchored.of_note(library, document(library, "hidden"))
        assert placed.grade == "changed"
        anchored.catch_up(library, document(library, "hidden").uid)


@pytest.mark.parametrize(
    ("selector", "words"),
    [
        ({"type": "TextPositionSelector", "start": 2, "end": 6}, "walk"),
        ({"type": "FragmentSelector", "value": "char=2,6"}, "walk"),
        (
            {
                "type": "RangeSelector",
                "startSelector": {"type": "TextQuoteSelector", "exact": "second"},
                "endSelector": {"type": "TextQuoteSelector", "exact": "not"},
            },
            "second walk does ",
        ),
        ({"type": "CssSelector", "value": "p:first-child"}, None),
    ],
)
def test_selectors_without_a_quote(
    library: sqlite3.Connection, person: Person, selector: dict[str, Any], words: str | None
) -> None:
    sent = quoting("x")
    sent["target"]["selector"] = selector
    store.create(library, person, check(sent))
    (placed,) = anchored.of_note(library, document(library))
    assert (None if placed.start is None else TEXT[placed.start : placed.end]) == words
    assert placed.grade == "exact"


def test_a_fragment_names_a_heading(library: sqlite3.Connection, person: Person) -> None:
    """Which keeps its mark when others come before it."""
    found = [
        {"level": 2, "id": "walks", "html": "Walks"},
        {"level": 3, "id": "on-s_n", "html": "On <em>the</em> sum"},
        {"level": 2, "id": "walks-1", "html": "Walks"},
    ]
    text = "Walks\nIn walks.\nOn the sum\nWalks\nAgain."
    edit(library, text)
    library.execute("UPDATE document SET headings = ? WHERE path = 'open'", [json.dumps(found)])
    sent = quoting("x")
    for name in ("walks-1", "#on-s_n", "none"):
        sent["target"]["selector"] = {"type": "FragmentSelector", "value": name}
        store.create(library, person, check(sent))
    edit(library, f"New here.\n{text}")
    places = [each.start for each in anchored.of_note(library, document(library))]
    assert places == [10 + text.index("On the"), 10 + text.rindex("Walks"), None]
