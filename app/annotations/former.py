"""What a change or a deletion took the place of, so that who made it can undo it for an hour."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app import clock
from app.accounts.permissions import Person
from app.annotations.kept import Annotation

UNDONE_WITHIN = timedelta(hours=1)
LAST = """SELECT id, at, person_id, stored, visibility, deleted FROM annotation_former
    WHERE annotation_id = ? ORDER BY id DESC LIMIT 1"""


@dataclass(frozen=True)
class Former:
    """An annotation as it was; `deleted`: it was deleted then, and not changed."""

    id: int
    stored: dict[str, Any]
    visibility: str
    deleted: bool


def keep(
    connection: sqlite3.Connection, person: Person, old: Annotation, *, deleted: bool = False
) -> None:
    connection.execute(
        "INSERT INTO annotation_former (annotation_id, at, person_id, stored, visibility, deleted)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [old.id, clock.stamp(), person.id, json.dumps(old.stored), old.visibility, int(deleted)],
    )


def last(connection: sqlite3.Connection, person: Person, id: str) -> Former | None:
    """What `person` may still bring back."""
    row = connection.execute(LAST, [id]).fetchone()
    if row is None or person.id is None or row["person_id"] != person.id:
        return None
    if clock.now() - datetime.fromisoformat(row["at"]) > UNDONE_WITHIN:
        return None
    stored = json.loads(row["stored"])
    return Former(row["id"], stored, row["visibility"], bool(row["deleted"]))


def forget(connection: sqlite3.Connection, former: Former) -> None:
    """It is the annotation again."""
    connection.execute("DELETE FROM annotation_former WHERE id = ?", [former.id])
