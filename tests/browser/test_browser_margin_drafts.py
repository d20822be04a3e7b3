"""What is typed in the margin and not sent: each form has its own, for the one who typed it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import watch
from tests.browser.test_browser_history import LOOKS, PICTURES
from tests.browser.test_browser_margin import MARKED, is_marked, select

NOTE = """---
title: A note with waiting words
visibility: public
---
Take a picture of the sea. Then $x^2$ waits, and repeat after me.

The walk is long, and the walk is far.
"""
SEVERAL = "\n\n" + "\n".join(f"- {number}" for number in range(12))
RESTED = """() => {
  Drafts.names().forEach(Drafts.forget);
  dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
}"""  # what the others did while a page rested, of which it hears nothing
DESK = {"viewport": {"width": 1280, "height": 900}}


@pytest.fixture
def note(server: Any, open_page: Callable[..., Page], request: pytest.FixtureRequest) -> str:
    """A note of the test's own, read by the watcher."""
    name = re.sub(r"\W+", "-", request.node.name).strip("-")
    (server.notes / f"{name}.md").write_text(NOTE, encoding="utf-8")
    page = open_page()
    for _ in range(100):
        if page.request.get(f"/notes/{name}").ok:
            return f"/notes/{name}"
        page.wait_for_timeout(100)
    raise AssertionError("the note was not read")


def composed(page: Page, kind: str, words: str) -> None:
    select(page, words)
    page.click(f"#marker [data-kind={kind}]")
    expect(awake(page).locator(".composer")).to_be_visible()


def awake(page: Page) -> Locator:
    return page.locator(".thread.awake")


def test_each_passage_has_its_own_words(
    open_page: Callable[..., Page], owner_state: Any, note: str, server: Any
) -> None:
    """By kind, too; after Escape, other words, a reload and an edit; until it is sent."""
    page = open_page(storage_state=owner_state, **DESK)
    page.goto(note)
    composed(page, "erratum", "Take a picture")
    page.fill(".composer [name=replacement]", "Draw one")
    page.fill(".composer [name=comment]", "because")
    composed(page, "erratum", "repeat after")
    form = awake(page).locator(".composer")
    expect(form.locator("[name=comment]")).to_have_value("")
    expect(form.locator("[name=replacement]")).to_have_value("repeat after")
    expect(page.locator(".thread.draft:not(.awake) .waits")).to_have_text("Not sent yet: because")
    page.keyboard.press("Escape")  # nothing was typed into this one
    expect(page.locator(".thread.draft")).to_have_count(1)
    is_marked(page, "waiting", "Take a picture")
    assert page.evaluate(MARKED, "rose") == ""
    composed(page, "question", "Take a picture")  # of the same words
    expect(awake(page).locator("[name=comment]")).to_have_value("")
    page.keyboard.type("Of what?")
    page.keyboard.press("Escape")
    expect(page.locator(".composer:focus-within")).to_have_count(0)
    composed(page, "link", "waits")
    awake(page).locator("[name=link]").press_sequentially("loss-to")
    page.get_by_role("option", name="loss-to-probability").click()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")

    path = server.notes / f"{note.removeprefix('/notes/')}.md"
    path.write_text(NOTE.replace("Take a", "At first.\n\nTake a"), encoding="utf-8")
    for _ in range(100):
        if "At first" in page.request.get(note).text():
            break
        page.wait_for_timeout(100)
    page.reload()  # nobody is asked: nothing is lost
    expect(page.locator(".thread.draft")).to_have_count(3)
    is_marked(page, "waiting", "Take a pictureTake a picturewaits")
    composed(page, "link", "waits")
    expect(awake(page).locator("[name=link]")).to_have_value("loss-to-probability")
    awake(page).get_by_role("button", name="Discard").click()
    composed(page, "erratum", "Take a picture")
    expect(awake(page).locator("[name=replacement]")).to_have_value("Draw one")
    expect(awake(page).locator("[name=comment]")).to_have_value("because")
    awake(page).locator("[name=comment]").press("Control+Enter")
    expect(page.locator(".thread.rose:not(.draft)")).to_contain_text("because")
    is_marked(page, "rose", "Take a picture")
    page.reload()
    expect(page.locator(".thread.draft")).to_have_count(1)
    expect(page.locator(".thread.draft .waits")).to_have_text("Not sent yet: Of what?")


