"""Newlines that went through a form come back as the file had them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.library.writing.newlines import like

TEXTS = st.lists(st.sampled_from(["a", "b", "", "c d", "\n", "\r\n", "\r", "\n\n"])).map("".join)


def as_sent(text: str) -> str:
    """What a form makes of a file, with a newline at its end."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return plain if plain.endswith("\n") or not plain else f"{plain}\n"


@given(TEXTS)
def test_what_is_not_changed_changes_no_byte(text: str) -> None:
    assert like(text, as_sent(text)) == text


@given(TEXTS, TEXTS)
def test_no_line_is_changed(before: str, typed: str) -> None:
    found = like(before, as_sent(typed))
    assert as_sent(found) == as_sent(typed)


def test_a_new_line_ends_as_the_one_above_it() -> None:
    assert like("a\r\nb\r\n", "a\nnew\nb\nlast\n") == "a\r\nnew\r\nb\r\nlast\r\n"
    assert like("a\nb", "a\nb\nc\n") == "a\nb\nc\n"
    assert like("", "a\nb\n") == "a\nb\n"
