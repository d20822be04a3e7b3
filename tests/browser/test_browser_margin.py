"""The margin as readers use it: by mouse, by touch, by keyboard, and without scripts."""

from __future__ import annotations

import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

TESTS = 14  # at least as many as there are below
NOTE = r"""---
title: A walk with a margin
visibility: public
---
Put a walker on a line 😀 and let it choose a side. The mean of $X_N^2$ is $N$ steps.

A second walk begins where the first one ended, and it goes on for as long as nobody stops it.[^1]

| lattice | return |
|---|---|
| plane | certain |

    for step in walk: print(step)

$$\sum_{i=1}^N X_i = 0$$

[^1]: A note in the margin, which the threads keep clear of.
"""
# Select the words, as a reader would, from the middle of the first to the middle of the last.
SELECT = """([words, last]) => {
  const map = TextMap.read(document.getElementById("note"));
  const start = map.text.indexOf(words), end = map.text.indexOf(last) + last.length;
  const found = TextMap.toRanges(map, start, end), range = document.createRange();
  range.setStart(found[0].startContainer, found[0].startOffset);
  range.setEnd(found.at(-1).endContainer, found.at(-1).endOffset);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}"""
MARKED = """(name) => [...(CSS.highlights.get("gloss-" + name) || [])].map(String).join("")"""
AROUND = """(words) => {
  const map = TextMap.read(document.getElementById("note")), start = map.text.indexOf(words);
  const found = TextMap.toRanges(map, start, start + words.length);
  const [first, last] = [found[0], found.at(-1)].map((range) => range.getBoundingClientRect());
  return [first.left, last.right, first.top + first.height / 2];
}"""
MIDDLE = """(name) => {
  const box = [...CSS.highlights.get("gloss-" + name)].at(-1).getBoundingClientRect();
  return [box.left + 5, box.top + box.height / 2];
}"""


@pytest.fixture(scope="module")
def notes(server: Any) -> Iterator[str]:
    """Notes for the tests to write in, one each; the watcher reads them once for all."""
    names = [f"margin-{number}" for number in range(TESTS)]
    for name in names:
        (server.notes / f"{name}.md").write_text(NOTE, encoding="utf-8")
    until = time.monotonic() + 30
    while not all(is_there(f"{server.base_url}/notes/{name}") for name in names):
        assert time.monotonic() < until, "the notes were not read"
        time.sleep(0.1)
    return iter(f"/notes/{name}" for name in names)


def is_there(url: str) -> bool:
    try:
        with urllib.request.urlopen(url) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError:
        return False


@pytest.fixture
def note(notes: Iterator[str]) -> str:
    """A note that no other test writes in."""
    return next(notes)


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    return page


def select(page: Page, words: str, last: str = "") -> None:
    page.evaluate(SELECT, [words, last or words])
    expect(page.locator("#marker")).to_be_visible()


def is_marked(page: Page, name: str, words: str) -> None:
    """The highlight of that name is on these words, or will be in a moment."""
    for _ in range(40):
        found = page.evaluate(MARKED, name)
        if found == words:
            return
        page.wait_for_timeout(50)
    assert found == words


def written(page: Page, kind: str, words: str, comment: str) -> None:
    select(page, words)
    page.click(f"#marker [data-kind={kind}]")
    page.fill(".composer [name=comment]", comment)
    page.click(".composer .main")
    expect(page.locator(".thread:not(.draft)", has_text=comment.replace("*", ""))).to_be_attached()


