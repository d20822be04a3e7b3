"""The sweeps of notes that were never computed, or no longer hold: begin them."""

from __future__ import annotations

import sqlite3

from app.accounts.permissions import Person
from app.lab.sweeps import asking, shown
from app.lab.sweeps.store import Key, Sweep
from app.settings import Settings


def begin(
    settings: Settings, connection: sqlite3.Connection, person: Person, *, again: bool = False
) -> list[Sweep]:
    """Those that have never run; `again`: also those that are stale or lack points."""
    begun: dict[Key, Sweep] = {}
    for _, found in shown.of_notes(settings, connection, asking.EVERY):
        sweep, key = found.sweep, found.key
        if key is None or key in begun:
            continue
        lacking = sweep is not None and (bool(found.stale) or sweep.done < sweep.size)
        if sweep is None or (again and lacking):
            begun[key] = asking.ask(
                settings, connection, found.script, found.params or {}, found.axes, person
            )
    return list(begun.values())


def waiting(connection: sqlite3.Connection, sweep: Sweep) -> list[int]:
    """The runs that are its points, as far as they have not ended."""
    rows = connection.execute(
        "SELECT id FROM run WHERE sweep_id = ? AND status IN ('queued', 'running')", [sweep.id]
    )
    return [row["id"] for row in rows]
