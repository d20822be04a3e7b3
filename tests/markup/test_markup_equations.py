"""Numbers, labels, references, definitions: what holds for the formulas of a note together."""

from __future__ import annotations

import re

import pytest

from app.markup import Rendered, as_html, equations, render
from app.markup.mathematics import cached, seen, typeset

NUMBER = re.compile(r"\((\d[a-z]*)\)")
TAG = re.compile("<[^>]*>")
SPOKEN = re.compile(r'<span class="katex-mathml">.*?</math></span>', re.DOTALL)
TEX = re.compile(r"<annotation.*?</annotation>", re.DOTALL)
BOXES = re.compile(r'<span class="katex-tag">.*', re.DOTALL)


def shown(html: str) -> str:
    """What a reader sees: boxes without MathML."""
    return TAG.sub("", SPOKEN.sub("", html)).replace("\u200b", "")


def spoken(html: str) -> str:
    """What a reader hears: MathML without boxes."""
    return TAG.sub("", TEX.sub("", " ".join(SPOKEN.findall(html))))


def numbers(source: str) -> list[str]:
    html = render(source).html
    found = NUMBER.findall(shown(html))
    assert sorted(NUMBER.findall(spoken(html))) == sorted(found)
    return found


def of_one_environment(name: str, body: str) -> list[str]:
    return numbers(f"\\begin{{{name}}}{body}\\end{{{name}}}")


@pytest.mark.parametrize(
    ("name", "body", "expected"),
    [
        ("equation", "a", ["1"]),
        ("equation*", "a", []),
        ("align", r"a &= b \\ c &= d", ["1", "2"]),
        ("align", r"a &= b \\ c &= d \\", ["1", "2"]),
        ("align", r"a \notag \\ b \\ c \nonumber", ["1"]),
        ("align", r"\notag a \\ \label{x} b", ["1"]),
        ("align*", r"a \\ b", []),
        ("align*", r"a \\ b \label{x}", []),
        ("equation*", r"a \label{x}", []),
        ("gather*", r"a \label{x} \\ b \label{y}", []),
        ("multline*", r"a \label{x} \\ b", []),
        ("eqnarray*", r"a \label{x} &=& b", []),
        ("subequations", r"\begin{align*} a \label{x} \end{align*}", []),
        ("gather", r"a \\ b", ["1", "2"]),
        ("gather*", r"a \\ b", []),
        ("alignat", r"{2} a &= b & c &= d \\ e &= f", ["1", "2"]),
        ("flalign", r"a &= b", ["1"]),
        ("eqnarray", r"a &=& b \\ c &<& d \nonumber \\ e &=& f", ["1", "2"]),
        ("eqnarray*", r"a &=& b", []),
        ("multline", r"a \\ + b \\ + c", ["1"]),
        ("multline", r"a \label{x} \\ + c \\", ["1"]),
        ("multline*", r"a \\ + c", []),
        ("subequations", r"\begin{align} a \\ b \end{align}", ["1a", "1b"]),
        ("equation", r"\begin{split} a &= b \\ &= c \end{split}", ["1"]),
        ("equation", r"x = \begin{cases} 1 & a \\ 2 & b \end{cases}", ["1"]),
        ("align", r"a &= \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix} \\ b &= c", ["1", "2"]),
        ("align", r"a &= b \\ \intertext{and} c &= d", ["1", "2"]),
    ],
)
def test_which_lines_have_numbers(name: str, body: str, expected: list[str]) -> None:
    assert of_one_environment(name, body) == expected


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("$$a$$", []),
        (r"$$a \label{x}$$", ["1"]),
        (r"$$\begin{align} a \\ b \end{align}$$", ["1", "2"]),
        (r"$\begin{equation} a \end{equation}$", ["1"]),
        (r"$a \label{x}$", []),
        (r"\[ \begin{aligned} a \\ b \end{aligned} \label{x} \]", ["1"]),
    ],
)
def test_formulas_between_dollars_have_one_only_with_a_label(
    formula: str, expected: list[str]
) -> None:
    assert numbers(formula) == expected


