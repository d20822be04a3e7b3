"""A line of Markdown outside the page: for a title, a heading in a list, a summary in the feed.

No links, no references, no images, no HTML of the author; formulas and emphasis stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token

from app.markup import canonical, formulas, math_refs
from app.markup.page import Page

TAGS = frozenset(
    f"{name}_{end}" for name in ("em", "strong", "s", "mark") for end in ("open", "close")
)
BREAKS = frozenset({"softbreak", "hardbreak"})
FORMULAS = {"math_inline": False, "math_display": True}


def text(children: Iterable[Token]) -> str:
    """The canonical text of a line."""
    return canonical.collapse("".join(map(token_text, children)))


def token_text(token: Token) -> str:
    if token.type in BREAKS:
        return " "
    if token.type in FORMULAS:
        return canonical.formula(token.content, display=FORMULAS[token.type])
    if token.type == "image":
        return "".join(map(token_text, token.children or []))
    return "" if token.type == "html_inline" else token.content


def beginning(children: Sequence[Token], most: int) -> Iterator[Token]:
    """The pieces of a line up to so many characters; the last ends with a whole word and «…»."""
    left = most
    open_tags: list[Token] = []
    for child in children:
        words = token_text(child)
        if len(words) > left:
            if child.type == "text":
                whole = words[:left].rpartition(" ")[0] or words[:left]
                yield child.copy(content=f"{whole.rstrip(',;:. ')}…")
            else:
                yield Token("text", "", 0, content="…")
            yield from (
                one.copy(type=one.type.replace("_open", "_close"), nesting=-1)
                for one in reversed(open_tags)
            )
            return
        left -= len(words)
        if child.type in TAGS:
            open_tags = [*open_tags, child] if child.nesting > 0 else open_tags[:-1]
        yield child


def html(children: Iterable[Token], page: Page) -> str:
    """The line as HTML that is safe as it is: nothing in it needs the sanitiser."""
    return "".join(token_html(token, page) for token in children).strip()


def token_html(token: Token, page: Page) -> str:
    if token.type in FORMULAS:
        return formulas.plain(token, page)
    if token.type == "math_ref":
        return math_refs.shown(page, token)
    if token.type in TAGS:
        return f"<{'/' if token.nesting < 0 else ''}{token.tag}>"
    written = escapeHtml(token_text(token)) if token.type != "image" else ""
    return f"<code>{written}</code>" if token.type == "code_inline" else written
