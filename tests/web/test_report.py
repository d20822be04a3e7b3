"""The page of what was understood: for who writes, by reason, with a way to each note."""

from __future__ import annotations

import re
import sqlite3
from html import unescape

from flask.testing import FlaskClient

from app.accounts import people
from app.lab import runs
from app.lab.runs import Output, queue
from app.lab.shown import audit
from app.library import report, report_words
from app.library.syncing import sync
from app.settings import Settings


def test_the_report_as_a_page(
    owner: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    (settings.notes / "more <b>.md").write_text("[[gone <i>]] $\\unheard$ ![[lost.png]]\n")
    (settings.notes / "torn.md").write_text("---\ntags: [x\n---\n")
    sync.sync(settings, connection)
    html = owner.get("/report", headers={"Accept": "text/html"}).text
    assert "Links that lead to no note: 1" in html
    assert "[[gone &lt;i&gt;]]" in html
    assert 'href="/notes/more%20%3Cb%3E"' in html
    assert "\\unheard" in html
    assert "lost.png" in html
    assert 'href="/notes/torn"' in html
    assert "<b>" not in html.partition("<main")[2]
    assert 'href="/report"' in owner.get("/problems", headers={"Accept": "text/html"}).text


def test_the_page_counts_as_the_terminal_does(
    owner: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    """A link to a canvas leads to a file that is there, and to no note."""
    (settings.notes / "plan.canvas").write_text("{}")
    (settings.notes / "plan.odd").write_text("{}")
    links = "[[plan.odd]] [[plan.canvas]] [[gone]] [[open]] ![[lost.png]]"
    (settings.notes / "more.md").write_text(f"{links}\n")
    sync.sync(settings, connection)
    html = owner.get("/report", headers={"Accept": "text/html"}).text
    page = " ".join(re.sub(r"<[^>]*>", " ", html).split())
    said = report_words.understood(report.take(connection))
    ((reached, links),) = re.findall(r"(\d+) of (\d+) links lead to a note", said)
    assert int(links) - int(reached) == 2
    assert f" {links} Links between notes {reached} of them lead to a note " in page
    ((there, shown),) = re.findall(r"(\d+) of (\d+) files shown are there", said)
    assert f" {shown} Files that notes show {there} of them are there " in page


def test_a_library_in_order_says_so(
    owner: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    assert "Nothing was left over" in owner.get("/report", headers={"Accept": "text/html"}).text


def test_who_does_not_write_sees_no_way_to_it(reader: FlaskClient, public: FlaskClient) -> None:
    for client in (reader, public):
        assert 'href="/report"' not in client.get("/", headers={"Accept": "text/html"}).text


def test_what_is_much_is_folded_and_bounded(
    owner: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    for number in range(report.MOST_PLACES + 5):
        (settings.notes / f"n{number:02}.md").write_text(f"[[gone]] [[gone {number:02}]]\n")
    sync.sync(settings, connection)
    html = owner.get("/report", headers={"Accept": "text/html"}).text
    assert f"<summary>{report.MOST_PLACES - 3} more notes</summary>" in html
    assert 'href="/notes/n39">n39</a> …</p></details>' in html
    assert "<summary>6 more</summary>" in html
    assert html.count("[[gone ") == report.MOST_PLACES + 5


NAMELESS = """---
visibility: public
---
```analysis
script: shown
as: mine
```

{{ nobody.x }}, {{ min.total }}, {{ total }}, `{{ total }}`, {{ other }}, {{ mine.total }}.

```claim
id: bare
text: It is small.
check: abs(total - 1) < 9
```
"""


def test_what_names_no_block_is_reported_with_what_was_likely_meant(
    owner: FlaskClient, settings: Settings, connection: sqlite3.Connection
) -> None:
    (settings.notes / "named.md").write_text(NAMELESS)
    sync.sync(settings, connection)
    run, _ = runs.enqueue(settings, connection, "shown", {}, people.owner(connection))
    queue.claim(settings, connection)
    outputs = [Output("total", "value", 7, {})]
    queue.finish(settings, connection, run.id, "succeeded", outputs=outputs, seconds=0.1)
    bare = "{{ total }} is only text: write {{ mine.total }} for the value."
    value, near = "nobody.x: there is no nobody.", "min.total: there is no min. Did you mean mine?"
    reason = "There is no total: write mine.total."
    found = [each for each in audit.findings(settings, connection) if each.path == "named"]
    assert [(each.kind, each.message) for each in found] == [
        ("value", value),
        ("value", near),
        ("remark", bare),
        ("claim", f"bare: not known (abs(total - 1) < 9) {reason}"),
    ]
    page = unescape(owner.get("/report").text)
    for words in (value, bare, f"bare: {reason}"):
        assert words in page
    note = owner.get("/notes/named").text
    assert '<span class="reason">(there is no nobody)</span>' in note
    assert "There is no <code>total</code>: write <code>mine.total</code>." in note
