"""`[text](a note.md)`, `[text](#A heading)`, `![](a picture.png)`: addresses with spaces in them.

CommonMark wants them in `<…>` or written as %20, and many authors do neither. Only what leads into
the library is taken: a note, a file that is none, a heading.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from app.markup import paths

LINK = re.compile(
    r"!?\[([^\[\]\n]{0,300})\]\([ \t]*((?:[^()<>\n\"]|\([^()<>\n\"]{0,100}\)){1,300})\)"
)
NOTE = re.compile(r"\.md\Z", re.IGNORECASE)


def use(md: MarkdownIt) -> None:
    md.inline.ruler.after("image", "spaced_link", rule)


def rule(state: StateInline, silent: bool) -> bool:
    """After Markdown's own links and images, which win."""
    if state.src[state.pos] not in "[!":
        return False
    match = LINK.match(state.src, state.pos, state.posMax)
    address = match[2].strip() if match else ""
    if match is None or " " not in address or not is_inside(address):
        return False
    is_image = state.src[state.pos] == "!"
    if is_image and not paths.IMAGE.search(address):
        return False
    if not silent:
        (push_image if is_image else push_link)(state, match, quote(address, safe="/#%"))
    state.pos = match.end()
    return True


def is_inside(address: str) -> bool:
    """Whether an address is that of a note, of a file beside the notes, or of a heading here."""
    path, sign, _ = address.partition("#")
    if not path:
        return bool(sign)
    return paths.is_relative(path) and bool(NOTE.search(path) or paths.is_media(path))


def push_image(state: StateInline, match: re.Match[str], address: str) -> None:
    token = state.push("image", "img", 0)
    token.attrs = {"src": address, "alt": ""}
    token.content = match[1]
    token.children = [Token("text", "", 0, content=match[1])] if match[1] else []


def push_link(state: StateInline, match: re.Match[str], address: str) -> None:
    most = state.posMax
    state.pos, state.posMax = match.start(1), match.end(1)
    state.push("link_open", "a", 1).attrs = {"href": address}
    state.linkLevel += 1
    state.md.inline.tokenize(state)
    state.linkLevel -= 1
    state.push("link_close", "a", -1)
    state.posMax = most
