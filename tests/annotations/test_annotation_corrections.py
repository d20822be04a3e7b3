"""A correction changes the one passage that was marked, or nothing at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.annotations.corrections import Lines, corrected, is_only_there, line_of, lines_of
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
    source = corrected(SOURCE, lines, words, replacement) if lines else None
    if source is None or not is_only_there(before, rendered(source), start, end):
        return None
    return source


@pytest.mark.parametrize(
    ("words", "replacement", "was", "now"),
    [
        ("goes far", "goes *very* far", "goes far", "goes *very* far"),
        ("$x^2$", "$x^3$", "$x^2$", "$x^3$"),
        ("One walk", "One path", "One walk", "One path"),
        ("A walk of", "A path\nof", "A walk of", "A path\nof"),
        ("More", "Less", "## More", "## Less"),
        ("goes far", "goes ==so== far, 100% $x < y$", "goes far", "goes ==so== far, 100% $x < y$"),
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
        ("x", "y | z"),
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
    ],
)
def test_what_is_in_doubt_or_reaches_further_is_left_to_the_editor(
    words: str, replacement: str
) -> None:
    if words == "a walk":
        assert accepted(words, replacement) == SOURCE.replace("|a walk]", "|a path]")
    else:
        assert accepted(words, replacement) is None


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
