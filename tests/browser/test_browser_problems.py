"""The page of what could not be read, with files that hold words no note has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_browser_history import LOOKS, PICTURES, written

OLD = "65a00000"  # long before today


@pytest.mark.parametrize("look", LOOKS)
def test_displaced_files_read_well(
    look: str,
    server: Any,
    open_page: Callable[..., Page],
    owner_state: Any,
    accessible: Callable[[Page], None],
) -> None:
    (server.notes / "papers").mkdir(exist_ok=True)
    written(server, "papers/displaced")
    rest = f"-{'b' * 64}-{'c' * 16}"
    displaced = server.notes / "papers" / f".gloss-{OLD}-{'0f' * 8}-1{rest}"
    left = server.notes / f".gloss-{OLD}-{'0e' * 8}"
    displaced.write_text("Words that came late.\n")
    left.write_text("Words of a save that was killed.\n")
    (server.notes / "broken.md").write_text("---\ntitle: [\n---\n")
    assert server.command("sync").returncode in (0, 1)
    page = open_page(storage_state=owner_state, **LOOKS[look])
    page.goto("/problems")
    PICTURES.mkdir(exist_ok=True)
    expect(page.get_by_role("heading", name="Words that no note has")).to_be_visible()
    page.get_by_text("What it holds").last.click()
    expect(page.get_by_text("Words that came late.")).to_be_visible()
    page.evaluate("document.fonts.ready")
    page.screenshot(path=PICTURES / f"problems-{look}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    accessible(page)
    for path in (displaced, left, server.notes / "broken.md"):
        path.unlink()