def test_by_mouse(open_page: Callable[..., Page], owner_state: Any, note: str) -> None:
    """Highlight, comment, answer, change, delete and undo, without leaving the page."""
    page = opened(
        open_page(storage_state=owner_state, viewport={"width": 1400, "height": 900}), note
    )
    left, right, middle = page.evaluate(AROUND, "A second walk")
    page.mouse.move(left + 1, middle)
    page.mouse.down()
    page.mouse.move(right, middle, steps=4)
    page.mouse.up()
    page.click("#marker [aria-label='Highlight in green']")
    expect(page.locator("#marker")).to_be_hidden()
    is_marked(page, "green", "A second walk")
    expect(page.locator("#margin .count")).to_have_text("1")
    expect(page.get_by_role("link", name="CSV")).to_be_visible()

    written(page, "question", "nobody stops it", "Who *would*?")
    thread = page.locator(".thread.blue")
    expect(thread.locator(".words em")).to_have_text("would")
    assert page.evaluate(MARKED, "blue") == "nobody stops it"
    place, text = thread.bounding_box(), page.locator("article#note > p").first.bounding_box()
    assert place
    assert text
    assert place["x"] > text["x"] + text["width"]

    page.reload()
    page.mouse.click(*page.evaluate(MIDDLE, "blue"))
    expect(thread).to_have_class(re.compile("awake"))
    expect(page.locator("#margin .count")).to_have_text("2")
    thread.get_by_role("link", name="Reply").click()
    page.fill(".composer [name=comment]", "I $x^2$ would.")
    said = thread.locator(".composer [name=comment]")
    thread.get_by_role("link", name="Edit").click()  # what is typed into each waits for the other
    expect(said).to_have_value("Who *would*?")
    said.fill("Who *would* dare?")
    thread.get_by_role("link", name="Reply").click()
    expect(said).to_have_value("I $x^2$ would.")
    thread.get_by_role("link", name="Edit").click()
    expect(said).to_have_value("Who *would* dare?")
    thread.get_by_role("button", name="Discard").click()
    expect(said).to_have_value("I $x^2$ would.")
    page.click(".composer .main")
    expect(thread.locator(".reply .katex")).to_be_attached()
    thread.get_by_role("link", name="Edit").first.click()
    page.fill(".composer [name=comment]", "Who *could*?")
    page.fill(".composer [name=tags]", "walks")
    page.click(".composer .main")
    expect(thread.locator("em")).to_have_text("could")
    expect(thread.locator(".tags")).to_have_text("walks")
    thread.get_by_role("button", name="Delete").first.click()
    expect(page.locator("#margin .count")).to_have_text("1")
    thread.get_by_role("button", name="Undo").click()
    expect(page.locator("#margin .count")).to_have_text("2")
    thread.get_by_role("button", name="Delete").last.click()
    expect(thread.locator(".reply")).to_have_count(0)
    thread.get_by_role("button", name="Undo").click()
    expect(thread.locator(".reply")).to_have_count(1)
    apart = [
        page.locator(name).first.bounding_box() for name in (".beside > .margin", ".thread.blue")
    ]
    first, second = sorted(apart, key=lambda each: each["y"] if each else 0)
    assert first
    assert second
    assert first["y"] + first["height"] <= second["y"]


