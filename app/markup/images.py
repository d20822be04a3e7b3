"""Images: a path below `notes/` becomes an address under `/media/`; alone, an image is a figure.

A figure's caption is the image's title, a sentence of Markdown; its number is the page's. An image
whose address can show nothing is a problem, and the page says so in its place.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token

from app.markup import image_size, paths, plain
from app.markup.page import Page
from app.markup.parser import parse_line
from app.markup.placeholders import typed

MEDIA = "/media/"
NOWHERE = "The image {} has no address below the notes and none of the web: nothing is shown."
WORLD = re.compile(r"https?:|//", re.IGNORECASE)
NUMBERED = re.compile(r"(?:Fig(?:ure|\.)|Table|Abb(?:ildung|\.))\s*\d", re.IGNORECASE)
LENGTH = 80  # of an address that is named
MOST = 3  # pieces of a paragraph that is an image: it, and breaks around it


def image(page: Page, token: Token) -> None:
    title = str(token.attrGet("title") or "")
    page.write(tag(page, token, title))


def tag(page: Page, token: Token, title: str = "") -> str:
    written = plain.text(token.children or [])
    alt, _, _ = image_size.split(written)
    written_source = str(token.attrGet("src") or "")
    source = address(page, written_source)
    attributes = f' src="{escapeHtml(source)}"' if source else nowhere(page, written_source)
    attributes += f' alt="{escapeHtml(alt)}"{image_size.attributes(written)}'
    return f"<img{attributes}" + (f' title="{escapeHtml(title)}"' if title else "") + ">"


def nowhere(page: Page, source: str) -> str:
    """An attribute by which the page says that nothing is there; outside of notes it is silent."""
    if page.path is None:
        return ""
    return page.shelf.attributes(f'data-nowhere="{escapeHtml(named(source))}"')


def named(source: str) -> str:
    """An address as a person reads it; one that holds the picture itself is long."""
    name = unquote(source)
    return name if len(name) <= LENGTH else f"{name[:LENGTH]}…"


def address(page: Page, source: str) -> str:
    """Where the image is; empty, with a problem, if that is outside of the library."""
    inside = paths.below("", source.removeprefix(MEDIA)) if source.startswith(MEDIA) else None
    if page.path is not None and inside is not None:
        page.media[inside] = None
        return paths.media_url(inside)
    if page.path is None or not paths.is_relative(source):
        if WORLD.match(source) or (page.path is None and source.startswith(MEDIA)):
            return source
        if page.path is not None:
            page.problem(NOWHERE.format(named(source)))
        return ""
    path = paths.below(page.path, source.partition("#")[0])
    if path is None:
        page.problem(f"The image {source} is not below the folder of the notes.")
        return ""
    page.media[path] = None
    return paths.media_url(path)


def alone(inline: Token | None) -> Token | None:
    """The image of a paragraph that holds nothing else, if it says what it shows."""
    children = (inline and inline.children) or []
    if not 1 <= len(children) <= MOST or children[0].type not in ("image", "softbreak"):
        return None  # as nearly every paragraph
    images = [child for child in children if child.type == "image"]
    others = [child for child in children if child.type != "image"]
    if len(images) != 1 or any(child.type != "softbreak" for child in others):
        return None
    found = images[0]
    return (
        found
        if found.attrGet("title") or image_size.split(plain.text(found.children or []))[0]
        else None
    )


def figure(page: Page, token: Token) -> None:
    """The image with its title as the caption."""
    caption = str(token.attrGet("title") or "")
    page.write(f"<figure>{tag(page, token)}")
    if caption:
        page.write("<figcaption>")
        if page.path is not None and not NUMBERED.match(caption):
            page.insert(typed("figure", {"kind": "Figure"}))
        line = Token("inline", "", 0, level=1, children=parse_line(caption))
        page.walk([line])
        page.write("</figcaption>")
    page.write("</figure>\n")
    page.end_line()
