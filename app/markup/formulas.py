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
    put(page, token, "span", "math")


def displayed(page: Page, token: Token) -> None:
    put(page, token, "span", "formula", ' tabindex="0"')


def block(page: Page, token: Token) -> None:
    put(page, token, "div", "formula", ' tabindex="0"')
    page.write("\n")
    page.end_line()


def put(page: Page, token: Token, tag: str, kind: str, rest: str = "") -> None:
    """The formula in an element that is stamped here: to find out where would cost more."""
    found = equations.of(page, token)
    display = DISPLAYED[token.type]
    text = canonical.formula(token.content, display=display)
    if found.formula.error is not None:
        show = problems.block if token.type == "math_block" else problems.inline
        show(page, source(token.content, display=display), found.formula.error, text)
    elif found.formula.html:
        own, others = anchors(page, found)
        opening = f'<{tag} data-text="{escapeHtml(text)}" class="{kind}"{own}{rest}>'
        html = equations.html(page, found)
        html = with_last(html) if "tied" in token.meta else html
        page.put(f"{opening}{others}{html}</{tag}>", text)


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
