"""The runner's side of the `run` table: take a run, say how far it is, write how it ended."""

from __future__ import annotations

import json
import logging
import sqlite3
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from app import clock, database
from app.errors import GlossError
from app.lab import analyses, fingerprint
from app.lab.fingerprint import Fingerprint
from app.lab.runs import entries, keeping, sources, spans, store
from app.lab.runs.spans import Spans
from app.settings import Settings

log = logging.getLogger("gloss.runner")


def claim(
    settings: Settings, connection: sqlite3.Connection, only: Spans | None = None
) -> store.Run | None:
    """Take the oldest waiting run (among `only` those) to run it now; no point of a sweep.

    The files may have changed while it waited: the fingerprint is of what is about to run.
    """
    if not waiting(connection, only):
        return None
    condition, given = among(only)
    with database.transaction(connection):
        row = connection.execute(
            "UPDATE run SET status = 'running', started = ? WHERE id = ("
            " SELECT id FROM run WHERE status = 'queued' AND sweep_id IS NULL"
            f" AND {condition}"
            " ORDER BY id LIMIT 1) RETURNING id, script, params, parts",
            [clock.stamp(), *given],
        ).fetchone()
        if row is None:
            return None
        try:
            analysis = analyses.get(settings, row["script"])
            seen = fingerprint.seen_in(json.loads(row["parts"]))
            taken = fingerprint.begun(settings, analysis, json.loads(row["params"]), seen)
        except Exception:  # whatever the file does to a reader: a run that cannot be claimed
            log.info("runner: no fingerprint of run %d", row["id"])  # would hold up all others
            return store.get(connection, row["id"])  # the child will find the same and say so
        write_fingerprint(settings, connection, row["id"], row["script"], taken)
    return store.get(connection, row["id"])


def waiting(connection: sqlite3.Connection, only: Spans | None = None) -> bool:
    """Whether there is something to claim."""
    condition, given = among(only)
    row = connection.execute(
        f"SELECT 1 FROM run WHERE status = 'queued' AND sweep_id IS NULL AND {condition} LIMIT 1",
        given,
    ).fetchone()
    return row is not None


def is_busy(connection: sqlite3.Connection) -> bool:
    """Whether anything runs now, whosever it is."""
    row = connection.execute("SELECT 1 FROM run WHERE status = 'running' LIMIT 1").fetchone()
    return row is not None


def among(only: Spans | None) -> tuple[str, list[str]]:
    return ("1", []) if only is None else (spans.AMONG, [spans.parameter(only)])


def write_fingerprint(
    settings: Settings, connection: sqlite3.Connection, run_id: int, script: str, taken: Fingerprint
) -> None:
    """With the code that it is of, as it is now."""
    files = sources.keep(connection, settings.analysis, script, taken.parts)
    connection.execute(
        "UPDATE run SET fingerprint = ?, parts = ? WHERE id = ?",
        [taken.digest, json.dumps({**taken.parts, "files": files}), run_id],
    )


def completed(
    settings: Settings, run: store.Run, opened: Sequence[str], began: float
) -> Fingerprint | None:
    """The fingerprint of a run with all that it read; None where its analysis is no more."""
    if not run.parts:
        return None
    try:
        analysis = analyses.get(settings, run.script)
    except GlossError:
        return None
    return fingerprint.ended(settings.analysis, analysis, run.parts, opened, began)


def progress(
    connection: sqlite3.Connection, run_id: int, told: Mapping[str, Any], log: str = ""
) -> None:
    """How far a run is (runner/progress.py says in what form), and what it has printed so far."""
    with database.transaction(connection, shows=False):
        connection.execute(
            "UPDATE run SET progress = ?, log = ? WHERE id = ?", [json.dumps(told), log, run_id]
        )


def to_cancel(connection: sqlite3.Connection) -> set[int]:
    """The running ones that somebody asked to end."""
    rows = connection.execute("SELECT id FROM run WHERE status = 'running' AND cancel = 1")
    return {row["id"] for row in rows}


def finish(
    settings: Settings,
    connection: sqlite3.Connection,
    run_id: int,
    status: str,
    *,
    outputs: Sequence[store.Output] = (),
    seconds: float | None = None,
    message: str = "",
    log: str = "",
    sandbox: str = "",
    opened: Sequence[str] = (),
    settle: Callable[[], object] = bool,
) -> store.Run:
    """Write how a run ended and what it returned; older runs of the same make room.

    `settle` puts its files into their place, as the last step of the transaction: where that or
    writing fails, neither is there.

    `opened` are the files that it was seen to read: with them its fingerprint is complete. That
    of a failure too: when one of them is mended, it is worth another run.
    """
    began = time.time() - (seconds or 0.0)
    run, whole = store.get(connection, run_id), None
    if status == "succeeded" or opened:
        whole = completed(settings, run, opened, began)
    with database.transaction(connection):
        if whole is not None:
            write_fingerprint(settings, connection, run_id, run.script, whole)
        short = message[: store.LONGEST_MESSAGE]
        connection.execute(
            "UPDATE run SET status = ?, ended = ?, seconds = ?, message = ?, log = ?, sandbox = ?"
            " WHERE id = ?",
            [status, clock.stamp(), seconds, short, log, sandbox, run_id],
        )
        write_outputs(connection, run_id, outputs)
        run = store.get(connection, run_id)
        settle()
    if status == "succeeded":
        make_found(settings, connection, run)
    keeping.now_and_then(settings, connection)
    return run


def write_outputs(
    connection: sqlite3.Connection, run_id: int, outputs: Sequence[store.Output]
) -> None:
    connection.execute("DELETE FROM output WHERE run_id = ?", [run_id])
    connection.executemany(
        "INSERT INTO output VALUES (?, ?, ?, ?, ?, ?)",
        [
            [run_id, place, row.name, row.kind, json.dumps(row.value), json.dumps(row.files)]
            for place, row in enumerate(outputs)
        ],
    )


def make_found(settings: Settings, connection: sqlite3.Connection, run: store.Run) -> None:
    """Afterwards, as somebody waits for the result and nobody yet searches for it."""
    try:
        entries.index(settings, connection, run.script)
    except Exception:  # the result is there all the same; the next sync indexes it
        log.exception("runner: not made searchable, run %d", run.id)


def interrupt_left_over(connection: sqlite3.Connection, begun: Collection[int]) -> list[int]:
    """At the start of a runner nothing can be running: what says so was cut short.

    Of the points of sweeps those that had `begun`; the others were taken ahead, and wait again.
    """
    with database.transaction(connection):
        rows = connection.execute(
            "UPDATE run SET status = 'interrupted', ended = ?,"
            " message = 'The runner stopped before this run had ended. Run it again.'"
            " WHERE status = 'running' AND (sweep_id IS NULL"
            " OR id IN (SELECT value FROM json_each(?))) RETURNING id",
            [clock.stamp(), json.dumps([*begun])],
        ).fetchall()
    return [row["id"] for row in rows]
