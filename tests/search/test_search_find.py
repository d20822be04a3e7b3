"""Search: what is found, in which order, by whom, and that nothing hidden ever shows."""

from __future__ import annotations

import argparse
import html
import json
import re
import sqlite3
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from app import database
from app.accounts.permissions import PUBLIC, Person, Role
from app.commands import search as command
from app.search import index
from app.search.find import Results, search
from app.search.index import Entry
from app.search.numbers import audience
from app.settings import Settings

OWNER = Person(1, "owner", Role.OWNER)
READER = Person(2, "reader", Role.READER)
COLUMNS = (
    "uid, path, file, folder, name, sha256, title, kind, date, updated, year, visibility,"
    " front, source, html, summary, text, headings"
)


def add(
    connection: sqlite3.Connection,
    uid: int,
    body: str = "",
    *,
    title: str = "Title",
    path: str = "",
    kind: str = "note",
    date: str = "2024-03-05",
    year: int | None = None,
    visibility: str = "public",
    tags: tuple[str, ...] = (),
    authors: tuple[str, ...] = (),
    blocks: tuple[str, ...] = (),
    **texts: Any,
) -> None:
    path = path or f"n{uid}"
    values = [uid, path, f"{path}.md", "", path, "", title, kind, date, "", year, visibility]
    values += ["{}", "", "", "", body, ""]
    with database.transaction(connection):
        connection.execute(
            f"INSERT INTO document ({COLUMNS}) VALUES ({', '.join('?' * len(values))})",
            values,
        )
        for table, each in (("tag", tags), ("author", authors)):
            rows = [(value, uid) for value in each]
            connection.executemany(
                f"INSERT INTO document_{table} ({table}, uid) VALUES (?, ?)", rows
            )
        for script in blocks:
            connection.execute(
                "INSERT INTO document_block (uid, name, script, params, show, line)"
                " VALUES (?, ?, ?, '{}', 'null', 1)",
                [uid, script, script],
            )
        entry = Entry(
            "note", str(uid), uid, date, title=title, body=body, tags=" ".join(tags),
            audience=audience(visibility), is_note=True, **texts,
        )  # fmt: skip
        index.put(connection, entry)


def annotate(
    connection: sqlite3.Connection,
    id: str,
    uid: int,
    body: str,
    *,
    person: int | None = None,
    visibility: str = "shared",
    deleted: str | None = None,
) -> None:
    with database.transaction(connection):
        connection.execute(
            "INSERT OR IGNORE INTO note (uid, path, created) VALUES (?, ?, '')", [uid, f"n{uid}"]
        )
        for number in (1, 2):
            connection.execute(
                "INSERT OR IGNORE INTO person VALUES (?, ?, 'reader', '')",
                [number, f"person {number}"],
            )
        connection.execute(
            "INSERT INTO annotation (id, note_uid, person_id, stored, visibility, created,"
            " modified, deleted) VALUES (?, ?, ?, '{}', ?, '', '', ?)",
            [id, uid, person, visibility, deleted],
        )
        index.put(connection, Entry("annotation", id, uid, "2024", title="On it", body=body))


def ids(results: Results) -> set[str]:
    return {hit.id for hit in results.results}


def found(connection: sqlite3.Connection, text: str, person: Person = OWNER) -> set[str]:
    results = search(connection, person, text, limit=100)
    assert results.total == len(results.results)
    return set() if results.relaxed else ids(results)


