"""`\\ref{label}`, `\\eqref{label}`, `\\cref{label}` in the text of a note: links to the equation.

They show its number, `\\eqref` in brackets, `\\cref` with a word before it; a label that no
equation has shows (?). The number is generated, so the canonical text has the reference as it is
written.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from app.markup import equations
from app.markup.page import Page

REFERENCE = re.compile(r"\\(eq|[cC])?ref\{([^{}\n]{1,200})\}")

WORDS = {"c": "eq.\u00a0", "C": "Equation\u00a0"}


def use(md: MarkdownIt) -> None:
    md.inline.ruler.before("escape", "math_ref", rule)


def rule(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "\\":
        return False
    match = REFERENCE.match(state.src, state.pos)
    if match is None or match.end() > state.posMax:
        return False
    if not silent:
        token = state.push("math_ref", "a", 0)
        token.content = match[0]
        token.meta = {
            "label": match[2].strip(),
            "brackets": bool(match[1]),
            "word": WORDS.get(match[1], ""),
            "linked": state.linkLevel,
        }
    state.pos = match.end()
    return True


def link(page: Page, token: Token) -> None:
    label = token.meta["label"]
    if label not in page.equations.labels:
        page.problem(equations.unknown(label))
        reason = escapeHtml(equations.unknown(label))
        html = f'<span class="reference unresolved" title="{reason}">{shown(page, token)}</span>'
    elif page.path is None or token.meta["linked"]:
        html = f'<span class="reference">{shown(page, token)}</span>'
    else:
        target = escapeHtml(equations.anchor(label))
        html = f'<a class="reference" href="#{target}">{shown(page, token)}</a>'
    page.insert(html, token.content)


def shown(page: Page, token: Token) -> str:
    """The number; a tag with TeX in it is typeset."""
    number = page.equations.labels.get(token.meta["label"])
    if number is None:
        return f"{token.meta['word']}(?)"
    html = equations.of_tag(page, number) or escapeHtml(number)
    return f"{token.meta['word']}({html})" if token.meta["brackets"] else html
