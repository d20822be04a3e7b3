"""The history of a note in a real browser: without scripts, in every look, accessible."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

PICTURES = Path(__file__).resolve().parents[2] / ".screenshots"
TEXT = """---
title: A note with a past
tags: [walks]
visibility: public
---
A short walk, of some steps.

It ends where it began, which is rare.
"""
LOOKS: dict[str, dict[str, Any]] = {
    "wide": {"viewport": {"width": 1400, "height": 1000}},
    "dark": {"viewport": {"width": 1400, "height": 1000}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2},
}


def saved(page: Page, name: str, change: Callable[[str], str]) -> None:
    page.goto(f"/edit/{name}")
    area = page.locator("textarea[name=markdown]")
    area.fill(change(area.input_value()))
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(f"**/notes/{name}")


def written(server: Any, name: str) -> None:
    (server.notes / f"{name}.md").write_text(TEXT)
    assert f"{name}.md" not in server.command("sync").stdout  # other tests' notes may be broken


def test_without_scripts_two_versions_are_compared_and_one_is_restored(
    server: Any, open_page: Callable[..., Page], owner_state: Any
) -> None:
    written(server, "with-a-past")
    page = open_page(storage_state=owner_state, java_script_enabled=False)
    saved(page, "with-a-past", lambda text: text.replace("short", "long"))
    saved(page, "with-a-past", lambda text: text.replace("rare", "never so"))
    page.get_by_role("link", name="History").click()
    expect(page.get_by_role("listitem").filter(has_text="saved")).to_have_count(2)
    page.locator("input[name=from]").last.check()
    page.locator("input[name=to]").first.check()
    page.get_by_role("button", name="Compare the two marked").click()
    assert page.locator("del").all_inner_texts() == ["short", "rare"]
    assert page.locator("ins").all_inner_texts() == ["long", "never so"]
    page.get_by_role("link", name="Side by side").click()
    expect(page.locator(".pair.changed")).to_have_count(2)
    page.get_by_role("button", name="Restore this version").click()
    page.wait_for_url("**/notes/with-a-past")
    assert (server.notes / "with-a-past.md").read_text() == TEXT
    page.get_by_role("link", name="History").click()
    expect(page.get_by_role("listitem").first).to_contain_text("brought an earlier version back")


@pytest.mark.parametrize("look", LOOKS)
def test_restoring_over_a_newer_version_shows_both_and_is_saved_then(
    look: str,
    server: Any,
    open_page: Callable[..., Page],
    owner_state: Any,
    accessible: Callable[[Page], None],
    complaints: list[str],
) -> None:
    name = f"restored-{look}"
    written(server, name)
    page = open_page(storage_state=owner_state, **LOOKS[look])
    saved(page, name, lambda text: text.replace("short", "long"))
    page.goto(f"/history/{name}")
    page.get_by_role("link", name="What changed").first.click()
    theirs = TEXT.replace("short", "winding")
    (server.notes / f"{name}.md").write_text(theirs)
    page.get_by_role("button", name="Restore this version").click()
    expect(page.get_by_role("heading", name="Two versions")).to_be_visible()
    expect(page.get_by_role("alert").first).to_be_focused()
    expect(page.get_by_text("the version that you restore").first).to_be_visible()
    page.screenshot(path=PICTURES / f"history-conflict-{look}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    accessible(page)
    assert all("412" in complaint for complaint in complaints), complaints
    complaints.clear()
    assert (server.notes / f"{name}.md").read_text() == theirs
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(f"**/notes/{name}")
    assert (server.notes / f"{name}.md").read_text() == TEXT


@pytest.mark.parametrize("look", LOOKS)
def test_the_pages_are_accessible_and_keep_to_their_width(
    look: str,
    server: Any,
    open_page: Callable[..., Page],
    owner_state: Any,
    accessible: Callable[[Page], None],
) -> None:
    name = f"past-{look}"
    written(server, name)
    page = open_page(storage_state=owner_state, **LOOKS[look])
    saved(page, name, lambda text: text.replace("short", "longer").replace("steps.", "step. " * 40))
    newest = page.goto(f"/history/{name}")
    assert newest is not None
    version = page.locator("input[name=to]").first.get_attribute("value")
    PICTURES.mkdir(exist_ok=True)
    for kind, end in {
        "list": "",
        "changes": f"?to={version}",
        "beside": f"?to={version}&view=beside",
        "whole": f"?version={version}",
    }.items():
        page.goto(f"/history/{name}{end}")
        page.evaluate("document.fonts.ready")
        page.screenshot(path=PICTURES / f"history-{kind}-{look}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, kind
        accessible(page)
