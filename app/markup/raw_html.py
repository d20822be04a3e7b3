"""HTML that an author wrote: well-formed tags that are allowed pass on to the sanitiser.

Everything else could take what follows with it (`<textarea>`, `<title>`, an open quote): it is
left out, or shown as text. The sanitiser still judges every attribute.

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

from app.markup import images
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
DEEPEST = 50  # open elements of the author; the sanitiser's time grows with their square
OPEN_ENDED = "area br col hr img wbr p li td th tr dt dd rt rp"
SELF_CLOSING = frozenset(OPEN_ENDED.split())
WITH_TEXT = "p div li td th dd dt h1 h2 h3 h4 h5 h6 figcaption summary caption pre"
BREAKING = frozenset(WITH_TEXT.split())


class Piece(NamedTuple):
    html: str
    text: str
    name: str = ""


def block(page: Page, token: Token) -> None:
    """A block of HTML; each of its elements with text of its own is a line of text."""
    for piece in pieces(token.content):
        if piece.name in BREAKING:
            page.end_line()
        page.write(adjusted(page, piece), piece.text)
    page.end_line()


def inline(page: Page, token: Token) -> None:
    """One tag inside a sentence."""
    match = SCANNER.fullmatch(token.content)
    if match and match["tag"]:
        page.write(adjusted(page, tag(match["tag"])))


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
    return Piece(source if name in TAGS else "", "", name)


def adjusted(page: Page, piece: Piece) -> str:
    """The tag, unless it nests too deeply; the source of an image is found as in `![…](…)`."""
    if not nests(page, piece):
        return ""
    if piece.name != "img":
        return piece.html

    def found(match: re.Match[str]) -> str:
        source = html.unescape(match[2].strip("\"'"))
        return f'{match[1]}"{escapeHtml(images.address(page, source))}"'

    return SOURCE.sub(found, piece.html, count=1)


def nests(page: Page, piece: Piece) -> bool:
    """Count the elements that the author left open; False for one more than there may be."""
    if not piece.name or not piece.html or piece.name in SELF_CLOSING:
        return True
    count = page.open_tags.get(piece.name, 0)
    if piece.html.startswith("</"):
        page.open_tags[piece.name] = max(0, count - 1)
    elif sum(page.open_tags.values()) >= DEEPEST:
        return False
    else:
        page.open_tags[piece.name] = count + 1
    return True
