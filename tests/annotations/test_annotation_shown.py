"""What an annotation says, on a page: as much as there is room for, in its language."""

from __future__ import annotations

from typing import Any

import pytest

from app.annotations import shown
from app.annotations.reading import Reading, read
from app.markup import mathematics


def saying(*bodies: Any) -> Reading:
    texts = [{"type": "TextualBody", "value": each} if isinstance(each, str) else each
             for each in bodies]  # fmt: skip
    return read({"target": "/notes/open", "body": texts})


def test_what_is_very_long_reads_as_text() -> None:
    """To typeset the formulas of one body took 13 s."""
    short, long = (shown.as_html(saying("$x$ <b>y</b> " * times)) for times in (1, 9000))
    assert "katex" in short
    assert long.startswith("<p>$x$ &lt;b&gt;")
    assert long.endswith(f"</p>{shown.MORE}")
    assert "katex" not in long


SAME = [r"$\frac{a}{b}$ " * 340] * 40
DISTINCT = [" ".join(rf"$f_{{{i}x{j}}}$" for j in range(4)) for i in range(400)]
LINKS = [{"type": "SpecificResource", "source": f"https://e.org/{each}"} for each in range(5000)]


@pytest.mark.parametrize("bodies", [SAME, DISTINCT, LINKS, ["x"] * 9000, ['"' * 500_000]])
def test_however_much_is_sent_it_takes_a_bounded_part_of_a_page(bodies: list[Any]) -> None:
    """Each of 40 bodies was rendered by itself: 20 MB for one annotation, on every page with it."""
    before = mathematics.cached.cache_info().misses
    html = shown.as_html(saying(*bodies))
    assert len(html) < shown.ROOM + 1000
    assert mathematics.cached.cache_info().misses - before < 300
    assert html.count(shown.MORE) == (bodies != ["x"] * 9000)
    assert (html.count('class="katex"') > 100) == (bodies == DISTINCT)


def test_one_formula_that_takes_too_much_reads_as_text() -> None:
    html = shown.as_html(saying("$" + "a+b+" * 4900 + "$"))
    assert html.startswith("<p>$a+b+")
    assert len(html) < shown.LONGEST


def test_a_body_is_in_the_language_that_it_names() -> None:
    body = {"type": "TextualBody", "value": "shalom", "language": "he", "textDirection": "rtl"}
    assert shown.as_html(saying(body)) == '<div lang="he" dir="rtl"><p>shalom</p></div>'
    for language, direction in (('he" onclick="x()', "up"), (["e n"], []), ("", "")):
        other = {**body, "language": language, "textDirection": direction}
        assert shown.as_html(saying(other)) == "<p>shalom</p>"


def test_what_is_said_of_a_note_neither_embeds_nor_counts_its_equations() -> None:
    """It said «!welcome», and had an equation (1) beside that of the note."""
    html = shown.as_html(saying("See ![[welcome]]\n\n\\begin{align}a&=b\\\\c&=d\\end{align}"))
    assert html.startswith('<p>See <!--gloss:link {"target":"welcome","fragment":""}-->welcome</a>')
    assert "katex-display" in html
    assert "(1)" not in html
    assert "(7)" in shown.as_html(saying("$$x \\tag{7} \\label{seven}$$"))  # its author's own
    assert "(1)" not in shown.as_html(saying("$$x \\label{one}$$"))
