"""Cutting a section or a block out of stored HTML: the right piece, always balanced."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.markup import fill, render, sections
from tests.spent import spent

NOTE = """\
# Title

Opening.

## A

a

### Part

of a

## B

b

### Part

of b

# Top

### Skipped

s

> ### In a quote
> q
>
> #### Deeper
> d
>
> ### After
> e

rest
"""
HTML = render(NOTE, path="n").html


@pytest.mark.parametrize(
    ("fragment", "words"),
    [
        ("a", "A a Part of a"),
        ("part", "Part of a"),
        ("a#part", "Part of a"),
        ("b#part", "Part of b"),
        ("part-1", "Part of b"),
        ("nothing#part", "Part of a"),
        ("b", "B b Part of b"),
        ("top", "Top Skipped s In a quote q Deeper d After e rest"),
        ("in-a-quote", "In a quote q Deeper d"),
        ("after", "After e"),
        ("nothing", None),
        ("a#nothing", None),
        ("", None),
    ],
)
def test_a_section_reaches_to_the_next_of_its_level(fragment: str, words: str | None) -> None:
    found = sections.cut(HTML, fragment)
    assert (found and " ".join(Reader(found).words.split())) == words


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("a ^x\n\nb", "a"),
        ("- a\n- b ^x\n  - c\n- d", "b c"),
        ("- a\n\n  b ^x\n\n  c", "b"),
        ("> a\n\n^x\n\nb", "a"),
        ("a ^x\n\nb ^x", "a"),
        ("a[^1] ^x\n\n[^1]: Note.", "a1 1Note."),
        ("no block", None),
    ],
)
def test_a_block(source: str, words: str | None) -> None:
    found = sections.cut(render(source, path="n").html, "^x")
    assert (found and " ".join(Reader(found).words.split())) == words


def test_an_item_stands_in_a_list_of_its_own() -> None:
    found = sections.cut(render("1. a ^x\n2. b", path="n").html, "^x")
    assert found == '<ul>\n<li id="^x">a</li>\n</ul>\n'


class Reader(HTMLParser):
    """The words; what is open at the end; fails at an end that ends nothing."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words = ""
        self.open: list[str] = []
        self.feed(fill(html, {"link": lambda _: "<a>", "tag": lambda _: "<a>"}))
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in sections.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


PIECES = [
    *["## a\n\n", "# b\n\n", "> ### c\n> x\n\n", "- ## a\n  x\n\n", "words ^x\n\n", "^x\n\n"],
    *["<div>", "</div>", "<table><tr><td>", "</table>", "<b>", "</b>\n\n", "<p title='a>b'>"],
    *["[[l]] #tag $x^2$ ![i](j.png)\n\n", "[^1] ^y\n\n", "[^1]: note\n\n", "> [!note]- t\n> u\n\n"],
    *[
        "- item ^x\n",
        "- [/] task ^y\n",
        "|a|\n|-|\n|b|\n\n",
        "![[e]]\n\n",
        "<li>",
        "\n\n",
        "```\nc\n```\n",
    ],
]


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
def test_every_piece_is_balanced(source: str) -> None:
    html = render(source, path="n").html
    for fragment in ("a", "b", "c", "a-1", "b#a", "^x", "^y"):
        found = sections.cut(html, fragment)
        if found is not None:
            Reader(found)
            assert sections.cut(html, fragment) == found
            assert "gloss:mark" not in found


def test_paths_of_many_headings_need_linear_time() -> None:
    number = 3_000
    names = [f"h{at}" for at in range(number)]
    html = render("## A\n\n" + "\n\n".join(f"### H{at}\n\n### Same" for at in range(number))).html
    with spent() as taken:
        assert [sections.anchor_of(html, ["a", name]) for name in names] == names
        assert sections.anchor_of(html, ["a", "same"]) == sections.anchor_of(html, ["no", "same"])
    assert taken.seconds < 2
