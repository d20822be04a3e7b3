"""A correction changes the one passage that was marked, or nothing at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.annotations.corrections import (
    Lines,
    corrected,
    fitted,
    is_only_there,
    line_of,
    lines_of,
    reads_as,
)
from app.annotations.taking_out import is_all_that_went, taken_out
from app.markup import Rendered, render

SOURCE = """# Walks

A walk of **N steps**
goes far. See [[other|a walk]].

> One walk,
> and two.

| a | b |
|---|---|
| x | $x^2$ |

```claim
id: small
text: The sum is small.
check: shown.total < 10
```

## More

The end of walks.
"""


def rendered(source: str) -> Rendered:
    return render(source, path="walks")


def accepted(words: str, replacement: str) -> str | None:
    """The source as an erratum on the first such words would make it; None: the editor."""
    before = rendered(SOURCE)
    start = before.text.index(words)
    end = start + len(words)
    lines = lines_of(before.lines, start, end)
    if lines is None:
        return None
    source = corrected(SOURCE, lines, words, fitted(SOURCE, lines, replacement))
    passage = before, rendered(source or ""), start, end
    if source is None or not is_only_there(*passage) or not reads_as(*passage, replacement):
        return None
    return source


def shortened(source: str, words: str) -> str | None:
    """The source without the first such words as an erratum would make it; None: the editor."""
    before = rendered(source)
    start = before.text.index(words)
    end = start + len(words)
    lines = lines_of(before.lines, start, end)
    now = taken_out(source, lines, words) if lines else None
    return now if now and is_all_that_went(before, rendered(now), start, end) else None


@pytest.mark.parametrize(
    ("words", "replacement", "was", "now"),
    [
        ("goes far", "goes *very* far", "goes far", "goes *very* far"),
        ("$x^2$", "$x^3$", "$x^2$", "$x^3$"),
        ("One walk", "One path", "One walk", "One path"),
        ("A walk of", "A path\nof", "A walk of", "A path\nof"),
        ("More", "Less", "## More", "## Less"),
        ("goes far", "goes ==so== far, 100% $x < y$", "goes far", "goes ==so== far, 100% $x < y$"),
        ("goes far", "goes | far", "goes far", "goes | far"),
        ("goes far", "1990. It went", "goes far", "1990. It went"),
        ("$x^2$", "two | $|x|$ \\| `a|b`", "$x^2$", "two \\| $\\|x\\|$ \\| `a\\|b`"),
        ("b", "the |b|", "| b |", "| the \\|b\\| |"),
    ],
)
def test_words_that_stand_once_in_their_block_are_replaced(
    words: str, replacement: str, was: str, now: str
) -> None:
    assert accepted(words, replacement) == SOURCE.replace(was, now, 1)


@pytest.mark.parametrize(
    ("words", "replacement"),
    [
        ("N steps goes", "N paths go"),  # the source has asterisks between
        ("walk", "path"),  # twice in its lines
        ("a walk", "a path"),  # the words of a link: they stand once, and read so
        ("One walk, and", "A walk, and"),  # a mark of quotation between
        ("The end of walks.", "---"),
        ("goes far", "goes\n\nfar"),
        ("goes far", "```\nfar"),
        ("goes far", "<!-- far"),
        ("The sum is small.", "The sum is small.\nexpect: refuted"),
        ("The end", "# The end\nand"),
        ("The end", ""),
        ("The end", "The {{ shown.total }}th end"),
        ("goes far", "goes #evil/tag"),
        ("goes far", "goes [[other]]"),
        ("goes far", "goes [far](https://e.org)"),
        ("goes far", "goes to https://e.org"),
        ("goes far", "goes ![far](https://e.org/x.png)"),
        ("goes far", "goes as @cite2020 says"),
        ("The end of walks.", "The end of walks. ^far"),
        ("goes far", r"$\def\x{y}$ far"),
        ("goes far", "goes\u202e far"),
        ("goes far", "goes\u200b far"),
        ("goes far", "goes far" * 4000),
        ("$x^2$", "y\nz"),
    ],
)
def test_what_is_in_doubt_or_reaches_further_is_left_to_the_editor(
    words: str, replacement: str
) -> None:
    if words == "a walk":
        assert accepted(words, replacement) == SOURCE.replace("|a walk]", "|a path]")
    else:
        assert accepted(words, replacement) is None


@pytest.mark.parametrize(
    ("source", "words", "now"),
    [
        ("A very long walk.\n", "very", "A long walk.\n"),
        ("A walk, again.\n\nMore.\n", ", again", "A walk.\n\nMore.\n"),
        ("A walk, again.\n", "again", "A walk,.\n"),
        ("A long\nwalk of N.\n", "walk", "A long\nof N.\n"),
        ("A long\nwalk.\n", "long", "A\nwalk.\n"),
        ("- a walk\n- So two\n", "So", "- a walk\n- two\n"),
        ("| a | b |\n|---|---|\n| long x | y |\n", "long", "| a | b |\n|---|---|\n| x | y |\n"),
        ("Only the last word\n", "word", "Only the last\n"),
        ("The whole.\n\nAnother.\n", "The whole.", None),
        ("| a | b |\n|---|---|\n| x | y |\n", "x", None),
        ("A *long* walk.\n", "long", None),
        ("So 1. it goes\n", "So", None),  # it would begin a list
        ("A walk. A path.\n", "A", None),  # which of the two
    ],
)
def test_words_are_taken_out_with_one_space_where_nothing_else_changes(
    source: str, words: str, now: str | None
) -> None:
    assert shortened(source, words) == now


@given(replacement=st.text(alphabet="ab*_`$<>!-#|[](){}\n \\~=:&;'\"", max_size=12))
def test_whatever_is_proposed_nothing_else_reads_otherwise(replacement: str) -> None:
    source = accepted("goes far", replacement)
    if source is not None:
        before, after = rendered(SOURCE).text, rendered(source).text
        start = before.index("goes far")
        assert after.startswith(before[:start])
        assert after.endswith(before[start + len("goes far") :])


def test_every_newline_counts_and_the_line_is_that_of_the_words() -> None:
    source = "one\r\ntwo three\rfour\nfive"
    assert corrected(source, Lines(2, 3), "three four", "3\n4") == "one\r\ntwo 3\n4\nfive"
    assert line_of(source, Lines(2, 3), "four") == 3
    assert line_of(source, Lines(2, 3), "none") == 2
