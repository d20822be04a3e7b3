"""What lies too deep: the parser reads so many blocks in blocks and leaves out what is in the last.

The page says so in the place of what is missing, with the lines of the source.
"""

from __future__ import annotations

from textwrap import dedent

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from app.markup import problems
from app.markup.page import Page

REASON = "Not shown: it lies too deep, in quotes and lists inside one another."


def use(md: MarkdownIt) -> None:
    md.core.ruler.after("block", "depth", find)


def find(state: StateCore) -> None:
    """Put a token where the innermost block that may be is empty: its lines were not read."""
    deepest = int(state.md.options["maxNesting"]) - 1
    tokens = state.tokens
    cuts = [at for at, token in enumerate(tokens) if token.level == deepest and is_cut(tokens, at)]
    lines = state.src.split("\n") if cuts else []
    for at in reversed(cuts):
        start, end = tokens[at].map or [0, 0]
        source = dedent("\n".join(lines[start:end])).strip()
        if source.strip(" \t\n>*+-"):
            found = Token("too_deep", "", 0, content=source, level=deepest + 1)
            tokens.insert(at + 1, found)


def is_cut(tokens: list[Token], at: int) -> bool:
    """Whether a block that holds others begins here and ends at once."""
    token, after = tokens[at], tokens[at + 1 : at + 2]
    return token.nesting > 0 and bool(after) and after[0].nesting < 0


def problem(page: Page, token: Token) -> None:
    page.end_line()
    problems.block(page, token.content, REASON, "")
