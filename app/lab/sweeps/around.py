"""What surrounds a sweep: all that decides what comes out, but for the parameters.

It is kept with the first of its points. What the points are seen to open is added as they end, so
that a sweep holds only as long as everything does that any of its points has read.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from app.lab.analyses import Analysis
from app.lab.fingerprint import ending, seen_in, taking
from app.lab.runs import sources
from app.settings import Settings

MOST_SEEN = 5_000  # files; of more that its points open, the first
COMPARED = ("source", "modules", "inputs", "packages", "python")

Parts = Mapping[str, Any]


def holds(settings: Settings, analysis: Analysis, parts: Parts) -> bool:
    """Whether all of it is as it was."""
    return is_same(parts, now(settings, analysis, parts))


def now(settings: Settings, analysis: Analysis, parts: Parts) -> Parts:
    """The same parts as they are now, with the files that were seen to be opened."""
    return taking.surroundings(settings.analysis, analysis, seen_in(parts))


def is_same(before: Parts, after: Parts) -> bool:
    return all(before.get(part) == after.get(part) for part in COMPARED)


def of(connection: sqlite3.Connection, sweep_id: int) -> Parts:
    return kept(connection, sweep_id)[1]


def kept(connection: sqlite3.Connection, sweep_id: int) -> tuple[int, dict[str, Any]]:
    """The point that it is kept with, and what it is."""
    row = connection.execute(
        "SELECT id, parts FROM run WHERE sweep_id = ? ORDER BY id LIMIT 1", [sweep_id]
    ).fetchone()
    return (row["id"], json.loads(row["parts"])) if row else (0, {})


def add(
    settings: Settings,
    connection: sqlite3.Connection,
    sweep_id: int,
    analysis: Analysis,
    opened: Mapping[str, float],
    altered: Iterable[str] = (),
) -> None:
    """Within a transaction: points have opened these files, and begun at these seconds.

    `altered` are files that were known, and were written to while points ran.
    """
    place, before = kept(connection, sweep_id)
    known = {*seen_in(before)}
    fresh = islice((path for path in opened if path not in known), max(0, MOST_SEEN - len(known)))
    noted = {path: opened[path] for path in (*fresh, *known.intersection(opened))}
    parts = ending.joined(settings.analysis, analysis, before, noted)
    parts = ending.without(parts, analysis, altered)
    if parts == before:
        return
    files = sources.keep(connection, settings.analysis, analysis.name, parts)
    text = json.dumps({**parts, "files": files})
    connection.execute("UPDATE run SET parts = ? WHERE id = ?", [text, place])
