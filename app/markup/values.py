"""`{{ wide.ratio | .3f }}`: a number that a block's run returned, inside a sentence.

Any other pair of braces stays as it is.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from app.markup import canonical
from app.markup.page import Page
from app.markup.placeholders import typed

VALUE = re.compile(
    r"\{\{[ \t]{0,9}([A-Za-z_]\w{0,99})\.([A-Za-z_]\w{0,99})[ \t]{0,9}"
    r"(?:\|[ \t]{0,9}([^{}|\s][^{}|\n]{0,29}?)[ \t]{0,9})?\}\}"
)


def use(md: MarkdownIt) -> None:
    md.inline.ruler.before("escape", "value", rule)


def rule(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith("{{", state.pos):
        return False
    match = VALUE.match(state.src, state.pos)
    if match is None or match.end() > state.posMax:
        return False
    if not silent:
        token = state.push("value", "", 0)
        token.content = match[0]
        token.meta = {"name": match[1], "key": match[2], "format": match[3] or ""}
    state.pos = match.end()
    return True


def value(page: Page, token: Token) -> None:
    given = token.meta
    text = canonical.value(given["name"], given["key"], given["format"])
    page.insert(typed("value", {**given, "source": token.content}), text)
