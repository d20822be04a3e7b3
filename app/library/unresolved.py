"""Links that lead to no note."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from app.library.links import EVERY, candidates, choose


@dataclass(frozen=True)
class Unresolved:
    """A link that leads to no note: the note that it stands in, and what it says."""

    path: str
    target: str


def every(connection: sqlite3.Connection) -> list[Unresolved]:
    """Every link of the library that means no note; two queries."""
    rows = connection.execute(
        "SELECT path, target FROM document_link JOIN document USING (uid)"
        " WHERE target <> '' ORDER BY path, position"
    ).fetchall()
    found = candidates(connection, {row["target"] for row in rows}, EVERY)
    return [
        Unresolved(row["path"], row["target"])
        for row in rows
        if choose(found, row["target"], row["path"]) is None
    ]
