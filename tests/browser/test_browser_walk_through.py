"""What a person does with Gloss, from the sign-in link to a figure that was computed anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

RUN_MILLISECONDS = 30_000

Server = Any  # tests/browser/conftest.py


@pytest.fixture(scope="module")
def library(start_server: Callable[..., Server]) -> Server:
    """A server whose lists have several pages."""
    return start_server("--page-size=4")


def test_from_the_sign_in_link_to_another_figure(
    library: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(base_url=library.base_url, viewport={"width": 1400, "height": 1000})
    sign_in(page, library)
    browse(page)
    read(page)
    search(page)
    write(page, library)
    change_a_parameter(page)
    rerun(page)


def sign_in(page: Page, library: Server) -> None:
    page.goto(library.sign_in)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Write", exact=True)).to_be_visible()


def browse(page: Page) -> None:
    """The feed, page by page; then by folder, tag, year and author."""
    page.goto("/")
    seen = page.locator(".feed li h2").all_inner_texts()
    page.get_by_role("link", name="Older").click()
    older = page.locator(".feed li h2").all_inner_texts()
    assert len(seen) == len(older) == 4
    assert not set(seen) & set(older)
    for facet, heading in (
        ("walks/", "walks/"),
        ("probability", "#probability"),
        ("2023", "2023"),
        ("Mikhail Belkin", "Mikhail Belkin"),
    ):
        page.goto("/")
        page.get_by_label("Browse").get_by_role("link", name=facet).click()
        expect(page.locator("h1")).to_have_text(heading)
        assert page.locator(".feed li").count() >= 1


def box(place: Locator) -> FloatRect:
    """Where it stands; it is nowhere for a moment where the page loads itself again."""
    while True:
        expect(place).to_be_visible()
        found = place.bounding_box()
        if found is not None:
            return found


def read(page: Page) -> None:
    """Headings, a table of contents, mathematics, footnotes in the margin, code."""
    page.goto("/folders/walks")
    page.get_by_role("link", name="A walker with more room gets no further").click()
    expect(page.locator("h1")).to_have_text("A walker with more room gets no further")
    page.get_by_label("Contents").get_by_role("link", name="What the dimension does").click()
    assert page.url.endswith("#what-the-dimension-does")
    assert page.locator("article .katex-display").count() >= 3
    note, text = box(page.locator("#fn-1")), box(page.locator(".beside").first)
    assert note["x"] > text["x"] + text["width"]
    assert abs(note["y"] - text["y"]) < 40
    page.goto("/notes/networks/symmetries")
    assert page.locator("pre.code span").count() > 5


def search(page: Page) -> None:
    """A key leads to the box, the words are marked, the first hit is the right note."""
    page.wait_for_load_state("load")
    page.keyboard.press("/")
    page.keyboard.type("harmonic nines converge")
    page.keyboard.press("Enter")
    expect(page.locator("mark").first).to_be_visible()
    page.locator(".feed li", has_text="Note").first.get_by_role("link").click()
    expect(page.locator("h1")).to_have_text("Crossing out the nines")


def write(page: Page, library: Server) -> None:
    """A form with a preview; the note is a file, in the feed, and found, at once."""
    page.wait_for_load_state("load")  # keys are heard from then on
    page.keyboard.press("n")
    page.get_by_label("Title").fill("Mean first passage")
    page.get_by_label("Text, in Markdown").fill("It takes $N^2$ steps, says the *wombat*.")
    preview = page.locator("#preview")
    expect(preview.locator("em")).to_have_text("wombat")
    expect(preview.locator(".katex").first).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_have_text("Mean first passage")
    file = library.notes / "mean-first-passage.md"
    assert "title: Mean first passage" in file.read_text()
    assert file.read_text().endswith("says the *wombat*.\n")
    page.goto("/search?q=wombat")
    expect(page.locator(".feed li h2")).to_have_text("Mean first passage")


def change_a_parameter(page: Page) -> None:
    """Another number under the figure, Run, and there is another figure from a new run."""
    page.goto("/notes/welcome")
    figure = page.locator("#block-plane")
    expect(figure.get_by_text("Up to date")).to_be_visible(timeout=RUN_MILLISECONDS)
    page.reload()
    before, run = pixels(page), figure.get_attribute("data-run")
    figure.get_by_label("walkers").fill("30")
    figure.get_by_role("button", name="Run", exact=True).click()
    expect(figure).not_to_have_attribute("data-run", run or "", timeout=RUN_MILLISECONDS)
    expect(figure.get_by_text("Up to date")).to_be_visible(timeout=RUN_MILLISECONDS)
    assert pixels(page) != before
    expect(figure.get_by_label("walkers")).to_have_value("30")
    assert "plane.walkers=30" in page.url
    page.goto("/notes/welcome")
    assert pixels(page) == before, "a choice does not change the note"


def rerun(page: Page) -> None:
    """Rerun computes anew, though nothing changed: a new run, and the same figure."""
    figure = page.locator("#block-plane")
    before, run = pixels(page), figure.get_attribute("data-run")
    figure.get_by_role("button", name="Rerun").click()
    expect(figure).not_to_have_attribute("data-run", run or "", timeout=RUN_MILLISECONDS)
    expect(figure.get_by_text("Up to date")).to_be_visible(timeout=RUN_MILLISECONDS)
    assert pixels(page) == before


def pixels(page: Page) -> bytes:
    """The figure as it is painted."""
    image = page.locator("#block-plane img")
    image.evaluate("image => image.decode()")
    return image.screenshot(animations="disabled")


def test_the_same_without_scripts(library: Server, open_page: Callable[..., Page]) -> None:
    page = open_page(base_url=library.base_url, java_script_enabled=False)
    page.goto(library.command("user", "link").stdout.split()[-1])
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.goto("/new")
    page.get_by_label("Title").fill("Quiet as a mouse")
    page.get_by_label("Text, in Markdown").fill("No *scripts* here.")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview em")).to_have_text("scripts")
    expect(page.get_by_label("Title")).to_have_value("Quiet as a mouse")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_have_text("Quiet as a mouse")
    page.goto("/search?q=mouse")
    expect(page.locator(".feed li h2")).to_have_text("Quiet as a mouse")
    page.goto("/notes/welcome")
    figure = page.locator("#block-plane")
    run = figure.get_attribute("data-run")
    figure.get_by_label("walkers").fill("35")
    figure.get_by_role("button", name="Run", exact=True).click()
    for _ in range(100):
        if figure.get_by_text("Up to date").count():
            break
        page.wait_for_timeout(200)
        page.reload()
    assert figure.get_attribute("data-run") != run
    expect(figure.get_by_label("walkers")).to_have_value("35")
