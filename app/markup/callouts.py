"""Callouts: quotes that begin with `[!kind]`, with a title, foldable with `+` (open) or `-`.

    > [!warning]- The sum is *not* $n^2$
    > But it comes close.

The thirteen kinds of Obsidian and their other names; one that is not known looks like a note
and keeps its own name. The kind is said in words, and is generated: it is not in the canonical
text. Callouts nest as quotes do.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_block import StateBlock, blockquote
from markdown_it.token import Token

from app.markup.page import Page

FIRST = re.compile(r">[ \t]?[ \t]{0,3}\[!([^\[\]\n]{1,60})\]([+-]?)(?:[ \t]+(.*)|[ \t]*)$")
NAMES = {
    "abstract": "abstract summary tldr",
    "bug": "bug",
    "danger": "danger error",
    "example": "example",
    "failure": "failure fail missing",
    "info": "info",
    "note": "note",
    "question": "question help faq",
    "quote": "quote cite",
    "success": "success check done",
    "tip": "tip hint important",
    "todo": "todo",
    "warning": "warning caution attention",
}
KINDS = {name: kind for kind, names in NAMES.items() for name in names.split()}
WORDS = {"tldr": "TL;DR", "faq": "FAQ", "todo": "To do"}
INTERRUPTS = ["paragraph", "reference", "blockquote", "list"]


def use(md: MarkdownIt) -> None:
    md.block.ruler.before("blockquote", "callout", rule, {"alt": INTERRUPTS})


def rule(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    at = state.bMarks[start] + state.tShift[start]
    if not state.src.startswith(">", at) or state.is_code_block(start):
        return False
    match = FIRST.match(state.src[at : state.eMarks[start]])
    if match is None:
        return False
    if not silent:
        push(state, start, end, match)
    return True


def push(state: StateBlock, start: int, end: int, match: re.Match[str]) -> None:
    """The title, and what the rest of the quote holds."""
    opening = state.push("callout_open", "div", 1)
    name = match[1].partition("|")[0].strip().lower()
    opening.meta = {"kind": KINDS.get(name, "note"), "name": name, "fold": match[2]}
    opening.map = [start, start + 1]
    push_title(state, start, (match[3] or "").strip(), opening)
    state.line = start + 1
    if goes_on(state, start + 1, end):
        push_body(state, start + 1, end)
    opening.map[1] = state.line
    state.push("callout_close", "div", -1).meta = opening.meta


def push_title(state: StateBlock, line: int, title: str, opening: Token) -> None:
    state.push("callout_title_open", "p", 1).meta = opening.meta
    inline = state.push("inline", "", 0)
    inline.content, inline.map, inline.children = title, [line, line + 1], []
    state.push("callout_title_close", "p", -1).meta = opening.meta


def goes_on(state: StateBlock, line: int, end: int) -> bool:
    if line >= end or state.sCount[line] < state.blkIndent:
        return False
    return state.src.startswith(">", state.bMarks[line] + state.tShift[line])


def push_body(state: StateBlock, start: int, end: int) -> None:
    """Read the other lines as a quote, and keep what is in it."""
    first = len(state.tokens)
    state.level -= 1  # what is in the quote stands where the callout's own content does
    blockquote(state, start, end, False)
    state.level += 1
    if len(state.tokens) > first:
        del state.tokens[first]
        state.tokens.pop()


def opening(page: Page, token: Token) -> None:
    page.end_line()
    fold = token.meta["fold"]
    element = "details" if fold else "div"
    state = " open" if fold == "+" else ""
    role = "" if fold else ' role="note"'
    attributes = f'class="callout callout-{token.meta["kind"]}"{role}{state}'
    page.write(f"<{element}{page.shelf.attributes(attributes)}>\n")


def closing(page: Page, token: Token) -> None:
    page.write("</details>\n" if token.meta["fold"] else "</div>\n")
    page.end_line()


def title(page: Page, token: Token) -> None:
    """The kind in words, then the title that the author gave."""
    attributes = page.shelf.attributes('class="callout-title"')
    page.write(f"<{'summary' if token.meta['fold'] else 'p'}{attributes}>")
    name = token.meta["name"]
    words = WORDS.get(name) or name.replace("-", " ").capitalize() or "Note"
    page.insert(f'<span class="callout-kind">{escapeHtml(words)}</span>')
    page.write(" ")


def title_closing(page: Page, token: Token) -> None:
    page.write("</summary>\n" if token.meta["fold"] else "</p>\n")
    page.end_line()
