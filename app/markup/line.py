r"""A line of canonical text on a page of its own: a title, a sentence, a passage that was found.

Words stay as they are; formulas are typeset, or stay as they were written. Where only letters can
stand, in a window's title, `readable` says a formula as nearly as letters can.

    >>> readable(r"Does $\beta x_n^2 \le \sqrt{N}$ cost $5?")
    'Does β xₙ² ≤ √N cost $5?'
    >>> typeset_line("a < $")
    'a &lt; $'

A line that is no canonical text, such as the first of an analysis, may hold code as well.

    >>> typeset_line("one `a<b>`", code=True), readable("one `a<b>`", code=True)
    ('one <code>a&lt;b&gt;</code>', 'one a<b>')
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from html import escape, unescape
from types import MappingProxyType

from markdown_it import MarkdownIt
from markdown_it.token import Token

from app.markup import math_rule
from app.markup.mathematics import typeset

NO_MACROS: Mapping[str, str] = MappingProxyType({})
NUMBERS = re.compile("\ue000[A-Z][0-9]+\ue001")  # where the number of an equation belongs
TAGS = re.compile(r"(</?(?:mark|code)>)")
# What can only be displayed, and what it is inside of a line.
DISPLAYED = re.compile(
    r"\\(begin|end)\{(align|alignat|flalign|gather|multline|split|eqnarray|equation"
    r"|subequations|displaymath)\*?\}"
)
INSIDE = {
    "align": "aligned", "flalign": "aligned", "split": "aligned", "alignat": "alignedat",
    "gather": "gathered", "multline": "gathered", "eqnarray": "aligned",
}  # fmt: skip
NUMBERED = re.compile(r"\\(?:label|tag\*?)\s*\{[^{}]*\}|\\(?:notag|nonumber)\b")
GREEK = re.compile(r"\\(?:var)?([a-zA-Z]+)")
SIGNS = {
    "sqrt": "√", "infty": "∞", "to": "→", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "neq": "≠",
    "times": "×", "cdot": "·", "sum": "∑", "prod": "∏", "int": "∫", "in": "∈", "approx": "≈",
    "sim": "∼", "pm": "±", "partial": "∂", "nabla": "∇", "ell": "ℓ", "mid": "|", "ldots": "…",
    "dots": "…", "mapsto": "↦", "implies": "⟹", "forall": "∀", "exists": "∃",
}  # fmt: skip
RAISED = dict(zip("0123456789+-=()in", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁱⁿ", strict=True))
LOWERED = dict(
    zip("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True)
)
SCRIPT = re.compile(r"([\^_])(?:\{([^{}]*)\}|(.))")
LEFT = re.compile(r"\\[a-zA-Z]+ ?|[{}]|\\.")


def typeset_line(text: str, macros: Mapping[str, str] = NO_MACROS, *, code: bool = False) -> str:
    """The line as HTML that is safe as it is."""
    coded = (lambda words: f"<code>{escape(words)}</code>") if code else None
    return in_pieces(text, escape, lambda tex, source: formula(tex, source, macros), coded)


def typeset_passage(html: str, macros: Mapping[str, str] = NO_MACROS) -> str:
    """A passage in which words, code and whole formulas are marked.

    A formula that cannot be typeset, for its macros are those of its note, is said in letters.
    """
    if "$" not in html:
        return html
    pieces, in_code = [], False
    for piece in TAGS.split(html):
        in_code = piece == "<code>" or (in_code and piece != "</code>")
        is_words = "$" in piece and not in_code
        pieces.append(typeset_piece(unescape(piece), macros) if is_words else piece)
    return "".join(pieces)


def typeset_piece(text: str, macros: Mapping[str, str]) -> str:
    def shown(tex: str, _: str) -> str:
        html = formula(tex, "", macros)
        return html or f'<span class="math">{escape(spelt(tex))}</span>'

    return in_pieces(text, escape, shown)


def readable(text: str, *, code: bool = False) -> str:
    """The line in letters alone."""
    return in_pieces(text, str, lambda tex, _: spelt(tex), str if code else None)


def in_pieces(
    text: str,
    words: Callable[[str], str],
    tex: Callable[[str, str], str],
    code: Callable[[str], str] | None = None,
) -> str:
    """`code`: what to make of it; without, its accents are signs like any other."""
    if not any(sign in text for sign in ("$\\`" if code else "$\\")):
        return words(text)

    def piece(child: Token) -> str:
        if child.type == "text":
            return words(child.content)
        if code and child.type == "code_inline":
            return code(child.content)
        return tex(child.content, f"${child.content}$")

    children = reader(code=code is not None).parseInline(text)[0].children or []
    return "".join(map(piece, children))


@lru_cache(maxsize=2)
def reader(*, code: bool) -> MarkdownIt:
    """Of all of Markdown formulas only, and code where it may be."""
    md = MarkdownIt("zero")
    if code:
        md.enable("backticks")
    math_rule.use(md)
    return md


def formula(tex: str, source: str, macros: Mapping[str, str]) -> str:
    found = typeset(tex, display=False, macros=macros)
    if found.error and "\\begin" in tex:
        found = typeset(in_line(tex), display=False, macros=macros)
    html = NUMBERS.sub("", found.html)
    return f'<span class="math">{html}</span>' if html and not found.error else escape(source)


def in_line(tex: str) -> str:
    r"""A displayed formula without what cannot stand in a line.

    >>> in_line(r"\begin{align*} a &= b \label{x} \end{align*}")
    '\\begin{aligned} a &= b  \\end{aligned}'
    """

    def named(match: re.Match[str]) -> str:
        name = INSIDE.get(match[2])
        return f"\\{match[1]}{{{name}}}" if name else ""

    return DISPLAYED.sub(named, NUMBERED.sub("", tex))


def spelt(tex: str) -> str:
    spelt_out = GREEK.sub(letter, tex)
    return " ".join(LEFT.sub("", SCRIPT.sub(script, spelt_out)).split()).replace("√ ", "√")


def letter(match: re.Match[str]) -> str:
    """The sign of a command; one that has none stays, to be left out."""
    name = match[1]
    if name in SIGNS:
        return SIGNS[name]
    size = "CAPITAL" if name[0].isupper() else "SMALL"
    try:
        return unicodedata.lookup(f"GREEK {size} LETTER {name.replace('lambda', 'lamda').upper()}")
    except KeyError:
        return match[0]


def script(match: re.Match[str]) -> str:
    """A raised or lowered text, if all of its letters can be."""
    text = match[2] if match[2] is not None else match[3]
    letters = RAISED if match[1] == "^" else LOWERED
    if all(letter in letters for letter in text):
        return "".join(letters[letter] for letter in text)
    return f"{match[1]}{text}"
