"""The equations of a note: typeset in its order, so that what one defines holds for the next,
and numbered through the note.

The lines of environments such as `equation`, `align` and `gather` are numbered (not of the
starred ones, and not with `\\notag`), and so is every formula with a `\\label`; `\\tag` is a
number that the author chose, and the only one outside of notes. References may stand before what
they refer to, so all formulas are typeset before the first is written.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Sequence
from string import ascii_lowercase
from typing import NamedTuple

from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token

from app.markup import footnotes
from app.markup.mathematics import Formula, typeset
from app.markup.page import Page

DISPLAYED = {"math_inline": False, "math_display": True, "math_block": True}
SECONDS = 10.0  # for all formulas of a note that were not typeset before
TOO_LONG = f"The formulas of this note took more than {SECONDS:.0f} seconds: this one is left out."
MARK = re.compile("\ue000([NTRQS])([0-9]+)\ue001")
NO_ANCHOR = re.compile(r"[^\w:.-]+")
UNKNOWN = "?"
SIGNS = re.compile(r"[$\\]")  # without one, a line has no formula
TEX = "\\$_^{}"  # what a tag has in it that is more than words
TAG = re.compile(r"<[^>]*>")
BOXES = re.compile(r'<span class="katex-html" aria-hidden="true">(.*)</span></span>\Z', re.DOTALL)


class Numbered(NamedTuple):
    """A formula and the number of each of its equations, as a reference shows it."""

    formula: Formula
    numbers: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()  # whose anchors the formula has


def prepare(page: Page, tokens: Sequence[Token]) -> None:
    """Typeset and number every formula in `tokens`; each token then holds its own."""
    page.macros = dict(page.macros)
    for token in formulas(page, footnotes.shown(tokens)):
        formula = typeset_within_time(page, token.content, display=DISPLAYED[token.type])
        token.meta["numbered"] = numbered(page, formula)
        if formula.defined:
            page.macros.update(formula.defined)


def formulas(page: Page, tokens: Iterable[Token]) -> Iterator[Token]:
    """The formulas in the order of the source, with those in notes that stand in a line; not what
    describes an image, for it is shown as TeX."""
    for token in tokens:
        if token.type == "inline" and SIGNS.search(token.content):
            page.line = token.map[0] if token.map else page.line
            for child in token.children or ():
                if child.type in DISPLAYED:
                    yield child
                elif child.type == "footnote_ref":
                    yield from formulas(page, child.meta.get("body", ()))
        elif token.type == "math_block":
            page.line = token.map[0] if token.map else page.line
            yield token


def of(page: Page, token: Token) -> Numbered:
    """The formula of a token; outside of the note's own text (a caption) it is typeset now."""
    if "numbered" not in token.meta:
        formula = typeset_within_time(page, token.content, display=DISPLAYED[token.type])
        token.meta["numbered"] = numbered(page, formula)
    found: Numbered = token.meta["numbered"]
    return found


def typeset_within_time(page: Page, tex: str, *, display: bool) -> Formula:
    known = page.equations
    if known.seconds > SECONDS:
        return Formula("", TOO_LONG)
    started = time.perf_counter()
    is_of_note = page.path is not None or not display  # what stands in a line has no number
    formula = typeset(tex, display=display, macros=page.macros, numbered=is_of_note)
    known.seconds += time.perf_counter() - started
    return formula


def numbered(page: Page, formula: Formula) -> Numbered:
    if not formula.equations:
        return Numbered(formula)
    known = page.equations
    numbers = []
    labels: list[str] = []
    whole = known.count + 1
    for at, equation in enumerate(formula.equations):
        if equation.tag is not None:
            numbers.append(equation.tag)
        elif formula.parts is not None:
            numbers.append(f"{whole}{letter(at)}")
        else:
            known.count += 1
            numbers.append(str(known.count))
        labels += named(page, equation.labels, numbers[-1])
    if formula.parts is not None:
        known.count = whole
        labels += named(page, formula.parts, str(whole))
    return Numbered(formula, tuple(numbers), tuple(labels))


def letter(at: int) -> str:
    """
    >>> letter(0), letter(25), letter(26)
    ('a', 'z', 'aa')
    """
    before, own = divmod(at, len(ascii_lowercase))
    return (letter(before - 1) if before else "") + ascii_lowercase[own]


def named(page: Page, labels: Iterable[str], number: str) -> Iterator[str]:
    """The labels that are new; one that stands twice means its first equation."""
    for label in labels:
        if label in page.equations.labels:
            page.problem(f"The label {label} stands twice: references mean the first.")
        else:
            page.equations.labels[label] = number
            yield label


def anchor(label: str) -> str:
    """
    >>> anchor("eq:risk bound")
    'eq-eq:risk-bound'
    """
    return f"eq-{NO_ANCHOR.sub('-', label)}"


def html(page: Page, found: Numbered, *, links: bool = True) -> str:
    """The formula's HTML with its numbers and references in it."""
    formula = found.formula
    if "\ue000" not in formula.html:
        return formula.html

    def written(match: re.Match[str]) -> str:
        kind, at = match[1], int(match[2])
        if kind in "NT":
            return number(page, found, at, spoken=kind == "T")
        if at >= len(formula.references):
            return ""
        return reference(page, formula.references[at], kind, links=links)

    return MARK.sub(written, formula.html)


def number(page: Page, found: Numbered, at: int, *, spoken: bool) -> str:
    """The number itself; a tag stands already in the boxes, in the author's own TeX."""
    if at >= len(found.numbers):
        return ""
    if spoken:
        return f"({words(page, found.numbers[at])})"
    return "" if found.formula.equations[at].tag is not None else found.numbers[at]


def reference(page: Page, label: str, kind: str, *, links: bool) -> str:
    """What stands in a formula for a reference. Its boxes are hidden from those who tab."""
    found = page.equations.labels.get(label)
    if found is None:
        if kind != "S":
            page.problem(unknown(label))
        return UNKNOWN if kind != "R" else f"({UNKNOWN})"
    if kind == "S":
        return words(page, found)
    shown = boxes(page, found)
    if not links or page.path is None:
        return shown
    return f'<a href="#{anchor(label)}" tabindex="-1">{shown}</a>'


def unknown(label: str) -> str:
    return f"No equation of this note has the label {label}."


def boxes(page: Page, number: str) -> str:
    """A number or tag inside of a formula's boxes."""
    match = BOXES.search(of_tag(page, number))
    return match[1] if match else escapeHtml(plain(number))


def words(page: Page, number: str) -> str:
    """A number or tag inside of a formula's MathML."""
    spoken = TAG.sub("", of_tag(page, number).partition("<annotation")[0])
    return spoken or escapeHtml(plain(number))


def of_tag(page: Page, number: str) -> str:
    """The HTML of a tag with TeX in it; empty for any other number, and for what fails."""
    if set(number).isdisjoint(TEX):
        return ""
    html = typeset(f"\\text{{{number}}}", display=False, macros=page.macros).html
    return "" if "\ue000" in html else html


def plain(number: str) -> str:
    """A number or tag as words: tags may hold TeX.

    >>> plain("3a"), plain(r"$\\\\star$")
    ('3a', '\\\\\\\\star')
    """
    return number.replace("$", "").strip()
