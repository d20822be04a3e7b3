"""What any client's selectors mean: the quote decides, above a floor, and never other words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.annotations import utf16
from app.annotations.anchoring import ORPHAN
from app.annotations.ranges import meant
from app.annotations.selectors_found import PLAIN, Quote, even, found, places_in

TEXT = (
    "A walk of “many” steps goes far – in the plane it comes back.\n"
    "🙂 A second walk does not come back from the lattice in three dimensions."
)


def words(text: str, quote: Quote) -> str | None:
    anchor = found(text, quote)
    return None if anchor.start is None else text[anchor.start : anchor.end]


ALL = "goes far – in the plane it comes back.\n🙂 A second"


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ('of "many" steps', "of “many” steps"),
        ("far - in  the\nplane", "far – in the plane"),
        ("come\u00ad back from the", "come back from the"),
        ("goes far – in the plane it comes back.\nA second", ALL),
        (
            "does not came back from the latice in three",
            "does not come back from the lattice in three",
        ),
        ("does never return out of any network at all", None),
        ("wolk", None),
    ],
)
def test_differences_that_a_client_may_have(sent: str, meant: str | None) -> None:
    assert words(TEXT, Quote(sent)) == meant


def test_what_is_nearly_said_is_changed_and_only_if_nothing_else_comes_near() -> None:
    one = "the second walk does not come back from the lattice"
    assert (
        found(f"We know: {one} at all.", Quote(one.replace("second", "secund"))).grade == "changed"
    )
    two = f"We know: {one} at all. They say: {one.replace('from', 'to')} at all."
    assert found(two, Quote(one.replace("from", "of"))) == ORPHAN


def test_positions_in_units_of_utf16() -> None:
    at = TEXT.index("walk does")
    units = utf16.to_units(TEXT, at)
    assert units == at + 1
    for start in (at, units):
        anchor = found(TEXT, Quote("walk", start=start))
        assert (anchor.start, anchor.grade) == (at, "exact")


@given(st.text(alphabet="a🙂é\u200d𝒳", max_size=30), st.integers(0, 30))
def test_there_and_back_again(text: str, at: int) -> None:
    at = min(at, len(text))
    assert utf16.to_code_points(text, utf16.to_units(text, at)) == at


def test_a_part_of_a_part() -> None:
    inner = {"type": "TextPositionSelector", "start": 2, "end": 8}
    outer = {"type": "TextQuoteSelector", "exact": "A second walk", "refinedBy": inner}
    piece = meant(TEXT, {"source": "/notes/a", "selector": outer})
    assert piece is not None
    assert TEXT[piece.start : piece.end] == "second"


@given(
    st.text(alphabet="ab “”\n", max_size=60), st.text(alphabet='ab "\n', min_size=1, max_size=20)
)
def test_nothing_is_made_up(text: str, quote: str) -> None:
    said = words(text, Quote(quote, "a", "b", 3))
    if said is not None:
        plain = said.replace("“", '"').replace("”", '"')
        assert " ".join(plain.split()) == " ".join(quote.split())


@given(st.text(alphabet="ab \n\t\u00a0\u200b“ﬁ½é\x1f🙂", max_size=40))
def test_each_character_of_the_evened_text_has_its_place(text: str) -> None:
    places = places_in(text)
    assert len(places) == len(even(text))
    for place, character in zip(places, even(text), strict=True):
        assert character in PLAIN[ord(text[place])] or (character, text[place].isspace()) == (
            " ",
            True,
        )


@pytest.mark.parametrize(
    ("quote", "start"),
    [
        (Quote("a walk"), None),
        (Quote("a walk", "or ", ""), 21),
        (Quote("a walk ", "or ", ""), 21),
        (Quote("“a walk”"), None),  # with other quotation marks it stands there twice
    ],
)
def test_words_that_stand_at_one_place_only(quote: Quote, start: int | None) -> None:
    assert found('a walk there and, or a walk "a walk" “a walk”', quote).start == start


def test_white_space_at_its_ends_is_not_of_a_passage_but_tells_where_it_is() -> None:
    assert words("one two. one two here", Quote(" two ", "one", "here")) == "two"
    assert found("one two. one two here", Quote(" two ", "one", "here")).start == 13
    assert found("one  two", Quote("  ", "one", "two")) == ORPHAN
    books = "First, in the note book of A. Then in the note book of B. Last, in the notebook of C."
    for around in ("the note", "First, in the note"):
        anchor = found(books, Quote(" book", around))
        assert anchor == ORPHAN or books[: anchor.start].endswith("note ")
    assert found(books, Quote(" book", "Then in the note", "", 999)).start == 47
    lines = "Let N be large.\nThen.\n\nLet N be large.\nThen. We write Let N be large.Then."
    assert found(lines, Quote("Let N be large.\n", "", "Then", 30)) == ORPHAN


def test_a_long_text_is_searched_near_the_position_only() -> None:
    text = "some words of it all, again and again. " * 20_000
    quote = Quote("not a sentence that stands anywhere in this text", start=500_000)
    assert found(text, quote) == ORPHAN
