"""Formulas on the page: typeset, or shown as their source with the reason why they are not.

A formula on lines of its own is a `div`; one displayed inside a sentence is a `span` of the same
class, so that the paragraph stays one. Both can be focused, for they may scroll sideways.
"""

from __future__ import annotations

from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token

from app.markup import canonical, problems
from app.markup.mathematics import Formula, typeset
from app.markup.page import Page


def inline(page: Page, token: Token) -> None:
    put(page, token.content, '<span class="math">', "</span>", display=False)


def displayed(page: Page, token: Token) -> None:
    put(page, token.content, '<span class="formula" tabindex="0">', "</span>", display=True)


def block(page: Page, token: Token) -> None:
    formula = typeset(token.content, display=True, macros=page.macros)
    text = canonical.formula(token.content, display=True)
    if formula.error is None:
        page.insert(f'<div class="formula" tabindex="0">{formula.html}</div>', text)
    else:
        problems.block(page, source(token.content, display=True), formula.error, text)
    page.write("\n")
    page.end_line()


def put(page: Page, tex: str, before: str, after: str, *, display: bool) -> None:
    formula = typeset(tex, display=display, macros=page.macros)
    text = canonical.formula(tex, display=display)
    if formula.error is None:
        page.insert(f"{before}{formula.html}{after}", text)
    else:
        problems.inline(page, source(tex, display=display), formula.error, text)


def plain(tex: str, page: Page, *, display: bool) -> str:
    """A formula for a heading's or a summary's own HTML; its source where it failed."""
    formula: Formula = typeset(tex, display=False, macros=page.macros)
    if formula.error is None:
        return f'<span class="math">{formula.html}</span>'
    return f"<code>{escapeHtml(source(tex, display=display))}</code>"


def source(tex: str, *, display: bool) -> str:
    dollars = "$$" if display else "$"
    return f"{dollars}{tex}{dollars}"