def test_numbers_go_through_the_note_in_lists_quotes_and_footnotes() -> None:
    source = (
        "\\begin{equation}\na\n\\end{equation}\n\nWord[^1] ^[and $$b \\label{b}$$].\n\n"
        "- item\n  \\begin{align}\n  c \\\\\n  d\n  \\end{align}\n\n"
        "> $$e \\label{e}$$\n\n[^1]: Note $$f \\label{f}$$.\n"
    )
    assert sorted(numbers(source)) == ["1", "2", "3", "4", "5", "6"]


def test_tags_are_numbers_of_the_author() -> None:
    html = render(
        r"$$a \tag{A}\label{a}$$ $$b \tag*{B}\label{b}$$ $$c \label{c}$$ "
        r"\eqref{a} \eqref{b} \ref{c}"
    ).html
    assert shown(html).split() == ["a(A)", "bB", "c(1)", "(A)", "(B)", "1"]


def test_a_tag_with_mathematics_in_it() -> None:
    html = render(r"$$a \tag{$\star$}\label{a}$$ then \eqref{a}").html
    assert "then (⋆)" in shown(html)


def test_a_tag_with_mathematics_in_it_is_typeset_inside_of_a_formula() -> None:
    rendered = render(r"$$a \tag{$\star$}\label{st}$$ then $y > \eqref{st}$, $\ref{st}$")
    assert rendered.problems == []
    assert "y&gt;(⋆)" in shown(rendered.html)
    assert "y&gt;(⋆)" in spoken(rendered.html)
    assert "star" not in shown(rendered.html) + spoken(rendered.html)
    assert rendered.html.count("<span") == rendered.html.count("</span>")
    assert rendered.html.count('href="#eq-st"') == 2


def test_an_equation_without_a_number_cannot_be_referred_to() -> None:
    source = "\\begin{equation*}\na \\label{x}\n\\end{equation*}\n\nSee \\eqref{x}, $\\ref{x}$."
    rendered = render(source)
    assert shown(rendered.html).count("(?)") == 2
    assert {found.reason for found in rendered.problems} == {equations.unknown("x")}
    tagged = render(r"\begin{align*} a \tag{A}\label{x} \\ b \end{align*} See \eqref{x}.")
    assert "See (A)." in shown(tagged.html)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("[^9]: $$f \\label{f}$$\n\n$$a \\label{a}$$", ["1"]),
        ("A[^1].\n\n[^1]: $$f \\label{f}$$\n\n$$a \\label{a}$$", ["1", "2"]),
        ("A[^1].\n\n[^1]: See[^2].\n\n[^2]: $$f \\label{f}$$\n\n$$a \\label{a}$$", ["1", "2"]),
        ("[^1]: See[^2].\n\n[^2]: $$f \\label{f}$$ and[^1]\n\n$$a \\label{a}$$", ["1"]),
        ("![$$x \\label{z}$$](a.png)\n\n$$a \\label{a}$$", ["1"]),
    ],
)
def test_what_is_not_shown_has_no_number(source: str, expected: list[str]) -> None:
    assert sorted(numbers(source)) == expected


def test_a_line_has_one_tag() -> None:
    assert "Multiple" in (typeset(r"a \tag{1}\tag{2}", display=True).error or "")


def test_references_are_links_to_the_formula_whichever_comes_first() -> None:
    html = render("By \\eqref{a}:\n\n$$x \\label{a}$$\n\nSee \\ref{a} and $y > \\eqref{a}$.").html
    assert html.count('href="#eq-a"') == 3
    assert re.search(r'<div [^>]*class="formula" id="eq-a"', html)
    assert "By (1):" in shown(html)
    assert "See 1 and y&gt;(1)." in shown(html)
    assert "y&gt;(1)" in spoken(html)


def test_a_formula_has_an_anchor_for_each_of_its_labels() -> None:
    html = render(r"\begin{align} a \label{one} \\ b \label{two} \end{align}").html
    assert [f'id="eq-{name}"' in html for name in ("one", "two")] == [True, True]


def test_subequations_have_a_number_as_a_whole() -> None:
    rendered = render(
        "\\begin{subequations}\\label{all}\n\\begin{align}\na \\label{a} \\\\ b\n\\end{align}\n"
        "\\end{subequations}\n\n\\eqref{all} and \\eqref{a}; $$c \\label{c}$$"
    )
    assert NUMBER.findall(shown(rendered.html)) == ["1a", "1b", "1", "1a", "2"]
    assert rendered.problems == []


