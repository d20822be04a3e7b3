"""What the same computed elsewhere already: a sweep takes it over instead of computing it again.

From a whole run, or a point of another sweep, and only where all that it was seen to open is as it
was then: two points of one table never come from different data.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterable
from typing import Any

from app.lab import fingerprint
from app.lab.analyses import Analysis
from app.lab.sweeps import around
from app.settings import Settings

Pairs = dict[int, int]  # the run that is taken over, by the point that takes it


def take_over(
    settings: Settings, connection: sqlite3.Connection, sweep_id: int, analysis: Analysis
) -> None:
    """Within a transaction: what waits of this sweep and is known has succeeded."""
    whole, seen = of_runs(settings, connection, sweep_id, analysis)
    pairs, also = of_sweeps(settings, connection, sweep_id, analysis)
    write(connection, pairs | whole)
    if opened := dict.fromkeys({*seen, *also}, math.inf):  # which is known to be as it was
        around.add(settings, connection, sweep_id, analysis, opened)


def of_runs(
    settings: Settings, connection: sqlite3.Connection, sweep_id: int, analysis: Analysis
) -> tuple[Pairs, set[str]]:
    """Of each point the newest run that holds, and what those have opened."""
    taken = fingerprint.taker(settings)
    rows = connection.execute(
        "SELECT point.id AS point, point.params AS params, old.id AS old,"
        " old.fingerprint AS digest, old.parts ->> '$.seen' AS seen"
        " FROM run AS point JOIN run AS old ON old.script = point.script"
        " AND old.params = point.params AND old.status = 'succeeded' AND old.sweep_id IS NULL"
        " WHERE point.sweep_id = ? AND point.status = 'queued' ORDER BY old.id",
        [sweep_id],
    )
    pairs: Pairs = {}
    opened: dict[int, list[str]] = {}
    for row in rows.fetchall():
        seen = json.loads(row["seen"] or "[]")
        if taken(analysis, json.loads(row["params"]), seen).digest == row["digest"]:
            pairs[row["point"]], opened[row["point"]] = row["old"], seen
    return pairs, {path for paths in opened.values() for path in paths}


def of_sweeps(
    settings: Settings, connection: sqlite3.Connection, sweep_id: int, analysis: Analysis
) -> tuple[Pairs, set[str]]:
    """Of each point the newest one of the sweeps that hold, and what those have opened."""
    parts = {other: around.of(connection, other) for other in others(connection, sweep_id)}
    sound = {other for other, found in parts.items() if around.holds(settings, analysis, found)}
    rows = connection.execute(
        "SELECT point.id AS point, max(old.id) AS old, old.sweep_id AS sweep FROM run AS point"
        " JOIN run AS old ON old.script = point.script AND old.params = point.params"
        " AND old.status = 'succeeded' AND old.fingerprint = point.fingerprint"
        " AND old.sweep_id IN (SELECT value FROM json_each(?))"
        " WHERE point.sweep_id = ? AND point.status = 'queued' GROUP BY point.id",
        [json.dumps(sorted(sound)), sweep_id],
    ).fetchall()
    used = {row["sweep"] for row in rows}
    seen = {path for other in used for path in fingerprint.seen_in(parts[other])}
    return {row["point"]: row["old"] for row in rows}, seen


def others(connection: sqlite3.Connection, sweep_id: int) -> list[int]:
    """The other sweeps of the same analysis."""
    rows = connection.execute(
        "SELECT other.id FROM sweep JOIN sweep AS other USING (script)"
        " WHERE sweep.id = ? AND other.id <> sweep.id",
        [sweep_id],
    )
    return [found for (found,) in rows]


def write(connection: sqlite3.Connection, pairs: Pairs) -> None:
    rows: Iterable[list[Any]] = [[old, point] for point, old in pairs.items()]
    connection.executemany(
        "UPDATE run SET (status, started, ended, seconds, sandbox) ="
        " (SELECT status, started, ended, seconds, sandbox FROM run AS old WHERE old.id = ?)"
        " WHERE id = ?",
        rows,
    )
    connection.executemany(
        "INSERT INTO output SELECT ?2, position, name, kind, value, '{}' FROM output"
        " WHERE run_id = ?1 AND kind IN ('value', 'text')",
        rows,
    )
