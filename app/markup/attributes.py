"""`{#id}` as Pandoc has it: at the end of a heading, its anchor; behind a displayed formula, a
name that is not shown. It is no tag.

    >>> ENDING.search("Method {#sec:method .unnumbered}")[1]
    'sec:method'
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline

ATTRIBUTES = re.compile(r"\{#([\w:.-]{1,100})(?:[ \t][^{}\n]{0,200})?\}")
ENDING = re.compile(rf"(?<=\S)[ \t]*{ATTRIBUTES.pattern}\Z")
LONGEST = 400  # of spaces and attributes


def use(md: MarkdownIt) -> None:
    md.core.ruler.after("block", "heading_attributes", headings)
    md.inline.ruler.before("escape", "attributes", behind_formula)


def headings(state: StateCore) -> None:
    """Take the attributes off the words of each heading, and remember its id."""
    if "{#" not in state.src:
        return
    for opening, token in zip(state.tokens, state.tokens[1:], strict=False):
        if opening.type == "heading_open" and token.content.endswith("}"):
            found = ENDING.search(token.content, max(0, len(token.content) - LONGEST))
            if found and token.content[found.start() - 1 : found.start()] != "\\":
                token.content = token.content[: found.start()]
                opening.meta["id"] = found[1]


def behind_formula(state: StateInline, silent: bool) -> bool:
    if silent or not state.src.startswith("{#", state.pos) or not state.tokens:
        return False
    match = ATTRIBUTES.match(state.src, state.pos)
    if match is None or state.tokens[-1].type != "math_display" or state.pending.strip():
        return False
    state.pending = ""
    state.pos = match.end()
    return True
