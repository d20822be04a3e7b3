"""`[[note]]`, `[[note|text]]`, `[[note#Heading]]`, `[[#Heading]]`: links by a note's name.

`[[1]](address)` is Markdown's own link, with brackets in its text.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from app.markup import links, paths
from app.markup.page import Page

WIKILINK = re.compile(
    r"\[\[(?=[^\]])([^\[\]|#\n\\]{0,300})(?:#([^\[\]|\n\\]{1,300}))?(?:\\?\|([^\[\]\n]{1,300}))?\]\](?!\()"
)


def use(md: MarkdownIt) -> None:
    md.inline.ruler.before("link", "wikilink", rule)


def rule(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith("[[", state.pos):
        return False
    match = WIKILINK.match(state.src, state.pos)
    if match is None or match.end() > state.posMax or not (match[1].strip() or match[2]):
        return False
    if not silent:
        token = state.push("wikilink", "a", 0)
        target, heading = match[1].strip(), (match[2] or "").strip("# ")
        token.content = (match[3] or shown(target, heading)).strip()
        token.meta = {"target": target, "heading": heading}
    state.pos = match.end()
    return True


def shown(target: str, heading: str) -> str:
    return " › ".join(part for part in (target, heading.replace("#", " › ")) if part)


def link(page: Page, token: Token) -> None:
    """The link, closed at once: its text holds no Markdown."""
    target, fragment = token.meta["target"], token.meta["heading"].rpartition("#")[2].strip()
    if target.startswith(("./", "../")):
        target = paths.below(page.path or "", target) or target
    if target:
        links.to_note(page, target, fragment)
    else:
        links.to_heading(page, fragment)
    page.write(f"{escapeHtml(token.content)}</a>", token.content)
