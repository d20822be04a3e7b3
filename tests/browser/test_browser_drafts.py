"""The list of drafts in a real browser: in every look, accessible, and dropped without scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_browser_history import LOOKS, PICTURES, written


@pytest.mark.parametrize("look", LOOKS)
def test_drafts_are_listed_by_note_and_dropped_at_once(
    look: str,
    server: Any,
    open_page: Callable[..., Page],
    owner_state: Any,
    accessible: Callable[[Page], None],
) -> None:
    name = f"drafts-{look}"
    written(server, name)
    page = open_page(storage_state=owner_state, **LOOKS[look])
    for words in ("Half a thought, and " + "on and on " * 20, "An\nother."):
        page.goto(f"/edit/{name}")
        saved = page.locator("#markdown").input_value()
        page.locator("#markdown").fill(words)
        expect(page.locator("#kept")).to_contain_text("Kept as a draft")
    page.goto("/new")
    page.locator("#f-title").fill("A thought of its own")
    expect(page.locator("#kept")).to_contain_text("Kept as a draft")
    page.goto("/new")
    PICTURES.mkdir(exist_ok=True)
    page.locator(".drafts summary").first.click()
    page.locator(".drafts").get_by_text("Drop all").click()
    page.evaluate("document.fonts.ready")
    page.screenshot(path=PICTURES / f"drafts-list-{look}.png")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    accessible(page)
    page.goto(f"/edit/{name}")
    page.locator("#markdown").fill("Typed, and taken back.")
    expect(page.locator("#kept")).to_contain_text("Kept as a draft")
    page.locator("#markdown").fill(saved)
    expect(page.locator("#kept")).to_have_text("As it is saved")
    assert page.url.endswith(f"/edit/{name}")
    plain = open_page(storage_state=owner_state, java_script_enabled=False)
    plain.goto("/new")
    plain.locator(".drafts summary").first.click()
    plain.locator(".drafts").get_by_text("Drop all").click()
    plain.get_by_role("button", name="Drop them all").click()
    expect(plain.get_by_role("link", name="Go on with it")).to_have_count(0)
