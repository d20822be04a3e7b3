"""Search in a browser: as you type, by keys, and the passage that a hit leads to, highlighted."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

PICTURES = Path(__file__).resolve().parents[2] / ".screenshots"
FILLING = "Words that fill the page until it is long enough to be scrolled. " * 12
LANDING = f"""---
title: A place to land
visibility: public
---
Opening.

{(FILLING + chr(10) * 2) * 6}
## Half way

{(FILLING + chr(10) * 2) * 6}
A zanzibar of $\\sqrt N$ clove-trees, they *say*, stands at the very end; it is tall.[^1]

[^1]: Or so.
"""


@pytest.fixture(scope="module", autouse=True)
def library(server: Any) -> None:
    (server.notes / "landing.md").write_text(LANDING)
    for number in range(45):
        text = f"---\nvisibility: public\n---\n# Quokka {number}\n\nA quokka.\n"
        (server.notes / f"quokka-{number}.md").write_text(text)
    server.command("sync")


def test_as_you_type(page: Page) -> None:
    page.goto("/search")
    box = page.get_by_role("searchbox")
    expect(box).to_be_focused()
    box.press_sequentially("zanzi")
    expect(page.locator("#hits mark").first).to_have_text("zanzibar")
    expect(page).to_have_url(re.compile(r"/search\?q=zanzi$"))
    expect(page.locator("#said")).to_have_text("1 hit")
    expect(page.locator("nav.facets h2").first).to_have_text("Where")
    expect(box).to_be_focused()
    box.fill("quokka")
    expect(page.locator("h1")).to_have_text("45 hits for quokka")
    expect(page).to_have_title(re.compile("^quokka · "))
    expect(page.locator("#said")).to_have_text("45 hits")
    page.reload()
    expect(page.locator("h1")).to_have_text("45 hits for quokka")
    assert page.evaluate("localStorage.length") == 0


def test_from_the_box_to_a_hit_and_back_by_keys(page: Page) -> None:
    page.goto("/search?q=quokka")
    page.keyboard.press("/")
    box, hits = page.get_by_role("searchbox"), page.locator("#hits h2 a")
    expect(box).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(hits.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(hits.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(box).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(box).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/notes/quokka-*")


def test_from_any_page_what_is_typed_is_searched_for(page: Page) -> None:
    page.goto("/notes/landing")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("/")
    box = page.get_by_role("searchbox")
    page.keyboard.type("zan", delay=30)
    # A browser drops keys between two documents, more of them the slower the machine is.
    expect(page).to_have_url(re.compile(r"/search\?q=z"))
    expect(box).to_be_focused()
    page.wait_for_load_state("networkidle")
    box.press_sequentially("zanzi"[len(box.input_value()) :])
    expect(page.locator("#hits mark").first).to_have_text("zanzibar")
    expect(box).to_have_value("zanzi")
    expect(page).to_have_url(re.compile(r"/search\?q=zanzi$"))
    kept = "[localStorage.length, sessionStorage.getItem('typed')]"
    assert page.evaluate(kept) == [0, None]
    page.go_back()
    expect(page).to_have_url(re.compile("/notes/landing$"))
    expect(box).to_have_value("")
    page.wait_for_load_state("networkidle")  # what is broken off is complained of


def test_after_enter_the_box_has_the_focus_and_after_back_the_hit(page: Page) -> None:
    page.goto("/")
    box, hits = page.get_by_role("searchbox"), page.locator("#hits h2 a")
    page.goto("/search?q=quokk")
    box.fill("quokka")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=quokka")
    expect(box).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    opened = hits.nth(1).get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url("**/notes/quokka-*")
    page.go_back()
    expect(hits.nth(1)).to_be_focused()
    assert hits.nth(1).get_attribute("href") == opened


def test_nothing_is_lost_that_is_typed_at_once(page: Page) -> None:
    page.goto("/search", wait_until="commit")
    while not page.evaluate("document.activeElement?.id === 'find'"):
        page.wait_for_timeout(1)  # an expectation would look again too late
    page.keyboard.type("zanzi")
    expect(page.locator("#hits mark").first).to_have_text("zanzibar")
    expect(page.get_by_role("searchbox")).to_have_value("zanzi")


def test_what_is_typed_before_there_is_a_box_comes_into_it(page: Page) -> None:
    page.route("**/search.js*", lambda route: (page.keyboard.type("zan"), route.continue_()))
    page.goto("/search")
    page.keyboard.type("zi")
    expect(page.get_by_role("searchbox")).to_have_value("zanzi")
    expect(page.locator("#hits mark").first).to_have_text("zanzibar")


def test_where_something_is_written_a_letter_leads_nowhere(signed_in: Page) -> None:
    page = signed_in
    page.goto("/new")
    page.get_by_role("searchbox").fill("zanzi")
    page.wait_for_timeout(300)
    expect(page).to_have_url(re.compile("/new$"))


def test_load_more_keeps_its_place(page: Page) -> None:
    page.goto("/search?q=quokka")
    hits = page.locator("#hits h2 a")
    page.get_by_role("link", name="Load more").click()
    expect(hits).to_have_count(40)
    expect(page).to_have_url(re.compile(r"/search\?q=quokka&shown=40$"))
    expect(page.locator("#hits .more .about")).to_have_text("1–40 of 45")
    hits.nth(35).click()
    page.wait_for_url("**/notes/quokka-*")
    page.go_back()
    expect(hits).to_have_count(40)
    expect(hits.nth(35)).to_be_focused()
    expect(hits.nth(35)).to_be_in_viewport()


def test_on_a_phone_the_facets_are_folded_above_the_hits(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport={"width": 390, "height": 844}, has_touch=True)
    page.goto("/search?q=quokka")
    summary = page.get_by_text("Narrow down", exact=True)
    facet = page.locator("nav.facets li a").first
    expect(summary).to_be_visible()
    expect(facet).not_to_be_visible()
    box_of = lambda each: each.bounding_box() or {}  # noqa: E731
    assert box_of(summary)["y"] < box_of(page.locator("#hits"))["y"]
    summary.click()
    expect(facet).to_be_visible()
    assert min(box_of(summary)["height"], box_of(facet)["height"]) >= 24
    size = "element => parseFloat(getComputedStyle(element).fontSize)"
    assert page.get_by_role("searchbox").evaluate(size) >= 16


def test_between_phone_and_desk_the_facets_keep_their_column(page: Page) -> None:
    page.set_viewport_size({"width": 1000, "height": 800})
    page.goto("/search?q=quokka")
    facet = page.locator("nav.facets li a").first
    expect(facet).to_be_visible()
    assert (facet.bounding_box() or {})["height"] >= 24
    left = page.locator("nav.facets").bounding_box() or {}
    assert left["x"] + left["width"] <= (page.locator("#hits").bounding_box() or {})["x"]


def test_a_marked_formula_is_marked_in_its_whole_height(page: Page) -> None:
    page.goto("/search?q=sqrt+clove")
    mark = page.locator("#hits mark", has=page.locator(".katex")).first
    outer, inner = mark.bounding_box() or {}, mark.locator(".katex-base").first.bounding_box() or {}
    assert outer["y"] <= inner["y"]
    assert outer["y"] + outer["height"] >= inner["y"] + inner["height"]


def test_load_more_keeps_the_focus(page: Page) -> None:
    page.goto("/search?q=quokka")
    hits = page.locator("#hits h2 a")
    for shown in (40, 45):
        page.get_by_role("link", name="Load more").focus()
        page.keyboard.press("Enter")
        expect(hits).to_have_count(shown)
        expect(hits.nth(shown - (20 if shown == 40 else 5))).to_be_focused()
        expect(page.locator("#said")).to_have_text(f"{shown} of 45 shown")
    expect(page.get_by_role("link", name="Load more")).to_have_count(0)


def test_without_scripts_it_is_the_same_page(open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/")
    page.get_by_role("searchbox").fill("quokka")
    page.keyboard.press("Enter")
    expect(page.locator("#hits h2 a")).to_have_count(20)
    page.get_by_role("link", name="Next").click()
    expect(page.locator("#hits .more .about")).to_have_text("21–40 of 45")
    expect(page.locator("#hits h2 a")).to_have_count(20)
    page.get_by_role("link", name="Previous").click()
    expect(page.locator("#hits .more .about")).to_have_text("1–20 of 45")
    page.get_by_role("link", name="Narrow down").click()
    page.get_by_role("link", name="Notes 45").click()
    expect(page.locator("h1")).to_have_text("45 hits for quokka in:notes")


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("scripts", [True, False])
def test_a_hit_lands_on_its_passage_highlighted(
    open_page: Callable[..., Page], look: str, scripts: bool
) -> None:
    page = open_page(color_scheme=look, java_script_enabled=scripts)
    page.goto("/search?q=zanzibar")
    address = page.locator("#hits h2 a").get_attribute("href")
    assert address
    assert address.startswith("/notes/landing#half-way:~:text=")
    page.locator("#hits h2 a").click()
    passage = page.locator("p", has_text="zanzibar")
    expect(passage).to_be_in_viewport()
    page.wait_for_timeout(300)
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / f"search-landed-{look}.png")
    highlighted = passage.screenshot()
    page.goto("about:blank")
    page.goto("/notes/landing")
    passage.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    assert passage.screenshot() != highlighted


def test_words_that_are_not_on_the_page_lead_to_their_heading(page: Page) -> None:
    page.goto("/search?q=zanzibar")
    page.locator("#hits h2 a").evaluate(
        "link => { link.href = link.href.replace(/text=.*/, 'text=never%20written'); }"
    )
    page.locator("#hits h2 a").click()
    expect(page.locator("#half-way")).to_be_in_viewport()


def test_related_notes_come_late(page: Page, accessible: Callable[[Page], None]) -> None:
    page.goto("/notes/bayes/beyond-bayes")
    related = page.get_by_role("navigation", name="Related notes")
    expect(related.locator("li").first).to_be_visible()
    assert related.locator("li").count() <= 5
    accessible(page)
    related.scroll_into_view_if_needed()
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / "related.png")


def test_the_parts_of_the_search_are_accessible(
    open_page: Callable[..., Page], accessible: Callable[[Page], None]
) -> None:
    looks: dict[str, dict[str, Any]] = {
        "wide": {"viewport": {"width": 1400, "height": 1000}},
        "dark": {"viewport": {"width": 1400, "height": 1000}, "color_scheme": "dark"},
        "phone": {"viewport": {"width": 390, "height": 844}},
    }
    addresses = {
        "search-empty": "/search",
        "search-facets": "/search/facets?q=walk",
        "search-chosen": "/search?q=walk+tag:probability",
        "search-nothing": "/search?q=xylophone+kind:paper",
        "search-note": '/search?q="walk',
        "related-page": "/related/bayes/beyond-bayes",
    }
    for look, options in looks.items():
        page = open_page(**options)
        for name, address in addresses.items():
            page.goto(address)
            page.wait_for_load_state("networkidle")
            PICTURES.mkdir(exist_ok=True)
            page.screenshot(path=PICTURES / f"{name}-{look}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
            accessible(page)


def test_printed_the_hits_stand_alone(open_page: Callable[..., Page]) -> None:
    page = open_page(color_scheme="dark")
    page.goto("/search?q=walk")
    page.wait_for_load_state("networkidle")
    page.emulate_media(media="print", color_scheme="dark")
    style = (
        "mark => (({backgroundColor: a, textDecorationLine: b}) => [a, b])(getComputedStyle(mark))"
    )
    assert page.locator("#hits mark").first.evaluate(style) == ["rgb(247, 231, 163)", "underline"]
    assert not page.locator("#found .head .about").is_visible()
    assert not page.locator("nav.facets").is_visible()
    assert not page.locator("#hits .more").is_visible()
    assert page.locator("#hits li").first.is_visible()
    page.goto("/notes/bayes/beyond-bayes")
    expect(page.get_by_role("navigation", name="Related notes")).not_to_be_visible()
