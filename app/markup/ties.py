"""A formula in a line, tied to what touches it: no line begins with the comma after a formula.

A browser may break a line before and after each piece of a formula. So the bracket or quote that
opens right before it, and the stop, bracket, quote or ending (`$n$-th`) right after it, stand with
it in one element whose style forbids that; the formula itself may still break between its pieces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from app.markup.page import Page

BEFORE = re.compile(r"(?:^|(?<=\s))[(\[{“‘«„¿¡\"']{1,4}\Z|[(\[{]\Z")
AFTER = re.compile(r"[^\s\w]{1,6}|\w{1,3}(?!\w)[^\s\w]{0,4}")
TIED = "tied"  # in meta of a formula
TOUCHING = {
    ("before", "math_inline"),
    ("math_inline", "after"),
    ("math_inline", "footnote_ref"),
    ("after", "footnote_ref"),
}


def use(md: MarkdownIt) -> None:
    md.core.ruler.push("ties", tie)


def tie(state: StateCore) -> None:
    """Put the ties around the formulas of each line that something touches."""
    if "$" not in state.src and "\\(" not in state.src:
        return
    for token in state.tokens:
        children = token.children
        if children and len(children) > 1 and is_touched(children):
            token.children = list(tied(children))


def is_touched(children: list[Token]) -> bool:
    """Whether a formula has a neighbour without a space in between; few lines have one."""
    last = len(children) - 1
    for at, child in enumerate(children):
        if child.type == "math_inline" and (
            (at and touches(children[at - 1], before=True))
            or (at < last and touches(children[at + 1], before=False))
        ):
            return True
    return False


def touches(neighbour: Token, *, before: bool) -> bool:
    if neighbour.type != "text":
        return neighbour.type == "footnote_ref"
    return not (neighbour.content[-1:] if before else neighbour.content[:1]).isspace()


def tied(children: list[Token]) -> Iterator[Token]:
    """The line with a tie around each formula and what touches it."""
    group: list[Token] = []
    for piece in [*pieces(children), Token("", "", 0)]:
        if group and (group[-1].type, piece.type) not in TOUCHING:
            yield from wrapped(group)
            group = []
        if group or piece.type in ("before", "math_inline"):
            group.append(piece)
        elif piece.type:
            yield piece


def pieces(children: list[Token]) -> Iterator[Token]:
    """The line, with each text in up to three pieces: after a formula, itself, before one."""
    kinds = [child.type for child in children]
    for at, child in enumerate(children):
        if child.type != "text":
            yield child
            continue
        start, end = 0, len(child.content)
        if at and kinds[at - 1] == "math_inline" and (after := AFTER.match(child.content)):
            start = after.end()
        if kinds[at + 1 : at + 2] == ["math_inline"]:
            before = BEFORE.search(child.content, start)
            end = before.start() if before else end
        for kind, one, other in (("after", 0, start), ("text", start, end), ("before", end, None)):
            if child.content[one:other]:
                yield Token(kind, "", 0, content=child.content[one:other])


def wrapped(group: list[Token]) -> Iterator[Token]:
    for piece in group:
        if piece.type in ("before", "after"):
            piece.type = "text"
    if len(group) == 1:
        yield group[0]
    else:
        yield Token("tie_open", "span", 1)
        for piece in group:
            piece.meta = {**piece.meta, TIED: True}
            yield piece
        yield Token("tie_close", "span", -1)


def opening(page: Page, _: Token) -> None:
    attributes = page.shelf.attributes('class="tied"')
    page.write(f"<span{attributes}>")


def closing(page: Page, _: Token) -> None:
    page.write("</span>")