def test_an_unknown_label_is_shown_and_reported() -> None:
    rendered = render("Text.\n\nSee \\eqref{no} and \\ref{no}, $\\eqref{no}$, $\\ref{no}$.")
    assert shown(rendered.html).count("(?)") == 4
    assert {(found.line, "label no" in found.reason) for found in rendered.problems} == {(3, True)}


def test_a_label_that_stands_twice_means_the_first() -> None:
    rendered = render("$$a \\label{x}$$\n\n$$b \\label{x}$$\n\n\\eqref{x}")
    assert shown(rendered.html).endswith("(1)</p>\n") or "(1)" in shown(rendered.html)
    assert [(found.line, "twice" in found.reason) for found in rendered.problems] == [(3, True)]
    assert rendered.html.count('id="eq-x"') == 1


def test_a_label_cannot_leave_its_attribute() -> None:
    html = render('$$a \\label{x" onclick="alert(1)}$$ \\eqref{x" onclick="alert(1)}').html
    assert not re.search(r"<[^<>]*\" onclick", html)
    assert 'href="#eq-x-onclick-alert-1-"' in html


def test_an_annotation_has_the_numbers_that_it_says_and_no_anchors() -> None:
    """It stands beside a note, whose equations are numbered."""
    html = as_html(r"$$a \tag{A} \label{x}$$ and \eqref{x}")
    assert "and (A)" in shown(html)
    assert "(1)" not in as_html(r"$$a \label{x}$$")
    assert " id=" not in html
    assert "href" not in html


def test_the_canonical_text_has_no_numbers() -> None:
    assert render("$$a \\label{x}$$\n\nSee \\eqref{x}.").text == (
        "$$a \\label{x}$$\nSee \\eqref{x}."
    )


def test_headings_and_the_summary_have_numbers_without_links() -> None:
    rendered = render("See \\eqref{a}.\n\n## On \\eqref{a}\n\n$$x \\label{a}$$")
    assert rendered.summary == "See (1)."
    assert rendered.headings[0].html == "On (1)"


# Definitions ----------------------------------------------------------------------------------


def page(source: str) -> Rendered:
    rendered = render(source)
    assert [found.reason for found in rendered.problems] == []
    return rendered


@pytest.mark.parametrize(
    ("definition", "use", "expected"),
    [
        (r"\newcommand{\x}{a}", r"\x", "a"),
        (r"\newcommand\x{a}", r"\x", "a"),
        (r"\newcommand*{\x}[1]{a#1}", r"\x{b}", "ab"),
        (r"\newcommand{\x}[2][p]{#1#2}", r"\x{b}\x[q]{b}", "pbqb"),
        (r"\newcommand{\vec}[1]{v#1}", r"\vec{b}", "vb"),
        (r"\renewcommand{\R}{r}", r"\R", "r"),
        (r"\newcommand{\x}{a}\renewcommand{\x}{b}", r"\x", "b"),
        (r"\newcommand{\x}{a}\newcommand{\x}{b}", r"\x", "b"),
        (r"\newcommand{\x}{a}\providecommand{\x}{b}", r"\x", "a"),
        (r"\providecommand{\x}{b}", r"\x", "b"),
        (r"\def\x{a}", r"\x", "a"),
        (r"\def\x#1#2{#2#1}", r"\x ab", "ba"),
        (r"\def\x#1.{#1}", r"\x ab.c", "abc"),
        (r"\gdef\x{a}", r"\x", "a"),
        (r"\let\x\alpha", r"\x", "α"),
        (r"\let\old\phi\let\phi\varphi", r"\old\phi", "ϕφ"),
        (r"\DeclareMathOperator{\x}{op}", r"\x a", "opa"),
        (r"\DeclareMathOperator*{\x}{op}", r"\x", "op"),
        (r"\DeclarePairedDelimiter{\x}{\lvert}{\rvert}", r"\x{a}\x*{b}", "∣a∣∣b∣"),
        (
            r"\newcommand{\be}{\begin{equation}}\newcommand{\ee}{\end{equation}}",
            r"\be a\ee",
            "a(1)",
        ),
        (r"\def\bea{\begin{eqnarray}}\def\eea{\end{eqnarray}}", r"\bea a&=&b\eea", "a=b(1)"),
    ],
)
def test_a_definition_holds_for_the_rest_of_the_note(
    definition: str, use: str, expected: str
) -> None:
    rendered = page(f"Before.\n\n${definition}$\n\n$${use}$$\n")
    assert "".join(shown(rendered.html).split()) == f"Before.{expected}"
    assert rendered.text == f"Before.\n$${use}$$"