def test_by_keyboard_and_a_permalink(
    open_page: Callable[..., Page], owner_state: Any, note: str, complaints: list[str]
) -> None:
    page = opened(
        open_page(storage_state=owner_state, viewport={"width": 1400, "height": 900}), note
    )
    page.evaluate("getSelection().selectAllChildren(document.querySelector('.title h1'))")
    news = page.locator("#margin [role=status]")
    expect(page.locator("#marker .news")).to_contain_text("The title is no part of the text")
    expect(news).to_contain_text("The title is no part of the text")
    assert page.locator("#marker button:visible").count() == 0
    page.evaluate(SELECT, ["A second walk", "A second walk"])
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("#marker button").first).to_be_visible()
    expect(news).to_have_text("Press a to mark or comment what is selected.")
    page.keyboard.press("a")
    expect(page.locator("#marker button").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#marker")).to_be_hidden()
    assert page.evaluate("String(getSelection())").startswith("A second walk")
    page.wait_for_timeout(400)  # as long as what is selected is waited for
    expect(page.locator("#marker")).to_be_hidden()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("#marker")).to_be_visible()
    for _ in range(6):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".composer textarea")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(news).to_have_text("It was not taken.")
    complaints.clear()
    expect(page.locator(".composer [name=comment]")).to_be_focused()
    page.keyboard.type("By keys alone.")
    page.keyboard.press("Control+Enter")
    thread = page.locator(".thread:not(.draft)", has_text="By keys alone.")
    expect(thread).to_be_visible()
    expect(thread).to_be_focused()
    expect(news).to_have_text("Added.")
    named_and_described(thread)
    page.keyboard.press("Tab")  # its day
    page.keyboard.press("Tab")
    expect(thread.get_by_role("link", name=re.compile("A second walk"))).to_be_focused()
    thread.get_by_role("button", name="Delete").focus()
    page.keyboard.press("Enter")
    expect(thread).to_have_count(0)
    gone = page.locator(".thread.gone")
    expect(gone).to_be_focused()
    expect(news).to_have_text("It was deleted. Undo brings it back.")
    gone.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    expect(thread).to_be_focused()
    expect(news).to_have_text("It is back.")
    thread.get_by_role("link", name="Edit").press("Enter")
    expect(page.locator(".composer [name=comment]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(thread).to_be_focused()
    name = thread.get_attribute("id")
    page.goto("about:blank")
    page.goto(f"{note}#{name}")
    expect(thread).to_have_class(re.compile("awake"))
    assert page.evaluate(MARKED, "active").startswith("A second walk")
    expect(page.locator("#not-here")).to_have_count(0)
    page.goto(f"{note}#annotation-none")
    expect(page.get_by_role("alert")).to_contain_text("not here: it was deleted, or you may not")
    page.goto(f"{note}#{name}")
    expect(page.locator("#not-here")).to_have_count(0)


def named_and_described(thread: Any) -> None:
    """The words are there for who cannot see which are marked, and tell its buttons from others."""
    expect(thread).to_match_aria_snapshot(
        """
        - listitem:
          - blockquote:
            - link /A second walk/
          - link "Reply"
          - button "Delete"
        """
    )
    for name in ("Reply", "Edit", "Delete"):
        expect(thread.get_by_text(name, exact=True)).to_have_accessible_description(
            re.compile(r"\d A second walk")
        )


def test_a_permalink_beyond_the_first_threads(signed_in: Page, note: str) -> None:
    """The page brings the rest of them, and each is there once."""
    sent = {"note": note.removeprefix("/notes/"), "kind": "comment"}
    page = opened(signed_in, note)
    origin = {"Origin": page.evaluate("location.origin"), "Sec-Fetch-Site": "same-origin"}
    for number in range(22):
        form = {**sent, "comment": f"Number {number}."}
        assert page.request.post("/annotations/form", form=form, headers=origin).ok
    page.reload()
    expect(page.locator(".thread")).to_have_count(22)
    name = page.locator(".thread").last.get_attribute("id") or ""
    for asked in (f"?annotation={name.removeprefix('annotation-')}", ""):
        page.goto("about:blank")
        page.goto(f"{note}{asked}#{name}")
        expect(page.locator(".thread")).to_have_count(22)
        expect(page.locator(f"[id={name}]")).to_have_count(1)
        expect(page.locator(f"[id={name}]")).to_be_in_viewport()


def test_what_makes_room_does_not_cover_the_bar(signed_in: Page, note: str) -> None:
    page = opened(signed_in, note)
    origin = {"Origin": page.evaluate("location.origin"), "Sec-Fetch-Site": "same-origin"}
    sent = {"note": note.removeprefix("/notes/"), "kind": "comment"}
    for quote in (*["Put a walker"] * 7, "nobody stops it"):
        form = {**sent, "quote": quote, "comment": f"1. {quote}\n2. and so on"}
        assert page.request.post("/annotations/form", form=form, headers=origin).ok
    page.reload()
    page.locator(".thread", has_text="nobody stops it").click()
    expect(page.locator(".thread.awake")).to_contain_text("nobody stops it")
    bar = page.locator(".bar").bounding_box()
    assert bar
    for thread in page.locator(".thread:visible").all():
        box = thread.bounding_box()
        assert box
        assert box["y"] >= bar["y"] + bar["height"]
    page.goto(f"/annotations/?note={sent['note']}")
    style = "(item) => [getComputedStyle(item).display, getComputedStyle(item).listStyleType]"
    assert page.locator(".anno li").first.evaluate(style) == ["list-item", "decimal"]


# Threads that nobody sees and nothing counts; cards that lie over one another; what is counted.
NOWHERE = """() => {
  const threads = [...document.querySelectorAll(".thread")];
  const seen = (thread) => thread.checkVisibility() && thread.getBoundingClientRect().height > 20;
  const counts = [...document.querySelectorAll("#margin .more [aria-expanded=false]")];
  const counted = counts.reduce((sum, each) => sum + parseInt(each.textContent), 0);
  const standing = [...threads.filter(seen), ...document.querySelectorAll("#margin .more")];
  const boxes = standing.map((each) => each.getBoundingClientRect()).sort((a, b) => a.top - b.top);
  const over = boxes.filter((box, index) => index && boxes[index - 1].bottom > box.top + 1).length;
  return [threads.length - threads.filter(seen).length - counted, over, counted];
}"""
QUOTED = [
    "Put a walker",
    "on a line",
    "choose a side",
    "The mean of",
    "A second walk",
    "begins where",
]


def test_every_thread_stands_or_is_counted(
    signed_in: Page, note: str, accessible: Callable[[Page], None]
) -> None:
    page = signed_in
    page.set_viewport_size({"width": 1400, "height": 900})
    opened(page, note)
    origin = {"Origin": page.evaluate("location.origin"), "Sec-Fetch-Site": "same-origin"}
    sent = {"note": note.removeprefix("/notes/"), "kind": "comment"}
    for number in range(24):
        form = {**sent, "quote": QUOTED[number // 4], "comment": f"- Remark {number}\n- and so on"}
        assert page.request.post("/annotations/form", form=form, headers=origin).ok
    page.reload()
    expect(page.locator(".thread")).to_have_count(24)
    more, last = page.locator("#margin .more button"), page.locator(".thread").last
    expect(more).to_have_count(1)
    expect(more).to_have_text(re.compile(r"^\d+ more$"))
    nowhere, over, counted = page.evaluate(NOWHERE)
    assert (nowhere, over) == (0, 0)
    assert counted > 3
    accessible(page)
    before = page.locator(".thread:not([hidden])").last.locator("a, button").last
    before.focus()  # the next stop is what is counted below it
    page.keyboard.press("Tab")
    expect(more.last).to_be_focused()
    page.keyboard.press("Enter")
    expect(more.last).to_have_attribute("aria-expanded", "true")
    assert page.evaluate(NOWHERE)[:2] == [0, 0]
    page.keyboard.press("Tab")
    expect(page.locator(".thread.awake")).to_be_in_viewport()
    expect(more.last).to_have_attribute("aria-expanded", "true")
    accessible(page)
    page.keyboard.press("Escape")
    expect(more.last).to_be_focused()
    expect(more.last).to_have_attribute("aria-expanded", "false")
    assert page.evaluate(NOWHERE) == [0, 0, counted]
    page.emulate_media(media="print")
    nowhere, _, counted = page.evaluate(NOWHERE)
    assert nowhere == -counted  # on paper all stand
    assert page.locator(".more button:visible").count() == 0
    page.emulate_media(media="screen")
    name = last.get_attribute("id")
    for come in (
        lambda: page.evaluate("(name) => { location.hash = name; }", name),
        lambda: last.dispatch_event("beforematch"),  # found in the page
    ):
        page.evaluate("() => { location.hash = ''; Margin.wake([]); }")
        expect(last).to_have_attribute("hidden", "until-found")
        come()
        expect(last).to_have_class(re.compile("awake"))
        expect(last).to_be_in_viewport()
        assert page.evaluate(NOWHERE)[:2] == [0, 0]
    page.evaluate("() => { location.hash = ''; Margin.wake([]); scrollTo(0, 0); }")
    left, right, middle = page.evaluate(AROUND, QUOTED[-1])
    page.mouse.click((left + right) / 2, middle)
    expect(last).to_have_class(re.compile("awake"))
    assert page.evaluate(NOWHERE)[:2] == [0, 0]


def test_formulas_are_whole_and_overlaps_are_told_apart(
    signed_in: Page, note: str, accessible: Callable[[Page], None]
) -> None:
    page = opened(signed_in, note)
    page.evaluate("""() => {
      const boxes = document.querySelector("#note .katex-html"), range = document.createRange();
      range.selectNodeContents(boxes.querySelector(".mord"));
      getSelection().removeAllRanges();
      getSelection().addRange(range);
    }""")
    page.click("#marker [aria-label='Highlight in rose']")
    expect(page.locator("#note [data-mark=rose]")).to_have_count(1)
    assert page.locator("#margin blockquote").text_content() != ""
    select(page, "let it choose a side. The mean", "is $N$ steps")
    page.click("#marker [aria-label='Highlight in violet']")
    expect(page.locator("#note [data-mark=violet]")).to_have_count(2)
    expect(page.locator("#note [data-two]")).to_have_count(1)
    select(page, "choose a side")
    page.click("#marker [aria-label='Highlight in yellow']")
    is_marked(page, "two", "choose a side")
    x, y = page.evaluate(MIDDLE, "two")
    page.mouse.click(x, y)
    awake = page.locator(".thread.awake")
    expect(awake).to_have_count(2)
    for words in ("choose a side", "let it choose a side. The mean"):
        expect(awake.locator("> blockquote", has_text=words).last).to_be_visible()
    tint = "(card) => getComputedStyle(card).borderLeftColor"
    assert awake.nth(0).evaluate(tint) != awake.nth(1).evaluate(tint)
    yellow = page.locator(".thread.awake.yellow")
    yellow.hover()
    is_marked(page, "active", "choose a side")
    yellow.get_by_role("link", name="Edit").click()
    yellow.get_by_label("green").check()
    yellow.get_by_role("button", name="Change it").click()
    is_marked(page, "green", "choose a side")
    page.goto("/annotations/")
    accessible(page)


@pytest.mark.parametrize("words", ["certain", "print(step)", "keep clear of"])
def test_in_tables_code_and_footnotes(signed_in: Page, note: str, words: str) -> None:
    page = opened(signed_in, note)
    select(page, words)
    page.click("#marker [aria-label='Highlight in blue']")
    is_marked(page, "blue", words)
    page.reload()
    is_marked(page, "blue", words)


def test_by_touch_on_a_phone(
    open_page: Callable[..., Page],
    owner_state: Any,
    note: str,
    accessible: Callable[[Page], None],
) -> None:
    phone = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}
    page = opened(open_page(storage_state=owner_state, **phone), note)
    page.evaluate(SELECT, ["A second walk", "A second walk"])
    page.locator("#marker [data-kind=comment]").tap()
    expect(page.locator("#sheet .composer")).to_be_visible()
    page.fill(".composer [name=comment]", "By thumb.")
    page.locator("#sheet").get_by_role("button", name="Put aside").tap()  # it keeps what is typed
    expect(page.locator("#margin > .threads .composer [name=comment]")).to_have_value("By thumb.")
    page.locator(".composer .main").tap()
    expect(page.locator("#sheet")).to_be_hidden()
    select(page, "Put a walker")
    page.locator("#marker [aria-label='Highlight in green']").tap()
    is_marked(page, "green", "Put a walker")
    page.locator("h1").scroll_into_view_if_needed()
    page.touchscreen.tap(*page.evaluate(MIDDLE, "yellow"))
    expect(page.locator("#sheet .thread")).to_contain_text("By thumb.")
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.touchscreen.tap(*page.evaluate(MIDDLE, "green"))  # from one sheet into the other
    expect(page.locator("#sheet blockquote")).to_have_text("Put a walker")
    page.touchscreen.tap(*page.evaluate(MIDDLE, "yellow"))
    expect(page.locator("#sheet .thread")).to_contain_text("By thumb.")
    page.locator("#sheet").get_by_role("button", name="Close").tap()
    expect(page.locator("#margin > .threads .thread.yellow")).to_contain_text("By thumb.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_in_the_way_of_anybody(
    open_page: Callable[..., Page],
    owner_state: Any,
    note: str,
    scheme: str,
    accessible: Callable[[Page], None],
) -> None:
    page = opened(open_page(storage_state=owner_state, color_scheme=scheme), note)
    written(page, "question", "A second walk", "Why?")
    select(page, "choose a side")
    accessible(page)
    page.click("#marker [data-kind=erratum]")
    expect(page.locator(".composer [name=replacement]")).to_have_value("choose a side")
    accessible(page)
    select(page, "Put a walker")
    page.click("#marker [data-kind=link]")
    page.locator(".composer [name=link]").press_sequentially("loss-to")
    option = page.get_by_role("option", name="loss-to-probability")
    expect(option).to_have_attribute("aria-selected", "true")
    accessible(page)
    page.keyboard.press("Escape")
    expect(page.locator("#notes-suggested")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    expect(option).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".composer [name=link]")).to_have_value("loss-to-probability")
    page.click(".composer .main")
    expect(page.locator(".thread.violet .words a")).to_have_attribute("href", re.compile("loss-to"))


def test_without_scripts(
    open_page: Callable[..., Page], owner_state: Any, note: str, complaints: list[str]
) -> None:
    """A paragraph is chosen from a list; what was deleted comes back by a press."""
    page = opened(open_page(storage_state=owner_state, java_script_enabled=False), note)
    page.get_by_role("link", name="Write in the margin").click()
    page.get_by_role("link", name="Question").click()
    option = page.locator("[name=block] option", has_text="A second walk begins")
    page.select_option("[name=block]", option.get_attribute("value"))
    page.click("main .main")
    expect(page.locator("#wrong-comment")).to_have_text("Write what you want to say.")
    complaints.clear()
    page.fill("[name=comment]", "And then?")
    page.click("main .main")
    thread = page.locator(".thread", has_text="And then?")
    expect(thread.locator("blockquote")).to_contain_text("nobody stops it.")
    thread.get_by_role("link", name="Reply").click()
    page.fill("[name=comment]", "It ends.")
    page.click("main .main")
    expect(thread.locator(".reply")).to_contain_text("It ends.")
    thread.get_by_role("button", name="Delete").first.click()
    expect(thread).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(thread).to_have_count(1)
