"""`[[note]]`, `[[note|text]]`, `[[note#Heading]]`, `[[#Heading]]`, `[[note#^block]]`: by name.

A path may stand before the name; `\\|` parts name and text where tables would take the `|`.
`[[1]](https://…)` is Markdown's own link, with brackets in its text.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from app.markup import links, paths
from app.markup.page import Page

PAIR = r"\[[^\[\]|\n]{0,100}\]"  # brackets in brackets, as in `[[Limits#On [0, 1]]]`
# What follows, if it is the address of a Markdown link: `[[1]](https://…)`.
ADDRESS = r"\((?=<|\d|[^\s)]{0,300}[./#:])\S{1,500}(?:\)|\s+[\"'(])"
WIKILINK = re.compile(
    rf"\[\[(?=[^\]])([^\[\]|#\n\\]{{0,300}})(?:#((?:[^\[\]|\n\\]{{1,300}}+|\\(?!\|)|{PAIR}){{0,300}}))?"
    rf"(?:\\?\|((?:[^\[\]]{{1,300}}+|{PAIR}){{0,30}}))?\]\](?!{ADDRESS})"
)
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


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
        target, heading = parts(match)
        token.content = ESCAPED.sub(r"\1", match[3] or "").strip() or shown(target, heading)
        token.meta = {"target": target, "heading": heading}
    state.pos = match.end()
    return True


def parts(match: re.Match[str]) -> tuple[str, str]:
    """The target, and the path of headings or the block in it."""
    return match[1].strip(), ESCAPED.sub(r"\1", match[2] or "").strip("# ")


def shown(target: str, heading: str) -> str:
    """As Obsidian shows a link without a text of its own; the sign of a block is left out."""
    parts = [target, *(part.strip().removeprefix("^") for part in heading.split("#"))]
    return " › ".join(part for part in parts if part)


def link(page: Page, token: Token) -> None:
    """The link, closed at once: its text holds no Markdown.

    Outside notes it leads to a note or is but its words: there are no headings here, no files.
    """
    target = token.meta["target"]
    if page.path is None and (not target or paths.is_media(target)):
        page.write(escapeHtml(token.content), token.content)
        return
    open_link(page, target, token.meta["heading"])
    page.write(f"{escapeHtml(token.content)}</a>", token.content)


def open_link(page: Page, target: str, heading: str) -> None:
    """The opening tag: to a file, to a note, or to a heading or block of this note."""
    path = paths.below(page.path or "", quote(target)) if paths.is_media(target) else None
    if path:
        links.to_file(page, path, heading)
    elif target:
        links.to_note(page, target, heading)
    else:
        links.to_heading(page, heading)