@pytest.fixture
def library(connection: sqlite3.Connection) -> sqlite3.Connection:
    add(connection, 1, "Random walks return to the origin.", title="Walks", kind="post",
        tags=("probability", "walks/random"), date="2024-03-05")  # fmt: skip
    add(connection, 2, "A paper on Bayesian walking.", title="Tempered posteriors", kind="paper",
        authors=("Thomas Bayes", "Émilie Noël"), year=2021, tags=("bayes",),
        date="2023-01-01")  # fmt: skip
    add(connection, 3, "Origin unknown.", kind="journal", date="2024-12-31T10:00", year=2019)
    with database.transaction(connection):
        index.put(connection, Entry("code", "random_walk", None, "", title="Random walk",
                  body="Walkers on a lattice.", code="walkers = 10_000"))  # fmt: skip
    annotate(connection, "a1", 2, "I doubt the origin of this.")
    return connection


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("origin", {"n1", "n3", "a1"}),
        ("ORIGINS", {"n1", "n3", "a1"}),
        ("walk", {"n1", "n2", "random_walk"}),
        ("random origin", {"n1"}),
        ("random OR unknown", {"n1", "n3", "random_walk"}),
        ("origin -random", {"n3", "a1"}),
        ("origin -random -doubt", {"n3"}),
        ("-random -doubt -bayesian", {"n3"}),
        ('"random walks"', {"n1", "random_walk"}),
        ('"origin random"', set()),
        ("bayes*", {"n2"}),
        ("title:walk", {"n1", "random_walk"}),
        ("title:walk OR title:temper*", {"n1", "n2", "random_walk"}),
        ("kind:paper", {"n2", "a1"}),
        ("kind:PAPER in:notes", {"n2"}),
        ("-kind:paper", {"n1", "n3", "random_walk"}),
        ("tag:probability", {"n1"}),
        ("tag:walks", {"n1"}),
        ("tag:walk", set()),
        ("tag:Bayes in:notes", {"n2"}),
        ("author:bayes in:notes", {"n2"}),
        ("author:emilie in:notes", {"n2"}),
        ('author:"émilie NOEL" in:notes', {"n2"}),
        ("year:2021 in:notes", {"n2"}),
        ("year:2019..2021 in:notes", {"n2", "n3"}),
        ("year:..2020", {"n3"}),
        ("year:2020.. in:notes", {"n2"}),
        ("after:2023 in:notes", {"n1", "n3"}),
        ("after:2024-03-05 in:notes", {"n3"}),
        ("after:2024-12-31", set()),
        ("before:2024-03-05 in:notes", {"n2"}),
        ("before:2024-03-06 in:notes", {"n1", "n2"}),
        ("in:code", {"random_walk"}),
        ("in:code walkers", {"random_walk"}),
        ("in:annotations", {"a1"}),
        ("random OR kind:journal", {"n1", "n3", "random_walk"}),
        ("(origin kind:journal) OR (bayesian kind:paper)", {"n3", "n2"}),
        ("-(random OR kind:journal)", {"n2", "a1"}),
        ("random_walk", {"n1", "random_walk"}),
    ],
)
def test_each_form_finds_what_it_says(
    library: sqlite3.Connection, text: str, expected: set[str]
) -> None:
    assert found(library, text) == expected


def test_a_title_counts_more_than_the_text(connection: sqlite3.Connection) -> None:
    add(connection, 1, "entropy " + "other words " * 10, title="Something else")
    add(connection, 2, "other words " * 10, title="On entropy")
    add(connection, 3, "nothing " * 10)
    hits = search(connection, OWNER, "entropy").results
    assert [hit.id for hit in hits] == ["n2", "n1"]
    assert hits[0].score > hits[1].score


def test_when_no_entry_has_all_words_those_with_some_come_and_it_says_so(
    library: sqlite3.Connection,
) -> None:
    results = search(library, OWNER, "unknown zebra -random in:notes")
    assert (results.relaxed, ids(results), results.total) == (True, {"n3"}, 1)
    nothing = search(library, OWNER, "zebra gnu")
    assert (nothing.relaxed, nothing.total, nothing.results) == (False, 0, [])


def test_the_words_are_marked_and_the_text_of_the_author_is_escaped(
    connection: sqlite3.Connection,
) -> None:
    add(connection, 1, "<script>alert(1)</script> & a walk of <mark>ours</mark> \x02\x03 walking")
    snippet = search(connection, OWNER, "walk").results[0].snippet_html
    assert re.findall("<mark>(.*?)</mark>", snippet) == ["walk", "walking"]
    assert "&lt;script&gt;" in snippet
    assert re.findall("<[^>]*>", snippet) == ["<mark>", "</mark>"] * 2


def test_a_hit_by_its_title_alone_shows_how_the_note_begins(
    connection: sqlite3.Connection,
) -> None:
    add(connection, 1, "It begins <so>. " + "word " * 200, title="Entropy")
    snippet = search(connection, OWNER, "entropy").results[0].snippet_html
    assert snippet.startswith("It begins &lt;so&gt;. word")
    assert snippet.endswith("…")
    assert len(snippet) < 250