def test_a_definition_does_not_hold_before_it_nor_in_another_note() -> None:
    rendered = render("$\\mine$ $\\newcommand{\\mine}{a}\\mine$ $\\mine$")
    assert [found.reason[:20] for found in rendered.problems] == ["\\mine is not defined:"[:20]]
    assert render("$\\mine$").problems


def test_a_definition_may_change_within_the_note() -> None:
    source = "$\\def\\x{a}\\x$ $\\x$ $\\renewcommand{\\x}{b}\\x$ $\\x$"
    assert shown(page(source).html).split() == ["a", "a", "b", "b"]


def test_a_definition_in_a_group_stays_in_it() -> None:
    assert typeset(r"{\def\x{1}\x}", display=False).defined == ()
    assert typeset(r"{\gdef\x{1}\x}", display=False).defined == ((r"\x", r"\def\x{1}"),)


def test_the_note_s_own_definitions_win_over_those_it_is_given() -> None:
    source = "$\\x$ $\\newcommand{\\x}{b}\\x$"
    assert shown(render(source, macros={"\\x": "a"}).html).split() == ["a", "b"]


def test_a_formula_is_cached_by_the_macros_that_it_sees() -> None:
    table = {r"\a": r"\b", r"\b": "1", r"\c": "2"}
    assert seen(r"\a", table) == ((r"\a", r"\b"), (r"\b", "1"))
    typeset(r"\a + 71", display=False, macros=table)
    before = cached.cache_info().misses
    typeset(r"\a + 71", display=False, macros={**table, r"\c": "3", r"\d": "4"})
    assert cached.cache_info().misses == before
    typeset(r"\a + 71", display=False, macros={**table, r"\b": "3"})
    assert cached.cache_info().misses == before + 1


def test_an_unknown_command_is_named() -> None:
    found = render("Text.\n\n$a + \\size{x}$").problems
    assert [(each.line, each.reason.split()[0]) for each in found] == [(3, "\\size")]


def test_typesetting_has_a_budget_for_each_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(equations, "SECONDS", 0.0)
    rendered = render("$first + 1$ and $second + 2$, the rest.")
    assert rendered.html.count('class="katex"') == 1
    assert ["seconds" in found.reason for found in rendered.problems] == [True]
    assert "<code>$second + 2$</code>" in rendered.html
    assert "the rest." in rendered.html


@pytest.mark.parametrize(
    "tex",
    [
        r"\begin{multline} a",
        r"\begin{eqnarray} a &=& b",
        r"\begin{eqnarray} {a \\ b} } \end{eqnarray}",
        r"\begin{multline}\end{multline}",
        r"\begin{eqnarray}\end{eqnarray}",
        r"\begin{subequations}\label\end{subequations}",
        r"\begin{multline} a \label \\ b \end{multline}",
        r"\begin{constructor} a \end{constructor}",
        r"\label",
        r"\ref",
        r"\tag",
        r"\newcommand",
        r"\newcommand{a}{b}",
        r"\newcommand{\a}[x]{b}\a",
        r"\DeclareMathOperator",
        r"\DeclarePairedDelimiter{\a}{(}",
        r"\let",
        r"\@number{constructor}",
        r"\@tag{9}",
        r"\@multline",
        r'\char"E000 N0\char"E001',
        r"\newcommand{\a}{\end{eqnarray}\a}\begin{eqnarray}\a",
    ],
)
def test_what_is_written_wrong_is_a_formula_or_has_a_reason(tex: str) -> None:
    for source in (f"$${tex}$$", f"${tex}$", f"Text {tex} text"):
        html = render(f"{source}\n\nThe rest.").html
        assert "The rest." in html
        assert "\ue000" not in html
