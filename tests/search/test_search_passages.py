"""What a hit shows of a note as it is rendered, and where its link lands: from file to hit."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from urllib.parse import unquote

import pytest

from app import database
from app.accounts.permissions import PUBLIC, Person, Role
from app.library.syncing.sync import sync
from app.markup.line import typeset_passage
from app.search import related
from app.search.find import search
from app.search.hits import Hit
from app.settings import load
from tests.search.test_search_find import add, annotate

OWNER = Person(1, "owner", Role.OWNER)
ALIGNED = r"""
\begin{align}
S &= \sum_n a_n \label{eq:first} \\
  &= 80 . \notag
\end{align}
"""
NOTES = {
    "headings": "# Headings\n\n## A & B with $x^2$\n\nFirst word.\n\n## Trailing `code`, $y$\n\n"
    "Seventh word of it.\n\n## Last\n\nNinth word.\n",
    "lines": f"# Lines\n\nNothing here.\n{ALIGNED}\nThen on.\n\n"
    "$$\\begin{gather*} u = v \\\\ w = \\operatorname{erf} z \\end{gather*}$$\n\n"
    "$$\\begin{flalign} q &= \\undefinedhere{r} \\end{flalign}$$\n",
    "table": "# Table\n\n| kind | cost |\n|---|---|\n| softmax attention | 0.78 |\n"
    "| linear attention | 0.78 |\n\nIt is 3.14159 and foo, as (see \\eqref{eq:x}) told.\n",
    "dollars": "# Dollars\n\nIt costs $5 per walker and $\\sqrt N$ **pennies**, and \\$5 more.\n",
    "code": "# Code\n\nProse before it.\n\n```python\ndef scaled(x):\n    return costly(x)\n```\n",
    "walks/drunkard-path": "---\nauthor: [Ashish Vaswani, Émilie Noël]\narxiv: 2212.13881\n"
    "year: 2017\nvenue: Acta\ntags: [strolling about]\n---\n\n# Of paths\n\nNothing of that.\n",
    "twice": "# Twice\n\n## Sums\n\nThe same words.\n\n## Means\n\nThe same words.\n\n"
    "## Ends\n\nBefore it, the same words.\n",
    "mentions": "# Mentions\n\nA drunkard path, and a walks/drunkard-path in prose.\n",
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    root = tmp_path_factory.mktemp("passages")
    for name in ("notes", "notes/walks", "analysis"):
        (root / name).mkdir()
    folders = {name: str(root / name) for name in ("notes", "analysis", "data")}
    settings = load({**folders, "open_browser": "no"}, {})
    for path, source in NOTES.items():
        (settings.notes / f"{path}.md").write_text(source)
    opened = database.connect(settings.database)
    database.migrate(opened)
    assert not sync(settings, opened).failed
    yield opened
    opened.close()


def hit_for(connection: sqlite3.Connection, query: str) -> Hit:
    return search(connection, OWNER, query).results[0]


@pytest.mark.parametrize(
    ("query", "heading", "anchor"),
    [
        ("first", "A & B with $x^2$", "#a-b-with-x2"),
        ("seventh", "Trailing code, $y$", "#trailing-code-y"),
        ("ninth", "Last", "#last"),
    ],
)
def test_a_passage_stands_under_its_own_heading(
    library: sqlite3.Connection, query: str, heading: str, anchor: str
) -> None:
    hit = hit_for(library, f"{query} word")
    assert hit.heading == heading
    assert hit.url.startswith(f"/notes/headings{anchor}:~:text=")


@pytest.mark.parametrize("query", [r"\sum", r"\operatorname", "undefinedhere"])
def test_formulas_of_several_lines_are_typeset(library: sqlite3.Connection, query: str) -> None:
    hit = hit_for(library, f"title:lines {query}")
    assert re.search(r"<mark>\$\$.*\$\$</mark>", hit.snippet_html)
    assert "<mark>" not in re.sub(r"<mark>\$\$.*?\$\$</mark>", "", hit.snippet_html)
    shown = re.sub(r"<annotation.*?</annotation>", "", typeset_passage(hit.snippet_html))
    assert "\\" not in shown
    assert "$" not in shown
    assert 'class="math"' in shown


def test_a_hit_in_a_formula_leads_to_its_equation_or_the_nearest_words(
    library: sqlite3.Connection,
) -> None:
    assert unquote(hit_for(library, r"title:lines \sum").url) == "/notes/lines#eq-eq:first"
    assert unquote(hit_for(library, "title:lines erf").url) == "/notes/lines#:~:text=Then on"


def test_the_right_row_of_a_table(library: sqlite3.Connection) -> None:
    hit = hit_for(library, "linear attention")
    assert unquote(hit.url) == "/notes/table#:~:text=linear attention"
    assert hit.snippet_html.startswith("<mark>linear</mark> <mark>attention</mark> · 0.78")


def test_words_that_stand_twice_are_told_apart(library: sqlite3.Connection) -> None:
    urls = [unquote(hit_for(library, "title:twice same words").url)]
    assert urls == ["/notes/twice#sums:~:text=Sums-,The same words"]


def test_a_passage_does_not_begin_inside_of_a_number(library: sqlite3.Connection) -> None:
    assert (
        hit_for(library, "foo").snippet_html
        == "It is 3.14159 and <mark>foo</mark>, as (see …) told."
    )


def test_what_costs_dollars_takes_no_formula_with_it(library: sqlite3.Connection) -> None:
    shown = typeset_passage(hit_for(library, "pennies").snippet_html)
    assert "It costs $5 per walker and <span" in shown
    assert "<mark>pennies</mark>, and $5 more." in shown


def test_code_stays_code(library: sqlite3.Connection) -> None:
    shown = hit_for(library, "scaled").snippet_html
    assert shown == "<code>def <mark>scaled</mark>(x):\n    return costly(x)</code>"
    prose = hit_for(library, "prose before").snippet_html
    assert prose.endswith(" it. · <code>def scaled(x):\n    return costly(x)</code>")
    assert typeset_passage("<code>$x$</code> $x$").startswith("<code>$x$</code> <span")


def test_little_words_are_not_what_is_shown(connection: sqlite3.Connection) -> None:
    add(connection, 1, "Here is the thing. " * 400 + "\nA needle is what is here.")
    (hit,) = search(connection, OWNER, "what is the needle").results
    assert hit.snippet_html == "A <mark>needle</mark> is what is here."
    add(connection, 2, "category caveat case " * 600 + "\nNow a cat.")
    (hit,) = search(connection, OWNER, "cat").results
    assert hit.snippet_html == "Now a <mark>cat</mark>."
    add(connection, 3, f"{'alpha ' * 300}\nalpha with omega.")
    (hit,) = search(connection, OWNER, "alpha omega").results
    assert hit.snippet_html == "<mark>alpha</mark> with <mark>omega</mark>."


def test_what_stands_far_behind_is_shown(connection: sqlite3.Connection) -> None:
    add(connection, 1, "some words of it\n" * 9_000 + "and then a needleinhay is there\nend")
    (hit,) = search(connection, OWNER, "needleinhay").results
    assert hit.snippet_html.startswith("and then a <mark>needleinhay</mark> is there · end")
    assert unquote(hit.url) == "/notes/n1#:~:text=and then a needleinhay is there"


def test_what_a_pattern_found_is_marked(connection: sqlite3.Connection) -> None:
    add(connection, 1, "component\nshare\n0.605\n20.15\nof é 7.5 in proximity")
    (hit,) = search(connection, OWNER, r"share /[0-9]+\.[0-9]+/").results
    assert re.findall("<mark>(.*?)</mark>", hit.snippet_html) == ["share", "0.605", "20.15", "7.5"]
    (hit,) = search(connection, OWNER, "/x_?[ij]/").results
    assert "pro<mark>xi</mark>mity" in hit.snippet_html


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("strolling", "tag: strolling about"),
        ("Noel", "author: Émilie Noël"),
        ("vaswani 2017", "author: Ashish Vaswani, year: 2017"),
        ("2212.13881", "arXiv: 2212.13881"),
        ("acta", "venue: Acta"),
        ("walks/drunkard-path", "file: walks/drunkard-path"),
    ],
)
def test_a_note_is_found_by_what_it_is_called_and_says_so(
    library: sqlite3.Connection, query: str, reason: str
) -> None:
    hit = hit_for(library, query)
    assert (hit.id, hit.reason) == ("walks/drunkard-path", reason)
    assert hit_for(library, "author:noel").id == "walks/drunkard-path"


def test_words_are_marked_in_titles(library: sqlite3.Connection) -> None:
    hit = hit_for(library, "drunkard title:paths")
    assert hit.title_html == "Of paths"
    hit = hit_for(library, "of paths")
    assert hit.title_html == "Of <mark>paths</mark>"


def test_no_score_is_minus_nothing(library: sqlite3.Connection) -> None:
    found = search(library, OWNER, "in:notes").results
    assert {json.dumps(hit.score) for hit in found} == {"0.0"}


def test_a_comment_stands_under_its_notes_title(connection: sqlite3.Connection) -> None:
    add(connection, 1, "Text.", title="About $x$")
    annotate(connection, "abc", 1, "a remark", person=1)
    (hit,) = search(connection, OWNER, "remark").results
    assert (hit.title, hit.reason) == ("About $x$", "comment by person 1")
    assert hit.snippet_html == "a <mark>remark</mark>"


def test_a_hidden_note_of_the_same_name_changes_nothing(connection: sqlite3.Connection) -> None:
    for uid, path in ((1, "open"), (2, "other"), (3, "shared")):
        add(connection, uid, path, path=path)
    with database.transaction(connection):
        connection.execute("UPDATE document SET name_key = name")
        for uid in (1, 2):
            connection.execute(
                "INSERT INTO document_link VALUES (?, 0, 'shared', '', 'shared', '')", [uid]
            )
    before = related.of_note(connection, PUBLIC, 1, there=[3])
    assert [(each.path, each.reasons[0].kind) for each in before if each.path == "other"]
    add(connection, 4, "secret", path="secret/shared", visibility="private")
    with database.transaction(connection):
        connection.execute("UPDATE document SET name_key = 'shared' WHERE uid = 4")
    assert related.of_note(connection, PUBLIC, 1, there=[3]) == before