def test_the_passage_shown_is_the_one_with_the_words(connection: sqlite3.Connection) -> None:
    add(connection, 1, "filler " * 500 + "the ergodic theorem" + " filler" * 500)
    add(connection, 2, "filler " * 9, code="ergodic = True")
    for hit in search(connection, OWNER, "ergodic").results:
        assert "<mark>ergodic</mark>" in hit.snippet_html


def test_urls_are_percent_encoded(connection: sqlite3.Connection) -> None:
    add(connection, 1, "word", path="papers/Grüße & #1?")
    with database.transaction(connection):
        index.put(connection, Entry("code", "a/b", None, "", title="C", body="word"))
    annotate(connection, "x y", 1, "word")
    urls = {hit.type: hit.url for hit in search(connection, OWNER, "word").results}
    assert urls == {
        "note": "/notes/papers/Gr%C3%BC%C3%9Fe%20%26%20%231%3F#:~:text=word",
        "code": "/analyses/a%2Fb",
        "annotation": "/notes/papers/Gr%C3%BC%C3%9Fe%20%26%20%231%3F#annotation-x%20y",
    }


def test_pages_together_are_the_whole_list(connection: sqlite3.Connection) -> None:
    for uid in range(1, 26):
        add(connection, uid, "walk " * uid)
    whole = search(connection, OWNER, "walk", limit=100)
    pages = [search(connection, OWNER, "walk", limit=10, offset=start) for start in (0, 10, 20, 30)]
    assert [hit.id for page in pages for hit in page.results] == [hit.id for hit in whole.results]
    assert [page.total for page in pages] == [25] * 4


def test_conditions_alone_are_listed_newest_first(library: sqlite3.Connection) -> None:
    hits = search(library, OWNER, "in:notes").results
    assert [hit.id for hit in hits] == ["n3", "n1", "n2"]
    assert hits[0].snippet_html == "Origin unknown."


def test_the_number_of_queries_does_not_grow_with_the_hits(connection: sqlite3.Connection) -> None:
    for uid in range(1, 40):
        add(connection, uid, "walk")

    def statements(limit: int) -> int:
        seen: list[str] = []
        connection.set_trace_callback(seen.append)
        search(connection, OWNER, "walk", limit=limit)
        connection.set_trace_callback(None)
        return sum(not text.startswith("--") for text in seen)

    assert statements(1) == statements(30) == 5


SECRET = "xyzzy"


