"""The points of a sweep while they wait, run and end: the runner's side of their rows."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app import clock, database
from app.lab.runs import Output, queue
from app.lab.runs.spans import Spans
from app.lab.sweeps.executor import Outcome, Point


def waiting(connection: sqlite3.Connection, only: Spans | None = None) -> int | None:
    """The sweep whose turn it is: the one with the oldest point that waits (among `only` those)."""
    condition, given = queue.among(only)
    row = connection.execute(
        "SELECT sweep_id FROM run WHERE status = 'queued' AND sweep_id IS NOT NULL"
        f" AND {condition} ORDER BY id LIMIT 1",
        given,
    ).fetchone()
    return int(row["sweep_id"]) if row else None


def claim(connection: sqlite3.Connection, sweep_id: int, most: int) -> list[Point]:
    """Take the next points that wait, at most so many."""
    with database.transaction(connection, shows=False):
        rows = connection.execute(
            "UPDATE run SET status = 'running', started = ? WHERE id IN ("
            " SELECT id FROM run WHERE sweep_id = ? AND status = 'queued' ORDER BY id LIMIT ?)"
            " RETURNING id, script, params, fingerprint",
            [clock.stamp(), sweep_id, most],
        ).fetchall()
    found = [
        Point(row["id"], row["script"], json.loads(row["params"]), row["fingerprint"])
        for row in rows
    ]
    return sorted(found, key=lambda point: point.run_id)


def finish(connection: sqlite3.Connection, outcomes: Sequence[Outcome], sandbox: str) -> None:
    """Write how these points ended, all at once."""
    if not outcomes:
        return
    now = clock.stamp()
    with database.transaction(connection):
        connection.executemany(
            "UPDATE run SET status = ?, ended = ?, seconds = ?, message = ?, log = ?, sandbox = ?"
            " WHERE id = ?",
            [[o.status, now, o.seconds, o.message, o.log, sandbox, o.run_id] for o in outcomes],
        )
        connection.executemany(
            "INSERT OR REPLACE INTO output SELECT ?1, ?2, ?3, ?4, ?5, '{}'"
            " WHERE EXISTS (SELECT 1 FROM run WHERE id = ?1)",
            [
                [o.run_id, place, row.name, row.kind, json.dumps(row.value)]
                for o in outcomes
                for place, row in enumerate(o.outputs)
            ],
        )


def give_back(connection: sqlite3.Connection, ids: Iterable[int]) -> None:
    """What was taken and not begun waits again, unless somebody cancelled it meanwhile."""
    given = [[run_id] for run_id in ids]
    with database.transaction(connection):
        connection.executemany(
            "UPDATE run SET status = 'cancelled', message = 'Cancelled while it waited.'"
            " WHERE id = ? AND status = 'running' AND cancel = 1",
            given,
        )
        connection.executemany(
            "UPDATE run SET status = 'queued', started = NULL WHERE id = ? AND status = 'running'",
            given,
        )


def give_all_back(connection: sqlite3.Connection) -> None:
    """As `give_back`, where nobody is at work any more."""
    rows = connection.execute("SELECT id FROM run WHERE status = 'running' AND sweep_id > 0")
    give_back(connection, [row["id"] for row in rows.fetchall()])


def interrupt(connection: sqlite3.Connection, sweep_id: int, message: str) -> None:
    """End what still waits of a sweep that cannot go on."""
    with database.transaction(connection):
        connection.execute(
            "UPDATE run SET status = 'interrupted', ended = ?, message = ?"
            " WHERE sweep_id = ? AND status = 'queued'",
            [clock.stamp(), message, sweep_id],
        )


@dataclass(frozen=True)
class Row:
    """A point as a table shows it."""

    run_id: int
    status: str
    params: Mapping[str, Any]
    values: Mapping[str, Any]
    kinds: Mapping[str, str]
    seconds: float | None
    message: str


def rows(
    connection: sqlite3.Connection,
    sweep_id: int,
    *,
    sort: str = "",
    limit: int = -1,
    offset: int = 0,
) -> list[Row]:
    """Points in the order of the grid, or by a parameter, a value, `status` or `seconds`.

    A sort that begins with - goes down. Numbers come before words, and what there is not last.
    """
    order, bound = ordered(connection, sweep_id, sort)
    found = connection.execute(
        "SELECT run.id, status, params, seconds, message FROM run"
        " LEFT JOIN output AS wanted ON wanted.run_id = run.id AND wanted.name = ?1"
        f" WHERE sweep_id = ?2 ORDER BY {order} run.id LIMIT ?3 OFFSET ?4",
        [bound, sweep_id, limit, offset],
    ).fetchall()
    outputs: dict[int, list[Output]] = {row["id"]: [] for row in found}
    for row in connection.execute(
        "SELECT run_id, name, kind, value FROM output"
        " WHERE run_id IN (SELECT value FROM json_each(?)) ORDER BY run_id, position",
        [json.dumps(list(outputs))],
    ):
        made = Output(row["name"], row["kind"], json.loads(row["value"]), {})
        outputs[row["run_id"]].append(made)
    return [as_row(row, outputs[row["id"]]) for row in found]


def as_row(row: sqlite3.Row, outputs: Sequence[Output]) -> Row:
    return Row(
        row["id"],
        row["status"],
        json.loads(row["params"]),
        {made.name: made.value for made in outputs},
        {made.name: made.kind for made in outputs},
        row["seconds"],
        row["message"],
    )


def ordered(connection: sqlite3.Connection, sweep_id: int, sort: str) -> tuple[str, str]:
    """The beginning of ORDER BY, and the name that it is about; empty for a sort of nothing."""
    down, name = sort.startswith("-"), sort.removeprefix("-")
    if name in ("status", "seconds"):
        term = f"run.{name}"
    elif name in columns(connection, sweep_id):
        term = "wanted.value ->> '$'"
    elif name.isidentifier():
        term = "params ->> ('$.' || json_quote(?1))"
    else:
        return "", ""
    last = f"{term} IS NULL, typeof({term}) = 'text',"
    return f"{last} {term} {'DESC' if down else 'ASC'},", name


def columns(connection: sqlite3.Connection, sweep_id: int) -> dict[str, str]:
    """The names of what the points returned, in their order, each with its kind."""
    found = connection.execute(
        "SELECT name, min(kind) AS kind FROM output JOIN run ON run.id = output.run_id"
        " WHERE sweep_id = ? GROUP BY name ORDER BY min(position), name",
        [sweep_id],
    )
    return {row["name"]: row["kind"] for row in found}
