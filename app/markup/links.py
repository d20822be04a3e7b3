"""Links: to another note (a placeholder), to a heading here, to a file, to the world."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote, unquote

from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token

from app.markup import anchors, headings, paths
from app.markup.page import Page
from app.markup.placeholders import typed

NOTES = "/notes/"


def opening(page: Page, token: Token) -> None:
    """`[text](address)`: what kind of link it is, is told by its address."""
    href = str(token.attrGet("href") or "")
    title = token.attrGet("title")
    address, _, fragment = href.partition("#")
    if page.path is None:
        outside(page, href if paths.SCHEME.match(href) else "", title)
    elif paths.is_relative(address) or not address:
        inside(page, address.partition("?")[0], unquote(fragment), title)
    elif address.startswith(NOTES):
        to_note(page, f"/{unquote(address.removeprefix(NOTES))}", unquote(fragment), title)
    else:
        outside(page, href, title)


def closing(page: Page, _: Token) -> None:
    page.write("</a>")


def inside(page: Page, address: str, fragment: str, title: object) -> None:
    """A link within the library: to a heading of this note, a file, or another note."""
    path = paths.below(page.path or "", address) if address else ""
    if path is None:
        to_note(page, unquote(address), fragment, title)
    elif path and paths.is_file(path):
        to_file(page, path, fragment, title)
    elif path:
        written = unquote(address)
        near = written if written.startswith(("./", "../")) else f"./{written}"
        to_note(page, near, fragment, title)
    else:
        to_heading(page, fragment, title)


def to_file(page: Page, path: str, fragment: str, title: object = None) -> None:
    """A file below notes/; a page of a pdf is `#page=3`."""
    page.media[path] = None
    part = f"#{quote(fragment, safe='=&,')}" if fragment else ""
    outside(page, paths.media_url(path) + part, title)


def to_heading(page: Page, fragment: str, title: object = None) -> None:
    """A heading or block of this note; which of several of one name, the whole page knows."""
    above, place = parts(fragment)
    own = anchors.authored(page, fragment)
    if place and not own:
        page.places.append((page.first_line + page.line, place))
    place = own or place
    if above:
        to_place(page, "", above, place, title)
    else:
        about = f' title="{escapeHtml(str(title))}"' if title else ""
        page.write(page.shelf.tag(f'<a href="#{escapeHtml(place)}"{about}>'))


def to_note(page: Page, target: str, fragment: str, title: object = None) -> None:
    """A placeholder; the page that shows the note knows whether the target can be seen."""
    target = normal(target)
    above, place = parts(fragment)
    page.note_link(target, place)
    to_place(page, target, above, place, title)


def to_place(page: Page, target: str, above: list[str], place: str, title: object) -> None:
    given: dict[str, object] = {"target": target, "fragment": place}
    if above:
        given["above"] = above
    if title:
        given["title"] = str(title)
    page.write(page.shelf.tag(typed("link", given)))


def parts(fragment: str) -> tuple[list[str], str]:
    """`H1#H2` is the heading H2 below the heading H1: the anchors above, and its own.

    >>> parts("Proof#First step"), parts("^id"), parts("")
    ((['proof'], 'first-step'), ([], '^id'), ([], ''))
    """
    *above, last = (part.strip() for part in fragment.split("#"))
    return [anchor(part) for part in above if part], anchor(last)


def normal(target: str) -> str:
    """A note's name as it is compared: NFC, without `.md`."""
    return unicodedata.normalize("NFC", paths.without_md(target)).rstrip("/ ").lstrip()


def anchor(fragment: str) -> str:
    """The anchor of a heading, or of a block, whose id has a `^` before it."""
    if fragment.startswith("^"):
        return fragment.lower()
    return headings.slug(fragment) if fragment else ""


def outside(page: Page, href: str, title: object) -> None:
    """An address that the sanitiser judges; without one, the text alone stands there."""
    attributes = f' href="{escapeHtml(href)}"' if href else ""
    attributes += f' title="{escapeHtml(str(title))}"' if title else ""
    page.write(f"<a{attributes}>")
