"""Writing in the browser that people have: keys, suggestions, preview, files, drafts, conflicts."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

PICTURES = Path(__file__).resolve().parents[2] / ".screenshots"
LOOKS: dict[str, dict[str, Any]] = {
    "wide": {"viewport": {"width": 1400, "height": 1000}},
    "dark": {"viewport": {"width": 1400, "height": 1000}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2},
}
PIXEL = (  # one white point
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8/x8AAwMCAO+ip1sAAAAASUVORK5CYII="
)
ENTRY = """@article{shannon1948,
  title = {A Mathematical Theory of Communication},
  author = {Shannon, Claude E.},
  journal = {Bell System Technical Journal}, year = 1948, doi = {10.1002/j.1538}
}"""
# What the browser does when something is pasted, or dropped.
BRING = """([selector, type, text, base64, name, kind]) => {
  const data = new DataTransfer();
  if (text) data.setData("text/plain", text);
  if (base64) {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    data.items.add(new File([bytes], name, { type: kind }));
  }
  const element = document.querySelector(selector);
  element.focus();
  const init = { bubbles: true, cancelable: true, clipboardData: data, dataTransfer: data };
  const event = type === "paste" ? new ClipboardEvent(type, init) : new DragEvent(type, init);
  return element.dispatchEvent(event);
}"""


def text(page: Page) -> str:
    return str(page.locator("#markdown").input_value())


def begin(page: Page, address: str = "/new") -> None:
    page.goto(address)
    page.locator("#markdown").click()


def test_keys_and_buttons_do_what_people_expect_and_undo_takes_it_back(signed_in: Page) -> None:
    page = signed_in
    begin(page)
    page.keyboard.type("one two")
    for key, wrapped in (("b", "one **two**"), ("i", "one *two*"), ("m", "one $two$")):
        page.keyboard.press("Control+Shift+ArrowLeft")
        page.keyboard.press(f"Control+{key}")
        assert text(page) == wrapped
        page.keyboard.press(f"Control+{key}")
        assert text(page) == "one two"
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Control+Shift+ArrowLeft")
    page.keyboard.press("Control+e")
    page.keyboard.press("Control+z")
    assert text(page) == "one two"
    page.keyboard.press("End")
    page.keyboard.press("Control+Shift+ArrowLeft")
    page.keyboard.press("Control+k")
    page.keyboard.type("https://a.example")
    assert text(page) == "one [two](https://a.example)"
    page.keyboard.press("Control+End")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="List", exact=True).click()
    page.keyboard.type("a\nb\n\nend")
    assert text(page).endswith("\n- a\n- b\nend")
    page.keyboard.press("Control+a")
    page.get_by_role("button", name="Numbered list").click()
    assert text(page).startswith("1. one [two]")
    assert text(page).endswith("\n2. a\n3. b\n4. end")


@pytest.mark.parametrize(
    ("chosen", "bold"),
    [
        ("A line.\n", "**A line.**\n"),
        ("word ", "**word** "),
        ("One.\n\nTwo.\n", "**One.**\n\n**Two.**\n"),
        ("- one\n- two\n\n> 1. three", "- **one**\n- **two**\n\n> 1. **three**"),
        ("\n", "**bold**\n"),
    ],
)
def test_bold_ends_with_its_paragraph(signed_in: Page, chosen: str, bold: str) -> None:
    page = signed_in
    begin(page)
    page.locator("#markdown").fill(chosen)
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+b")
    assert text(page) == bold
    if chosen.strip():
        page.keyboard.press("Control+b")
        assert text(page) == chosen


def test_a_citation_closes_its_bracket_once(signed_in: Page) -> None:
    page = signed_in
    begin(page)
    first = page.get_by_role("listbox", name="Suggestions").get_by_role("option").first
    for before, after in (("[@radha", "]."), ("[see @radha", "."), ("@radha", ".")):
        page.locator("#markdown").fill("")
        page.keyboard.type(before)
        expect(first).to_contain_text("radhakrishnan2023mechanism")
        page.keyboard.press("Enter")
        page.keyboard.type(after)
        closing = "]" if "[" in before else ""
        assert text(page) == f"{before}krishnan2023mechanism{closing}."


def test_the_toolbar_is_one_stop_for_tab(signed_in: Page) -> None:
    page = signed_in
    page.goto("/new")
    bar = page.get_by_role("toolbar", name="Formatting")
    bar.get_by_role("button", name="Bold").focus()
    page.keyboard.press("ArrowRight")
    expect(bar.get_by_role("button", name="Italic")).to_be_focused()
    page.keyboard.press("End")
    expect(bar.get_by_role("button", name="Image or PDF")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(bar.get_by_role("button", name="Bold")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#markdown")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#f-file")).to_be_focused()


def test_suggestions_at_the_caret(signed_in: Page, accessible: Callable[[Page], None]) -> None:
    page = signed_in
    begin(page)
    area, listed = page.locator("#markdown"), page.get_by_role("listbox", name="Suggestions")
    page.keyboard.type("See [[nines")
    expect(listed.get_by_role("option").first).to_contain_text("Crossing out the nines")
    expect(area).to_have_attribute("role", "combobox")
    expect(area).to_have_attribute("aria-activedescendant", "suggestion-0")
    accessible(page)
    page.keyboard.press("Enter")
    assert text(page) == "See [[harmonic-without-nines|Crossing out the nines]]"
    expect(listed).to_be_hidden()
    assert area.get_attribute("role") is None
    page.keyboard.type(" #prob")
    expect(listed.get_by_role("option", selected=True)).to_contain_text("probability")
    page.keyboard.press("Tab")
    page.keyboard.type(" [@radha")
    expect(listed.get_by_role("option")).to_contain_text("radhakrishnan2023mechanism")
    listed.get_by_role("option").first.click()
    page.keyboard.type("]\n\n```analysis\nscript: rand")
    expect(listed.get_by_role("option").first).to_contain_text("random_walk")
    page.keyboard.press("Escape")
    expect(listed).to_be_hidden()
    page.keyboard.type("om")
    expect(listed.get_by_role("option").first).to_contain_text("random_walk")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(area).to_have_value(
        "See [[harmonic-without-nines|Crossing out the nines]] #probability"
        " [@radhakrishnan2023mechanism]\n\n```analysis\nscript: random_walk"
    )
    preview = page.locator("#preview")
    expect(preview.get_by_role("link", name="Crossing out the nines")).to_be_visible()


def test_what_is_typed_on_before_a_suggestion_is_taken_goes_with_it(signed_in: Page) -> None:
    page = signed_in
    begin(page)
    listed = page.get_by_role("listbox", name="Suggestions")
    page.keyboard.type("See #pro")
    expect(listed.get_by_role("option", selected=True)).to_contain_text("probability")
    page.evaluate("() => { window.fetch = () => new Promise(() => {}); }")  # more is on its way
    page.keyboard.type("ba")
    page.keyboard.press("Enter")
    assert text(page) == "See #probability"


def test_suggestions_of_files_and_headings(signed_in: Page, server: Any) -> None:
    page = signed_in
    picture = server.notes / "a new drawing.svg"
    picture.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    server.command("sync")
    begin(page)
    listed = page.get_by_role("listbox", name="Suggestions")
    page.keyboard.type("![[new dra")
    expect(listed.get_by_role("option", selected=True)).to_contain_text("a new drawing.svg")
    page.keyboard.press("Enter")
    assert text(page) == "![[a new drawing.svg]]"
    page.keyboard.type(" [[random-walk#")
    expect(listed.get_by_role("option").nth(1)).to_be_visible()
    first = listed.get_by_role("option").first.inner_text().split("\n")[0].strip()
    page.keyboard.press("Enter")
    assert text(page).startswith("![[a new drawing.svg]] [[random-walk#")
    assert text(page).endswith("]]")
    expect(page.locator("#preview img")).to_be_visible()
    expect(page.locator("#preview a[href^='/notes/walks/random-walk#']")).to_be_visible()
    assert first
    picture.unlink()
    server.command("sync")


def test_suggestions_of_tags_in_their_field(
    signed_in: Page, accessible: Callable[[Page], None]
) -> None:
    page = signed_in
    begin(page)
    tags, listed = page.locator("#f-tags"), page.get_by_role("listbox", name="Suggestions")
    page.evaluate("scrollTo(0, 0)")
    tags.click()
    before = page.evaluate("scrollY")
    page.keyboard.type("mine, #PROB")
    expect(listed.get_by_role("option", selected=True)).to_contain_text("probability")
    assert page.evaluate("scrollY") == before
    expect(tags).to_have_attribute("aria-activedescendant", "suggestion-0")
    accessible(page)
    field, below = tags.bounding_box(), listed.bounding_box()
    assert field
    assert below
    assert field["y"] + field["height"] <= below["y"] <= field["y"] + field["height"] + 12
    page.keyboard.press("Enter")
    expect(tags).to_have_value("mine, probability")
    expect(tags).to_be_focused()
    expect(listed).to_be_hidden()
    page.keyboard.type(", ")
    expect(listed).to_be_hidden()
    page.keyboard.press("ArrowDown")
    expect(listed.get_by_role("option").first).to_be_visible()
    assert "probability" not in [
        each.split()[0] for each in listed.get_by_role("option").all_inner_texts()
    ]
    page.keyboard.press("Tab")
    expect(listed).to_be_hidden()
    expect(tags).to_have_value("mine, probability, ")
    expect(tags).not_to_be_focused()
    assert tags.get_attribute("role") is None


def test_text_and_preview_scroll_in_step(signed_in: Page) -> None:
    page = signed_in
    page.set_viewport_size({"width": 1400, "height": 1000})
    page.goto("/edit/walks/random-walk")
    expect(page.locator("#preview h2").first).to_be_visible()
    page.locator("#markdown").hover()
    for heading in ("What the dimension does", "Measured"):
        line = page.evaluate(
            """heading => {
              const area = document.querySelector("#markdown");
              const at = area.value.indexOf("## " + heading);
              area.setSelectionRange(at, at);
              area.dispatchEvent(new WheelEvent("wheel"));
              const before = document.createElement("textarea");
              before.style.cssText = getComputedStyle(area).cssText;
              before.style.minHeight = before.style.height = "0";
              before.style.width = area.offsetWidth + "px";
              before.value = area.value.slice(0, at);
              area.after(before);
              area.scrollTop = before.scrollHeight - 80;
              before.remove();
              return area.scrollTop;
            }""",
            heading,
        )
        assert line > 0
        page.wait_for_timeout(300)
        title = page.locator("#preview h2", has_text=heading).bounding_box()
        room = page.locator(".preview").bounding_box()
        assert title is not None
        assert room is not None
        assert -60 <= title["y"] - room["y"] <= 220, heading
    page.locator(".preview").hover()
    page.mouse.wheel(0, -20_000)
    page.wait_for_timeout(500)
    assert page.locator("#markdown").evaluate("area => area.scrollTop") < 40
    page.mouse.wheel(0, 40_000)
    page.wait_for_timeout(500)
    left = "area => area.scrollHeight - area.clientHeight - area.scrollTop"
    assert page.locator("#markdown").evaluate(left) < 40


def test_a_run_that_ends_in_the_preview_does_not_take_the_text_away(
    signed_in: Page, server: Any
) -> None:
    page = signed_in
    begin(page)
    page.keyboard.insert_text("```analysis\nscript: random_walk\nparams: {walkers: 7}\n```\n")
    cell = page.locator("#preview figure.cell")
    cell.get_by_role("button", name="Run", exact=True).click()
    expect(cell.get_by_text("Up to date")).to_be_visible(timeout=30_000)
    assert "walkers: 7" in text(page)
    assert page.url.startswith(f"{server.base_url}/new")


def test_an_image_pasted_or_dropped_is_stored_linked_and_seen(signed_in: Page, server: Any) -> None:
    page = signed_in
    begin(page)
    page.get_by_label("Title").fill("Pasted picture")
    for how, name in (("paste", "image.png"), ("drop", "My drawing.png")):
        taken = not page.evaluate(BRING, ["#markdown", how, "", PIXEL, name, "image/png"])
        assert taken
        expect(page.locator("#markdown")).to_have_value(
            re.compile(r"^!\[\]\(media/[^)]*\.png\)(\n\n!\[\]\(media/[^)]*\.png\))?$")
        )
    address = re.findall(r"media/[^)]*", text(page))
    assert address[0] == address[1], "the same bytes are the same file"
    stored = server.notes / address[0]
    assert stored.read_bytes() == base64.b64decode(PIXEL)
    expect(page.locator("#preview img")).to_have_count(2)
    page.wait_for_function("document.querySelector('#preview img').naturalWidth === 1")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#note img").first).to_be_visible()


def test_a_file_that_is_not_taken_is_named_and_the_text_stays(
    signed_in: Page, complaints: list[str]
) -> None:
    page = signed_in
    begin(page)
    page.keyboard.type("Before. ")
    wrong = base64.b64encode(b"MZ no image").decode()
    page.evaluate(BRING, ["#markdown", "drop", "", wrong, "evil.png", "image/png"])
    expect(page.locator("#news")).to_contain_text("evil.png is neither an image nor a PDF")
    assert text(page) == "Before. "
    assert [each for each in complaints if "415" not in each] == []
    complaints.clear()


def test_bibtex_fills_the_fields(signed_in: Page, server: Any) -> None:
    page = signed_in
    page.goto("/new")
    page.evaluate(BRING, ["#f-title", "paste", ENTRY, "", "", ""])
    expect(page.get_by_label("Title")).to_have_value("A Mathematical Theory of Communication")
    expect(page.get_by_label("Authors")).to_have_value("Claude E. Shannon")
    expect(page.get_by_label("Kind")).to_have_value("paper")
    expect(page.locator("#markdown")).to_have_value(re.compile("## Errors found"))
    page.get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_have_text("A Mathematical Theory of Communication")
    file = server.notes / "papers" / "a-mathematical-theory-of-communication.md"
    assert "citekey: shannon1948\n" in file.read_text()


def test_what_is_typed_survives_a_closed_window(
    open_page: Callable[..., Page], owner_state: Any, accessible: Callable[[Page], None]
) -> None:
    page = open_page(storage_state=owner_state)
    begin(page, "/edit/bayes/beyond-bayes")
    page.keyboard.press("Control+Home")
    page.keyboard.type("Half a thought")
    expect(page.locator("#kept")).to_contain_text("Kept as a draft")
    assert re.search(r"\?draft=[0-9a-f]{16}$", page.url)
    page.close(run_before_unload=False)
    again = open_page(storage_state=owner_state)
    again.goto("/edit/bayes/beyond-bayes")
    assert not text(again).startswith("Half a thought")
    accessible(again)
    again.screenshot(path=PICTURES / "drafts-wide.png")
    again.get_by_role("link", name="Go on with it").click()
    assert text(again).startswith("Half a thought")
    again.get_by_role("link", name="Leave it").click()
    again.goto("/edit/bayes/beyond-bayes")
    again.locator(".drafts").get_by_role("button", name="Drop it").click()
    expect(again.get_by_role("link", name="Go on with it")).to_have_count(0)


def test_a_draft_on_its_way_does_not_outlive_the_save(signed_in: Page) -> None:
    page = signed_in
    begin(page)
    page.evaluate(
        """() => {
          const plain = window.fetch;
          window.fetch = async (address, options) => {
            if (address !== "/drafts") return plain(address, options);
            document.body.dataset.begun = "yes";
            await new Promise((done) => setTimeout(done, 1200));
            return plain(address, options);
          };
        }"""
    )
    page.get_by_label("Title").fill("Saved in between")
    expect(page.locator("body")).to_have_attribute("data-begun", "yes")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_have_text("Saved in between")
    page.goto("/new")
    expect(page.locator("#markdown")).to_be_visible()
    assert "Saved in between" not in page.locator("main").inner_text()


def test_a_window_closed_at_once_keeps_its_draft_too(
    open_page: Callable[..., Page], owner_state: Any
) -> None:
    page = open_page(storage_state=owner_state)
    begin(page)
    page.get_by_label("Title").fill("Closed at once")
    page.goto("/claims", wait_until="commit")
    page.wait_for_timeout(500)
    page.goto("/new")
    expect(page.get_by_role("region", name="Drafts")).to_contain_text("Closed at once")


@pytest.mark.parametrize("look", LOOKS)
def test_a_conflict_shows_both_versions_and_keeps_what_was_typed(
    look: str,
    server: Any,
    open_page: Callable[..., Page],
    owner_state: Any,
    accessible: Callable[[Page], None],
    complaints: list[str],
) -> None:
    file = server.notes / f"conflict-{look}.md"
    file.write_text("---\ntitle: Conflict\n---\n\nThe first sentence.\n")
    server.command("sync")
    page = open_page(storage_state=owner_state, **LOOKS[look])
    begin(page, f"/edit/conflict-{look}")
    page.locator("#markdown").fill("My own sentence.\n")
    file.write_text("---\ntitle: Conflict\n---\n\nTheir other sentence.\n")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Two versions")).to_be_visible()
    assert text(page) == "My own sentence.\n"
    expect(page.locator(".conflict")).to_contain_text("Their other sentence.")
    accessible(page)
    page.screenshot(path=PICTURES / f"conflict-{look}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#note")).to_contain_text("My own sentence.")
    assert [each for each in complaints if "412" not in each] == []
    complaints.clear()


@pytest.mark.parametrize("look", LOOKS)
def test_the_editor_in_use_is_accessible_and_keeps_to_its_width(
    look: str,
    open_page: Callable[..., Page],
    owner_state: Any,
    accessible: Callable[[Page], None],
) -> None:
    page = open_page(storage_state=owner_state, **LOOKS[look])
    PICTURES.mkdir(exist_ok=True)
    begin(page, "/edit/walks/random-walk")
    for summary in page.locator("summary").all():
        if summary.is_visible():
            summary.click()
    page.locator("#markdown").click()
    page.keyboard.press("Control+Home")
    page.keyboard.type("[[")
    expect(page.get_by_role("listbox").get_by_role("option").first).to_be_visible()
    page.screenshot(path=PICTURES / f"suggestions-{look}.png", full_page=True)
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_the_same_without_scripts(open_page: Callable[..., Page], owner_state: Any) -> None:
    page = open_page(storage_state=owner_state, java_script_enabled=False)
    page.goto("/new?kind=paper")
    expect(page.get_by_role("toolbar")).to_have_count(0)
    page.get_by_label("BibTeX").fill(ENTRY.replace("1948", "1949").replace("A Math", "Math"))
    page.get_by_role("button", name="Fill the empty fields").click()
    expect(page.get_by_label("Year")).to_have_value("1949")
    file = {"name": "quiet.png", "mimeType": "image/png", "buffer": base64.b64decode(PIXEL)}
    page.locator("#f-file").set_input_files(file)  # type: ignore[arg-type]  # a payload
    page.get_by_role("button", name="Put it below the text").click()
    expect(page.locator("#markdown")).to_have_value(re.compile(r"!\[\]\(\.\./media/[^)]+\.png\)\n"))
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview img")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_have_text("Mathematical Theory of Communication")
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("Tags").fill("information, quiet")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="quiet")).to_be_visible()


def test_enter_in_a_line_moves_on_and_saves_nothing(signed_in: Page, server: Any) -> None:
    page = signed_in
    page.goto("/new")
    page.get_by_label("Title").fill("Enter alone")
    page.keyboard.press("Enter")
    expect(page.locator("#markdown")).to_be_focused()
    page.get_by_label("Date").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Visible to")).to_be_focused()
    page.get_by_label("Tags").fill("some")
    page.keyboard.press("Enter")
    expect(page.locator("#markdown")).to_be_focused()
    assert "/new" in page.url
    assert not (server.notes / "enter-alone.md").exists()


def test_enter_without_scripts_shows_the_preview(
    open_page: Callable[..., Page], owner_state: Any, server: Any
) -> None:
    page = open_page(storage_state=owner_state, java_script_enabled=False)
    page.goto("/new")
    page.locator("#markdown").fill("Some *words*.")
    page.get_by_label("Title").fill("Enter alone")
    page.keyboard.press("Enter")
    expect(page.locator("#preview em")).to_have_text("words")
    expect(page.get_by_label("Title")).to_have_value("Enter alone")
    assert not (server.notes / "enter-alone.md").exists()


def test_a_refused_save_has_the_focus(
    signed_in: Page, complaints: list[str], accessible: Callable[[Page], None]
) -> None:
    page = signed_in
    begin(page)
    page.keyboard.type("Words.")
    page.get_by_role("button", name="Save").click()
    refused = page.locator(".refused")
    expect(refused).to_be_focused()
    expect(refused).to_contain_text("Nothing was saved.")
    accessible(page)
    refused.get_by_role("link", name="Title").click()
    expect(page.get_by_label("Title")).to_be_focused()
    assert [each for each in complaints if "400" not in each] == []
    complaints.clear()


@pytest.mark.parametrize("how", ["paste", "drop"])
def test_bibtex_brought_into_the_text_fills_the_fields(signed_in: Page, how: str) -> None:
    page = signed_in
    begin(page)
    page.keyboard.type("My words.")
    file = base64.b64encode(ENTRY.encode()).decode() if how == "drop" else ""
    given = ENTRY if how == "paste" else ""
    page.evaluate(BRING, ["#markdown", how, given, file, "one.bib", "text/x-bibtex"])
    expect(page.get_by_label("Title")).to_have_value("A Mathematical Theory of Communication")
    expect(page.get_by_label("BibTeX")).to_have_value(ENTRY)
    expect(page.locator("#news")).to_contain_text("Filled from the BibTeX")
    expect(page.locator("#news")).to_contain_text("to be saved in papers/.")
    assert text(page) == "My words."
    taken = not page.evaluate(BRING, ["#markdown", how, given, file, "one.bib", "text/x-bibtex"])
    assert taken is (how == "drop")  # pasted once more, the browser puts it into the text


@pytest.mark.parametrize("how", ["key", "button"])
def test_what_bibtex_filled_is_taken_back(signed_in: Page, how: str) -> None:
    page = signed_in
    begin(page)
    page.evaluate(BRING, ["#markdown", "paste", ENTRY, "", "", ""])
    expect(page.get_by_label("Authors")).to_have_value("Claude E. Shannon")
    expect(page.locator("#markdown")).to_have_value(re.compile("## Summary"))
    if how == "key":
        page.locator("#markdown").press("Control+z")
    else:
        page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Authors")).to_have_value("")
    expect(page.get_by_label("BibTeX")).to_have_value("")
    expect(page.get_by_label("Kind")).to_have_value("note")
    expect(page.locator("#markdown")).to_have_value("")
    assert page.evaluate(BRING, ["#markdown", "paste", ENTRY, "", "", ""])  # into the text


def test_a_note_about_no_work_is_asked_before_bibtex_fills_it(
    signed_in: Page, accessible: Callable[[Page], None]
) -> None:
    page = signed_in
    entry = ENTRY.replace("1948,", "1955,")
    begin(page, "/edit/bayes/beyond-bayes")
    before = text(page)
    page.keyboard.press("Control+End")
    page.evaluate(BRING, ["#markdown", "paste", entry, "", "", ""])
    expect(page.locator("#news")).to_contain_text("This is BibTeX, of shannon1955.")
    assert page.locator("#f-bibtex").input_value() == ""
    accessible(page)
    page.get_by_role("button", name="Cite it").click()
    expect(page.locator("#news")).to_contain_text("Cited as [@shannon1955].")
    cited = f"{before}[@shannon1955]\n\n```bibtex\n{entry}\n```\n"
    expect(page.locator("#markdown")).to_have_value(cited)
    assert page.locator("#f-authors").input_value() == ""
    known = ENTRY.replace("shannon1948", "radhakrishnan2023mechanism")
    page.evaluate(BRING, ["#markdown", "paste", known, "", "", ""])
    page.get_by_role("button", name="Cite it").click()
    expect(page.locator("#news")).to_contain_text("The library knows it already.")
    assert text(page).count("```bibtex") == before.count("```bibtex") + 1
    page.evaluate(BRING, ["#markdown", "paste", entry, "", "", ""])
    page.get_by_role("button", name="This note is about it").click()
    expect(page.get_by_label("Authors")).to_have_value("Claude E. Shannon")
    expect(page.get_by_label("Kind")).to_have_value("note")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Authors")).to_have_value("")


def test_what_is_not_taken_is_said_at_the_control(signed_in: Page, complaints: list[str]) -> None:
    page = signed_in
    page.goto("/new")
    good = {"name": "a.png", "mimeType": "image/png", "buffer": base64.b64decode(PIXEL)}
    page.set_input_files("#f-file", [good])
    expect(page.locator("#news")).to_contain_text("Stored as")
    page.set_input_files("#f-file", [{**good, "buffer": b"MZ no image"}])
    wrong = page.locator("#upload-wrong")
    expect(wrong).to_contain_text("a.png is neither an image nor a PDF")
    expect(wrong).to_be_in_viewport()
    expect(page.locator("#news")).to_be_hidden()
    assert [each for each in complaints if "415" not in each] == []
    complaints.clear()


@pytest.mark.parametrize(
    "look",
    [
        {"viewport": {"width": 1600, "height": 900}},
        {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
        {"viewport": {"width": 390, "height": 844}},
    ],
)
def test_a_refused_save_leaves_the_form_where_it_is(
    open_page: Callable[..., Page], owner_state: Any, complaints: list[str], look: dict[str, Any]
) -> None:
    page = open_page(storage_state=owner_state, **look)
    page.goto("/new")
    before = page.locator("section.form").bounding_box()
    page.get_by_role("button", name="Save").click()
    notice, form = (
        page.locator(name).bounding_box() for name in (".notice.refused", "section.form")
    )
    assert before
    assert notice
    assert form
    assert (form["x"], form["width"]) == (before["x"], before["width"])
    assert notice["height"] < 80
    assert notice["y"] + notice["height"] < form["y"]
    expect(page.locator(".refused")).to_contain_text("Nothing was saved. Title: Give")
    complaints.clear()


def test_preview_without_scripts_lands_at_the_preview(
    open_page: Callable[..., Page], owner_state: Any
) -> None:
    phone = {"viewport": {"width": 390, "height": 844}}
    page = open_page(storage_state=owner_state, java_script_enabled=False, **phone)
    page.goto("/edit/walks/random-walk")
    page.get_by_role("button", name="Preview", exact=True).click()
    expect(page.locator("#seen h2").first).to_be_in_viewport()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("A line.", ""),
        ("> Quoted.", ""),
        ("- item", "\n- more\n\nBelow."),
        ("```\nx", "\n\ny\n```"),
    ],
)
def test_an_image_stands_in_a_block_of_its_own(signed_in: Page, before: str, after: str) -> None:
    page = signed_in
    begin(page)
    page.locator("#markdown").fill(before + after)
    page.evaluate(
        f"document.getElementById('markdown').setSelectionRange({len(before)}, {len(before)})"
    )
    page.evaluate(BRING, ["#markdown", "drop", "", PIXEL, "block.png", "image/png"])
    expect(page.locator("#news")).to_contain_text("Stored as")
    above, found, below = re.split(r"(!\[\]\(media/[^)]*\))", text(page))
    assert above.endswith("\n\n")
    assert not below or below.startswith("\n\n")
    assert found
    assert re.sub(r"\s+", "", above + below) == re.sub(r"\s+", "", before + after)
    assert above.count("```") % 2 == 0
