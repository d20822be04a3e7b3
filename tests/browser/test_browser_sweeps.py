"""A sweep in the browser: asked for, watched, drawn and sorted; without scripts too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

RUN_MILLISECONDS = 30_000
SOURCE = '''"""Does the noise fall?"""
import time
import numpy as np
def main(size: int = 10, kind: str = "flat", seed: int = 0, pause: float = 0.0) -> dict:
    time.sleep(pause)
    drawn = np.random.random(size) if kind == "flat" else np.random.normal(size=size)
    return {"mean_of_all": float(drawn.mean()), "spread": float(drawn.std())}
'''
NOTE = """---
title: Noise
---
It falls.

```analysis
script: noise
sweep: {size: [10, 100, 1000], kind: [flat, bell], seed: "0:5"}
plot: spread against size by kind
caption: The spread.
```
"""
LOOKS: dict[str, dict[str, Any]] = {
    "dark": {"viewport": {"width": 1400, "height": 1000}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}},
}


@pytest.fixture(scope="module", autouse=True)
def noise(server: Any) -> None:
    (server.analysis / "noise.py").write_text(SOURCE)
    (server.notes / "noise.md").write_text(NOTE)
    assert "noise" not in server.command("sync").stderr


def test_a_sweep_is_watched_to_its_end_then_drawn_and_sorted(signed_in: Page) -> None:
    page = signed_in
    page.goto("/analyses/noise")
    form = page.locator("form.sweeping")
    form.get_by_label("size").fill("10, 100, 1000")
    form.get_by_label("seed").fill("0:6")
    form.get_by_label("pause").fill("0.1")
    form.get_by_role("button", name="Sweep").click()
    expect(page.locator(".sweep-state progress")).to_be_visible()
    page.evaluate("window.stayed = true")
    expect(page.get_by_text("18 of 18 points")).to_be_visible(timeout=RUN_MILLISECONDS)
    expect(page.get_by_text("Up to date")).to_be_visible()
    page.locator("select[name=y]").select_option("spread")
    page.locator("select[name=by]").select_option("seed")
    page.get_by_role("button", name="Draw").click()
    expect(page.get_by_role("img", name="spread against size by seed")).to_be_visible()
    head = page.get_by_role("columnheader", name="mean of all")
    head.get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="mean of all")).to_have_attribute(
        "aria-sort", "ascending"
    )
    expect(page.get_by_role("img", name="spread against size by seed")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("img", name="spread against size by seed")).to_be_visible()
    expect(page.locator("form.plotting")).to_be_hidden()


def test_a_sweep_is_begun_cancelled_and_resumed_without_scripts(
    open_page: Callable[..., Page], owner_state: Any, complaints: list[str]
) -> None:
    page = open_page(storage_state=owner_state, java_script_enabled=False)
    page.goto("/analyses/noise")
    form = page.locator("form.sweeping")
    form.get_by_label("size").fill("1,2,ten")
    form.get_by_role("button", name="Sweep").click()
    expect(page.get_by_role("alert")).to_contain_text("size is a whole number, not ten.")
    expect(page.get_by_label("size")).to_have_value("1,2,ten")
    assert [each for each in complaints if "400" not in each] == []
    complaints.clear()  # the refusal was meant
    page.get_by_label("size").fill("1:40")
    page.get_by_label("pause").fill("0.5")
    page.get_by_role("button", name="Sweep").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible(timeout=RUN_MILLISECONDS)


@pytest.mark.parametrize("look", LOOKS)
def test_its_pages_are_accessible_and_keep_to_their_width(
    look: str,
    server: Any,
    open_page: Callable[..., Page],
    owner_state: Any,
    accessible: Callable[[Page], None],
) -> None:
    page = open_page(storage_state=owner_state, **LOOKS[look])
    page.goto("/notes/noise")
    if page.get_by_role("button", name="Run").count():
        page.get_by_role("button", name="Run").click()
    expect(page.get_by_text("30 of 30 points")).to_be_visible(timeout=RUN_MILLISECONDS)
    page.goto("/notes/noise")
    expect(page.get_by_role("img", name="spread against size by kind")).to_be_visible()
    address = str(page.get_by_role("link", name="sweep").get_attribute("href"))
    for place in ("/notes/noise", address, "/sweeps", "/analyses/noise"):
        page.goto(place)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, place
        accessible(page)
