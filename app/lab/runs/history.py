"""The runs of the library, newest first, a page at a time."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from app.lab.runs import store
from app.lab.runs.store import Run


@dataclass(frozen=True)
class Wanted:
    """Which runs: of one analysis, of one status, of these choices of parameters; None is any."""

    script: str | None = None
    status: str | None = None
    choices: frozenset[tuple[str, str]] | None = None


@dataclass(frozen=True)
class Page:
    total: int
    runs: list[Run]


def page(connection: sqlite3.Connection, wanted: Wanted, *, limit: int, offset: int) -> Page:
    """Three queries, whatever is shown."""
    source = """FROM run WHERE sweep_id IS NULL
        AND (?1 IS NULL OR script = ?1) AND (?2 IS NULL OR status = ?2)
        AND (?3 IS NULL OR (script, params) IN
            (SELECT value ->> 0, value ->> 1 FROM json_each(?3)))"""
    choices = None if wanted.choices is None else json.dumps(sorted(wanted.choices))
    values = [wanted.script, wanted.status, choices]
    total = connection.execute(f"SELECT count(*) {source}", values).fetchone()[0]
    rows = connection.execute(
        f"SELECT id {source} ORDER BY id DESC LIMIT ?4 OFFSET ?5", [*values, limit, offset]
    )
    found = store.load(connection, [row["id"] for row in rows])
    return Page(total, sorted(found.values(), key=lambda run: -run.id))


def waiting(connection: sqlite3.Connection) -> list[int]:
    """The runs that wait, in the order in which they will begin."""
    rows = connection.execute("SELECT id FROM run WHERE status = 'queued' ORDER BY id")
    return [row["id"] for row in rows]


def contained(connection: sqlite3.Connection) -> str:
    """How the newest run was contained, in words; empty where none has run."""
    row = connection.execute(
        "SELECT sandbox FROM run WHERE sandbox <> '' ORDER BY id DESC LIMIT 1"
    ).fetchone()
    return str(row["sandbox"]) if row else ""
