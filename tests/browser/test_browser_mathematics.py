"""Mathematics in the real browser: what copying gives, where references lead, what is numbered."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

NOTE = r"""---
title: Copied formulas
visibility: public
---

Words before $x^2 < y$ and after, see \eqref{sum}.

\begin{align}
a &= b \\
c &= d \label{sum}
\end{align}

\begin{multline}
first + line \\ + second \\ + third
\end{multline}

The last words.
"""
# Select from the start of one element to the end of another, and copy as a person does. What the
# clipboard was given can be read only while the event lasts.
COPY = """([from, to]) => {
  const range = document.createRange(), end = document.querySelector(to);
  range.setStart(document.querySelector(from), 0); range.setEnd(end, end.childNodes.length);
  getSelection().removeAllRanges(); getSelection().addRange(range);
  let copied;
  document.addEventListener("copy", (event) => {
    const data = event.clipboardData;
    copied = [event.defaultPrevented, data.getData("text/plain"), data.getData("text/html")];
  }, {once: true});
  document.execCommand("copy");
  return copied;
}"""


@pytest.fixture
def note(page: Page, server: Any) -> Page:
    (server.notes / "copied-formulas.md").write_text(NOTE, encoding="utf-8")
    assert server.command("sync").returncode == 0
    page.goto("/notes/copied-formulas")
    return page


def test_copying_gives_the_tex_of_formulas(note: Page) -> None:
    ours, text, html = note.evaluate(COPY, ["article p:has(.reference)", "article .formula ~ p"])
    assert ours
    assert r"Words before $x^2 < y$ and after, see (2)." in text
    assert "$$\\begin{align}\na &= b \\\\\nc &= d \\label{sum}\n\\end{align}$$" in text
    assert text.rstrip().endswith("The last words.")
    assert "katex" not in html
    assert "$x^2 &lt; y$" in html


def test_a_formula_that_is_selected_in_part_is_copied_whole(note: Page) -> None:
    inside = "article .math .katex-html .mord"
    ours, text, _ = note.evaluate(COPY, [inside, inside])
    assert ours
    assert text.strip() == "$x^2 < y$"


def test_copying_words_alone_is_left_to_the_browser(note: Page) -> None:
    last = "article .formula ~ p"
    assert note.evaluate(COPY, [last, last])[0] is False


def test_a_reference_leads_to_the_formula(note: Page) -> None:
    link = note.locator("article a.reference")
    expect(link).to_have_text("(2)")
    link.click()
    expect(note.locator("article .formula:target")).to_have_count(1)


def test_the_lines_of_a_multline_stand_left_and_right(note: Page) -> None:
    edges = note.evaluate(
        """() => {
          const formula = document.querySelector(".formula:has(.multline)");
          const list = formula.querySelector(".multline > .vlist-r > .vlist");
          const rows = [...list.children];
          const box = (row) => row.querySelector(".mord").getBoundingClientRect();
          const outer = formula.getBoundingClientRect();
          const number = formula.querySelector(".katex-tag").getBoundingClientRect();
          return {left: rows.map((row) => box(row).left), right: rows.map((row) => box(row).right),
            outer: [outer.left, outer.right], number: number.left};
        }"""
    )
    assert edges["left"][0] < edges["left"][1] < edges["left"][2]
    assert edges["right"][0] < edges["right"][1] < edges["right"][2]
    assert edges["right"][2] < edges["number"] < edges["outer"][1]


def test_a_page_of_formulas_is_accessible(note: Page, accessible: Any) -> None:
    accessible(note)
