"""HTML that an author wrote: well-formed tags that are allowed pass on to the sanitiser.

Everything else could take what follows with it (`<textarea>`, `<title>`, an open quote): it is
left out, or shown as text. In a sentence stand only elements of sentences; blocks are nested as
`elements` says. The sanitiser still judges every attribute.

    >>> [piece.html for piece in pieces("<kbd>a</kbd> <b <plaintext>")]
    ['<kbd>', 'a', '</kbd>', ' &lt;b ', '']
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

from markdown_it.common.html_re import close_tag, open_tag
from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token

from app.markup import anchors, images
from app.markup.elements import BLOCKS, DEEPEST, VOID, Written
from app.markup.page import Page
from app.markup.sanitiser import TAGS

UNSEEN = "script|style|title|textarea|template|iframe|noscript|noembed|noframes|xmp|svg|math|object"
SCANNER = re.compile(
    rf"<(?P<unseen>{UNSEEN})\b[\s\S]*?(?:</(?P=unseen)\s*>|\Z)"
    r"|<!--[\s\S]*?(?:-->|\Z)|<[?!][^>]*(?:>|\Z)"
    rf"|(?P<tag>{open_tag}|{close_tag})",
    re.IGNORECASE,
)
NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)")
SOURCE = re.compile(r"""(\ssrc\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+)""", re.IGNORECASE)


class Piece(NamedTuple):
    html: str
    text: str
    name: str = ""


def block(page: Page, token: Token) -> None:
    """A block of HTML; each of its block elements with text of its own is a line of text.

    What stands in none is of one line with the HTML before and behind it, as a browser has it.
    """
    for piece in pieces(token.content):
        if piece.name:
            put_tag(page, piece, token.level)
        elif piece.text.strip():
            put(page, page.elements.words(token.level))
            page.write(piece.html, piece.text)
        else:
            page.write(piece.html, piece.text)
    page.is_loose = True


def put_tag(page: Page, piece: Piece, level: int) -> None:
    if piece.html.startswith("</"):
        put(page, page.elements.end(piece.name, level))
    elif piece.html:
        tag = adjusted(page, piece)
        put(page, page.elements.start(piece.name, tag, level), piece.text)


def put(page: Page, written: Written, text: str = "") -> None:
    if written.is_block:
        page.end_line()
    if written.html:
        page.write(written.html, text)


def inline(page: Page, token: Token) -> None:
    """One tag inside a sentence; those left open end with it."""
    match = SCANNER.fullmatch(token.content)
    piece = tag(match["tag"]) if match and match["tag"] else None
    if piece is None or piece.name in BLOCKS or not piece.html:
        return
    if piece.html.startswith("</"):
        if piece.name in page.phrases:
            end_phrases(page, last(page.phrases, piece.name))
    elif piece.name in VOID:
        page.write(adjusted(page, piece), piece.text)
    elif len(page.phrases) < DEEPEST:
        page.phrases.append(piece.name)
        page.write(adjusted(page, piece))


def last(names: list[str], name: str) -> int:
    return len(names) - 1 - names[::-1].index(name)


def end_phrases(page: Page, start: int) -> None:
    """End the author's elements of a sentence, but for the first `start` of them."""
    while len(page.phrases) > start:
        page.write(f"</{page.phrases.pop()}>")


def pieces(source: str) -> Iterator[Piece]:
    at = 0
    for match in SCANNER.finditer(source):
        if match.start() > at:
            yield words(source[at : match.start()])
        yield tag(match["tag"]) if match["tag"] else Piece("", "")
        at = match.end()
    if at < len(source):
        yield words(source[at:])


def words(source: str) -> Piece:
    text = html.unescape(source)
    return Piece(escapeHtml(text), text)


def tag(source: str) -> Piece:
    named = NAME.match(source)
    name = named[1].lower() if named else ""
    is_break = name == "br" and not source.startswith("</")
    return Piece(source if name in TAGS else "", " " if is_break else "", name)


def adjusted(page: Page, piece: Piece) -> str:
    """The tag; the source of an image is found as in `![…](…)`."""
    if piece.name == "a":
        return anchors.adjusted(page, piece.html)
    if piece.name != "img":
        return piece.html

    def found(match: re.Match[str]) -> str:
        source = html.unescape(match[2].strip("\"'"))
        return f'{match[1]}"{escapeHtml(images.address(page, source))}"'

    return SOURCE.sub(found, piece.html, count=1)