def test_a_tick_is_kept_as_it_was(
    open_page: Callable[..., Page], owner_state: Any, note: str
) -> None:
    """Set, alone or with words, and taken away; so is a colour. What is sent is what was chosen."""
    page = open_page(storage_state=owner_state, **DESK)
    page.goto(note)
    composed(page, "erratum", "Take a picture")
    form = page.locator(".composer")
    tick = form.locator("[name=takes_out]")
    tick.check()
    page.reload()
    expect(tick).to_be_checked()
    expect(page.locator(".thread.draft .waits")).to_have_text("Not sent yet: to be taken out")
    composed(page, "erratum", "Take a picture")
    form.locator("[name=comment]").fill("superfluous")
    page.reload()
    expect(tick).to_be_checked()
    composed(page, "erratum", "Take a picture")
    form.locator(".main").click()
    thread = page.locator(".thread.rose:not(.draft)")
    expect(thread).to_contain_text("superfluous")
    expect(thread).to_contain_text("To be taken out")

    origin = {"Origin": page.evaluate("location.origin"), "Sec-Fetch-Site": "same-origin"}
    marked = {
        "note": note.removeprefix("/notes/"),
        "quote": "The walk is long",
        "colour": "violet",
        "comment": "Nice",
    }
    answer = page.request.post(
        "/annotations/form", form={**marked, "kind": "highlight"}, headers=origin
    )
    assert answer.ok, answer.text()
    page.goto(note)
    thread.click()
    thread.get_by_role("link", name="Edit").click()
    tick.uncheck()
    lit = page.locator(".thread", has_text="Nice")
    lit.click()
    lit.get_by_role("link", name="Edit").click()
    lit.get_by_label("blue").check()
    page.goto(thread.get_by_role("link", name="Edit").get_attribute("href") or "")
    expect(page.locator("[name=takes_out]")).not_to_be_checked()  # the same form as a page
    page.goto(note)
    expect(tick).not_to_be_checked()
    expect(lit.get_by_label("blue")).to_be_checked()
    lit.click()
    lit.locator(".composer .main").click()
    expect(page.locator(".thread.blue")).to_be_visible()
    assert kept(page) == 1
    thread.click()
    tick.check()  # as it was: nothing waits
    expect(thread.locator(".waits")).to_have_count(0)
    assert kept(page) == 0


def kept(page: Page) -> int:
    return int(page.evaluate("Drafts.names().length"))


def test_windows_agree(
    open_page: Callable[..., Page], owner_state: Any, note: str, complaints: list[str]
) -> None:
    """A draft is one in all windows: what is typed, sent or discarded in one is so in the other."""
    page = open_page(storage_state=owner_state, **DESK)
    page.goto(note)
    composed(page, "comment", "Take a picture")
    page.keyboard.type("first")
    other = page.context.new_page()
    watch(other, page.url.partition("/notes/")[0], complaints)
    other.goto(note)
    said, there = (each.locator(".composer [name=comment]") for each in (page, other))
    expect(there).to_have_value("first")
    composed(other, "comment", "Take a picture")
    there.press_sequentially(", and second")
    expect(said).to_have_value("first, and second")

    sent: list[Route] = []
    page.route("**/annotations/form", lambda route: sent.append(route))
    page.locator(".composer .main").click()
    for _ in range(100):
        if sent:
            break
        page.wait_for_timeout(20)
    there.press("Control+Enter")  # on its way from the first one
    expect(other.locator(".unsent")).to_have_text("Another window is sending this.")
    sent[0].continue_()
    expect(page.locator(".thread:not(.draft)")).to_contain_text("first, and second")
    page.unroute_all()
    expect(other.locator(".composer")).to_have_count(0)
    is_marked(other, "waiting", "")
    other.reload()
    expect(other.locator(".thread")).to_have_count(1)
    assert kept(other) == 0

    address = page.locator(".thread").get_by_role("link", name="Reply").get_attribute("href") or ""
    page.locator(".thread").click()
    page.locator(".thread").get_by_role("link", name="Reply").click()
    other.goto(address)  # the same form as a page
    there = other.locator("[name=comment]")
    there.fill("This one.")
    expect(said).to_have_value("This one.")
    page.evaluate("Drafts.forget(document.querySelector('.composer').draftName)")
    page.locator(".composer .main").click()  # as if the other one's word had not come yet
    expect(page.locator(".unsent")).to_contain_text("in another window")
    other.wait_for_url(lambda url: url.endswith(note))
    assert kept(other) == 1
    page.get_by_role("button", name="Discard").click()
    expect(other.locator(".composer")).to_have_count(0)
    assert kept(other) == 0
    expect(other.locator(".thread .reply")).to_have_count(0)

    composed(page, "question", "repeat after")
    page.keyboard.type("Who?")
    page.evaluate(RESTED)
    expect(page.locator(".composer")).to_have_count(0)
    assert kept(page) == 0


