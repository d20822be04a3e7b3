"""The map between a note's canonical text and its page, in the browser that readers have."""

from __future__ import annotations

import base64
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

PROJECT = Path(__file__).resolve().parents[2]
SCRIPT = PROJECT / "app" / "web" / "static" / "text_map.js"
FIXTURES = sorted((PROJECT / "tests" / "markup" / "fixtures").glob("*.md"))
SHIPPED = sorted(
    path.relative_to(PROJECT / "notes").with_suffix("").as_posix()
    for path in (PROJECT / "notes").rglob("*.md")
)
PICTURE = (  # one white point
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8/x8AAwMCAO+ip1sAAAAASUVORK5CYII="
)
SCREENSHOTS = PROJECT / ".screenshots"
# What the page's text nodes say, and that each run of them is where the map says.
READ = """() => {
  const map = TextMap.read(document.getElementById("note"));
  const wrong = map.runs.filter(({ node, start, at, length }) => node
    && node.data.slice(start, start + length) !== map.text.slice(at, at + length)
    && !(length === 1 && map.text[at] === " " && !node.data[start].trim()));
  return { text: map.text, wrong: wrong.length, runs: map.runs.length };
}"""
# Every word that can be selected, there and back: from text to page to text.
THERE_AND_BACK = """() => {
  const map = TextMap.read(document.getElementById("note")), missed = [];
  for (const match of map.text.matchAll(/[^ \\n]+( [^ \\n]+)?/g)) {
    const start = match.index, end = start + match[0].length;
    const ranges = TextMap.toRanges(map, start, end);
    if (!ranges.length) { missed.push([match[0], "nowhere"]); continue; }
    const range = document.createRange();
    range.setStart(ranges[0].startContainer, ranges[0].startOffset);
    range.setEnd(ranges.at(-1).endContainer, ranges.at(-1).endOffset);
    const found = TextMap.ofRange(map, range);
    if (!found || found.start > start || found.end < end || !found.quote.includes(match[0]))
      missed.push([match[0], found && found.quote]);
  }
  return missed;
}"""


@pytest.fixture(scope="module", autouse=True)
def fixtures_are_notes(server: Any) -> None:
    folder = server.notes / "fixtures"
    folder.mkdir()
    for path in FIXTURES:
        (folder / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "picture.png").write_bytes(base64.b64decode(PICTURE))
    server.command("sync")


def stored_text(server: Any, note: str) -> str:
    with sqlite3.connect(server.data / "gloss.db") as connection:
        (text,) = connection.execute("SELECT text FROM document WHERE path = ?", [note]).fetchone()
    connection.close()
    return str(text)


@pytest.mark.parametrize("note", [*SHIPPED, *(f"fixtures/{path.stem}" for path in FIXTURES)])
def test_page_and_canonical_text_agree_on_every_text_node(
    server: Any, signed_in: Page, note: str
) -> None:
    signed_in.goto(f"/notes/{note}")
    signed_in.evaluate(SCRIPT.read_text(encoding="utf-8"))
    found = signed_in.evaluate(READ)
    assert found["text"] == stored_text(server, note)
    assert found["wrong"] == 0
    assert found["runs"] > 10
    assert signed_in.evaluate(THERE_AND_BACK) == []


@pytest.mark.parametrize("path", FIXTURES, ids=[path.stem for path in FIXTURES])
def test_pictures_of_the_fixtures_are_taken(signed_in: Page, path: Path) -> None:
    """To be looked at."""
    SCREENSHOTS.mkdir(exist_ok=True)
    signed_in.set_viewport_size({"width": 1400, "height": 1000})
    signed_in.goto(f"/notes/fixtures/{path.stem}")
    assert signed_in.locator("#note .problem").count() == 0
    signed_in.screenshot(path=SCREENSHOTS / f"fixture-{path.stem}.png", full_page=True)


def test_a_selection_becomes_text_whatever_it_begins_in(server: Any, signed_in: Page) -> None:
    """From inside of a formula to inside of a figure's buttons: atomic things are taken whole."""
    signed_in.goto("/notes/walks/random-walk")
    signed_in.evaluate(SCRIPT.read_text(encoding="utf-8"))
    found = signed_in.evaluate("""() => {
      const map = TextMap.read(document.getElementById("note"));
      const formula = document.querySelector("#note .katex-html span:last-child");
      const range = document.createRange();
      range.selectNodeContents(formula);
      const whole = document.createRange();
      whole.selectNodeContents(document.getElementById("note"));
      return [TextMap.ofRange(map, range).quote, TextMap.ofRange(map, whole).quote === map.text];
    }""")
    assert found[0].startswith("$")
    assert found[0].endswith("$")
    assert found[1]
