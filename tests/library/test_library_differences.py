"""What differs, by word: exact where it is shown, and never more than can be read."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.library.history.differences import MAX_SHOWN, differences
from tests.spent import spent

TEXTS = st.lists(
    st.sampled_from(
        ["One word and another.", "x", "", "  y", "a b c d", "ä–ß", "\ta\r", "f\u2028g"]
    )
).map("\n".join)


@given(st.one_of(TEXTS, st.text()), st.one_of(TEXTS, st.text()))
def test_with_all_of_the_context_both_versions_are_there(before: str, after: str) -> None:
    found = differences(before, after, context=10**6)
    assert found.is_empty == (before == after)
    if not found.is_empty:
        assert "".join(p.text for hunk in found.hunks for p in hunk.before) == before
        assert "".join(p.text for hunk in found.hunks for p in hunk.after) == after


@given(TEXTS, TEXTS)
def test_a_hunk_stands_on_the_lines_that_it_names(before: str, after: str) -> None:
    for hunk in differences(before, after).hunks:
        if hunk.kind == "same":
            text = hunk.pieces[0].text.removesuffix("\n")
            for source, line in ((before, hunk.before_line), (after, hunk.after_line)):
                assert "\n".join(source.split("\n")[line - 1 :]).startswith(text)


def test_only_what_changed_is_shown_with_two_lines_around_it() -> None:
    before = "".join(f"line {n}\n" for n in range(100))
    found = differences(before, before.replace("line 50\n", "line fifty\n"))
    assert [(hunk.kind, hunk.before_line, hunk.lines) for hunk in found.hunks] == [
        ("left out", 1, 48),
        ("same", 49, 2),
        ("changed", 51, 1),
        ("same", 52, 2),
        ("left out", 54, 47),
    ]
    assert (found.removed, found.added) == (1, 1)


def test_words_between_two_changed_ones_are_not_torn() -> None:
    (hunk,) = differences("We walk far away today.", "We run very near today.").hunks
    assert [(p.kind, p.text) for p in hunk.pieces] == [
        ("same", "We "),
        ("removed", "walk far away"),
        ("added", "run very near"),
        ("same", " today."),
    ]


def test_a_passage_written_anew_stays_in_one_piece() -> None:
    (hunk,) = differences(
        "The sum of all of these is finite.\n", "Nobody has found out why it is so.\n"
    ).hunks
    assert [piece.kind for piece in hunk.pieces] == ["removed", "added"]


def test_changes_of_spaces_are_seen() -> None:
    (hunk,) = differences("some words here\r\n", "some  words here\n").hunks
    shown = [(p.kind, p.shown) for p in hunk.pieces if p.kind != "same"]
    assert shown == [("removed", "·"), ("added", "··"), ("removed", "␍")]
    (end,) = differences("x", "x\n").hunks
    assert end.pieces[-1].shown == "¶\n"


def made(seed: int, words: list[str]) -> str:
    chance = random.Random(seed)
    return "".join(" ".join(chance.choices(words, k=12)) + "\n" for _ in range(70_000))


@pytest.mark.parametrize("words", [["a", "b"], [f"word{n}" for n in range(5000)]])
@pytest.mark.parametrize("newline", ["\n", " "])
def test_two_versions_of_5_mb_take_bounded_time_and_space(words: list[str], newline: str) -> None:
    before, after = (made(seed, words).replace("\n", newline) for seed in (1, 2))
    with spent() as taken:
        found = differences(before, after)
    assert taken.seconds < 20
    assert not found.is_whole
    assert sum(len(p.text) for hunk in found.hunks for p in hunk.pieces) <= MAX_SHOWN