def test_replies_and_edits_are_there_again(
    open_page: Callable[..., Page], owner_state: Any, note: str, complaints: list[str]
) -> None:
    page = open_page(storage_state=owner_state, **DESK)
    page.goto(note)
    composed(page, "comment", "The walk")
    page.fill(".composer [name=comment]", "Which?")
    page.keyboard.press("Control+Enter")
    thread, said = page.locator(".thread:not(.draft)"), page.locator(".composer [name=comment]")
    expect(thread).to_contain_text("Which?")
    thread.click()
    thread.get_by_role("link", name="Edit").click()
    said.fill("Which walk?")
    thread.get_by_role("link", name="Reply").click()
    expect(thread.get_by_role("button", name="Add it")).to_be_visible()
    said.fill("This one.")
    page.goto("/")
    page.goto(note)
    expect(thread.locator(".waits")).to_be_visible()
    thread.click()
    thread.get_by_role("link", name="Reply").click()
    expect(thread.get_by_role("button", name="Add it")).to_be_visible()
    expect(said).to_have_value("This one.")
    address = thread.get_by_role("link", name="Reply").get_attribute("href") or ""
    page.goto(address)  # the same form as a page
    expect(page.locator("[name=comment]")).to_have_value("This one.")
    page.fill("[name=comment]", "")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[role=alert]")).to_have_text("Write what you want to say.")
    complaints.clear()
    page.fill("[name=comment]", "That one.")
    page.goto(address)
    expect(page.locator("[name=comment]")).to_have_value("That one.")
    page.locator("[name=comment]").press("Control+Enter")
    expect(thread.locator(".reply")).to_contain_text("That one.")
    expect(said).to_have_value("Which walk?")  # the other one, in its turn
    of_it = f"/annotations/{(thread.get_attribute('id') or '').removeprefix('annotation-')}"
    origin = {"Origin": page.evaluate("location.origin"), "Sec-Fetch-Site": "same-origin"}
    elsewhere = {"comment": "1. Another\n2. window", "visibility": "shared"}
    assert page.request.post(f"{of_it}/edit", form=elsewhere, headers=origin).ok
    page.reload()
    thread.click()
    thread.get_by_role("button", name="Change it").click()
    expect(thread.get_by_role("alert")).to_contain_text("This was changed meanwhile. It says now")
    complaints.clear()
    expect(said).to_have_value("Which walk?")
    page.goto("/annotations/")  # what is numbered in a comment is no entry of the list
    item = page.locator(f"[id='annotation-{of_it.rpartition('/')[2]}'] ol li").first
    expect(item).to_have_css("display", "list-item")
    page.goto(note)
    thread.click()
    thread.get_by_role("button", name="Change it").click()
    expect(thread.locator(".words").first).to_contain_text("Which walk?")
    thread.get_by_role("link", name="Reply").first.click()
    said.fill("Too late.")
    assert page.request.post(f"{of_it}/delete", headers=origin).ok
    thread.get_by_role("button", name="Add it").click()
    expect(thread.get_by_role("alert")).to_contain_text("was deleted meanwhile")
    expect(said).to_have_value("Too late.")
    complaints.clear()
    thread.get_by_role("button", name="Discard").click()
    expect(page.locator(".composer")).to_have_count(0)


