"""Formulas on the page: typeset, or shown as their source with the reason why they are not.

A formula on lines of its own is a `div`; one displayed inside a sentence is a `span` of the same
class, so that the paragraph stays one. Both can be focused, for they may scroll sideways, and
have an anchor for each label in them. One that only defines macros shows nothing.
"""

from __future__ import annotations

from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token

from app.markup import canonical, equations, problems
from app.markup.equations import DISPLAYED, Numbered
from app.markup.mathematics import typeset
from app.markup.page import Page

PIECE = '<span class="katex-base">'
ENDS = "</span></span>"


def inline(page: Page, token: Token) -> None:
    put(page, token, '<span class="math"{}>', "</span>")


def displayed(page: Page, token: Token) -> None:
    put(page, token, '<span class="formula"{} tabindex="0">', "</span>")


def block(page: Page, token: Token) -> None:
    put(page, token, '<div class="formula"{} tabindex="0">', "</div>")
    page.write("\n")
    page.end_line()


def put(page: Page, token: Token, before: str, after: str) -> None:
    found = equations.of(page, token)
    display = DISPLAYED[token.type]
    text = canonical.formula(token.content, display=display)
    error = found.formula.error
    if error is None:
        if found.formula.html:
            own, others = anchors(page, found)
            html = equations.html(page, found)
            html = with_last(html) if "tied" in token.meta else html
            page.insert(f"{before.format(own)}{others}{html}{after}", text)
    else:
        show = problems.block if token.type == "math_block" else problems.inline
        show(page, source(token.content, display=display), error, text)


def with_last(html: str) -> str:
    """The last piece in an element of its own: what follows is tied to it (see ties)."""
    at = html.rfind(PIECE)
    if at < 0 or not html.endswith(ENDS):
        return html
    return f'{html[:at]}<span class="last">{html[at : -len(ENDS)]}</span>{ENDS}'


def anchors(page: Page, found: Numbered) -> tuple[str, str]:
    """The attribute of the formula's own element, and empty elements for its other labels."""
    if page.path is None or not found.labels:
        return "", ""
    first, *others = (escapeHtml(equations.anchor(label)) for label in found.labels)
    return f' id="{first}"', "".join(f'<span id="{other}"></span>' for other in others)


def plain(token: Token, page: Page) -> str:
    """A formula for a heading's or a summary's own HTML; its source where it failed."""
    found = equations.of(page, token)
    if DISPLAYED[token.type]:
        formula = typeset(token.content, display=False, macros=page.macros)
        found = Numbered(formula, found.numbers)
    if found.formula.error is None:
        html = equations.html(page, found, links=False)
        return f'<span class="math">{html}</span>' if html else ""
    return f"<code>{escapeHtml(source(token.content, display=DISPLAYED[token.type]))}</code>"


def source(tex: str, *, display: bool) -> str:
    dollars = "$$" if display else "$"
    return f"{dollars}{tex}{dollars}"
