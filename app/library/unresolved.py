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
    leads: dict[tuple[str, str], bool] = {}  # the same targets stand in many notes
    for row in rows:
        asked = key_of(row["target"], row["path"])
        if asked not in leads:
            leads[asked] = choose(found, row["target"], row["path"]) is not None
    missed = [row for row in rows if not leads[key_of(row["target"], row["path"])]]
    return [Unresolved(row["path"], row["target"]) for row in missed]


def key_of(target: str, path: str) -> tuple[str, str]:
    """What decides whether a link leads anywhere: its folder only where it goes up from there."""
    return target, path.rpartition("/")[0] if ".." in target else ""
