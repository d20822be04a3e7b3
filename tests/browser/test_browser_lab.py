"""Computing in the page: a slider, a log as it comes, another tab, a choice kept, two runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

RUN_MILLISECONDS = 30_000

ANALYSIS = '''"""Rounds of something.

It counts them.
"""
import time
from typing import Annotated
from annotated_types import Interval
from matplotlib import pyplot
from tqdm import tqdm

def main(
    rounds: Annotated[int, Interval(ge=1, le=10_000), "rounds"] = 10,
    pause: Annotated[float, Interval(ge=0, le=2)] = 0.0,
    sizes: list[int] = [1],
) -> dict:
    for number in tqdm(range(rounds), desc="rounds"):
        print(f"round {number}")
        time.sleep(pause)
    figure, axes = pyplot.subplots()
    axes.plot(range(rounds))
    rows = [{"n": number, "odd": number % 2} for number in range(5)]
    return {"height": figure, "rows": rows, "total": rounds}
'''
# What a finger would have to hit that is lower than 24 pixels, outside of running text.
TOO_LOW = """() => [...document.querySelectorAll(
    "figure.cell :is(a, button, input, select, summary), :is(.actions, form.params) button, td a")]
  .filter((each) => each.checkVisibility() && each.type !== "hidden")
  .filter((each) => each.getBoundingClientRect().height < 24)
  .map((each) => each.outerHTML.slice(0, 80))"""
# Where the first radio of each row has its middle, and where the words beside it.
MIDDLES = """() => [...document.querySelectorAll("tbody tr")].map((row) => {
  const words = document.createRange();
  words.selectNodeContents(row.querySelector("td.when"));
  return [row.querySelector("input"), words].map((each) => each.getBoundingClientRect())
    .map((box) => box.top + box.height / 2);
})"""
NOTE = """---
title: Rounds
visibility: private
---
There are {{ rounds.total }} of them.

