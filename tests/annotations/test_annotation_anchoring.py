"""Anchoring: the words themselves, the right ones of several, or an honest orphan."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.annotations.anchoring import ORPHAN, SURE, Anchor, locate, surroundings, words

TEXT = "A walk of N steps goes far. A second walk of N steps does not, however long."


def test_words_at_their_place_are_exact() -> None:
    assert locate(TEXT, "walk", "A ", " of N", 2) == Anchor(2, 6, "exact")


def test_without_a_position_what_stands_is_exact() -> None:
    assert locate(TEXT, "goes far") == Anchor(18, 26, "exact")


def test_surroundings_choose_among_several() -> None:
    second = TEXT.rindex("walk")
    assert locate(TEXT, "walk", "A second ", " of N steps does") == Anchor(
        second, second + 4, "exact"
    )


def test_surroundings_count_more_than_the_old_position() -> None:
    moved = "Something new stands before. " + TEXT
    start = moved.rindex("walk of N steps")
    found = locate(moved, "walk of N steps", "far. A second ", " does not", TEXT.rindex("walk"))
    assert found == Anchor(start, start + 15, "moved")


def test_nothing_is_guessed_where_surroundings_say_nothing() -> None:
    assert locate("x a x a x a x", "a", position=6) == Anchor(6, 7, "exact")
    assert locate("x a x a x a x", "a", position=7) == ORPHAN
    assert locate("x a x a x a x", "a") == ORPHAN
    assert locate("a x a", "a") == ORPHAN
    assert locate("x a x", "a", position=7) == Anchor(2, 3, "moved")


def test_of_several_that_agree_nearly_as_well_none_is_chosen() -> None:
    said = "the mean of a root is not the root of a mean"
    text = f"We know that {said}. They say that {said}, too."
    assert locate(text, said, "We believe that ", " at all", 13) == ORPHAN
    assert locate(text, said, "They say that ", " at all", 13).start == text.rindex(said)
    assert locate(f"{text} {text}", said, "They say that ", ", too", 200) == ORPHAN
    around = (
        "This is what they have been saying for all these years: ",
        ". So we do not believe it.",
    )
    twice = "; ".join([f"{around[0]}{said}{around[1]}"] * 2)
    assert locate(twice, said, *around, 200).start == twice.rindex(said)


def test_other_words_are_never_a_place() -> None:
    assert locate(TEXT, "walk of M steps", "A ", " goes far", 2) == ORPHAN
    assert locate(TEXT, "") == ORPHAN


def test_a_short_word_elsewhere_is_not_the_one_that_was_meant() -> None:
    """The sentence was taken out; the same word in another sentence is no place for it."""
    assert locate(TEXT, "however", "We believe, ", ", that this is wrong", 900) == ORPHAN


def test_a_long_passage_needs_no_surroundings() -> None:
    quote = "A second walk of N steps does not"
    assert locate(TEXT, quote, "all is new ", "! here too", 3).grade == "moved"


def test_positions_count_code_points() -> None:
    assert locate("𝒳 and 𝒴", "𝒴") == Anchor(6, 7, "exact")


def test_a_text_of_one_letter_does_not_take_long() -> None:
    assert locate("a" * 1_000_000, "aa", "a" * 64, "a" * 64, 500_000).grade == "exact"


def test_words_are_found_whatever_the_white_space() -> None:
    assert words("one\ntwo  three", " one two three ") == [(0, 14)]
    assert words("aa bb aa", "aa") == [(0, 2), (6, 8)]
    assert words("(x", "(x") == [(0, 2)]
    assert words("text", " \n ") == []


PIECES = st.text(alphabet="ab \n", min_size=0, max_size=30)


@given(PIECES, PIECES, PIECES, st.none() | st.integers(-5, 99))
def test_a_place_always_holds_the_words(
    before: str, quote: str, after: str, position: int | None
) -> None:
    text = before + quote + after
    found = locate(text, quote, before, after, position)
    if not quote:
        assert found == ORPHAN
    else:
        assert found.start is not None
        assert text[found.start : found.end] == quote


@given(PIECES, PIECES, PIECES, PIECES)
def test_an_insertion_before_or_after_never_loses_the_passage(
    new: str, before: str, quote: str, after: str
) -> None:
    """Unless it stands there several times, with the little that was around it."""
    text = before + quote + after
    prefix, suffix = surroundings(text, len(before), len(before) + len(quote))
    found = locate(new + text + new, quote, prefix, suffix, len(before))
    now = new + text + new
    is_said_again = len(prefix + suffix) < SURE and now.find(text, now.find(text) + 1) >= 0
    assert is_said_again or (found.grade == "orphan") == (not quote)


@given(PIECES, PIECES, PIECES, PIECES, st.integers(0, 99))
def test_no_place_is_ever_made_up(
    text: str, quote: str, prefix: str, suffix: str, position: int
) -> None:
    found = locate(text, quote, prefix, suffix, position)
    if found.grade == "orphan":
        assert found.start is None
    else:
        assert text[found.start : found.end] == quote
