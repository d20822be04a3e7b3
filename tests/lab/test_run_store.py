"""The `run` table as a queue and as a history, and the cells that notes show of it."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from app import clock, database
from app.accounts import people
from app.accounts.permissions import Person
from app.errors import BadInput, NotFound
from app.lab import fingerprint, runs
from app.lab.runs import Output, Run, queue
from app.lab.shown import cells, spoken
from app.settings import Settings

SOURCE = (
    '"""Walks."""\ndef main(walkers: int = 10, seed: int = 0) -> dict:\n    return {"n": walkers}\n'
)


@dataclass(frozen=True)
class Block:
    name: str
    script: str
    params: dict[str, Any] = field(default_factory=dict)
    show: list[str] | None = None


@pytest.fixture
def person(settings: Settings, connection: sqlite3.Connection) -> Person:
    (settings.analysis / "walk.py").write_text(SOURCE)
    return people.owner(connection)


def finished(
    settings: Settings, connection: sqlite3.Connection, person: Person, n: float = 10, **params: Any
) -> Run:
    run, _ = runs.enqueue(settings, connection, "walk", params, person, force=True)
    claimed = queue.claim(settings, connection)
    assert claimed is not None
    assert claimed.id == run.id
    outputs = [Output("n", "value", n, {}), Output("words", "text", "fine", {})]
    return queue.finish(settings, connection, run.id, "succeeded", outputs=outputs, seconds=0.5)


@contextmanager
def counted(connection: sqlite3.Connection) -> Iterator[list[str]]:
    asked: list[str] = []
    connection.set_trace_callback(asked.append)
    yield asked
    connection.set_trace_callback(None)


def test_the_same_run_is_shared_then_answers_at_once_and_force_computes_anew(
    settings: Settings, connection: sqlite3.Connection, person: Person
) -> None:
    first, cached = runs.enqueue(settings, connection, "walk", {"walkers": 10}, person)
    assert (first.status, cached, first.params) == ("queued", False, {"walkers": 10, "seed": 0})
    for force in (False, True):
        again, cached = runs.enqueue(settings, connection, "walk", {}, person, force=force)
        assert (again.id, cached) == (first.id, False)
    queue.claim(settings, connection)
    shared, _ = runs.enqueue(settings, connection, "walk", {}, person)
    forced, _ = runs.enqueue(settings, connection, "walk", {}, person, force=True)
    assert shared.id == forced.id == first.id
    queue.finish(settings, connection, first.id, "succeeded")
    answer, cached = runs.enqueue(settings, connection, "walk", {}, person)
    assert (answer.id, cached) == (first.id, True)
    other, cached = runs.enqueue(settings, connection, "walk", {"walkers": 11}, person)
    assert (other.id > forced.id, cached) == (True, False)


def test_changed_code_is_another_run_and_the_claim_notes_what_really_runs(
    settings: Settings, connection: sqlite3.Connection, person: Person
) -> None:
    done = finished(settings, connection, person)
    waiting, _ = runs.enqueue(settings, connection, "walk", {}, person, force=True)
    (settings.analysis / "walk.py").write_text(SOURCE.replace("walkers}", "walkers + 1}"))
    new, cached = runs.enqueue(settings, connection, "walk", {}, person)
    assert (new.id != done.id, cached) == (True, False)
    claimed = queue.claim(settings, connection, ((waiting.id, waiting.id),))
    assert claimed is not None
    assert claimed.fingerprint == new.fingerprint != done.fingerprint


def test_wrong_parameters_and_unknown_scripts_are_refused_with_their_field(
    settings: Settings, connection: sqlite3.Connection, person: Person
) -> None:
    with pytest.raises(BadInput) as caught:
        runs.enqueue(settings, connection, "walk", {"walkers": "x"}, person)
    assert caught.value.field == "params.walkers"
    with pytest.raises(NotFound):
        runs.enqueue(settings, connection, "../walk", {}, person)
    with pytest.raises(NotFound):
        runs.get(connection, 1)


def test_runs_are_claimed_in_their_order_and_each_once(
    settings: Settings, connection: sqlite3.Connection, person: Person
) -> None:
    wanted = [
        runs.enqueue(settings, connection, "walk", {"seed": seed}, person)[0].id
        for seed in range(3)
    ]
    claimed = [queue.claim(settings, connection) for _ in range(4)]
    assert [run.id if run else None for run in claimed] == [*wanted, None]


def test_a_file_that_fails_its_reader_does_not_hold_up_the_queue(
    settings: Settings,
    connection: sqlite3.Connection,
    person: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A run that could not be claimed would be the first in the queue for ever."""

    def fails(*_: object) -> None:
        raise RecursionError

    run, _ = runs.enqueue(settings, connection, "walk", {}, person)
    monkeypatch.setattr(fingerprint, "take", fails)
    claimed = queue.claim(settings, connection)
    assert claimed is not None
    assert (claimed.id, claimed.status) == (run.id, "running")


