"""How a page is set: what can be asserted of what a careful author would look at.

The notes are the fixtures of the markup, in our own sentences, and two with what goes wrong.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

FIXTURES = Path(__file__).resolve().parents[1] / "markup" / "fixtures"
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
NOTE = r"""---
visibility: public
---
# The distance is $\sqrt N$[^title]

[^title]: In the mean of squares.

It is so in each dimension [@look2020]; see [the other](look-other.md "What it rests on").

![Gone](gone.png "A picture of $x^2$.")

See ![there](/pictures/x.png) and $\frac{a$.

![[look-other]]

![A plot](look.svg "The last one.")

| Goal | A column with many words | Another column with many words | And one more of them | Last |
|:--|--:|:-:|--:|--:|
| Books | 1,234 | 5 | 6 | antidisestablishmentarianism |

@misc{look2020, title={On looking}, author={Roe, Ann}, year={2020}}

```bibtex
@misc{look2020, title={On looking}, author={Roe, Ann}, year={2020}}
```
"""
OTHER = """---
title: Squares of $x^2$
visibility: public
---
What [[look]] says of $x^2$ is here.

![A plot](look.svg "In the other note.")
"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="9"><path d="M0 0h9v9z"/></svg>'
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Where a line begins with the stop behind a formula, or ends with the bracket before it.
PARTED = r"""() => [...document.querySelectorAll("#note .math")].flatMap((math) => {
  const bases = math.querySelectorAll(".katex-base, .base"), next = math.nextSibling;
  if (!bases.length || next?.nodeType !== Node.TEXT_NODE) return [];
  if (!/^[.,;:)-]/.test(next.data)) return [];
  const range = document.createRange();
  range.setStart(next, 0);
  range.setEnd(next, 1);
  const last = bases[bases.length - 1].getBoundingClientRect();
  return range.getBoundingClientRect().left < last.left ? [math.textContent] : [];
})"""
COUNTED = r"""() => [...document.querySelectorAll("#note .math")].filter((math) =>
  /^[.,;:)-]/.test(math.nextSibling?.data ?? "")).length"""
WIDTHS = range(330, 480, 3)  # a line is parted at four or five neighbouring ones, if at all
MARGINS = """() => [...document.querySelectorAll("#note .beside > .margin")].map((note) => {
  const box = note.getBoundingClientRect(), beside = note.parentElement.getBoundingClientRect();
  return {top: box.top, bottom: box.bottom, left: box.left, right: box.right,
    fromTop: box.top - beside.top, fromRight: box.left - beside.right};
})"""


@pytest.fixture(scope="module")
def library(server: Any) -> Iterator[Any]:
    """The server, with the fixtures and the two notes, as long as they are looked at."""
    folder = server.notes / "fixtures"
    folder.mkdir(exist_ok=True)
    for file in FIXTURES.glob("*.md"):
        shutil.copy(file, folder)
    (server.notes / "look.md").write_text(NOTE, encoding="utf-8")
    (server.notes / "look-other.md").write_text(OTHER, encoding="utf-8")
    (server.notes / "look.svg").write_text(SVG, encoding="utf-8")
    server.command("sync")
    yield server
    shutil.rmtree(folder)
    for name in ("look.md", "look-other.md", "look.svg"):
        (server.notes / name).unlink()
    server.command("sync")


PAGES = ["fixtures/posterior", "fixtures/review", "fixtures/thread", "look"]


@pytest.mark.parametrize("note", PAGES)
def test_no_page_is_wider_than_a_phone(
    note: str, library: Any, open_page: Callable[..., Page], accessible: Callable[[Page], None]
) -> None:
    page = open_page(viewport=PHONE)
    page.goto(f"/notes/{note}")
    assert page.evaluate(OVERFLOW) == 0
    accessible(page)


def test_a_stop_stays_with_its_formula_at_any_width(
    library: Any, open_page: Callable[..., Page]
) -> None:
    page = open_page(viewport=DESKTOP)
    page.goto("/notes/fixtures/thread")
    page.evaluate("document.fonts.ready")
    assert page.evaluate(COUNTED) > 5
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(PARTED) == [], width


def test_that_stops_would_be_parted_without_the_tie(
    library: Any, open_page: Callable[..., Page]
) -> None:
    """The control: without the style, some line begins with a comma."""
    page = open_page(viewport=DESKTOP)
    page.goto("/notes/fixtures/thread")
    page.evaluate("document.fonts.ready")
    page.evaluate("document.querySelectorAll('.tied').forEach((each) => { each.className = ''; })")
    parted = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        parted += page.evaluate(PARTED)
    assert parted


def test_margin_notes_stand_beside_their_block_and_clear_of_each_other(
    library: Any, open_page: Callable[..., Page]
) -> None:
    page = open_page(viewport=DESKTOP)
    page.goto("/notes/fixtures/review")
    page.wait_for_function("document.querySelector('.margin').getBoundingClientRect().left > 900")
    notes = page.evaluate(MARGINS)
    assert len(notes) == 4
    assert all(note["fromRight"] > 0 and note["right"] <= DESKTOP["width"] for note in notes)
    assert abs(notes[0]["fromTop"]) < 12
    for above, below in pairwise(notes):
        assert above["bottom"] < below["top"]


def test_on_a_phone_they_stand_under_it(library: Any, open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=PHONE)
    page.goto("/notes/fixtures/review")
    for note in page.evaluate(MARGINS):
        assert note["fromTop"] > 20
        assert 0 < note["left"] < note["right"] <= PHONE["width"]


def test_what_scrolls_has_a_shade_and_what_does_not_has_none(
    library: Any, open_page: Callable[..., Page]
) -> None:
    page = open_page(viewport=PHONE)
    page.goto("/notes/fixtures/thread")
    shades = page.evaluate(
        "[...document.querySelectorAll('.formula, pre')].map((each) =>"
        " [each.scrollWidth > each.clientWidth, getComputedStyle(each).boxShadow !== 'none'])"
    )
    assert [True, True] in shades
    assert [False, False] in shades
    assert all(scrolls == shaded for scrolls, shaded in shades)


def test_titles_and_backlinks_are_typeset(library: Any, open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=DESKTOP)
    page.goto("/notes/look")
    assert page.title().startswith("The distance is √N")
    assert page.locator("h1 .katex").count() == 1
    assert page.locator("h1 .note-ref").get_attribute("href") == "#fn-1"
    assert "In the mean of squares." in page.locator("#fn-1").inner_text()
    assert page.locator("footer.links q .katex").count() == 1
    assert page.locator("footer.links > ul a .katex").count() == 1
    assert page.locator(".embed-title .katex").count() == 1
    page.goto("/search?q=squares")
    assert page.locator(".results .katex").count() >= 1
    page.goto("/")
    assert page.locator(".feed h2 .katex").count() >= 2


def test_what_is_missing_is_said(library: Any, open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=DESKTOP)
    page.goto("/notes/look")
    gaps = page.locator(".gap").all_inner_texts()
    assert len(gaps) == 2
    assert "gone.png" in gaps[0]
    assert "there is no such file" in gaps[0]
    assert "/pictures/x.png" in gaps[1]
    assert "(Unexpected end of input" in page.locator("span.problem .reason").inner_text()
    assert page.locator("a[title='What it rests on']").count() == 1


def test_figures_are_numbered_through_the_page(
    library: Any, open_page: Callable[..., Page]
) -> None:
    page = open_page(viewport=DESKTOP)
    page.goto("/notes/look")
    captions = page.locator("#note figcaption").all_inner_texts()
    assert [caption.split(".")[0] for caption in captions] == ["Figure 1", "Figure 2", "Figure 3"]
    assert page.locator("#note figcaption .katex").count() == 1


def test_escape_closes_the_card_of_a_citation(library: Any, open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=DESKTOP)
    page.goto("/notes/look")
    link, card = page.locator(".cite > a").first, page.locator(".cite > .card").first
    link.focus()
    card.wait_for(state="visible")
    page.keyboard.press("Escape")
    card.wait_for(state="hidden")
    link.blur()
    link.focus()
    card.wait_for(state="visible")