@pytest.fixture
def secrets(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Notes with a secret in every field, beside a public one that shares a plain word."""
    add(connection, 1, "plain words", path="open")
    for uid, visibility in ((2, "private"), (3, "unlisted")):
        add(connection, uid, f"plain {SECRET} body", title=f"plain {SECRET}", path=f"{SECRET}{uid}",
            kind=SECRET, tags=(SECRET,), authors=(SECRET,), blocks=(f"{SECRET}_script",),
            visibility=visibility, year=1234, headings=SECRET, code=SECRET)  # fmt: skip
        annotate(connection, f"on-{visibility}", uid, f"plain {SECRET}")
    annotate(connection, "mine", 1, f"plain {SECRET}", person=1, visibility="private")
    annotate(connection, "deleted", 1, f"plain {SECRET}", deleted="2024")
    annotate(connection, "shared", 1, "plain remark", person=1)
    with database.transaction(connection):
        index.put(connection, Entry("code", f"{SECRET}_script", None, "", title="plain code",
                  body=SECRET, code=f"plain {SECRET}"))  # fmt: skip
        index.put(connection, Entry("annotation", "orphan", 99, "", title="plain", body=SECRET))
    return connection


@pytest.mark.parametrize(
    "text",
    [SECRET, f"title:{SECRET}", f"kind:{SECRET}", f"tag:{SECRET}", f"author:{SECRET}",
     "year:1234", f"plain {SECRET}", f"{SECRET}*", "xyz*", f'"plain {SECRET}"', "in:code",
     f"-open {SECRET}", f"in:annotations {SECRET}", f"{SECRET} OR {SECRET}_script"],
)  # fmt: skip
def test_the_public_learns_nothing_of_what_is_hidden(
    secrets: sqlite3.Connection, text: str
) -> None:
    results = search(secrets, PUBLIC, text)
    assert (results.total, results.results) in [(0, []), (2, results.results)]
    assert SECRET not in repr(results.results)
    assert not results.total or results.relaxed
    assert results.suggestion is None


def test_a_word_shared_with_hidden_notes_counts_the_visible_alone(
    secrets: sqlite3.Connection,
) -> None:
    results = search(secrets, PUBLIC, "plain")
    assert (ids(results), results.total) == ({"open", "shared"}, 2)
    one = search(secrets, PUBLIC, "plain", limit=1)
    assert (len(one.results), one.total) == (1, 2)


def test_who_is_signed_in_meets_every_note_but_nobody_elses_private_annotation(
    secrets: sqlite3.Connection,
) -> None:
    everything = {f"{SECRET}2", f"{SECRET}3", f"{SECRET}_script", "on-private", "on-unlisted"}
    assert found(secrets, SECRET, READER) == everything
    assert found(secrets, SECRET, OWNER) == everything | {"mine"}


def test_code_is_public_when_a_public_note_has_a_block_of_it(
    secrets: sqlite3.Connection,
) -> None:
    add(secrets, 7, "now shown", blocks=(f"{SECRET}_script",), path="shows")
    assert found(secrets, "in:code", PUBLIC) == {f"{SECRET}_script"}


Strings = st.one_of(
    st.text(st.characters(), max_size=50),
    st.text(alphabet='plain walk"()-*:OR\0^\ud800“tag:year:2019in漢\U0001fae8', max_size=60),
    st.lists(st.sampled_from(
        ["plain", "xyzzy", "OR", "AND", "NOT", "NEAR(", "(", ")", "-", '"', "*", "^", "title:plain",
         "kind:note", "-tag:x", "author:é", "year:..1234", "in:code", "body:", "{title}:", "+",
         ";--"]
    ), max_size=14).map(" ".join),
)  # fmt: skip


@given(text=Strings, person=st.sampled_from([PUBLIC, READER, OWNER]))
@trying(
    max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_string_raises_and_every_result_is_visible(
    secrets: sqlite3.Connection, text: str, person: Person
) -> None:
    results = search(secrets, person, text, limit=50)
    assert results.total == len(results.results)
    hits = ids(results)
    assert "deleted" not in hits
    assert "orphan" not in hits
    assert person is OWNER or "mine" not in hits
    assert person is not PUBLIC or hits <= {"open", "shared"}
    for hit in results.results:
        assert not re.sub("</?mark>", "", hit.snippet_html).count("<")


@pytest.mark.parametrize(
    "text",
    ["(" * 10_000, "-" * 10_000, '"' * 10_001, "a " * 5_000, "-a " * 3_000, "a OR " * 3_000 + "b",
     "(" * 10 + "a" + " OR b)" * 10, "(a -(b " * 5 + "c" + "))" * 5, "(title:a OR -b) " * 100,
     "((a b) OR (c d)) " * 100, "a* " * 600, "🫨 plain", "\U00016fe4 plain"],
)  # fmt: skip
def test_the_largest_and_oddest_queries_are_answered(
    secrets: sqlite3.Connection, text: str
) -> None:
    results = search(secrets, PUBLIC, text)
    assert results.query == text
    assert results.total <= 2


def test_the_command_prints_hits_and_json(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    opened = database.connect(settings.database)
    database.migrate(opened)
    add(opened, 1, "A <b> walk & more", visibility="private")
    opened.close()
    parser = argparse.ArgumentParser()
    command.arguments(parser)

    def ran(line: str) -> int:
        return command.run(settings, parser.parse_args(line.split()))

    assert ran("walk") == 0
    shown = capsys.readouterr().out
    assert "Title  (note n1)\n    A <b> walk & more" in shown
    assert "1 found" in shown
    assert ran("--json walk more --limit 1") == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["total"], answer["query"]) == (1, "walk more")
    assert html.unescape(answer["results"][0]["snippet_html"]).startswith("A <b> <mark>walk")