def test_nobody_else_gets_them(open_page: Callable[..., Page], server: Any, note: str) -> None:
    """On one machine: not who is signed out, nor another account; who signs out is asked."""
    page = open_page(**DESK)
    for name in ("una", "otto"):
        created = server.command("user", "create", name, "--role", "annotator")
        link = re.search(r"http\S+", created.stdout)
        assert link, created
        page.goto(link[0])
        page.locator("main form button").click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        page.goto(note)
        expect(page.locator(".composer")).to_have_count(0)
        assert "una's" not in page.content()
        if name == "otto":
            break
        composed(page, "comment", "Take a picture")
        page.keyboard.type("una's")
        cookies = page.context.cookies()
        page.context.clear_cookies()
        page.goto(note)
        expect(page.locator(".composer, .thread")).to_have_count(0)
    page.context.clear_cookies()
    page.context.add_cookies(cookies)
    page.goto(note)
    expect(page.locator(".composer [name=comment]")).to_have_value("una's")
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Sign out").click()
    page.reload()
    expect(page.locator(".composer [name=comment]")).to_have_value("una's")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda url: url.endswith("/"))
    assert "una's" not in str(page.context.storage_state()["origins"])


@pytest.mark.parametrize("look", LOOKS)
def test_it_is_seen_that_words_wait(
    look: str,
    open_page: Callable[..., Page],
    owner_state: Any,
    note: str,
    accessible: Callable[[Page], None],
) -> None:
    """Not as a finished highlight; and a long proposal widens no page."""
    page = open_page(storage_state=owner_state, **LOOKS[look])
    page.goto(note)
    origin = {"Origin": page.evaluate("location.origin"), "Sec-Fetch-Site": "same-origin"}
    sent = {"note": note.removeprefix("/notes/"), "quote": "The walk is long", "kind": "erratum"}
    long = "This long proposal has no room in one line of a card: it is wrapped, as prose is."
    assert page.request.post(
        "/annotations/form", form={**sent, "replacement": long}, headers=origin
    ).ok
    page.reload()
    select(page, "Take a picture of the sea. Then $x^2$ waits")
    page.click("#marker [data-kind=question]")
    page.fill(".composer [name=comment]", "Of which sea?")
    page.keyboard.press("Escape")
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / f"margin-waits-{look}.png")
    expect(page.locator("#note [data-mark=waiting]")).to_have_count(1)
    accessible(page)
    thread = page.locator(".thread.rose")
    thread.click()
    thread.locator("summary", has_text="As it would be written").click()
    expect(thread.locator("pre")).to_be_visible()
    thread.scroll_into_view_if_needed()
    page.screenshot(path=PICTURES / f"margin-proposal-{look}.png")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(
        "(pre) => pre.scrollWidth <= pre.clientWidth", thread.locator("pre").element_handle()
    )
    accessible(page)


def test_one_card_is_lit(open_page: Callable[..., Page], owner_state: Any, note: str) -> None:
    """What a permalink lit is dark again when another one is answered."""
    page = open_page(storage_state=owner_state, **DESK)
    page.goto(note)
    origin = {"Origin": page.evaluate("location.origin"), "Sec-Fetch-Site": "same-origin"}
    for words in ("repeat after", "$x^2$", "Take a picture"):
        form = {
            "note": note.removeprefix("/notes/"),
            "quote": words,
            "comment": f"On the {words.strip('$')}{SEVERAL}",
        }
        assert page.request.post("/annotations/form", form=form, headers=origin).ok
    page.reload()
    for words in ("On the repeat", "On the x"):
        name = page.locator(".thread", has_text=words).get_attribute("id")
        page.goto("about:blank")
        page.goto(f"{note}#{name}")
        expect(awake(page)).to_have_attribute("id", str(name))
        other = page.locator(".thread", has_text="On the Take a picture")
        other.click()
        other.get_by_role("link", name="Reply").first.click()
        page.fill(".composer [name=comment]", "Answered.")
        page.click(".composer .main")
        expect(other.locator(".reply").last).to_contain_text("Answered.")
        expect(awake(page)).to_have_count(1)
        expect(page.locator(".thread.lit:not(.awake)")).to_have_count(0)
        is_marked(page, "active", "Take a picture")
        expect(page.locator("#note [data-active]")).to_have_count(0)
