"""Anchors that an author wrote in HTML: `<a id="here">`, `<a name="here">`, `<h3 id="here">`.

The sanitiser gives each id a prefix; links to one that the note itself defines get it too.

    >>> ids('<a name="here"> <h3 ID=there> <img name="x">')
    ['here', 'there']
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from markdown_it.common.html_re import open_tag
from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token

from app.markup.page import Page

PREFIX = "user-"
TAG = re.compile(open_tag)
ATTRIBUTE = r"(\s{}\s*=\s*)(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)"
ID = re.compile(ATTRIBUTE.format("id"), re.IGNORECASE)
NAME = re.compile(ATTRIBUTE.format("name"), re.IGNORECASE)
LINK = re.compile(ATTRIBUTE.format("href"), re.IGNORECASE)
MAY_BE = re.compile(r"\s(?:id|name)\s*=", re.IGNORECASE)


def prepare(page: Page, tokens: Iterable[Token]) -> None:
    """Remember the ids of the whole note: links may stand before them."""
    for token in tokens:
        if token.type in ("html_block", "html_inline"):
            page.authored.update(ids(token.content))
        elif token.children and "<" in token.content:
            prepare(page, token.children)


def ids(source: str) -> list[str]:
    if not MAY_BE.search(source):
        return []
    return [found for match in TAG.finditer(source) if (found := id_of(match[0]))]


def id_of(tag: str) -> str:
    match = ID.search(tag) or (NAME.search(tag) if is_link(tag) else None)
    return value(match) if match else ""


def is_link(tag: str) -> bool:
    return tag[1:2].lower() == "a" and not tag[2:3].isalnum()


def value(match: re.Match[str]) -> str:
    return html.unescape(match[2].strip("\"'"))


def adjusted(page: Page, tag: str) -> str:
    """The tag of a link: its name is its id; where it leads to an id of the note, it gets there."""
    if not ID.search(tag):
        tag = NAME.sub(lambda name: f' id="{escapeHtml(value(name))}"', tag, count=1)
    return LINK.sub(lambda link: led(page, link), tag, count=1)


def led(page: Page, link: re.Match[str]) -> str:
    sign, fragment = value(link)[:1], value(link)[1:]
    place = authored(page, fragment) if sign == "#" else ""
    return f'{link[1]}"#{escapeHtml(place)}"' if place else link[0]


def authored(page: Page, fragment: str) -> str:
    """The id on the page of what the author named so; nothing if that is nothing here."""
    return f"{PREFIX}{fragment}" if fragment in page.authored else ""
