"""A sentence of Markdown that stands in the YAML of a block: a claim's text, a caption."""

from __future__ import annotations

from dataclasses import replace

from app.markup import paragraphs, sanitiser
from app.markup.page import Page
from app.markup.parser import parse_line
from app.markup.placeholders import Shelf


def sentence(page: Page, source: str) -> tuple[str, str]:
    """The sentence as HTML and as canonical text; its links and problems are the page's."""
    inner = replace(page, shelf=Shelf(), html=[], words=[], open_links=[], waiting=[])
    paragraphs.pieces(inner, parse_line(source))
    html = inner.shelf.put_back(sanitiser.clean("".join(inner.html)))
    page.open_links.extend((target, fragment, 0) for target, fragment, _ in inner.open_links)
    return html, "".join(inner.words)
