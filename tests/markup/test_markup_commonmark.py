"""CommonMark's own cases through the whole pipeline, sanitiser included.

Compared is what a browser would make of both: elements, their attributes and text, but for what
the page adds (ids, classes, stamps, wrappers, `rel`). What differs on purpose is listed below with
its reason; the test fails when a case differs that is not listed, or one that is listed does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from app.markup import fill, render

SPEC = Path(__file__).resolve().parents[2] / "node_modules" / "commonmark-spec" / "spec.txt"
EXAMPLE = re.compile(
    r"^`{32} example\n([\s\S]*?)^\.\n([\s\S]*?)^`{32}$|^#{1,6} *(.*)$", re.MULTILINE
)
END = "<!-- END TESTS -->"
COUNT = 652
DIFFERENT = {
    "a word right after # is a tag": "64",
    "the first # that opens a note is its title, which the page shows; any other is an h2": (
        "10 62 66 67 68 72 75 76 78 79 80 81 82 83 84 115 141 214 215 227 228 229 230 232 300"
    ),
    r"\[…\] and dollars are mathematics": ("12"),
    "the author's HTML is sanitised and made well nested: what is open at the end is closed": (
        "21 31 148 149 150 151 155 160 163 165 169 170 171 172 173 174 175 176 178 184 187 190 "
        "191 201 344 476 477 491 494 524 536 613 614 615 616 617 623 626 630 631 642 643"
    ),
    "a relative address leads to a note below notes/, an empty one to the top of this note": (
        "194 195 200 203 204 484 485 486 487 492 495 496 498 499 500 502 503 504 522 567"
    ),
    "an image lies below notes/ and is shown from /media/; alone in its paragraph it is a "
    "figure, and its title the caption": (
        "475 517 520 531 572 573 574 575 576 577 578 579 580 581 582 583 584 585 586 587 588 "
        "589 591"
    ),
    "[[…]] is a link by a note's name": ("548 559 590"),
    "addresses that are not http, https, mailto, tel or doi lead nowhere": ("596 598 599 601"),
    "a bare address is a link, as in GitHub's dialect": ("602 608 611 612"),
}
OURS = {"id", "class", "rel", "tabindex", "role", "aria-label", "data-text"}
ADDED = {"span", "aside"}  # wrappers and colours of code
ON_LINES = "blockquote dd div dl dt h1 h2 h3 h4 h5 h6 hr li ol p pre table tbody td th thead tr ul"
SPACED = frozenset(ON_LINES.split())


class Case(NamedTuple):
    number: int
    section: str
    source: str
    expected: str


def cases() -> Iterator[Case]:
    section = ""
    number = 0
    text = SPEC.read_text(encoding="utf-8").split(END)[0]
    for match in EXAMPLE.finditer(text):
        if match[3] is not None:
            section = match[3]
        else:
            number += 1
            yield Case(number, section, *(part.replace("→", "\t") for part in match.group(1, 2)))


CASES = list(cases()) if SPEC.is_file() else []
REASONS = {
    int(number): reason for reason, numbers in DIFFERENT.items() for number in numbers.split()
}


def test_the_specification_is_there_and_read_whole() -> None:
    assert len(CASES) == COUNT
    assert len(REASONS) == len(" ".join(DIFFERENT.values()).split())
    assert set(REASONS) <= {case.number for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=[f"{c.number}-{c.section}" for c in CASES])
def test_case(case: Case) -> None:
    shown, wanted = normal(ours(case.source)), normal(case.expected)
    if case.number in REASONS:
        assert shown != wanted, f"no difference any more: {REASONS[case.number]}"
    else:
        assert shown == wanted


def ours(source: str) -> str:
    """The note as a page, its title in place; links to notes lead to their targets."""
    rendered = render(source, path="note")
    return fill(rendered.html, {"link": link})


def link(given: dict[str, Any]) -> str:
    return f'<a href="{given["target"]}">'


def normal(html: str) -> list[object]:
    page = Normal()
    page.feed(html)
    page.close()
    return page.finished()


class Normal(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.events: list[object] = []
        self.words: list[str] = []
        self.verbatim = 0
        self.skipped: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ADDED:
            return
        self.end_words(tag)
        self.verbatim += tag == "pre"
        kept = sorted((name, value or "") for name, value in attrs if name not in OURS)
        self.events.append((tag, *kept))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in ADDED:
            return
        self.end_words(tag)
        self.verbatim -= tag == "pre"
        self.events.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def end_words(self, tag: str) -> None:
        text = "".join(self.words)
        self.words.clear()
        if not self.verbatim:
            text = re.sub(r"[ \t\n\r\f]+", " ", text)
            if tag in SPACED:
                text = text.rstrip(" ")
            last = self.events[-1] if self.events else "/p"
            name = last[0] if isinstance(last, tuple) else str(last).lstrip("/")
            if name in SPACED or name == "br":
                text = text.lstrip(" ")
        if text:
            self.events.append(f"#{text}")

    def finished(self) -> list[object]:
        self.end_words("p")
        return self.events
