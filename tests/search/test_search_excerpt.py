"""The passage that a hit shows: the right one, marked, escaped, and found in bounded time."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.excerpt import LENGTH, excerpt


@pytest.mark.parametrize(
    ("text", "word", "marked"),
    [
        ("They converged, as series converge.", "converges", ["converged", "converge"]),
        ("Kurt Gödel wrote.", "godel", ["Gödel"]),
        ("Godel wrote.", "Gödel", ["Godel"]),
        ("A walkable cat.", "cats", ["cat"]),
        ("concatenate", "cat", None),
    ],
)
def test_which_words_are_marked(text: str, word: str, marked: list[str] | None) -> None:
    found = excerpt(text, [word])
    assert (re.findall("<mark>(.*?)</mark>", found) if found else None) == marked


def test_the_passage_with_the_most_words_is_shown() -> None:
    text = "alpha " + "filler " * 200 + "alpha meets beta here " + "filler " * 200
    found = excerpt(text, ["alpha", "beta"])
    assert found
    assert "<mark>alpha</mark> meets <mark>beta</mark>" in found
    assert found.startswith("…")
    assert found.endswith("…")


def test_a_word_that_stands_a_hundred_thousand_times_takes_no_time() -> None:
    began = time.perf_counter()
    for _ in range(20):
        assert excerpt("w " * 200_000, ["w"])
    assert time.perf_counter() - began < 3


@given(st.text(max_size=400), st.lists(st.text(max_size=12), max_size=6))
def test_nothing_raises_and_nothing_but_marks_is_an_element(text: str, words: list[str]) -> None:
    found = excerpt(text, words)
    if found is not None:
        assert set(re.findall("<[^>]*>", found)) <= {"<mark>", "</mark>"}
        assert len(re.sub("<[^>]*>|&[^;]*;", "x", found)) <= LENGTH + 2 * len(found) // 3 + 60
