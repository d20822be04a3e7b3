"""Sweeps and their points in the database."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable

import pytest

from app import database
from app.accounts import people
from app.accounts.permissions import Person
from app.errors import NotFound
from app.lab import analyses, runs
from app.lab.runs import Output, history, queue
from app.lab.sweeps import around, asking, axes, points, shown, store
from app.lab.sweeps.executor import Outcome
from app.lab.sweeps.store import Sweep
from app.settings import Settings

SOURCE = '"""Walks."""\ndef main(n: int = 10, seed: int = 0) -> dict:\n    return {"n": n}\n'

Begin = Callable[..., Sweep]


@pytest.fixture
def person(settings: Settings, connection: sqlite3.Connection) -> Person:
    (settings.analysis / "walk.py").write_text(SOURCE)
    return people.owner(connection)


@pytest.fixture
def begin(settings: Settings, connection: sqlite3.Connection, person: Person) -> Begin:
    def begun(*texts: str, **params: int) -> Sweep:
        signature = analyses.get(settings, "walk").signature
        found = axes.typed(signature, texts, params)
        return store.begin(settings, connection, "walk", params, found, person)

    return begun


def done(run_id: int, value: float, *, status: str = "succeeded") -> Outcome:
    made = [Output("n", "value", value, {}), Output("words", "text", "fine", {})]
    return Outcome(run_id, status, made if status == "succeeded" else [], "", 0.001, "")


def test_a_sweep_is_found_again_and_goes_on_with_what_has_not_succeeded(
    connection: sqlite3.Connection, begin: Begin
) -> None:
    first = begin("n=1,2", "seed=0:3")
    assert (first.size, first.waiting, first.done, first.active) == (6, 6, 0, True)
    taken = points.claim(connection, first.id, 4)
    assert [point.params["n"] for point in taken] == [1, 1, 1, 2]
    outcomes = [done(taken[0].run_id, 1), done(taken[1].run_id, 0, status="excepted")]
    points.finish(connection, outcomes, "sandboxed")
    points.give_back(connection, [taken[2].run_id])
    found = store.get(connection, first.id)
    assert found.counts == {"succeeded": 1, "excepted": 1, "queued": 3, "running": 1}
    again = begin("n=1,2", "seed=0:3")
    assert again.id == first.id
    assert again.counts == {"succeeded": 1, "queued": 4, "running": 1}
    assert begin("seed=0:3", "n=1,2").id != first.id  # another order of points


def test_a_cancelled_sweep_is_resumed_by_asking_again(
    connection: sqlite3.Connection, begin: Begin
) -> None:
    sweep = begin("n=1:5")
    (taken,) = points.claim(connection, sweep.id, 1)
    cancelled = store.cancel(connection, sweep.id)
    assert cancelled.counts == {"cancelled": 3, "running": 1}
    assert queue.to_cancel(connection) == {taken.run_id}
    points.give_back(connection, [taken.run_id])
    assert not store.get(connection, sweep.id).active
    assert begin("n=1:5").counts == {"queued": 4}


def test_points_and_whole_runs_know_each_other_one_way(
    settings: Settings, connection: sqlite3.Connection, person: Person, begin: Begin
) -> None:
    whole, _ = runs.enqueue(settings, connection, "walk", {"n": 2}, person)
    queue.claim(settings, connection)
    table = Output("t", "table", {"columns": ["a"], "rows": [[1]]}, {"csv": "t.csv"})
    outputs = [table, Output("n", "value", 2, {})]
    queue.finish(settings, connection, whole.id, "succeeded", outputs=outputs, seconds=0.5)
    sweep = begin("n=1,2,3")
    assert sweep.counts == {"succeeded": 1, "queued": 2}
    (row,) = [row for row in points.rows(connection, sweep.id) if row.status == "succeeded"]
    assert (row.values, row.seconds) == ({"n": 2}, 0.5)
    wider = begin("n=2,3,4")
    assert wider.counts == {"succeeded": 1, "queued": 2}
    taken = points.claim(connection, sweep.id, 2)
    points.finish(connection, [done(point.run_id, 7) for point in taken], "sandboxed")
    assert store.get(connection, sweep.id).done == 3
    run, cached = runs.enqueue(settings, connection, "walk", {"n": 3}, person)
    assert (run.status, cached) == ("queued", False)
    assert history.page(connection, history.Wanted(), limit=9, offset=0).total == 2
    assert [found.id for found in runs.newest_first(connection, "walk")] == [run.id, whole.id]
    point = runs.get(connection, taken[-1].run_id)
    assert (point.sweep_id, point.params) == (sweep.id, {"n": 3, "seed": 0})
    assert point.parts["params"] == '{"n":3,"seed":0}'
    assert point.parts["source"] == run.parts["source"]


def test_a_waiting_point_is_never_claimed_as_a_whole_run(
    settings: Settings, connection: sqlite3.Connection, person: Person, begin: Begin
) -> None:
    sweep = begin("n=1,2,3")
    assert queue.claim(settings, connection) is None
    run, _ = runs.enqueue(settings, connection, "walk", {"n": 1}, person)
    claimed = queue.claim(settings, connection)
    assert claimed is not None
    assert claimed.id == run.id
    assert points.waiting(connection) == sweep.id


def test_changed_code_is_another_sweep(settings: Settings, begin: Begin) -> None:
    first = begin("n=1,2")
    assert store.is_current(settings, first)
    (settings.analysis / "walk.py").write_text(SOURCE.replace('"n": n', '"n": n + 1'))
    assert not store.is_current(settings, first)
    assert begin("n=1,2").id != first.id


def test_code_that_comes_back_brings_its_sweep_back(
    settings: Settings, connection: sqlite3.Connection, begin: Begin
) -> None:
    """And while it is broken, what was there is shown."""
    file, block = settings.analysis / "walk.py", shown.Written("walk", "walk", {}, {"n": [1, 2]})
    first = begin("n=1,2")
    taken = points.claim(connection, first.id, 2)
    points.finish(connection, [done(point.run_id, 1) for point in taken], "")
    file.write_text(SOURCE.replace('"n": n', '"n": n / 0'))
    broken = begin("n=1,2")
    assert broken.id != first.id
    taken = points.claim(connection, broken.id, 2)
    points.finish(connection, [done(each.run_id, 1, status="excepted") for each in taken], "")
    (found,) = shown.shown(settings, connection, [block])
    assert found.sweep is not None
    assert found.meanwhile is not None
    assert (found.sweep.id, found.stale, found.meanwhile.id) == (broken.id, [], first.id)
    file.write_text(SOURCE)
    (found,) = shown.shown(settings, connection, [block])
    assert found.sweep is not None
    assert (found.sweep.id, found.stale, found.meanwhile) == (first.id, [], None)
    assert begin("n=1,2").id == first.id, "nothing is computed anew"


def test_rows_are_sorted_by_parameters_and_values(
    connection: sqlite3.Connection, begin: Begin
) -> None:
    sweep = begin("n=1:6")
    taken = points.claim(connection, sweep.id, 4)
    values: list[float | str] = [30, 4, "nan", 200]
    made = [
        Outcome(point.run_id, "succeeded", [Output("x", "value", value, {})], "", 0.1, "")
        for point, value in zip(taken, values, strict=True)
    ]
    points.finish(connection, made, "")

    def order(sort: str) -> list[int]:
        return [row.params["n"] for row in points.rows(connection, sweep.id, sort=sort)]

    assert order("x") == [2, 1, 4, 3, 5]
    assert order("-x") == [4, 1, 2, 3, 5]
    assert order("-n") == [5, 4, 3, 2, 1]
    assert order("status")[-4:] == [1, 2, 3, 4]
    assert order("nothing") == order("x'; --") == order("") == [1, 2, 3, 4, 5]
    assert points.columns(connection, sweep.id) == {"x": "value"}
    page = points.rows(connection, sweep.id, sort="-n", limit=2, offset=1)
    assert [row.params["n"] for row in page] == [4, 3]


def test_the_last_sweeps_are_kept_and_a_deleted_one_takes_its_points_along(
    settings: Settings, connection: sqlite3.Connection, begin: Begin
) -> None:
    made = []
    for number in range(store.KEPT + 3):
        sweep = begin(f"n={number},{number + 1}")
        made.append(sweep.id)
        if number != 1:
            store.cancel(connection, sweep.id)
        asking.prune(settings, connection, "walk")
    kept = [sweep.id for sweep in store.newest_first(connection, "walk", 100)]
    assert kept == [*reversed(made[3:]), made[1]]  # which is still to be run
    with pytest.raises(NotFound):
        store.get(connection, made[0])
    assert connection.execute("SELECT count(*) FROM run").fetchone()[0] == 2 * len(kept)


def test_what_the_points_opened_counts_wherever_the_sweep_is_shown(
    settings: Settings, connection: sqlite3.Connection, begin: Begin
) -> None:
    data = settings.analysis / "x.csv"
    data.write_text("1")
    sweep = begin("n=1,2")
    analysis = analyses.get(settings, "walk")
    with database.transaction(connection):
        around.add(settings, connection, sweep.id, analysis, {"x.csv": time.time() + 1})
    block = shown.Written("walk", "walk", {}, {"n": [1, 2]})

    def stale() -> list[str]:
        (found,) = shown.shown(settings, connection, [block])
        assert shown.reasons(settings, store.get(connection, sweep.id)) == found.stale
        assert store.is_current(settings, store.get(connection, sweep.id)) is not bool(found.stale)
        return [reason.split(" on ")[0] for reason in found.stale]

    assert stale() == []
    assert begin("n=1,2").id == sweep.id
    data.write_text("1000")
    assert stale() == ["`x.csv` changed"]
    anew = begin("n=1,2")
    assert anew.id != sweep.id
    assert stale_of(settings, connection, sweep.id) == ["`x.csv` changed"]
    data.write_text("1")
    assert stale_of(settings, connection, sweep.id) == []
    with database.transaction(connection):
        around.add(settings, connection, sweep.id, analysis, {}, altered=["x.csv"])
    assert stale_of(settings, connection, sweep.id) == ["`x.csv` changed while it ran"]


def test_points_that_read_a_file_before_and_after_it_was_changed_leave_their_sweep_stale(
    settings: Settings, connection: sqlite3.Connection, begin: Begin
) -> None:
    """Also where the second of them began after the change, and it was put back later."""
    data, analysis = settings.analysis / "x.csv", analyses.get(settings, "walk")
    data.write_text("1")
    sweep = begin("n=1,2")
    for text in ("1", "2"):
        data.write_text(text)
        with database.transaction(connection):
            around.add(settings, connection, sweep.id, analysis, {"x.csv": time.time() + 1})
    data.write_text("1")
    assert stale_of(settings, connection, sweep.id) == ["`x.csv` changed while it ran"]


def stale_of(settings: Settings, connection: sqlite3.Connection, sweep_id: int) -> list[str]:
    found = shown.reasons(settings, store.get(connection, sweep_id))
    return [reason.split(" on ")[0] for reason in found]


def test_of_very_many_files_that_points_opened_the_first_are_kept(
    settings: Settings,
    connection: sqlite3.Connection,
    begin: Begin,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(around, "MOST_SEEN", 3)
    sweep, analysis = begin("n=1,2"), analyses.get(settings, "walk")
    for names in (["a", "b"], ["b", "c", "d"], ["e"]):
        with database.transaction(connection):
            around.add(settings, connection, sweep.id, analysis, dict.fromkeys(names, time.time()))
    assert store.get(connection, sweep.id).parts["seen"] == ["a", "b", "c"]
