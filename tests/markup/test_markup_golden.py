"""Every golden file: what an author writes, and the page (or, in `text_*`, the canonical text)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from markdown_it.utils import read_fixture_file

from app.markup import render

GOLDEN = Path(__file__).parent / "golden"
FILES = sorted(GOLDEN.glob("*.md"))
CASES = [(file, *case) for file in FILES for case in read_fixture_file(file)]
SPAN = re.compile(r"<(/?)span\b[^>]*>")
STAMP = re.compile(r' data-text="[^"]*"')
STAMPED = re.compile(r'<span data-text="[^"]*">(<!--gloss:[a-z]+ \{[^<>]*\}-->)</span>')
HEADING = re.compile(r'<!--gloss:mark \{"heading"[^<>]*\}-->')  # test_markup_sections has them
TEX = re.compile(r'<annotation encoding="application/x-tex">(.*?)</annotation>', re.DOTALL)


def test_every_golden_file_is_loaded() -> None:
    assert len(FILES) == 32
    assert len(CASES) == 260


@pytest.mark.parametrize(
    ("file", "line", "title", "source", "expected"),
    CASES,
    ids=[f"{case[0].stem}:{case[1]}" for case in CASES],
)
def test_golden(file: Path, line: int, title: str, source: str, expected: str) -> None:
    rendered = render(source, path="papers/here")
    shown = rendered.text if file.stem.startswith("text_") else without_katex(rendered.html)
    assert shown.strip() == expected.strip(), title


def without_katex(html: str) -> str:
    """`html` with ⟦TeX⟧ in place of each typeset formula, and without the stamps of text."""
    html = STAMP.sub("", STAMPED.sub(r"\1", html))
    html = HEADING.sub("", html)
    parts = []
    at = 0
    while (start := html.find('<span class="katex', at)) >= 0:
        end = end_of_span(html, start)
        tex = TEX.search(html, start, end)
        parts += [html[at:start], f"⟦{tex[1] if tex else ''}⟧"]
        at = end
    return "".join([*parts, html[at:]])


def end_of_span(html: str, start: int) -> int:
    depth = 0
    for tag in SPAN.finditer(html, start):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return tag.end()
    raise AssertionError("a span is not closed")
