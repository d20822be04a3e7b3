"""Errata and the list of annotations in a browser: one press, the editor at its line, a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

NOTE = """---
title: A note with a mistake
visibility: public
---
The sum of all steps is x_i x_j, as everybody knows.

The walk is long, and the walk is far.
"""
# What a key would replace, the line of the caret, and whether the middle of that line is seen.
AT = """() => {
  const area = document.getElementById("markdown");
  const { selectionStart: start, selectionEnd: end } = area;
  const line = area.value.slice(0, start).split("\\n").length, box = area.getBoundingClientRect();
  const copy = area.cloneNode();
  const small = { minHeight: "0", height: "0", position: "absolute", width: `${box.width}px` };
  Object.assign(copy.style, small);
  copy.value = area.value.slice(0, start) + "x";
  area.after(copy);
  const y = box.top + copy.scrollHeight - area.scrollTop - 22;
  copy.remove();
  const seen = document.elementFromPoint(box.left + 20, y) === area;
  return [area.value.slice(start, end), area.value.split("\\n")[line - 1].slice(0, 16), seen];
}"""

# No card lies over another one, whatever was opened in it.
APART = """() => {
  const boxes = [...document.querySelectorAll(".thread.placed:not([hidden])")]
    .map((each) => each.getBoundingClientRect()).sort((a, b) => a.top - b.top);
  return boxes.length > 1 && boxes.every((box, i) => !i || boxes[i - 1].bottom <= box.top + 1);
}"""


@pytest.fixture
def note(server: Any, request: pytest.FixtureRequest) -> str:
    """A note of the test's own."""
    name = re.sub(r"\W+", "-", request.node.name)
    (server.notes / f"{name}.md").write_text(NOTE, encoding="utf-8")
    return f"/notes/{name}"


def propose(page: Page, address: str, quote: str, replacement: str) -> Any:
    """An erratum by the form; the note's page, and the thread."""
    name = address.removeprefix("/notes/")
    for _ in range(50):  # the watcher needs a moment to read a new file
        if page.request.get(address).ok:
            break
        page.wait_for_timeout(100)
    page.goto(f"/annotations/form?note={name}&kind=erratum&quote={quote}&evidence=gone")
    page.fill("[name=replacement]", replacement)
    page.click("main .main")
    page.wait_for_url(f"**{address}#annotation-*")
    return page.locator(".thread", has=page.locator(".erratum"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_one_press_corrects_the_note(
    open_page: Callable[..., Page],
    owner_state: Any,
    note: str,
    scheme: str,
    accessible: Callable[[Page], None],
    complaints: list[str],
) -> None:
    page = open_page(storage_state=owner_state, color_scheme=scheme)
    thread = propose(page, note, "x_i x_j", "$x^2$")
    origin = {"Origin": page.evaluate("location.origin"), "Sec-Fetch-Site": "same-origin"}
    beside = {"note": note.removeprefix("/notes/"), "quote": "everybody", "comment": "Who?"}
    assert page.request.post("/annotations/form", form=beside, headers=origin).ok
    page.reload()
    expect(thread).to_contain_text("no such claim")
    accessible(page)
    thread.locator("summary", has_text="As it would be written").click()
    expect(thread.locator(".erratum pre")).to_have_text("$x^2$")
    thread.locator("summary", has_text="Decline").click()
    page.wait_for_function(APART)
    thread.locator("[name=reason]").fill("  ")
    thread.get_by_role("button", name="Decline it").click()
    expect(thread.get_by_role("alert")).to_contain_text("Say why it is declined.")
    expect(thread.locator("[name=reason]")).to_be_focused()
    assert "400 (Bad Request)" in complaints.pop()
    thread.get_by_role("button", name="Accept").click()
    expect(page.locator("#note .katex").first).to_be_visible()
    expect(page.locator(".erratum .state", has_text="Accepted")).to_be_attached()
    expect(page.locator(".thread blockquote").first).to_have_text("x_i x_j")
    expect(page.locator(".thread .state.changed")).to_have_count(0)
    page.goto(f"/annotations/?note={note.removeprefix('/notes/')}&kind=erratum")
    expect(page.locator(".margins li")).to_contain_text("accepted")
    accessible(page)


@pytest.mark.parametrize("window", [(1400, 900), (390, 780), (1400, 500)])
def test_the_editor_opens_at_the_line(
    open_page: Callable[..., Page],
    owner_state: Any,
    server: Any,
    note: str,
    window: tuple[int, int],
    accessible: Callable[[Page], None],
) -> None:
    size = dict(zip(("width", "height"), window, strict=True))
    page = open_page(storage_state=owner_state, viewport=size)
    name = note.removeprefix("/notes/")
    long = NOTE.replace("The walk", "A sentence before it.\n\n" * 40 + "The walk")
    (server.notes / f"{name}.md").write_text(long, encoding="utf-8")
    thread = propose(page, note, "The walk is long", "Nothing is long\n\nat all")
    thread.get_by_role("button", name="Accept").click()
    page.wait_for_url("**/edit/**")
    expect(page.locator(".notice")).to_contain_text("proposes, for line 87")
    expect(page.locator("#kept")).to_contain_text("line 87 of the file: The walk is long")
    expect(page.locator("#kept")).to_be_in_viewport()
    expect(page.locator("#markdown")).to_be_focused()
    assert page.evaluate(AT) == ["", "The walk is long", True]
    accessible(page)
    page.keyboard.type("Nothing is long. ")
    page.click("button.main")
    page.wait_for_url(f"**{note}*")
    expect(page.locator("#note")).to_contain_text("Nothing is long. The walk is long")
    expect(page.locator(".erratum .state", has_text="Accepted")).to_be_attached()


def test_it_is_declined_on_a_phone_and_without_scripts(
    open_page: Callable[..., Page],
    complaints: list[str],
    owner_state: Any,
    note: str,
    accessible: Callable[[Page], None],
) -> None:
    plain = open_page(storage_state=owner_state, java_script_enabled=False)
    thread = propose(plain, note, "everybody", "nobody<!-- unseen -->")
    expect(thread.locator(".erratum pre")).to_have_text("nobody<!-- unseen -->")
    expect(thread.locator(".erratum pre")).to_be_visible()
    thread.locator("summary", has_text="Decline").click()
    thread.locator("[name=reason]").fill("  ")
    thread.get_by_role("button", name="Decline it").click()
    expect(thread.get_by_role("alert")).to_contain_text("Say why it is declined.")
    expect(thread.locator("[name=reason]")).to_be_focused()
    assert "400 (Bad Request)" in complaints.pop()
    thread.locator("[name=reason]").fill("Somebody does.")
    thread.get_by_role("button", name="Decline it").click()
    expect(plain.locator(".erratum")).to_contain_text("Declined by")
    expect(plain.locator(".erratum")).to_contain_text("Somebody does.")
    phone = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}
    page = open_page(storage_state=owner_state, **phone)
    page.goto("/annotations/")
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="Errata", exact=True).tap()
    expect(page.locator(".filters [aria-current]")).to_contain_text("Errata")
    page.goto(note)
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
