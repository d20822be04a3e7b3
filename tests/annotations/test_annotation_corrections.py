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
from app.annotations.html_parts import dense, parts
from app.annotations.taking_out import is_all_that_went, taken_out
from app.markup import Rendered, render
from app.settings import PROJECT

NOTES = PROJECT / "notes"
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
    return replaced(SOURCE, words, replacement)


def replaced(text: str, words: str, replacement: str) -> str | None:
    """The source as an erratum on the first such words would make it; None: the editor."""
    before = rendered(text)
    start = before.text.index(words)
    end = start + len(words)
    lines = lines_of(before.lines, start, end)
    if lines is None:
        return None
    source = corrected(text, lines, words, fitted(text, lines, replacement))
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
        ("So > it goes\n", "So", None),
        ("A [long](https://e.org/x) walk.\n", "long", None),  # a link of no words
        ("A [[walks|long]] walk.\n", "long", None),
        ("A <b>long</b> walk.\n", "long", None),
        ("A <b><i>long</i></b> walk.\n", "long", None),
        ("A <b>very long</b> walk.\n", "long", "A <b>very </b> walk.\n"),
        ("A [very long](https://e.org/x) walk.\n", "long", "A [very](https://e.org/x) walk.\n"),
        ("A *very long* walk.\n", "very", None),  # no emphasis begins before a space
        ("A <b></b> very long walk.\n", "very", "A <b></b> long walk.\n"),
        ("A $x$, very long.\n", ", very", "A $x$ long.\n"),
        ("A $x$ walk.\n", "$x$", "A walk.\n"),
        ("A walk. A path.\n", "A", None),  # which of the two
    ],
)
def test_words_are_taken_out_with_one_space_where_nothing_else_changes(
    source: str, words: str, now: str | None
) -> None:
    assert shortened(source, words) == now


@pytest.mark.parametrize(
    ("source", "words", "replacement", "is_right"),
    [
        ("walk b.\nnext c.\n", "walk", "> walk", False),
        ("walk b.\nnext c.\n", "walk", "> [!danger] walk", False),
        ("walk b.\nnext c.\n", "walk", "- walk", False),
        ("walk b.\nnext c.\n", "walk", "1. x", False),
        ("walk b.\nnext c.\n", "walk", "- [ ] walk", False),
        ("walk b.\nnext c.\n", "walk", "# walk", False),
        ("walk b.\n", "walk", "\twalk", False),
        ("A b walk\n", "walk", "walk\n---", False),
        ("- do it\n", "do it", "[ ] do it", False),
        ("- do it\n- so\n", "do it", "do it\n  - so", False),
        ("> so it\n> on\n", "so it", "[!note] so", False),
        ("walk b*. And c.\n", "walk", "*walk", False),
        ("A walk b.\nAnd c.\n", "b.", "b.  ", False),  # with a break at the end
        ("A *walk* b.\n", "walk", "*walk*", False),  # strong, not emphasised
        ("A walk b.\n", "walk", "*a* walk `of` **N $x$**", True),
        ("A walk b.\n", "walk", "a\nwalk", True),
        ("A walk b.\n", "b.", "c", True),
        ("A *walk* b.\n", "walk", "path", True),
        ("A [walk](https://e.org) b.\n", "walk", "long path", True),
        ("A <b>walk</b> b.\n", "walk", "path", True),
        ("- [ ] do it\n- so\n", "do it", "do that", True),
        ("> [!note] So\n> on\n", "So", "And", True),
        ("A $x$, and b.\n", "$x$", "$x + 1$", True),
        ("A $x$, and b.\n", ", and", " or", True),
        ("A $x^2$.\n", "x^2", "x^3", True),
        ("$$\nx^2\n$$\n\nb\n", "x^2", "x^3 + 1", True),
        ("```python\nfor x in y: pass\n```\n", "pass", "print('b')", True),
        ("A b[^1] c.\n\n[^1]: A note.\n", "A note", "Two notes", True),
        ("A b[^1] c.\n\n[^1]: A note.\n", "A note", "> A note", False),
        ("## A walk\n\n[so](#a-path)\n", "walk", "path", False),  # the link leads there then
        ("![[other]]\n\n```analysis\nscript: a\ncaption: So *it* is.\n```\n\nA b.\n\nA b c.\n",
         "A b c", "> A b c", False),
        ("![[other]]\n\n```analysis\nscript: a\ncaption: So *it* is.\n```\n\nA b.\n\nA b c.\n",
         "A b c", "*A* b c", True),
    ],
)  # fmt: skip
def test_around_the_passage_every_tag_stays_what_it_was(
    source: str, words: str, replacement: str, is_right: bool
) -> None:
    now = replaced(source, words, replacement)
    assert (now is not None) == is_right, now


def test_the_parts_of_a_page_have_every_character_of_its_text() -> None:
    sources = [path.read_text(encoding="utf-8") for path in sorted(NOTES.rglob("*.md"))]
    for note in map(rendered, [SOURCE, *sources]):
        assert "".join(part.text for part in parts(note)) == dense(note.text)


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
