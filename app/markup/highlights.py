"""`==highlighted==`: words that the author marked; what opens and closes is as for emphasis.

`a == b` marks nothing: a sign opens before a character that is no space, and closes after one.
"""

from __future__ import annotations

from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter

SIGN = "="


def use(md: MarkdownIt) -> None:
    md.inline.ruler.before("emphasis", "highlight", rule)
    md.inline.ruler2.before("emphasis", "highlight", pair)


def rule(state: StateInline, silent: bool) -> bool:
    """A run of exactly two signs may open or close; a longer or shorter one is text."""
    if silent or state.src[state.pos] != SIGN:
        return False
    found = state.scanDelims(state.pos, True)
    if found.length == 2:
        state.push("text", "", 0).content = SIGN * 2
        number = len(state.tokens) - 1
        state.delimiters.append(
            Delimiter(ord(SIGN), 0, number, -1, found.can_open, found.can_close)
        )
    else:
        state.append_pending(SIGN * found.length)
    state.pos += found.length
    return True


def pair(state: StateInline) -> None:
    """Make elements of the signs that found each other."""
    inner = [meta["delimiters"] for meta in state.tokens_meta if meta and "delimiters" in meta]
    for delimiters in (state.delimiters, *inner):
        for delimiter in delimiters:
            if delimiter.marker == ord(SIGN) and delimiter.end >= 0:
                become(state, delimiter.token, "mark_open", 1)
                become(state, delimiters[delimiter.end].token, "mark_close", -1)


def become(state: StateInline, number: int, type_: str, nesting: Literal[1, -1]) -> None:
    token = state.tokens[number]
    token.type, token.tag, token.nesting = type_, "mark", nesting
    token.markup, token.content = token.content, ""
