"""`%%comments%%`, inside a line or over many: for the author alone.

They are not shown, not in the canonical text, not searched, and no links are found in them. One
that has no end takes everything after it, as in Obsidian; the page then says so. A lone `%%` in
the middle of a sentence is text.
"""

from __future__ import annotations

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from app.markup.comments_across import SIGN, across, known
from app.markup.page import Page

INTERRUPTS = ["paragraph", "reference", "blockquote", "list"]
OPEN_ENDED = "A comment begins here and has no end (%%): what follows is not shown."


def use(md: MarkdownIt) -> None:
    md.block.ruler.before("fence", "comment", block, {"alt": INTERRUPTS})
    md.core.ruler.after("block", "comments_across", across)
    md.inline.ruler.before("escape", "comment", inline)
    md.core.ruler.after("inline", "comments_alone", drop_empty)


def inline(state: StateInline, silent: bool) -> bool:  # noqa: ARG001 - the parser gives it
    """A comment inside a paragraph: nothing stands for it."""
    if not state.src.startswith(SIGN, state.pos):
        return False
    end = state.src.find(SIGN, state.pos + 2, state.posMax)
    if end < 0:
        return False
    state.pos = end + 2
    return True


def block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A comment that begins a line, and is not followed by words on the same line.

    Where a comment is open, the sign ends it: what began inside a line is no matter of blocks.
    """
    at = state.bMarks[start] + state.tShift[start]
    if not state.src.startswith(SIGN, at) or state.is_code_block(start):
        return False
    close = state.src.find(SIGN, at + 2, state.eMarks[start])
    if close >= 0 and state.src[close + 2 : state.eMarks[start]].strip():
        return False
    if silent:
        return known(state).in_blocks(state) or not known(state).in_paragraph(state, start)
    if known(state).in_blocks(state):
        return False  # the sign ends a comment; `across` cuts it out
    if close >= 0:
        state.line = start + 1
        return True
    return skip(state, start, end)


def skip(state: StateBlock, start: int, end: int) -> bool:
    """Go on after the comment, be it in the middle of a line; one that leaves the quote or the
    list that it began in is left to `across`."""
    for number in range(start + 1, end):
        if state.sCount[number] < state.blkIndent and not state.isEmpty(number):
            end = number  # the quote or the list ends, and the comment with it
            break
        close = state.src.find(SIGN, state.bMarks[number], state.eMarks[number])
        if close >= 0:
            go_on(state, number, close + 2)
            return True
    if end < state.lineMax and state.src.find(SIGN, state.bMarks[end]) >= 0:
        return False
    state.push("comment_open_ended", "", 0).map = [start, start + 1]
    state.line = end
    return True


def go_on(state: StateBlock, number: int, at: int) -> None:
    """Parse line `number` from `at`; if nothing stands there, the line after it."""
    rest = state.src[at : state.eMarks[number]]
    if not rest.strip():
        state.line = number + 1
        return
    state.bMarks[number] = at
    state.tShift[number] = len(rest) - len(rest.lstrip())
    state.sCount[number] = state.blkIndent
    state.line = number


def drop_empty(state: StateCore) -> None:
    """Leave out the paragraphs that held nothing but comments."""
    if SIGN not in state.src:
        return
    tokens = state.tokens
    empty = {
        at
        for at, token in enumerate(tokens)
        if token.type == "inline"
        and tokens[at - 1].type == "paragraph_open"
        and tokens[at - 2].type != "list_item_open"
        and all(is_blank(child) for child in token.children or [])
    }
    if empty:
        gone = {near for at in empty for near in (at - 1, at, at + 1)}
        state.tokens = [token for at, token in enumerate(tokens) if at not in gone]


def is_blank(token: Token) -> bool:
    return token.type in ("text", "softbreak", "hardbreak") and not token.content.strip()


def open_ended(page: Page, _: Token) -> None:
    """Say that the rest is not shown. The comment itself stays unseen."""
    page.problem(OPEN_ENDED)
    page.insert(f'<div class="problem" role="note"><p class="reason">{OPEN_ENDED}</p></div>')
    page.write("\n")
