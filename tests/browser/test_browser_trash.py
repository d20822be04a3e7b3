"""The trash in a real browser: without scripts, in every look, accessible."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_browser_history import LOOKS, PICTURES, TEXT, written


def replaced(server: Any, page: Page, name: str) -> None:
    """A note of that name is in the trash, and another one has its address."""
    written(server, name)
    page.goto(f"/edit/{name}")
    page.get_by_text("Delete this note").click()
    page.get_by_role("button", name="Delete it").click()
    (server.notes / f"{name}.md").write_text("Another note.\n")
    assert server.command("sync").returncode == 0


def test_without_scripts_a_note_comes_back_under_another_address(
    server: Any, open_page: Callable[..., Page], owner_state: Any, complaints: list[str]
) -> None:
    page = open_page(storage_state=owner_state, java_script_enabled=False)
    replaced(server, page, "taken")
    page.goto("/trash")
    page.get_by_role("link", name="Bring taken back under another address").click()
    expect(page.get_by_label("Address")).to_have_value("taken-2")
    page.get_by_label("Address").fill("taken")
    page.get_by_role("button", name="Bring it back").click()
    expect(page.get_by_role("alert")).to_contain_text("already a note taken")
    page.get_by_label("Address").fill("taken-2")
    page.get_by_role("button", name="Bring it back").click()
    page.wait_for_url("**/notes/taken-2")
    assert (server.notes / "taken-2.md").read_text() == TEXT
    assert all("409" in complaint for complaint in complaints), complaints
    complaints.clear()


@pytest.mark.parametrize("look", LOOKS)
def test_the_trash_is_accessible_and_keeps_to_its_width(
    look: str,
    server: Any,
    open_page: Callable[..., Page],
    owner_state: Any,
    accessible: Callable[[Page], None],
    complaints: list[str],
) -> None:
    PICTURES.mkdir(exist_ok=True)
    page = open_page(storage_state=owner_state, **LOOKS[look])
    (server.notes / f"linking-{look}.md").write_text(f"# Linking\n\nSee [[gone-{look}]].\n")
    written(server, f"gone-{look}")
    page.goto(f"/edit/gone-{look}")
    page.get_by_text("Delete this note").click()
    expect(page.get_by_role("link", name="Linking")).to_be_visible()
    looked_at(page, f"deleting-{look}", accessible)
    replaced(server, page, f"gone-{look}")
    page.goto("/trash")
    looked_at(page, f"trash-{look}", accessible)
    page.get_by_role("link", name=f"Bring gone-{look} back under another address").click()
    looked_at(page, f"trash-one-{look}", accessible)
    page.get_by_label("Address").fill(f"gone-{look}")
    page.get_by_role("button", name="Bring it back").click()
    expect(page.get_by_label("Address")).to_be_focused()
    looked_at(page, f"trash-taken-{look}", accessible)
    assert all("409" in complaint for complaint in complaints), complaints
    complaints.clear()


def looked_at(page: Page, name: str, accessible: Callable[[Page], None]) -> None:
    page.evaluate("document.fonts.ready")
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    accessible(page)
