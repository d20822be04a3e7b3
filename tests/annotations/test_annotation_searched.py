"""Annotations in the search: who meets which, at once after whatever changes that."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

from app.accounts import people
from app.accounts.permissions import PUBLIC, Person
from app.annotations import store, waiting
from app.annotations.model import CONTEXT, check
from app.library.syncing import sync
from app.search import common, facets, find, matches, pruned, ranking, spelling, tags
from app.search.deadline import deadline
from app.search.fts import ANNOTATIONS, plan
from app.search.numbers import AUDIENCES, LOOKED_UP
from app.search.query import parse
from app.search.ranked import Page
from app.search.tree import Given
from app.settings import Settings

BASE = "http://127.0.0.1:8000"
People = dict[str, Person]
WORD = "wombats"
Write = Callable[[str], None]


def said(target: str, words: str = WORD, **more: Any) -> dict[str, Any]:
    body = {"type": "TextualBody", "value": words}
    made = {"@context": CONTEXT, "type": "Annotation", "body": body, "target": target, **more}
    return check(made)


def search(connection: sqlite3.Connection, *asked: Any, **more: Any) -> find.Results:
    """As every page does it."""
    waiting.catch_up(connection)
    return find.search(connection, *asked, **more)


def found(connection: sqlite3.Connection, person: Person, words: str = WORD) -> set[str]:
    results = search(connection, person, words)
    assert results.total == len(results.results)
    counted = facets.of_search(connection, person, words)
    assert counted.total == results.total
    return {hit.id for hit in results.results}


@pytest.fixture
def write(settings: Settings, connection: sqlite3.Connection) -> Write:
    """Make the note what has this visibility, as a sync finds it; empty: take its file away."""

    def written(visibility: str) -> None:
        file = settings.notes / "a.md"
        front = f"---\ntitle: A\nvisibility: {visibility}\n---\n"
        file.write_text(f"{front}Some text.\n") if visibility else file.unlink()
        sync.sync(settings, connection, accept_removals=True)

    written("public")
    return written


@pytest.fixture
def everybody(connection: sqlite3.Connection) -> People:
    return {
        "public": PUBLIC,
        **{name: people.create(connection, name, "annotator") for name in ("ann", "ben")},
    }


def tagged(*names: str, target: str = "/notes/a", **more: Any) -> dict[str, Any]:
    made = [{"type": "TextualBody", "value": name, "purpose": "tagging"} for name in names]
    return check({**said(target, **more), "body": made})


def test_a_tag_of_an_annotation_is_found_by_whoever_may_read_it(
    connection: sqlite3.Connection, everybody: People, write: Write
) -> None:
    ann, ben = everybody["ann"], everybody["ben"]
    later = store.create(connection, ann, tagged("later/soon", "Öl")).id
    own = store.create(connection, ann, tagged("later", "Secrets", visibility="private")).id
    assert found(connection, ann, "tag:Later") == {later, own}
    assert found(connection, ben, "in:annotations tag:later") == {later}
    assert found(connection, PUBLIC, "tag:öl") == {later}
    assert found(connection, ben, "tag:late") == found(connection, ben, "tag:secrets") == set()
    assert "did you mean tag:later/soon" in search(connection, ben, "tag:later/sooon").note
    assert "did you mean" not in search(connection, ben, "tag:secretz").note
    assert "did you mean tag:Secrets" in search(connection, ann, "tag:secretz").note
    counted = facets.of_search(connection, ben, "tag:later").facets
    assert {v.name: v.count for facet in counted if facet.field == "tag" for v in facet.values} == {
        "later/soon": 1, "Öl": 1,
    }  # fmt: skip
    store.update(connection, ann, later, tagged("done"))
    assert found(connection, ben, "tag:later") == set()
    store.delete(connection, ann, later)
    assert found(connection, ben, "tag:done") == set()


def test_a_tag_is_found_without_a_look_at_what_has_others(
    connection: sqlite3.Connection, everybody: People
) -> None:
    for asked in ("tag:later", "in:annotations tag:later"):
        with deadline(connection) as clock:
            tree = find.settled(connection, everybody["ann"], parse(asked), None, clock).tree
        assert tree
        rows = matches.of(everybody["ann"], plan(tree))
        steps = connection.execute(f"EXPLAIN QUERY PLAN SELECT 1 {rows.sql}", rows.values)
        details = [step["detail"] for step in steps]
        assert not [each for each in details if each.startswith("SCAN entry")], details
        assert any("annotation_tag" in each and "SEARCH" in each for each in details), details


def test_no_tag_and_what_was_meant_are_known_by_steps_of_the_index(
    connection: sqlite3.Connection, everybody: People
) -> None:
    asked: list[str] = []
    connection.set_trace_callback(asked.append)
    assert not tags.is_met(connection, everybody["ann"], "later")
    assert tags.known(connection, everybody["ann"], 9) == []
    connection.set_trace_callback(None)
    for sql in (each for each in asked if "annotation_tag" in each):
        details = [step["detail"] for step in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
        assert not [each for each in details if each.startswith("SEARCH entry") and
                    "key=?" not in each], details  # fmt: skip
        assert not [each for each in details if each.startswith("SCAN annotation_tag")], details


def test_who_may_not_list_a_note_meets_nothing_of_its_margin_from_then_on(
    connection: sqlite3.Connection, everybody: People, write: Write
) -> None:
    ann, ben = everybody["ann"], everybody["ben"]
    shared = store.create(connection, ann, said("/notes/a")).id
    own = store.create(connection, ann, said("/notes/a", visibility="private")).id
    reply = said(f"/annotations/{shared}", motivation="replying")
    answer = store.create(connection, ben, reply).id
    for visibility, for_all in (
        *(("public", True), ("private", False), ("public", True), ("unlisted", False)),
        *(("public", True), ("", None), ("public", True)),
    ):
        write(visibility)
        every = {shared, answer} if visibility else set[str]()
        assert found(connection, ann) == (every | {own} if visibility else set())
        assert found(connection, ben) == every
        assert found(connection, PUBLIC) == (every if for_all else set())
        assert bool(spelling.met(connection, PUBLIC, WORD)) == bool(for_all)
        typed = search(connection, PUBLIC, WORD[:5], typing=True)
        assert bool(typed.results) == bool(for_all)


def test_an_id_says_all_but_what_nobody_meets(
    connection: sqlite3.Connection, everybody: People, write: Write
) -> None:
    for visibility in ("shared", "private"):
        store.create(connection, everybody["ann"], said("/notes/a", visibility=visibility))
    store.create(connection, everybody["ann"], said("https://example.org/b"))
    waiting.catch_up(connection)
    looked_up = f"SELECT count(*) FROM search_entry WHERE id % {AUDIENCES} = {LOOKED_UP}"
    assert connection.execute(looked_up).fetchone()[0] == 0
    write("")
    assert connection.execute(looked_up).fetchone()[0] == 2
    assert len(found(connection, everybody["ben"])) == 1
    assert found(connection, PUBLIC) == set()


def test_a_thread_that_becomes_private_is_met_by_who_began_it(
    connection: sqlite3.Connection, everybody: People, write: Write
) -> None:
    ann, ben = everybody["ann"], everybody["ben"]
    root = store.create(connection, ann, said("/notes/a"))
    reply = said(f"/annotations/{root.id}", motivation="replying")
    answer = store.create(connection, ann, reply).id
    bens = store.create(connection, ben, reply).id
    for visibility in ("private", "shared"):
        changed = said("/notes/a", visibility=visibility)
        store.update(connection, ann, root.id, changed)
        if visibility == "private":
            assert found(connection, ann) == {root.id, answer, bens}
            assert found(connection, ben) == found(connection, PUBLIC) == set()
        else:
            assert found(connection, PUBLIC) == {root.id, answer, bens}


MORE = ["walks", "walks noise", '"walks noise"', "noise", "in:annotations walks", "tempered walks"]


@pytest.fixture
def many(connection: sqlite3.Connection, everybody: People, write: Write) -> sqlite3.Connection:
    """Sixty annotations of which lists are kept."""
    for number in range(60):
        person = everybody["ann" if number % 2 else "ben"]
        words = (
            "walks " * (1 + number % 7) + "noise tempered " * (1 + number % 3) + "other " * number
        )
        visibility = "private" if number % 5 == 0 else "shared"
        store.create(connection, person, said("/notes/a", words.strip(), visibility=visibility))
    return connection


@pytest.mark.parametrize("name", ["public", "ann"])
def test_what_lists_find_is_what_is_ranked(
    many: sqlite3.Connection, everybody: People, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = everybody[name]
    exact = {text: search(many, person, text) for text in MORE}
    monkeypatch.setattr(common, "COMMON", 10)
    assert common.refresh(many)
    monkeypatch.setattr(pruned.matches, "listed", lambda *_: pytest.fail("all were ranked"))
    for text, wanted in exact.items():
        listed = search(many, person, text)
        assert listed.total == wanted.total > 20
        scores = [[round(hit.score, 6) for hit in each.results] for each in (listed, wanted)]
        assert scores[0] == scores[1], text


def test_what_was_written_or_taken_away_since_the_lists_were_made_counts(
    many: sqlite3.Connection,
    everybody: People,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(common, "COMMON", 10)
    assert common.refresh(many)
    first = search(many, PUBLIC, "walks").results[0]
    owner = next(each for each in ("ann", "ben") if each in first.reason)
    store.delete(many, everybody[owner], first.id)
    new = store.create(many, everybody["ann"], said("/notes/a", "walks " * 12)).id
    hits = search(many, PUBLIC, "walks")
    assert hits.results[0].id == new
    assert first.id not in {hit.id for hit in hits.results}
    typed = search(many, PUBLIC, "walk", typing=True)
    assert typed.results[0].id == new
    write("private")
    assert search(many, PUBLIC, "walks").total == 0
    assert not search(many, PUBLIC, "wal", typing=True).results


@pytest.mark.parametrize("name", ["public", "ann"])
def test_all_of_them_come_the_newest_first(
    many: sqlite3.Connection, everybody: People, name: str
) -> None:
    many.execute("UPDATE annotation SET created = created || (rowid % 7)")
    waiting.catch_up(many)
    many.execute("DELETE FROM search_entry WHERE type = 'annotation'")
    many.execute("INSERT INTO search_text(search_text) VALUES ('rebuild')")
    store.reindex(many)
    person, every = everybody[name], Given(ANNOTATIONS)
    wanted = matches.listed(many, person, plan(every), Page(20, 10))
    for order in find.ORDERS:
        hits = search(many, person, "in:annotations", 20, 10, order=order)
        assert hits.total == wanted.total > 40
        found = ranking.ranked(many, person, every, Page(20, 10, order))
        assert list(found.scores) == list(wanted.scores)
