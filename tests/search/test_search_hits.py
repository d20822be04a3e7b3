"""Where a hit stands and where its link lands: heading, words to find on the page, line, order."""

from __future__ import annotations

import json
import sqlite3
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import database
from app.search import fragment, index
from app.search.find import search
from app.search.hits import Hit, sections
from app.search.index import Entry
from tests.search.test_search_find import OWNER, add, annotate

TEXT = """Opening words about a bear.
First part
A walk of $N$ steps is long, and a bear walks on; so it goes.
Twice
The mean is {{half.mean}} of ten throws, says [@roe2004, p. 3] the walker. After the walker sleeps.
Twice
The last line of all."""
HEADINGS = ("First part", "Twice", "Twice")


def hit_for(connection: sqlite3.Connection, query: str) -> Hit:
    add(connection, 1, TEXT, headings="\n".join(HEADINGS))
    anchors = [{"level": 2, "id": each} for each in ("first-part", "twice", "twice-1")]
    with database.transaction(connection):
        connection.execute("UPDATE document SET headings = ?", [json.dumps(anchors)])
    (hit,) = search(connection, OWNER, query).results
    return hit


@pytest.mark.parametrize(
    ("query", "heading", "end"),
    [
        ("opening", "", "#:~:text=Opening words about a bear"),
        ("long", "First part", "#first-part:~:text=steps is long, and a bear walks on"),
        ("throws", "Twice", "#twice:~:text=of ten throws, says"),
        ("walker", "Twice", "#twice:~:text=the walker,-. After the walker sleeps."),
        ("sleeps", "Twice", "#twice:~:text=After the walker sleeps"),
        ("last", "Twice", "#twice-1:~:text=The last line of all"),
        ("N steps", "First part", "#first-part:~:text=steps is long, and a bear walks on"),
    ],
)
def test_heading_and_address(
    connection: sqlite3.Connection, query: str, heading: str, end: str
) -> None:
    hit = hit_for(connection, query)
    assert hit.heading == heading
    assert unquote(hit.url.removeprefix("/notes/n1")) == end
    assert not set(hit.url) & set(' "<>')


@given(st.text(alphabet="ab $\\{}[]@!.,-–漢。é\n", max_size=200), st.data())
def test_the_words_of_an_address_stand_in_the_text(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, max(0, len(text) - 1)))
    found = fragment.of_passage(text, (at, min(at + 1, len(text))))
    if found:
        parts = found.removeprefix(":~:text=").split(",")
        assert [part[:1] == "-" for part in parts[1:]] in ([], [False], [True], [False, True])
        place = -1
        for part in parts:
            words = unquote(part.strip("-"))
            place = text.find(words, place + 1)
            assert words
            assert place >= 0
            assert "\n" not in words
            assert not set(part.strip("-")) & set("-,&# ")


def test_headings_that_the_text_does_not_have_are_left_aside() -> None:
    found = sections(
        "One\ntwo\nOne", "One\nmissing\nOne", '[{"id": "a"}, {"id": "b"}, {"id": "c"}]'
    )
    assert [(each.anchor, each.start) for each in found] == [("a", 0), ("", 3), ("c", 8)]
    assert sections("One", "One", None) == []


def test_code_leads_to_its_line(connection: sqlite3.Connection) -> None:
    code = "import math\n\n\ndef tempered_posterior(x):\n    return x < 1\n"
    with database.transaction(connection):
        index.put(connection, Entry("code", "bayes", None, "", "Bayes", body="Doc.", code=code))
    (hit,) = search(connection, OWNER, "tempered posterior").results
    assert (hit.url, hit.line) == ("/analyses/bayes#L4", 4)
    assert hit.snippet_html == "def <mark>tempered</mark>_<mark>posterior</mark>(x):"
    (hit,) = search(connection, OWNER, "doc").results
    assert (hit.url, hit.line) == ("/analyses/bayes", None)


def test_an_annotation_leads_to_itself(connection: sqlite3.Connection) -> None:
    add(connection, 1, "Text.", title="About")
    annotate(connection, "abc", 1, "a remark on $x$")
    (hit,) = search(connection, OWNER, "remark").results
    assert (hit.url, hit.note) == ("/notes/n1#annotation-abc", "About")


def test_by_date_the_newest_comes_first(connection: sqlite3.Connection) -> None:
    for uid, date in enumerate(("2020-01-01", "2024-01-01", "2022-01-01"), 1):
        add(connection, uid, "word " * uid, date=date)
    found = search(connection, OWNER, "word", order="date").results
    assert [hit.date for hit in found] == ["2024-01-01", "2022-01-01", "2020-01-01"]
    assert search(connection, OWNER, "word", 1, 1, order="date").results == found[1:2]


def test_the_number_of_queries_does_not_grow_with_the_hits(connection: sqlite3.Connection) -> None:
    counts = []
    for uids in (range(1, 25), range(25, 60)):
        for uid in uids:
            add(connection, uid, f"word {uid}", date=f"2024-01-{uid % 28 + 1:02}")
        asked: list[str] = []
        connection.set_trace_callback(asked.append)
        assert search(connection, OWNER, "word", limit=100).total == uids[-1]
        connection.set_trace_callback(None)
        counts.append(len([each for each in asked if not each.startswith("--")]))
    assert counts[0] == counts[1] <= 5
