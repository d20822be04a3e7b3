"""New annotations wait for the search, and are then for those who may read them by then."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest

from app import database
from app.accounts.permissions import PUBLIC, Person
from app.annotations import store, waiting
from app.annotations.model import CONTEXT, check
from app.search import find
from app.settings import Settings
from tests.spent import spent

People = dict[str, Person]
WORD = "wombats"


def add(library: sqlite3.Connection, person: Person, name: str = "open", **more: str) -> str:
    body = {"type": "TextualBody", "value": WORD}
    made = {"@context": CONTEXT, "type": "Annotation", "body": body, "target": f"/notes/{name}"}
    return store.create(library, person, check({**made, **more})).id


def found(library: sqlite3.Connection, person: Person) -> set[str]:
    waiting.catch_up(library)
    return {hit.id for hit in find.search(library, person, WORD, 5_000).results}


def place(library: sqlite3.Connection) -> int:
    return int(library.execute("SELECT place FROM annotation_put").fetchone()[0])


def test_what_was_changed_or_deleted_while_it_waited(
    library: sqlite3.Connection, everybody: People
) -> None:
    person = everybody["annotator"]
    shared, gone, changed = (add(library, person) for _ in range(3))
    assert place(library) == 0
    store.delete(library, person, gone)
    kept = store.get(library, changed, person)
    store.update(library, person, changed, {**kept.stored, "visibility": "private"})
    assert found(library, PUBLIC) == {shared}
    assert found(library, person) == {shared, changed}
    assert place(library) == 3
    library.execute("INSERT INTO search_text(search_text, rank) VALUES ('integrity-check', 1)")


def to_private(library: sqlite3.Connection, person: Person, id: str) -> None:
    kept = store.get(library, id, person)
    store.update(library, person, id, {**kept.stored, "visibility": "private"})


def note_to_private(library: sqlite3.Connection, _: Person, __: str) -> None:
    library.execute("UPDATE document SET visibility = 'private' WHERE path = 'open'")


def to_nothing(library: sqlite3.Connection, person: Person, id: str) -> None:
    store.delete(library, person, id)


@pytest.mark.parametrize("change", [to_private, note_to_private, to_nothing])
def test_what_is_changed_after_it_was_read_and_before_it_is_put(
    library: sqlite3.Connection,
    everybody: People,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[sqlite3.Connection, Person, str], None],
) -> None:
    """Whoever reads in order to put holds nobody up, so anything may come in between."""
    person, in_haste = everybody["annotator"], database.in_haste
    kept = add(library, person)

    def in_between(connection: sqlite3.Connection, seconds: float) -> object:
        monkeypatch.setattr(database, "in_haste", in_haste)
        with database.opened(settings.database) as other:
            change(other, person, kept)
        return in_haste(connection, seconds)

    monkeypatch.setattr(database, "in_haste", in_between)
    assert found(library, PUBLIC) == set()
    assert database.in_haste is in_haste
    assert found(library, person) == (set() if change is to_nothing else {kept})
    assert place(library) == 1


def test_two_at_once_put_each_once(
    library: sqlite3.Connection,
    everybody: People,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made, in_haste = {add(library, everybody["annotator"]) for _ in range(3)}, database.in_haste

    def in_between(connection: sqlite3.Connection, seconds: float) -> object:
        monkeypatch.setattr(database, "in_haste", in_haste)
        with database.opened(settings.database) as other:
            waiting.catch_up(other)
            made.add(add(other, everybody["annotator"]))
        return in_haste(connection, seconds)

    monkeypatch.setattr(database, "in_haste", in_between)
    assert found(library, PUBLIC) == made
    rows = library.execute("SELECT count(*) FROM search_entry WHERE type = 'annotation'")
    assert rows.fetchone()[0] == 4
    library.execute("INSERT INTO search_text(search_text, rank) VALUES ('integrity-check', 1)")


def test_more_than_fit_into_one_transaction(
    library: sqlite3.Connection, everybody: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "MOST", 250)
    made = [add(library, everybody["annotator"]) for _ in range(249)]
    assert place(library) == 0
    made.append(add(library, everybody["annotator"]))
    assert place(library) == 250
    made += [add(library, everybody["annotator"]) for _ in range(101)]
    assert found(library, PUBLIC) == {*made}


def test_what_takes_long_to_read_holds_a_search_up_for_a_moment_alone(
    library: sqlite3.Connection, everybody: People
) -> None:
    person = everybody["annotator"]
    long = " ".join(f"$y_{{{number}}}$" for number in range(8_000))
    for _ in range(3):
        body = {"type": "TextualBody", "value": f"{long} {WORD}", "format": "text/markdown"}
        made = {"@context": CONTEXT, "type": "Annotation", "body": body, "target": "/notes/open"}
        store.create(library, person, check(made))
    with spent() as taken:
        waiting.catch_up(library, 0)
    assert place(library) == 1  # the others another time
    assert len(found(library, PUBLIC)) == 3
    assert taken.seconds < 0.5  # to read so many formulas took 1.5 s


def test_a_search_goes_on_while_somebody_writes_for_long(
    library: sqlite3.Connection, everybody: People, settings: Settings
) -> None:
    kept = add(library, everybody["annotator"])
    with database.opened(settings.database) as other:
        other.execute("BEGIN IMMEDIATE")
        assert found(library, PUBLIC) == set()
        other.execute("COMMIT")
    assert found(library, PUBLIC) == {kept}
    assert library.execute("PRAGMA busy_timeout").fetchone()[0] == 1000 * database.BUSY_SECONDS


def test_after_the_derived_tables_are_made_anew_all_is_found_again(
    library: sqlite3.Connection, everybody: People
) -> None:
    person = everybody["annotator"]
    made = {add(library, person, target="https://example.org/a") for _ in range(3)}
    database.rebuild(library)
    assert place(library) == 3
    made.add(add(library, person, target="https://example.org/a"))
    assert store.reindex(library) == 3
    assert found(library, person) == made