def test_what_cannot_be_put_into_its_place_is_not_written_down(
    settings: Settings, connection: sqlite3.Connection, person: Person
) -> None:
    run, _ = runs.enqueue(settings, connection, "walk", {}, person)
    queue.claim(settings, connection)

    def fails() -> None:
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011 - the very one
        queue.finish(settings, connection, run.id, "succeeded", settle=fails)
    assert runs.get(connection, run.id).status == "running"


def test_cancel_and_interrupt(
    settings: Settings, connection: sqlite3.Connection, person: Person
) -> None:
    first, _ = runs.enqueue(settings, connection, "walk", {}, person)
    second, _ = runs.enqueue(settings, connection, "walk", {"seed": 1}, person)
    queue.claim(settings, connection)
    assert runs.cancel(connection, first.id).status == "running"
    assert queue.to_cancel(connection) == {first.id}
    for _ in range(2):
        assert runs.cancel(connection, second.id).status == "cancelled"
    assert queue.interrupt_left_over(connection, []) == [first.id]
    assert runs.get(connection, first.id).status == "interrupted"
    assert queue.interrupt_left_over(connection, []) == []


def test_progress_is_seen_without_making_pages_old(
    settings: Settings, connection: sqlite3.Connection, person: Person
) -> None:
    run, _ = runs.enqueue(settings, connection, "walk", {}, person)
    before = database.version(connection)
    queue.progress(connection, run.id, {"n": 1, "total": 2, "desc": ""}, "a line\n")
    now = runs.get(connection, run.id)
    assert (now.progress["n"], now.log) == (1, "a line\n")
    assert database.version(connection) == before


def test_cells_know_their_run_their_reasons_and_their_errors(
    settings: Settings, connection: sqlite3.Connection, person: Person
) -> None:
    run = finished(settings, connection, person, walkers=20)
    blocks = [
        Block("wide", "walk", {"walkers": 20}, ["words", "n", "gone"]),
        Block("never", "walk", {"walkers": 30}),
        Block("wrong", "walk", {"walkers": "many"}),
        Block("lost", "nowhere"),
    ]
    wide, never, wrong, lost = cells.cells(settings, connection, blocks)
    assert ([row.name for row in wide.outputs], list(wide.absent)) == (["words", "n"], ["gone"])
    assert (wide.status, never.status, wrong.status) == ("fresh", "missing", "error")
    assert "walkers" in wrong.error
    assert "nowhere" in lost.error
    assert cells.namespace([wide, never]) == {"wide": {"n": 10, "words": "fine"}, "never": None}
    (settings.analysis / "walk.py").write_text(SOURCE.replace("walkers}", "walkers + 1}"))
    (stale,) = cells.cells(settings, connection, blocks[:1])
    os.utime(settings.analysis / "walk.py", (0, 0))
    (dated,) = cells.cells(settings, connection, blocks[:1])
    assert (stale.status, stale.stale[0][:19]) == ("stale", "its code changed on")
    assert list(dated.stale) == ["its code changed on 1 January 1970"]
    assert stale.run is not None
    assert stale.run.id == run.id