```analysis
script: rounds
params: {rounds: 10}  # not many
caption: The rounds.
```
"""


@pytest.fixture(scope="module")
def library(server: Any) -> Any:
    (server.analysis / "rounds.py").write_text(ANALYSIS)
    (server.notes / "rounds.md").write_text(NOTE)
    assert server.command("sync").returncode == 0
    assert server.command("run", "rounds", "--set", "rounds=10").returncode == 0
    return server


def figure_of(page: Page) -> Any:
    page.goto("/notes/rounds")
    figure = page.locator("#block-rounds")
    expect(figure.get_by_text("Up to date")).to_be_visible(timeout=RUN_MILLISECONDS)
    return figure


def test_a_choice_is_made_by_a_slider_sent_by_its_address_and_kept(
    library: Any, signed_in: Page, accessible: Callable[[Page], None]
) -> None:
    page, figure = signed_in, figure_of(signed_in)
    slider = figure.locator("input[type=range]").first
    slider.evaluate("e => { e.value = 500; e.dispatchEvent(new Event('input', {bubbles: true})) }")
    expect(figure.get_by_role("spinbutton", name="rounds")).to_have_value("100")  # by powers of ten
    figure.get_by_role("button", name="Run", exact=True).click()
    expect(figure.locator("dd")).to_have_text("100", timeout=RUN_MILLISECONDS)
    expect(page).to_have_url(re.compile(r"\?rounds\.rounds=100$"))
    figure.get_by_role("textbox", name="sizes").fill("1 2")
    figure.get_by_role("button", name="Run", exact=True).click()
    expect(figure.get_by_role("alert")).to_contain_text("not 1 2.")
    expect(figure.locator("dd")).to_have_text("100")  # what was shown, and as what it was
    expect(figure.get_by_text("Other parameters than the note’s")).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?rounds\.rounds=100$"))
    page.reload()
    expect(figure.locator("dd")).to_have_text("100")
    expect(page.locator(".value").first).to_have_text("10")
    accessible(page)
    figure.get_by_role("button", name="Keep them").click()
    expect(page.locator(".value").first).to_have_text("100")
    assert "params: {rounds: 100}  # not many" in (library.notes / "rounds.md").read_text()
    (library.notes / "rounds.md").write_text(NOTE)
    assert library.command("sync").returncode == 0


def test_what_a_run_prints_comes_as_it_prints_it_and_other_tabs_learn_of_it(
    library: Any, signed_in: Page, open_page: Callable[..., Page], owner_state: Any
) -> None:
    page, figure = signed_in, figure_of(signed_in)
    other = open_page(storage_state=owner_state, color_scheme="dark")
    watched = figure_of(other)
    figure.get_by_role("spinbutton", name="pause").fill("0.4")
    figure.get_by_role("button", name="Run", exact=True).click()
    expect(figure.get_by_role("progressbar")).to_be_visible(timeout=RUN_MILLISECONDS)
    figure.get_by_role("spinbutton", name="rounds").fill("11")
    figure.get_by_text("What it prints").click()
    expect(figure.locator("pre.tail")).to_contain_text("round 3", timeout=RUN_MILLISECONDS)
    expect(figure.get_by_role("spinbutton", name="rounds")).to_have_value("11")
    expect(figure.get_by_text(re.compile("about . s left"))).to_be_visible()
    figure.get_by_role("button", name="Cancel").press("Enter")
    expect(figure.get_by_text("Cancelled", exact=True)).to_be_visible(timeout=RUN_MILLISECONDS)
    expect(figure.get_by_role("button", name="Run", exact=True)).to_be_focused()
    page.goto("/notes/rounds")
    run = watched.get_attribute("data-run") or ""
    figure.get_by_role("button", name="Rerun").click()
    expect(watched).not_to_have_attribute("data-run", run, timeout=RUN_MILLISECONDS)


def test_tables_are_sorted_in_place_and_without_scripts(
    library: Any, signed_in: Page, open_page: Callable[..., Page], owner_state: Any
) -> None:
    figure = figure_of(signed_in)
    for expected, order in (("0", "ascending"), ("4", "descending")):
        figure.get_by_role("link", name="n", exact=True).click()
        expect(figure.locator("th").first).to_have_attribute("aria-sort", order)
        expect(figure.locator("td").first).to_have_text(expected)
    plain = open_page(storage_state=owner_state, java_script_enabled=False)
    plain.goto("/notes/rounds?sort=rounds:rows.n")
    plain.get_by_role("link", name="n", exact=True).click()
    expect(plain.locator("td").first).to_have_text("4")
    expect(plain.locator("input[type=range]").first).to_be_hidden()


def test_two_runs_side_by_side(
    library: Any, signed_in: Page, open_page: Callable[..., Page], owner_state: Any,
    accessible: Callable[[Page], None],
) -> None:  # fmt: skip
    assert library.command("run", "rounds", "--set", "rounds=12").returncode == 0
    page = signed_in
    page.goto("/analyses/rounds/runs?status=succeeded")
    accessible(page)
    page.get_by_role("button", name="Compare the two marked").click()
    expect(page.get_by_role("row", name="total")).to_contain_text("12")
    accessible(page)
    phone = open_page(
        storage_state=owner_state, viewport={"width": 390, "height": 844}, color_scheme="dark"
    )
    for address in (page.url, "/notes/rounds", "/analyses/rounds"):
        phone.goto(address)
        width = phone.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, address
        accessible(phone)
        assert phone.evaluate(TOO_LOW) == [], address
    phone.goto("/analyses/rounds/runs?status=succeeded")
    rows = phone.evaluate(MIDDLES)
    assert len(rows) >= 2
    for radio, words in rows:
        assert abs(radio - words) < 2, "what is marked stands beside its words"
    accessible(phone)


def test_on_paper_a_long_table_goes_on_and_dead_controls_are_gone(
    library: Any, signed_in: Page
) -> None:
    page, figure = signed_in, figure_of(signed_in)
    page.emulate_media(media="print")
    for gone in ("form.params", ".ways", ".files", "details.printed"):
        expect(figure.locator(gone)).to_be_hidden()
    expect(figure.locator("img").first).to_be_visible()
    assert figure.evaluate("e => getComputedStyle(e).breakInside") == "auto"
    assert figure.locator("tr").first.evaluate("e => getComputedStyle(e).breakInside") == "avoid"
