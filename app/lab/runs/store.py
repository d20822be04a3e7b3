"""The store of runs: the `run` table is the queue as well as the history.

A run goes `queued` → `running` → one of the ways to end. `excepted` is the analysis's failure
(an exception, a broken limit), `errored` is ours, `interrupted` is a runner that died.
Two people who ask for the same run share it, and a result with the same fingerprint answers
without a process. A point of a sweep is a run too, with values and texts alone: it is found by its
number and by its sweep, and never stands for a whole run.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app import clock, database
from app.accounts.permissions import Person
from app.errors import NotFound
from app.lab import analyses, fingerprint, signature
from app.lab.runs import spans
from app.lab.runs.spans import Spans
from app.settings import Settings

ENDED = ("succeeded", "excepted", "errored", "timed_out", "cancelled", "interrupted")
MOST_ALIKE = 100  # runs that are asked whether they may stand for a new one
KEPT = 20  # finished runs of one choice of parameters that a page shows (see keeping)
LONGEST_MESSAGE = 2_000  # the child, which says it, may be anything


# Whether a fingerprint is that of now, given the files that its run was seen to open.
Holds = Callable[[str, Sequence[str]], bool]


@dataclass(frozen=True)
class Output:
    """One thing that a run returned. `files` are names in the run's folder, by format.

    kind    value                                     files
    figure  {"width", "height" (points), "alt", "total", "kept" (rows of data, if it has any)}
                                                      svg, dark (an SVG too), png, data (a CSV)
    value   a number, a truth value, or the words nan, inf, -inf
    text    the text
    table   {"columns", "rows" (the first ones), "total", "kept"}    csv, json
    """

    name: str
    kind: str
    value: Any
    files: Mapping[str, str]


@dataclass(frozen=True)
class Run:
    id: int
    script: str
    params: Mapping[str, Any]
    fingerprint: str
    parts: Mapping[str, Any]
    status: str
    person_id: int | None
    person: str
    queued: str
    started: str | None
    ended: str | None
    seconds: float | None
    progress: Mapping[str, Any]
    cancel: bool
    sandbox: str
    message: str
    log: str
    outputs: tuple[Output, ...] = ()
    sweep_id: int | None = None  # of a point: the sweep that it belongs to
    kept: bool = False  # somebody wants it to stay

    @property
    def active(self) -> bool:
        return self.status not in ENDED

    @property
    def version(self) -> str:
        """Of its code, comments and all: the first of the hash of its file; empty if not known."""
        files: Mapping[str, str] = self.parts.get("files") or {}
        return files.get(f"{self.script}.py", "")[:7]

    @property
    def values(self) -> dict[str, Any]:
        """What a claim or a sentence can name: the numbers and texts, by their names."""
        return {row.name: row.value for row in self.outputs if row.kind in ("value", "text")}


@dataclass(frozen=True)
class Latest:
    """Of one analysis with one choice of parameters."""

    succeeded: Run | None = None
    newest: Run | None = None


def enqueue(
    settings: Settings,
    connection: sqlite3.Connection,
    script: str,
    params: Mapping[str, Any],
    person: Person,
    *,
    force: bool = False,
) -> tuple[Run, bool]:
    """The run that answers, and whether it had answered before (True: nothing will run).

    `force` computes anew, unless the very same is waiting or running already.
    """
    analysis = analyses.get(settings, script)
    bound = signature.bind(analysis.signature, params)
    text, now = signature.canonical(bound), clock.stamp()
    taken = fingerprint.taker(settings)

    def holds(digest: str, seen: Sequence[str]) -> bool:
        return taken(analysis, bound, seen).digest == digest

    same(connection, script, text, holds, force=force)  # reads files, so first without the lock
    fresh = taken(analysis, bound, seen_before(connection, script, text))
    with database.transaction(connection):
        found = same(connection, script, text, holds, force=force)
        if found is None:
            found = connection.execute(
                "INSERT INTO run (script, params, fingerprint, parts, status, person_id, queued)"
                " VALUES (?, ?, ?, ?, 'queued', ?, ?) RETURNING id",
                [script, text, fresh.digest, json.dumps(fresh.parts), person.id, now],
            ).fetchone()["id"]
        run = get(connection, found)
    return run, run.status == "succeeded"


def same(
    connection: sqlite3.Connection, script: str, params: str, holds: Holds, *, force: bool
) -> int | None:
    """The id of a run that may stand for a new one.

    Each has to hold with the files that it was itself seen to open.
    """
    usable = ("queued", "running") if force else ("succeeded", "queued", "running")
    rows = connection.execute(
        "SELECT id, fingerprint, parts ->> '$.seen' AS seen FROM run"
        " WHERE script = ? AND params = ? AND cancel = 0 AND sweep_id IS NULL"
        f" AND status IN ({', '.join('?' * len(usable))})"
        " ORDER BY status = 'succeeded' DESC, id DESC LIMIT ?",
        [script, params, *usable, MOST_ALIKE],
    )
    for row in rows:
        if holds(row["fingerprint"], json.loads(row["seen"] or "[]")):
            return int(row["id"])
    return None


def seen_before(connection: sqlite3.Connection, script: str, params: str) -> Sequence[str]:
    """The files that the newest result with these parameters, else of the analysis, opened."""
    row = connection.execute(
        "SELECT parts FROM run WHERE script = ? AND status = 'succeeded' AND sweep_id IS NULL"
        " ORDER BY params = ? DESC, id DESC LIMIT 1",
        [script, params],
    ).fetchone()
    return fingerprint.seen_in(json.loads(row["parts"])) if row else ()


def get(connection: sqlite3.Connection, run_id: int) -> Run:
    found = load(connection, [run_id])
    if run_id not in found:
        raise NotFound(f"There is no run {run_id}.", hint="Only the latest runs are kept.")
    return found[run_id]


def load(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, Run]:
    """Runs with their outputs, in at most two queries however many they are."""
    asked = sorted(set(ids))
    if not asked:
        return {}
    wanted = json.dumps(asked)
    rows = connection.execute(
        f"SELECT run.*, coalesce(person.name, '') AS person, {SHARED} AS shared FROM run"
        " LEFT JOIN person ON person.id = run.person_id"
        " WHERE run.id IN (SELECT value FROM json_each(?))",
        [wanted],
    ).fetchall()
    outputs: dict[int, list[Output]] = {row["id"]: [] for row in rows}
    for row in connection.execute(
        "SELECT * FROM output WHERE run_id IN (SELECT value FROM json_each(?))"
        " ORDER BY run_id, position",
        [wanted],
    ):
        made = Output(row["name"], row["kind"], json.loads(row["value"]), json.loads(row["files"]))
        outputs.setdefault(row["run_id"], []).append(made)
    return {row["id"]: as_run(row, outputs[row["id"]]) for row in rows}


# The points of a sweep have the parts of its first one, but for the parameters.
SHARED = """CASE WHEN run.sweep_id IS NOT NULL THEN (SELECT first.parts FROM run AS first
    WHERE first.id = (SELECT min(id) FROM run AS point WHERE point.sweep_id = run.sweep_id)) END"""


def as_run(row: sqlite3.Row, outputs: Sequence[Output]) -> Run:
    fields: dict[str, Any] = {
        name: value for name, value in dict(row).items() if name in Run.__dataclass_fields__
    }
    for name in ("params", "parts", "progress"):
        fields[name] = json.loads(fields[name] or "{}")
    if row["shared"]:
        fields["parts"] = {**json.loads(row["shared"]), "params": row["params"]}
    return Run(
        **{
            **fields,
            "cancel": bool(row["cancel"]),
            "kept": bool(row["kept"]),
            "outputs": tuple(outputs),
        }
    )


def latest(
    connection: sqlite3.Connection, wanted: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], Latest]:
    """The newest runs for each (script, canonical parameters), in at most three queries."""
    pairs = list(dict.fromkeys(wanted))
    if not pairs:
        return {}
    rows = connection.execute(
        "SELECT script, run.params AS params, max(run.id) AS newest,"
        " max(run.id) FILTER (WHERE status = 'succeeded') AS succeeded"
        " FROM json_each(?) AS pair"
        " JOIN run ON script = pair.value ->> 0 AND run.params = pair.value ->> 1"
        " AND sweep_id IS NULL"
        " GROUP BY script, run.params",
        [json.dumps(pairs)],
    ).fetchall()
    runs = load(
        connection, [row[key] for row in rows for key in ("newest", "succeeded") if row[key]]
    )
    found = {
        (row["script"], row["params"]): Latest(runs.get(row["succeeded"]), runs.get(row["newest"]))
        for row in rows
    }
    return {pair: found.get(pair, Latest()) for pair in pairs}


def newest_first(connection: sqlite3.Connection, script: str, limit: int = 100) -> list[Run]:
    """The runs of an analysis, the newest first."""
    rows = connection.execute(
        "SELECT id FROM run WHERE script = ? AND sweep_id IS NULL ORDER BY id DESC LIMIT ?",
        [script, limit],
    )
    runs = load(connection, [row["id"] for row in rows])
    return sorted(runs.values(), key=lambda run: -run.id)


def cancel(connection: sqlite3.Connection, run_id: int) -> Run:
    """End a waiting run at once; ask the runner to end a running one. Twice is harmless."""
    cancel_all(connection, spans.spans([run_id]))
    return get(connection, run_id)


def cancel_all(connection: sqlite3.Connection, only: Spans) -> None:
    """As `cancel`, of many."""
    given = spans.parameter(only)
    with database.transaction(connection):
        connection.execute(
            "UPDATE run SET status = 'cancelled', ended = ?, message = 'Cancelled while it waited.'"
            f" WHERE status = 'queued' AND {spans.AMONG}",
            [clock.stamp(), given],
        )
        connection.execute(
            f"UPDATE run SET cancel = 1 WHERE status = 'running' AND {spans.AMONG}", [given]
        )


def counts(connection: sqlite3.Connection, only: Spans) -> dict[str, int]:
    """How many of these runs have which status."""
    rows = connection.execute(
        f"SELECT status, count(*) AS number FROM run WHERE {spans.AMONG} GROUP BY status",
        [spans.parameter(only)],
    )
    return {row["status"]: row["number"] for row in rows}


def folder(settings: Settings, run_id: int) -> Path:
    """Where a run's files are, once it has ended."""
    return settings.outputs / str(run_id)
