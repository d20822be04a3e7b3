"""Headings: the first `#` is the note's title; the others get an anchor.

>>> slug("Random walks, in $d$ dimensions!")
'random-walks-in-d-dimensions'
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from markdown_it.token import Token

from app.markup import canonical, footnotes, plain
from app.markup.page import Page
from app.markup.placeholders import typed
from app.markup.rendered import Heading

NO_WORD = re.compile(r"[^\w\- ]+")
UNSEEN = ("html_block", "block_mark")  # may stand before the title
# Beginnings of ids that are not headings'.
OURS = re.compile(r"(fn|fnref|claim|output|user|ref|cite|work|eq)-")


def slug(text: str) -> str:
    """The anchor of a heading, from its text; a slug is its own slug."""
    words = NO_WORD.sub("", unicodedata.normalize("NFC", text).lower())
    found = re.sub(r" +", "-", canonical.collapse(words)) or "section"
    return f"section-{found}" if OURS.match(found) else found


def take_title(page: Page, tokens: list[Token]) -> tuple[str | None, list[Token]]:
    """The text of the first top heading, and the tokens without it if it opens the note.

    Where the title refers to footnotes, the page shows their numbers behind it.
    """
    for at, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h1" and token.level == 0:
            children = tokens[at + 1].children or []
            title = plain.text(children) or None
            if not title or any(before.type not in UNSEEN for before in tokens[:at]):
                return title, tokens
            if any(child.type == "footnote_ref" for child in children):
                page.insert(typed("title", {"notes": footnotes.of_title(page, children)}))
            return title, tokens[:at] + tokens[at + 3 :]
    return None, tokens


def opening(page: Page, token: Token) -> None:
    level = max(2, int(token.tag[1]))
    inline = page.neighbour(1)
    children = (inline and inline.children) or []
    attributes = ""
    if page.path is not None:
        named = slug(plain.text(children))
        anchor = unique(page, slug(token.meta.get("id") or named))
        page.headings.append(Heading(level, anchor, plain.html(children, page)))
        attributes = page.shelf.attributes(f'id="{anchor}"')
        given = {"heading": anchor, "slug": named, "level": int(token.tag[1])}
        page.insert(typed("mark", {**given, "inner": int(token.level > 0)}))
    page.write(f"<h{level}{attributes}>")
    if page.path is not None and "id" in token.meta and named not in page.anchors:
        own = page.shelf.attributes(f'id="{unique(page, named)}"')
        page.write(f"<span{own}></span>")


def closing(page: Page, token: Token) -> None:
    page.write(f"</h{max(2, int(token.tag[1]))}>\n")
    line = page.end_line()
    if page.path is not None:
        page.headings[-1] = replace(page.headings[-1], text=line)


def unique(page: Page, anchor: str) -> str:
    """`anchor`, or with a number if the page has it already."""
    free = anchor
    while free in page.anchors:
        page.anchors[anchor] += 1
        free = f"{anchor}-{page.anchors[anchor]}"
    page.anchors[free] = 0
    return free
