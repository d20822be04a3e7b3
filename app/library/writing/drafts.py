"""What a person typed into a form and has not saved: kept until it is saved or dropped.

Each open form has a token of its own, so that two windows on one note never write over each
other's draft. A form for a new note has no id: it is the empty text.
"""

from __future__ import annotations

import json
import re
import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from app import clock, database
from app.errors import Conflict

TOKEN = re.compile(r"[0-9a-f]{16}")
MOST = 200  # of one person


@dataclass(frozen=True)
class Draft:
    """`base`: the SHA-256 of the version that it began from; empty for a new note."""

    id: str
    token: str
    base: str
    fields: dict[str, str]
    at: str

    @property
    def title(self) -> str:
        return self.fields.get("title", "") or self.id or "a note without a title"


def new_token() -> str:
    return secrets.token_hex(8)


def address(id: str, token: str) -> str:
    """
    >>> address("papers/walks?", "0" * 16).rpartition("?")[0]
    'papers/walks?'
    """
    return f"{id}?{token}"


def put(
    connection: sqlite3.Connection,
    person_id: int,
    id: str,
    token: str,
    base: str,
    fields: Mapping[str, str],
) -> str:
    """Keep what was typed, over what the same form kept before; the time of it."""
    at = clock.stamp()
    with database.transaction(connection, shows=False):
        refuse_many(connection, person_id, address(id, token))
        connection.execute(
            "INSERT INTO draft (person_id, address, base, fields, at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET base = excluded.base, fields = excluded.fields,"
            " at = excluded.at",
            [person_id, address(id, token), base, json.dumps(dict(fields)), at],
        )
    return at


def refuse_many(connection: sqlite3.Connection, person_id: int, own: str) -> None:
    others = connection.execute(
        "SELECT COUNT(*) FROM draft WHERE person_id = ? AND address <> ?", [person_id, own]
    ).fetchone()[0]
    if others >= MOST:
        raise Conflict(
            f"You have {others} drafts that are not saved, and no more are kept.",
            hint="Save some of them or drop them: they are listed on the page for a new note.",
        )


def get(connection: sqlite3.Connection, person_id: int, id: str, token: str) -> Draft | None:
    row = connection.execute(
        "SELECT * FROM draft WHERE person_id = ? AND address = ?", [person_id, address(id, token)]
    ).fetchone()
    return of_row(row) if row else None


def of_person(connection: sqlite3.Connection, person_id: int) -> list[Draft]:
    """All of somebody's drafts, the newest first."""
    rows = connection.execute(
        "SELECT * FROM draft WHERE person_id = ? ORDER BY at DESC, address", [person_id]
    )
    return [of_row(row) for row in rows]


def of_note(connection: sqlite3.Connection, person_id: int, id: str) -> list[Draft]:
    """Somebody's drafts of one note, the newest first. `@` is the character after `?`."""
    rows = connection.execute(
        "SELECT * FROM draft WHERE person_id = ? AND address > ? AND address < ?"
        " ORDER BY at DESC, address",
        [person_id, f"{id}?", f"{id}@"],
    )
    return [draft for row in rows if (draft := of_row(row)).id == id]


def drop(connection: sqlite3.Connection, person_id: int, id: str, token: str) -> None:
    with database.transaction(connection, shows=False):
        connection.execute(
            "DELETE FROM draft WHERE person_id = ? AND address = ?", [person_id, address(id, token)]
        )


def drop_all(
    connection: sqlite3.Connection,
    person_id: int,
    until: str,
    *,
    id: str | None = None,
    but: str = "",
) -> None:
    """Somebody's drafts up to that time go, of all notes or of one; not that of the form `but`."""
    every = of_person(connection, person_id) if id is None else of_note(connection, person_id, id)
    gone = [draft for draft in every if draft.at <= until and draft.token != but]
    with database.transaction(connection, shows=False):
        connection.executemany(
            "DELETE FROM draft WHERE person_id = ? AND address = ? AND at <= ?",
            [(person_id, address(draft.id, draft.token), until) for draft in gone],
        )


def moved(connection: sqlite3.Connection, old: str, new: str) -> None:
    """A note has another id now: everybody's drafts of it go along."""
    with database.transaction(connection, shows=False):
        connection.execute(
            "UPDATE draft SET address = ? || substr(address, ?)"
            " WHERE address > ? AND address < ? AND length(address) = ?",
            [new, len(old) + 1, f"{old}?", f"{old}@", len(old) + 17],
        )


def of_row(row: sqlite3.Row) -> Draft:
    note, _, token = row["address"].rpartition("?")
    return Draft(note, token, row["base"], json.loads(row["fields"]), row["at"])
