"""Ask for a sweep: what everybody outside of this room does; older sweeps make room."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from app import database
from app.accounts.permissions import Person
from app.lab.sweeps import shown, store
from app.lab.sweeps.axes import Axis
from app.lab.sweeps.store import Sweep
from app.settings import Settings

EVERY = ("public", "unlisted", "private")


def ask(
    settings: Settings,
    connection: sqlite3.Connection,
    script: str,
    params: Mapping[str, Any],
    axes: Sequence[Axis],
    person: Person,
) -> Sweep:
    """The sweep, begun or gone on with."""
    sweep = store.begin(settings, connection, script, params, axes, person)
    prune(settings, connection, script)
    return sweep


def prune(settings: Settings, connection: sqlite3.Connection, script: str) -> None:
    """Of each analysis the last sweeps are kept, those that wait or run, and what notes show."""
    older = store.newest_first(connection, script, limit=-1, offset=store.KEPT)
    if not older:
        return
    inside = shown.of_notes(settings, connection, EVERY)
    both = [each for _, found in inside for each in (found.sweep, found.meanwhile)]
    needed = {each.id for each in both if each is not None}
    with database.transaction(connection):
        for sweep in older:
            if not sweep.active and sweep.id not in needed:
                connection.execute("DELETE FROM sweep WHERE id = ?", [sweep.id])
