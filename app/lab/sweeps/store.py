"""The store of sweeps: a row of `sweep` for the grid, a row of `run` for each of its points.

The same grid over the same code, data and packages is the same sweep, so asking for it again goes
on where it stopped. When any of those changed it is another sweep.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

from app import clock, database
from app.accounts.permissions import Person
from app.errors import NotFound
from app.lab import analyses
from app.lab.analyses import Analysis
from app.lab.fingerprint import taking
from app.lab.runs import sources
from app.lab.signature import canonical
from app.lab.sweeps import around, reuse
from app.lab.sweeps import axes as grid
from app.lab.sweeps.axes import Axis
from app.settings import Settings

KEPT = 20  # sweeps of one analysis
WAITING = ("queued", "running")
DONE = "succeeded"

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Sweep:
    """`params` are those that every point has; `counts` are points by their status."""

    id: int
    script: str
    params: Mapping[str, Any]
    axes: tuple[Axis, ...]
    parts: Mapping[str, Any]  # what surrounds it (around.py)
    person: str
    created: str
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return grid.size(self.axes)

    @property
    def done(self) -> int:
        return self.counts.get(DONE, 0)

    @property
    def waiting(self) -> int:
        return sum(self.counts.get(status, 0) for status in WAITING)

    @property
    def failed(self) -> int:
        """Points that ended, and not well; cancelled ones among them."""
        return sum(self.counts.values()) - self.done - self.waiting

    @property
    def active(self) -> bool:
        return self.waiting > 0

    @property
    def key(self) -> Key:
        return key(self.script, self.params, self.axes)


def key(script: str, params: Mapping[str, Any], axes: Sequence[Axis]) -> Key:
    """What a sweep is asked for by, whatever surrounds it."""
    text = json.dumps([[axis.name, axis.values] for axis in axes], ensure_ascii=False)
    return script, canonical(params), text


def begin(
    settings: Settings,
    connection: sqlite3.Connection,
    script: str,
    params: Mapping[str, Any],
    axes: Sequence[Axis],
    person: Person,
) -> Sweep:
    """The sweep, whose points wait now unless they have succeeded before."""
    analysis = analyses.get(settings, script)
    fixed = grid.fixed_of(analysis.signature, params, axes)
    wanted = key(script, fixed, axes)
    parts = taking.surroundings(settings.analysis, analysis)
    points: list[tuple[str, str]] = []
    if holding(settings, connection, analysis, wanted) is None:
        points = digests(parts, fixed, axes)  # without the lock: others may write meanwhile
    with database.transaction(connection):
        found = holding(settings, connection, analysis, wanted)
        if found is None:
            found = add(connection, wanted, person)
            files = sources.keep(connection, settings.analysis, script, parts)
            rows = points or digests(parts, fixed, axes)
            add_points(connection, found, script, rows, {**parts, "files": files}, person)
        wait_again(connection, found)
        reuse.take_over(settings, connection, found, analysis)
    return get(connection, found)


def holding(
    settings: Settings, connection: sqlite3.Connection, analysis: Analysis, wanted: Key
) -> int | None:
    """The newest sweep over this grid, if all that surrounds it is as it was."""
    rows = connection.execute(
        "SELECT id FROM sweep WHERE script = ? AND params = ? AND axes = ? ORDER BY id DESC", wanted
    ).fetchall()
    held = (row["id"] for row in rows)
    return next(
        (each for each in held if around.holds(settings, analysis, around.of(connection, each))),
        None,
    )


def digests(
    parts: Mapping[str, Any], fixed: Mapping[str, Any], axes: Sequence[Axis]
) -> list[tuple[str, str]]:
    """The parameters of each point, and its fingerprint by what is known before it runs."""
    every = grid.points(fixed, axes)
    return [(canonical(each), taking.complete(parts, each).digest) for each in every]


def add(connection: sqlite3.Connection, wanted: Key, person: Person) -> int:
    """Its name among those of the same grid means nothing: what surrounds it may yet grow."""
    row = connection.execute(
        "INSERT INTO sweep (script, params, axes, around, person_id, created)"
        " VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
        [*wanted, token_hex(16), person.id, clock.stamp()],
    ).fetchone()
    return int(row["id"])


def add_points(
    connection: sqlite3.Connection,
    sweep_id: int,
    script: str,
    points: Iterable[tuple[str, str]],
    parts: Mapping[str, Any],
    person: Person,
) -> None:
    """Rows in the order of the points; what is the same for all is kept with the first."""
    now, first = clock.stamp(), json.dumps(parts)
    connection.executemany(
        "INSERT INTO run (script, params, fingerprint, parts, status, person_id, queued, sweep_id)"
        " VALUES (?, ?, ?, ?, 'queued', ?, ?, ?)",
        (
            [script, params, digest, "{}" if place else first, person.id, now, sweep_id]
            for place, (params, digest) in enumerate(points)
        ),
    )


def wait_again(connection: sqlite3.Connection, sweep_id: int) -> None:
    """Queue what has not succeeded."""
    connection.execute(
        "UPDATE run SET status = 'queued', queued = ?, started = NULL, ended = NULL,"
        " seconds = NULL, message = '', log = '', sandbox = '', cancel = 0 WHERE sweep_id = ?"
        " AND status NOT IN ('queued', 'running', 'succeeded')",
        [clock.stamp(), sweep_id],
    )


def get(connection: sqlite3.Connection, sweep_id: int) -> Sweep:
    found = load(connection, [sweep_id])
    if not found:
        raise NotFound(f"There is no sweep {sweep_id}.", hint="Only the latest are kept.")
    return found[0]


def load(connection: sqlite3.Connection, ids: Iterable[int]) -> list[Sweep]:
    """Sweeps with how far they are, the newest first; two queries."""
    wanted = json.dumps(sorted(set(ids)))
    rows = connection.execute(
        "SELECT sweep.*, coalesce(person.name, '') AS person, (SELECT parts FROM run"
        " WHERE sweep_id = sweep.id ORDER BY run.id LIMIT 1) AS parts FROM sweep"
        " LEFT JOIN person ON person.id = sweep.person_id"
        " WHERE sweep.id IN (SELECT value FROM json_each(?)) ORDER BY sweep.id DESC",
        [wanted],
    ).fetchall()
    counts: dict[int, dict[str, int]] = {row["id"]: {} for row in rows}
    for row in connection.execute(
        "SELECT sweep_id, status, count(*) AS n FROM run"
        " WHERE sweep_id IN (SELECT value FROM json_each(?)) GROUP BY sweep_id, status",
        [wanted],
    ):
        counts[row["sweep_id"]][row["status"]] = row["n"]
    return [as_sweep(row, counts[row["id"]]) for row in rows]


def as_sweep(row: sqlite3.Row, counts: Mapping[str, int]) -> Sweep:
    return Sweep(
        row["id"],
        row["script"],
        json.loads(row["params"]),
        tuple(Axis(name, tuple(values)) for name, values in json.loads(row["axes"])),
        json.loads(row["parts"] or "{}"),
        row["person"],
        row["created"],
        counts,
    )


def newest_first(
    connection: sqlite3.Connection, script: str | None = None, limit: int = 20, offset: int = 0
) -> list[Sweep]:
    """Of one analysis, or of all."""
    rows = connection.execute(
        "SELECT id FROM sweep WHERE script = ifnull(?, script) ORDER BY id DESC LIMIT ? OFFSET ?",
        [script, limit, offset],
    )
    return load(connection, [row["id"] for row in rows])


def total(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM sweep").fetchone()[0])


def cancel(connection: sqlite3.Connection, sweep_id: int) -> Sweep:
    """Waiting points end at once, running ones soon. Twice is harmless."""
    with database.transaction(connection):
        connection.execute(
            "UPDATE run SET status = 'cancelled', ended = ?, message = 'Cancelled while it waited.'"
            " WHERE sweep_id = ? AND status = 'queued'",
            [clock.stamp(), sweep_id],
        )
        connection.execute(
            "UPDATE run SET cancel = 1 WHERE sweep_id = ? AND status = 'running'", [sweep_id]
        )
    return get(connection, sweep_id)


def is_current(settings: Settings, sweep: Sweep) -> bool:
    """Whether code, data and packages are still those of the sweep."""
    found = analyses.find(settings, sweep.script)
    return found.error is None and around.holds(settings, found, sweep.parts)
