"""Every page, wide and narrow, light and dark, printed: readable, accessible, within its bounds.

The pictures are put into `.screenshots/`, to be looked at.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

PICTURES = Path(__file__).resolve().parents[2] / ".screenshots"
PAGES = {
    "feed": "/",
    "folder": "/folders/walks",
    "note": "/notes/walks/random-walk",
    "paper": "/notes/papers/radhakrishnan2023mechanism",
    "series": "/notes/series/harmonic-without-nines",
    "journal": "/journal",
    "day": "/journal/2026-11-08",
    "search": "/search?q=random+walk",
    "nothing": "/search?q=xylophone",
    "analyses": "/analyses",
    "analysis": "/analyses/random_walk",
    "claims": "/claims",
    "run": "/runs/1",
    "margin": "/annotations/",
    "new": "/new",
    "edit": "/edit/bayes/beyond-bayes",
    "problems": "/problems",
    "sign-in": "/sign-in",
    "missing": "/notes/no/such/note",
}
LOOKS: dict[str, dict[str, Any]] = {
    "wide": {"viewport": {"width": 1400, "height": 1000}},
    "dark": {"viewport": {"width": 1400, "height": 1000}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2},
}
# Characters in each line of a paragraph, as the browser broke it.
LINES = """paragraph => {
  const range = document.createRange(), tops = new Map();
  const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());)
    for (let at = 0; at < node.length; at++) {
      range.setStart(node, at); range.setEnd(node, at + 1);
      const box = range.getBoundingClientRect();
      const line = Math.round(box.top / 8);
      if (box.width) tops.set(line, 1 + (tops.get(line) || 0));
    }
  return [...tops.values()];
}"""


@pytest.fixture(scope="module", autouse=True)
def everything_has_run(server: Any) -> None:
    """The figures of the shipped notes are there before anybody looks at them."""
    checked = server.command("check", "--run")  # other tests' notes may have broken links
    assert "Stale" not in checked.stdout + checked.stderr, checked.stdout + checked.stderr


@pytest.mark.parametrize("look", LOOKS)
def test_pages_are_accessible_and_keep_to_their_width(
    look: str,
    open_page: Callable[..., Page],
    owner_state: Any,
    accessible: Callable[[Page], None],
    complaints: list[str],
) -> None:
    page = open_page(storage_state=owner_state, **LOOKS[look])
    PICTURES.mkdir(exist_ok=True)
    for name, address in PAGES.items():
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == (404 if name == "missing" else 200), address
        page.evaluate("document.fonts.ready")
        page.screenshot(path=PICTURES / f"{name}-{look}.png", full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{address} is {wide} pixels too wide"
        accessible(page)
    assert [each for each in complaints if "404" not in each] == []
    complaints.clear()  # the page that is not there says 404, and the browser tells


def test_a_line_of_text_has_about_sixty_six_characters(signed_in: Page) -> None:
    signed_in.set_viewport_size({"width": 1400, "height": 1000})
    signed_in.goto("/notes/networks/symmetries")
    paragraphs = signed_in.locator("article > p").all()
    lines = [line for each in paragraphs for line in each.evaluate(LINES)[:-1]]
    assert len(lines) > 10
    assert 60 <= statistics.median(lines) <= 72  # a superscript counts as a line of its own


def test_in_the_dark_figures_are_drawn_for_the_dark(
    open_page: Callable[..., Page], owner_state: Any
) -> None:
    page = open_page(storage_state=owner_state, color_scheme="dark")
    page.goto("/notes/series/harmonic-without-nines")
    image = page.locator("figure img").first
    image.evaluate("image => image.decode()")
    assert "dark" in image.evaluate("image => image.currentSrc")


def test_on_a_phone_the_margin_is_below_its_paragraph(
    open_page: Callable[..., Page], owner_state: Any
) -> None:
    page = open_page(storage_state=owner_state, **LOOKS["phone"])
    page.goto("/notes/walks/random-walk")
    note, text = (
        page.locator("#fn-1").bounding_box(),
        page.locator(".beside > p").first.bounding_box(),
    )
    assert note is not None
    assert text is not None
    assert note["y"] >= text["y"] + text["height"] - 1


def test_margin_notes_never_lie_on_each_other_or_on_the_text(server: Any, signed_in: Page) -> None:
    notes = "\n\n".join(f"Short.[^{n}]\n\n[^{n}]: {'A long remark. ' * 20}" for n in range(4))
    (server.notes / "crowded.md").write_text(f"---\ntitle: Crowded\n---\n{notes}\n")
    server.command("sync")
    signed_in.set_viewport_size({"width": 1400, "height": 1000})
    signed_in.goto("/notes/crowded")
    boxes = [each.bounding_box() for each in signed_in.locator(".margin").all()]
    assert len(boxes) == 4
    for above, below in pairwise(boxes):
        assert above is not None
        assert below is not None
        assert below["y"] >= above["y"] + above["height"]
    texts = [each.bounding_box() for each in signed_in.locator(".beside > p").all()]
    gaps = [b["y"] - a["y"] for a, b in pairwise(texts) if a and b]
    assert max(gaps) < 80, "a note pushed the text apart"


def test_the_picture_for_the_readme(signed_in: Page) -> None:
    """`make picture` copies it to where the README shows it."""
    signed_in.set_viewport_size({"width": 1280, "height": 1000})
    signed_in.goto("/notes/series/harmonic-without-nines")
    end = signed_in.locator("figure.cell").first.bounding_box()
    assert end is not None
    PICTURES.mkdir(exist_ok=True)
    clip = {"x": 0, "y": 0, "width": 1280, "height": end["y"] + end["height"] + 20}
    signed_in.screenshot(path=PICTURES / "readme.png", full_page=True, clip=clip)  # type: ignore[arg-type]
    assert (PICTURES.parent / "tests" / "browser" / "note.png").stat().st_size > 50_000


def test_printed_it_is_a_paper(signed_in: Page) -> None:
    signed_in.goto("/notes/walks/random-walk")
    signed_in.emulate_media(media="print")
    for gone in (".bar", ".params", ".contents", "footer.end"):
        assert not signed_in.locator(gone).first.is_visible()
    signed_in.locator("h1").first.is_visible()
    PICTURES.mkdir(exist_ok=True)
    signed_in.screenshot(path=PICTURES / "note-print.png", full_page=True)


def test_the_keys(signed_in: Page) -> None:
    signed_in.goto("/notes/welcome")
    signed_in.keyboard.press("?")
    expect(signed_in.get_by_role("dialog")).to_be_visible()
    signed_in.keyboard.press("Escape")
    signed_in.keyboard.press("/")
    expect(signed_in.get_by_role("searchbox")).to_be_focused()
    signed_in.keyboard.press("Tab")
    signed_in.locator("h1").click()
    signed_in.keyboard.press("e")
    expect(signed_in.locator("h1")).to_have_text("Editing welcome")
