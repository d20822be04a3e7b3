"""`^id` at the end of a block names it: `[[note#^id]]` leads there, `![[note#^id]]` shows it.

At the end of a paragraph, a heading or a list's item it names that; alone in a paragraph, the
block before it (a table, a quote, a list, a formula). It is not shown. The anchor is `^id`, which
no heading can have; a pair of markers in the stored HTML says where the block begins and ends.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from app.markup.page import Page
from app.markup.placeholders import typed

ID = re.compile(r"\^([A-Za-z0-9-]{1,100})")
NAMED = ("paragraph_open", "heading_open")
BREAKS = ("softbreak", "hardbreak")
OWN_ANCHOR = ("paragraph_open", "list_item_open")  # elements that carry the anchor themselves


def use(md: MarkdownIt) -> None:
    md.core.ruler.push("block_ids", name_blocks)


def name_blocks(state: StateCore) -> None:
    """Put markers around each block that has an id, and take the id out of its words."""
    if "^" not in state.src:
        return
    tokens = state.tokens
    before: dict[int, list[Token]] = {}
    after: dict[int, list[Token]] = {}
    gone: set[int] = set()
    for at, token in enumerate(tokens):
        if token.type != "inline" or tokens[at - 1].type not in NAMED:
            continue
        name = id_of(token)
        owner = owner_of(tokens, at, gone) if name else None
        if not name or owner is None:
            continue
        take_out(token, name)
        if not token.children and owner[1] < at:
            gone |= {at - 1, at, at + 1}
        begin, end = markers(tokens[owner[0]], name)
        before.setdefault(owner[0], []).append(begin)
        after.setdefault(owner[1], []).insert(0, end)
    if before:
        state.tokens = woven(tokens, before, after, gone)


def id_of(token: Token) -> str:
    """The id at the end of a line of pieces; empty if there is none, or it is code or escaped."""
    words = token.content.rsplit(None, 1)
    match = ID.fullmatch(words[-1]) if words else None
    last = token.children[-1] if token.children else None
    if match is None or last is None or last.type != "text":
        return ""
    return match[1].lower() if last.content.endswith(match[0]) else ""


def owner_of(tokens: list[Token], at: int, gone: set[int]) -> tuple[int, int] | None:
    """Where the block that the id at the end of `tokens[at]` names opens and closes."""
    opening = tokens[at - 1]
    if len(tokens[at].content.split(None, 1)) == 1 and opening.type == "paragraph_open":
        return block_before(tokens, at - 2, opening.level, gone)
    if opening.type == "paragraph_open" and tokens[at - 2].type == "list_item_open":
        level = tokens[at - 2].level
        ends = (end for end in range(at, len(tokens)) if tokens[end].level == level)
        return at - 2, next(ends)
    return at - 1, at + 1


def block_before(
    tokens: list[Token], end: int, level: int, gone: set[int]
) -> tuple[int, int] | None:
    """The block of that level that ends there; None if the id stands at the beginning."""
    last = tokens[end] if end >= 0 else None
    if last is None or last.level != level or last.nesting > 0 or end in gone:
        return None
    if last.nesting == 0:
        return end, end
    begins = (at for at in range(end - 1, -1, -1) if tokens[at].level == level)
    return next(begins), end


def take_out(token: Token, name: str) -> None:
    children = token.children or []
    children[-1].content = children[-1].content[: -len(name) - 1].rstrip()
    while children and (children[-1].type in BREAKS or is_empty(children[-1])):
        children.pop()


def is_empty(token: Token) -> bool:
    return token.type == "text" and not token.content


def markers(owner: Token, name: str) -> tuple[Token, Token]:
    if owner.type in OWN_ANCHOR:
        owner.meta["block"] = name
    begin = Token("block_mark", "", 0, level=owner.level)
    begin.meta = {"begin": name, "anchor": owner.type not in OWN_ANCHOR}
    end = Token("block_mark", "", 0, level=owner.level)
    end.meta = {"end": name}
    return begin, end


def woven(
    tokens: list[Token],
    before: dict[int, list[Token]],
    after: dict[int, list[Token]],
    gone: set[int],
) -> list[Token]:
    found: list[Token] = []
    for at, token in enumerate(tokens):
        if at not in gone:
            found += [*before.get(at, ()), token, *after.get(at, ())]
    return found


def mark(page: Page, token: Token) -> None:
    """A marker, and the anchor of a block that cannot carry it itself."""
    if "end" in token.meta:
        page.insert(typed("mark", {"end": token.meta["end"]}))
        return
    name = token.meta["begin"]
    page.insert(typed("mark", {"block": name}))
    if token.meta["anchor"] and (attributes := anchor(page, name)):
        page.write(f"<span{attributes}></span>")


def anchor(page: Page, name: str | None) -> str:
    """The attribute of the element that has the id; nothing for an id met a second time."""
    if not name or page.path is None or f"^{name}" in page.anchors:
        return ""
    page.anchors[f"^{name}"] = 0
    return page.shelf.attributes(f'id="^{name}"')
