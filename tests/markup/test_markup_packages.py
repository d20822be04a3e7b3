"""What MathJax and the usual packages have: no formula of theirs fails here."""

from __future__ import annotations

import re

import pytest

from app.markup import render
from app.markup.mathematics import typeset

TAG = re.compile(r"<[^>]*>")


def spoken(tex: str) -> str:
    """The letters and signs of a formula, from its MathML, without spaces."""
    formula = typeset(tex, display=True)
    assert formula.error is None
    mathml = formula.html.partition("<annotation")[0]
    return re.sub(r"[\s\u200b\u2061-\u2064]", "", TAG.sub("", mathml))


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"x^\sqrt{2}", "x2"),
        (r"N_\min", "Nmin"),
        (r"B_\bar{y}", "By" + "\u02c9"),
        (r"e^\frac12", "e12"),
        (r"\text{a_b^c}", "a_b^c"),
        (r"\begin{multlined} a \\ b \end{multlined}", "ab"),
        (r"\begin{split} a &= b & c \\ d &= e & f \end{split}", "a=bcd=ef"),
        (
            r"\begin{array}[t]{@{}l*{2}{c}p{2cm}@{}} a & b & c & d \\ \cline{1-2} e \end{array}",
            "abcde",
        ),
        (r"\begin{psmallmatrix} a & b \end{psmallmatrix}", "(ab)"),
        (r"\matrix{a & b \cr c & d}", "abcd"),
        (r"\ce{H2O}", "HX2O"),
        (r"\idotsint_D f", "∫⋯∫Df"),
        (r"\mathup{d}x", "dx"),
        (r"\root 3 \of x", "x3"),
        (r"\unicode{x263a}", "☺"),
        (r"\color[RGB]{255,0,0}x", "x"),
        (r"\cssId{a}{x}", "x"),
        (r"\dv[2]{f}{x}", "d2fdx2"),
        (r"\pdv{f}{x}{y}", "∂2f∂x∂y"),
        (r"\pdv{x}", "∂∂x"),
        (r"\abs{x} + \norm{y}", "∣x∣+∥y∥"),
        (r"\qty(x) + \qty[y] + \qty{3}{kg}", "(x)+[y]+3kg"),
        (r"\SI{3}{kg}", "3kg"),
        (r"x\ ", "x"),
        (r"\SI{5}{\meter\per\second}", "5ms−1"),
        (r"\SI{9.81}{\meter\per\second\squared}", "9.81ms−2"),
        (r"\SI{5}{m/s} = \SI[mode=text]{5}{\m\per\s}", "5m/s=5ms−1"),
        (r"\si{\kg\m^2} = \si{kg.m^{2}}", "kgm2=kgm2"),
        (r"\si{\per\square\meter} \si{\micro\ohm} \si{\m^{\frac{1}{2}}}", "m−2µΩm12"),
        (r"\unit{\meter} \unit{\joule\per\mole\per\kelvin}", "mJmol−1K−1"),
        (r"\qty{5}{\kilo\gram} + \qty[per-mode=fraction]{3}{\m}", "5kg+3m"),
        (r"\SI{20}{\degreeCelsius} \SI{5}{\percent} \SI{3}{\degree}", "20∘C5%3∘"),
        (r"\SIrange{1}{2}{m} \qtyrange{3}{4}{\metre}", "1mto2m3mto4m"),
        (r"\SIlist{1;2;3}{\m}", "1m,2mand3m"),
        (r"\ang{5} \ang{12;30;}", "5∘12∘30′"),
        (r"\num{1.5e-3} \num{2 +- 0.1}", "1.5×10−32±0.1"),
        (r"\expval{A} \expval{A}{n} \ev{A}{n}", "⟨A⟩⟨n|A|n⟩⟨n|A|n⟩"),
        (r"x \qq{if} y \qq*{or} z", "xifyorz"),
        (r"\pmqty{a & b \\ c & d} \mqty(f(x) & b) \mqty[a & b] \mqty{a}", "(abcd)(f(x)b)[ab]a"),
        (r"\vb{a} \cross \vb{b} \vdot \vb{c}", "a×b⋅c"),
        (r"\ip{a}{b} \op{a}{b}", "⟨a|b⟩∣a⟩⟨b∣"),
    ],
)
def test_it_says_what_it_says_elsewhere(tex: str, expected: str) -> None:
    assert expected in spoken(tex).replace("\u00a0", "")


def test_a_macro_of_the_note_wins() -> None:
    own = typeset(r"\abs{x}", display=False, macros={r"\abs": r"\lfloor #1 \rfloor"})
    assert "⌊" in own.html
    assert "⌊" not in typeset(r"\abs{x}", display=False).html


def test_a_fraction_without_braces_is_no_script() -> None:
    assert typeset(r"x_\over y", display=False).error


def test_a_space_at_the_end_of_a_formula_is_kept_whole() -> None:
    note = render("A gap $a\\ $ and one more:\n\n$$\nb\\ \n$$\n")
    assert note.problems == []
    assert note.text == "A gap $a\\$ and one more:\n$$b\\$$"


def test_an_environment_amid_a_formula_is_displayed() -> None:
    note = render(r"So $x = \begin{align} a &= b \end{align}$ holds.")
    assert note.problems == []
    assert 'class="formula"' in note.html


@pytest.mark.parametrize(
    "tex",
    [
        r"\SI{5}{\meter",
        r"\mqty(a",
        r"\si{\per}",
        r"\si{^}",
        r"\si{\tothe}",
        r"\si{\m^}",
        r"\num{e}",
        r"\si{\fish}",
        r"\SI{1}{}",
        r"\ang{;;}",
        r"\ang{}",
        r"\SIlist{}{}",
        r"\qty[",
        r"\si{{{a}}{b}}",
    ],
)
def test_what_is_wrong_in_a_unit_is_a_formula_or_has_a_reason(tex: str) -> None:
    formula = typeset(tex, display=True)
    assert bool(formula.html) != bool(formula.error)
    assert "Error:" not in (formula.error or "")
