"""Citations on the page, the list of all works, and what the public may see of them."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app, database
from app.accounts import people
from app.lab.shown import audit
from app.library.syncing.sync import sync
from app.settings import Settings

REFERENCES = """
@article{doe2004, title = {Walks <b>& drifts}, author = {Doe, Ann and Roe, Bob}, year = 2004,
  journal = {J}, volume = 1, file = {/somewhere/a.pdf}}
@article{roe2004, title = {More walks}, author = {Doe, Ann and Roe, Bob}, year = 2004,
  journal = {J}, volume = 2}
@misc{unused, title = {Not cited}, author = {Zed, Z}}
"""
NOTE = """---
title: Walks
visibility: public
---
As [@doe2004, p. 3] and [see @roe2004; -@doe2004] say, @doe2004 most; @nobody does not,
nor [@gone] or [@secret]. Write to ann@example.org.[^1]

[^1]: By @hidden.
"""
HIDDEN = """---
visibility: private
bibtex: "@misc{secret, title={Sesame}, author={Hidden, H}, year=1999}"
---
Sesame [@unused].
"""


@pytest.fixture
def application(settings: Settings, connection: sqlite3.Connection) -> Flask:
    (settings.notes / "refs.bib").write_text(REFERENCES)
    (settings.notes / "walks.md").write_text(NOTE)
    (settings.notes / "sesame.md").write_text(HIDDEN)
    assert not sync(settings, connection).failed
    return create_app(settings)


@pytest.fixture
def public(application: Flask) -> FlaskClient:
    return application.test_client()


@pytest.fixture
def owner(application: Flask, connection: sqlite3.Connection) -> FlaskClient:
    token = people.create_token(connection, people.owner(connection), "t", "owner")
    client = application.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


def article(html: str) -> str:
    return html[html.index("<article") : html.index('<footer class="links"')]


def words(html: str) -> str:
    without_cards = re.sub(r'<span class="card".*?</span></span>', "</span>", html)
    return " ".join(re.sub(r"<[^>]+>", "", without_cards).split())


def test_citations_by_author_and_year(public: FlaskClient) -> None:
    html = article(public.get("/notes/walks").text)
    assert (
        "As (Doe and Roe, 2004b, p. 3) and (see Doe and Roe, 2004a; 2004b) say,"
        " Doe and Roe (2004b) most; @nobody does not, nor [@gone?] or [@secret?]."
    ) in words(html)
    assert html.count('class="missing"') == 2
    assert "ann@example.org" in html
    assert html.count('id="cite-doe2004"') == 1
    assert html.count('href="#work-doe2004"') == 3
    assert '<li id="work-doe2004">' in html
    assert html.index('<li id="work-roe2004">') < html.index('<li id="work-doe2004">')  # a, b
    assert "Not cited" not in html
    assert "&lt;b&gt;&amp; drifts" in html
    assert "<b>&" not in html


def test_the_card_holds_the_whole_reference(public: FlaskClient) -> None:
    html = public.get("/notes/walks").text
    card = html[html.index('<span class="card" role="note">') :]
    assert card.startswith('<span class="card" role="note">Doe, A. and Roe, B. (2004b)')


def test_what_a_private_note_defines_is_the_owners(public: FlaskClient, owner: FlaskClient) -> None:
    assert "Hidden, 1999" in article(owner.get("/notes/walks").text)
    for address in ("/notes/walks", "/references", "/references.bib", "/"):
        answer = public.get(address).text
        assert "Sesame" not in answer, address
        assert "Hidden" not in answer, address
    assert "Not cited" not in public.get("/references").text
    assert "Not cited" in owner.get("/references").text


def test_numbers(settings: Settings, application: Flask) -> None:
    assert application
    numbered = create_app(replace(settings, citation_style="numbered")).test_client()
    html = article(numbered.get("/notes/walks").text)
    assert "As [1, p. 3] and [see 2, 1] say, Doe and Roe [1] most" in words(html)
    assert re.search(r'<ol>\s*<li id="work-doe2004">', html)


def test_a_style_that_is_gone_costs_no_page(settings: Settings, application: Flask) -> None:
    assert application
    client = create_app(replace(settings, citation_style="/no/such.csl")).test_client()
    assert "(Doe and Roe, 2004b, p. 3)" in words(article(client.get("/notes/walks").text))


def test_every_work_with_its_notes(public: FlaskClient, owner: FlaskClient) -> None:
    listed = words(public.get("/references").text)
    assert "2 works, by author and year." in listed
    assert "cited inWalks" in listed
    every = owner.get("/references").text
    assert "4 works" in every
    assert '<a href="/notes/sesame">The note on it</a>' in every
    assert '<a href="/references">' in public.get("/").text


def test_download(public: FlaskClient) -> None:
    answer = public.get("/references.bib")
    assert answer.content_type == "application/x-bibtex; charset=utf-8"
    assert re.findall(r"@article\{(\w+),", answer.text) == ["roe2004", "doe2004"]
    assert "somewhere" not in answer.text


def test_the_authors_heading_is_taken(
    settings: Settings, connection: sqlite3.Connection, public: FlaskClient
) -> None:
    (settings.notes / "walks.md").write_text(NOTE + "\n## References\n")
    sync(settings, connection)
    html = article(public.get("/notes/walks").text)
    assert len(re.findall(r"<h2[^>]*>References</h2>", html)) == 1
    assert html.index(">References</h2>") < html.index('<li id="work-doe2004">')


def test_a_preview_knows_the_bibtex_that_is_being_written(owner: FlaskClient) -> None:
    source = "New [@new].\n\n```bibtex\n@misc{new, title={N}, author={New, N}, year=2026}\n```\n"
    answer = owner.post("/preview", data={"markdown": source, "id": "new"})
    assert "New, 2026" in answer.text


def test_a_note_s_own_definition_wins_on_its_page(
    settings: Settings, connection: sqlite3.Connection, owner: FlaskClient
) -> None:
    own = "```bibtex\n@misc{%s, title={Mine}, author={Own, O}, year=2001}\n```\n"
    front = (
        "---\nvisibility: public\n"
        'bibtex: "@misc{k, title={Theirs}, author={Other, O}, year=1999}"\n---\n[@k]\n'
    )
    (settings.notes / "a.md").write_text(front)
    mine = "[@k] and [@doe2004].\n\n" + own % "k" + "\n" + own % "doe2004"
    (settings.notes / "b.md").write_text(f"---\nvisibility: public\n---\n{mine}")
    assert not sync(settings, connection).failed
    assert "(Other, 1999)" in words(article(owner.get("/notes/a").text))
    assert words(article(owner.get("/notes/b").text)).count("(Own, 2001") == 2
    assert "Own, 2001" in owner.post("/preview", data={"markdown": mine, "id": "b"}).text


def test_cards_are_bounded(settings: Settings, connection: sqlite3.Connection) -> None:
    work = "@book{k, title={" + "$x$ " * 4000 + "}, year=2000}\n@book{l, title={Other}}"
    note = f"---\nvisibility: public\n---\n{'[@k] ' * 4000} [@l] [@l]\n\n```bibtex\n{work}\n```\n"
    (settings.notes / "many.md").write_text(note)
    assert not sync(settings, connection).failed
    html = create_app(settings).test_client().get("/notes/many").text
    assert len(html) < 3_000_000
    assert html.count('href="#work-k"') == 4000
    assert html.count('href="#work-l"') == 2
    cards = re.findall('class="card"[^>]*>[^O$]*Other', html)
    assert len(cards) == 1


def test_missing_keys_are_reported(
    settings: Settings, connection: sqlite3.Connection, owner: FlaskClient
) -> None:
    found = [each for each in audit.findings(settings, connection) if each.kind == "citation"]
    assert [(each.path, each.message) for each in found] == [
        ("walks.md:5", "[@gone]: no work has this key.")
    ]
    assert "[@gone]: no work has this key." in owner.get("/problems").text


def test_nothing_of_a_key_is_html(
    settings: Settings, connection: sqlite3.Connection, public: FlaskClient
) -> None:
    (settings.notes / "odd.bib").write_text("@misc{a'b<i>, title = {<script>x</script>}}")
    (settings.notes / "odd.md").write_text(
        "---\nvisibility: public\n---\n"
        "[@{a'b<i>}] [<u>x</u> @{a'b<i>}, <s>p</s>] [@{<script>}; @doe2004]\n"
    )
    sync(settings, connection)
    for address in ("/notes/odd", "/references"):
        html = public.get(address).text
        html = html[html.index("<main") : html.index("</main>")]
        assert "<script" not in html
        assert "<u>" not in html
        assert "<s>" not in html
    assert 'id="work-a&#39;b&lt;i&gt;"' in public.get("/notes/odd").text
    assert 'href="#work-a%27b%3Ci%3E"' in public.get("/notes/odd").text


def test_queries_do_not_grow(settings: Settings, connection: sqlite3.Connection) -> None:
    few = counted(settings, connection, 2)
    many = counted(settings, connection, 40)
    assert few == many


def counted(settings: Settings, connection: sqlite3.Connection, number: int) -> list[int]:
    entries = [f"@misc{{k{n}, title={{T{n}}}, author={{A{n}, B}}}}" for n in range(number)]
    (settings.notes / "refs.bib").write_text("\n".join(entries))
    cites = " ".join(f"[@k{n}]" for n in range(number))
    for n in range(number):
        front = f"---\nvisibility: public\ncitekey: k{n}\n---\n"
        (settings.notes / f"n{n}.md").write_text(f"{front}{cites}\n")
    sync(settings, connection)
    client = create_app(settings).test_client()
    traced: list[str] = []
    pages = database.of_this_thread(settings.database)
    pages.set_trace_callback(traced.append)
    counts = []
    for address in ("/references", "/notes/n0"):
        traced.clear()
        assert client.get(address).status_code == 200
        counts.append(sum(not statement.startswith("--") for statement in traced))
    pages.set_trace_callback(None)
    return counts


CELL = """---
visibility: public
---
First [@roe2004].

```analysis
script: count
caption: After [@doe2004] and [[walks]], *so*.
```
"""


def test_a_figure_that_is_loaded_alone_has_the_citations_of_its_caption(
    settings: Settings, connection: sqlite3.Connection
) -> None:
    settings.analysis.mkdir(exist_ok=True)
    (settings.analysis / "count.py").write_text("def main(n: int = 1) -> dict:\n    return {}\n")
    (settings.notes / "refs.bib").write_text(REFERENCES)
    (settings.notes / "walks.md").write_text(NOTE)
    (settings.notes / "cell.md").write_text(CELL)
    assert not sync(settings, connection).failed
    token = people.create_token(connection, people.owner(connection), "t", "owner")
    client = create_app(replace(settings, citation_style="numbered")).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    form = {"script": "count", "note": "cell", "block": "count", "do": "run"}
    alone = client.post("/runs", data=form, headers={"HX-Request": "true"}).text
    assert "After [2] and walks, so." in words(alone)
    assert 'href="/notes/walks"' in alone
    assert "<!--" not in alone