def test_a_chosen_run_is_shown_only_in_a_block_of_its_script(
    settings: Settings, connection: sqlite3.Connection, person: Person
) -> None:
    (settings.analysis / "other.py").write_text(SOURCE)
    own = finished(settings, connection, person)
    chosen = finished(settings, connection, person, n=5, walkers=5)
    blocks = [Block("walk", "walk"), Block("other", "other")]
    walk, other = cells.cells(settings, connection, blocks, {"walk": chosen.id, "other": chosen.id})
    assert walk.run is not None
    assert (walk.run.id, walk.chosen, walk.params) == (chosen.id, True, {"walkers": 5, "seed": 0})
    assert (other.run, other.chosen) == (None, False)
    (same,) = cells.cells(settings, connection, blocks[:1], {"walk": own.id})
    assert same.chosen is False
    waiting, _ = runs.enqueue(settings, connection, "walk", {"walkers": 6}, person)
    (cell,) = cells.cells(settings, connection, blocks[:1], {"walk": waiting.id})
    assert cell.newest is not None
    assert cell.run is not None
    assert (cell.newest.id, cell.run.id) == (waiting.id, own.id)
    (gone,) = cells.cells(settings, connection, blocks[:1], {"walk": 99})
    assert gone.run is not None
    assert gone.run.id == own.id


def test_the_number_of_queries_does_not_grow_with_the_blocks(
    settings: Settings, connection: sqlite3.Connection, person: Person
) -> None:
    chosen = {f"b{seed}": finished(settings, connection, person, seed=seed).id for seed in range(9)}
    blocks = [Block(f"b{seed}", "walk", {"seed": seed}) for seed in range(9)]
    with counted(connection) as few:
        cells.cells(settings, connection, blocks[:1], chosen)
    with counted(connection) as many:
        found = cells.cells(settings, connection, blocks, chosen)
    assert [cell.run.params["seed"] for cell in found if cell.run] == list(range(9))
    assert len(few) == len(many) <= 5


def test_an_old_run_is_still_shown_when_its_parameters_no_longer_fit(
    settings: Settings, connection: sqlite3.Connection, person: Person
) -> None:
    run = finished(settings, connection, person, walkers=20)
    (settings.analysis / "walk.py").write_text(SOURCE.replace("walkers", "steps"))
    cell = cells.alone(settings, connection, "walk", run.id)
    assert cell.run is not None
    assert (cell.run.id, cell.error) == (run.id, "")
    assert "walkers" in cell.stale[0]


def test_what_a_library_lacks_and_what_the_public_may_see(
    settings: Settings, connection: sqlite3.Connection, person: Person
) -> None:
    note(connection, 1, "public", {"walkers": 20})
    note(connection, 2, "private", {"walkers": 30})
    claim = "INSERT INTO document_claim VALUES (1, 'c', '', 'walk.n > 1', 'holds', 1)"
    connection.execute(claim)
    every = [{"walkers": n, "seed": 0} for n in (20, 30, 10)]
    assert spoken.missing(settings, connection) == [("walk", params) for params in every]
    made = [finished(settings, connection, person, walkers=n) for n in (20, 30, 10, 40)]
    assert spoken.missing(settings, connection) == []
    seen = [spoken.is_shown(settings, connection, run, ("public",)) for run in made]
    assert seen == [True, False, True, False]


def note(connection: sqlite3.Connection, uid: int, visibility: str, params: dict[str, Any]) -> None:
    names = [row["name"] for row in connection.execute("PRAGMA table_info(document)")]
    known = {"uid": uid, "visibility": visibility, "path": f"n{uid}", "file": f"n{uid}.md"}
    values = [known.get(name, "") if name != "year" else None for name in names]
    marks = ", ".join("?" * len(names))
    connection.execute(f"INSERT INTO document VALUES ({marks})", values)
    connection.execute(
        "INSERT INTO document_block VALUES (?, 'wide', 'walk', ?, 'null', 1, 'null', '')",
        [uid, json.dumps(params)],
    )


def test_times_are_those_of_the_clock(
    settings: Settings,
    connection: sqlite3.Connection,
    person: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clock, "stamp", lambda: "2026-11-21T14:02:05Z")
    run = finished(settings, connection, person)
    assert run.queued == run.started == run.ended == "2026-11-21T14:02:05Z"
