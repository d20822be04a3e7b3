"""What a person typed into a form and has not saved: kept until it is saved or dropped.

Each open form has a token of its own, so that two windows on one note never write over each
other's draft. A draft is of a note, not of an address: where the note is, it is found. A form for
a new note has no id: it is the empty text.

Lists read no more of a draft than its title and its first words.
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
from app.library import names
from app.library.note import megabytes

TOKEN = re.compile(r"[0-9a-f]{16}")
MOST = 200  # of one person
MOST_BYTES = 50_000_000  # in all of them
LONGEST_TITLE = 200
OPENING = 2000  # characters, to find the first words in

# Where the note of a draft is now: in the trash it has the address that it had; for one that gave
# its address up, or is forgotten, it is where the draft was begun, or where that leads.
COLUMNS = """token, base, at, times, title, opening, says, coalesce(
    (SELECT trash.path FROM trash WHERE trash.note_uid = draft.note_uid),
    (SELECT note.path FROM note WHERE uid = draft.note_uid),
    (SELECT document.path FROM former_path JOIN document ON uid = former_path.note_uid
        WHERE former_path.path = draft.path AND draft.note_uid IS NULL
        AND NOT EXISTS (SELECT 1 FROM document WHERE path = draft.path)),
    draft.path) AS id"""
# Whose form it is that says this address: the note that is there, else the one that was, else one
# that is not indexed.
NOTE_AT = """SELECT uid FROM (
    SELECT uid, 1 AS rank FROM document WHERE path = :path
    UNION ALL SELECT note_uid, 2 FROM former_path JOIN document ON uid = note_uid
        WHERE former_path.path = :path
    UNION ALL SELECT uid, 3 FROM note WHERE path = :path) ORDER BY rank LIMIT 1"""
PUT = f"""INSERT INTO draft
    (person_id, token, note_uid, path, base, began, at, size, title, opening, says, fields)
    VALUES (:person, :token, ({NOTE_AT}), :path, :base, :at, :at, :size, :title, :opening,
        :says, :fields)
    ON CONFLICT DO UPDATE SET note_uid = coalesce(note_uid, excluded.note_uid),
        base = excluded.base, at = excluded.at, times = times + 1, size = excluded.size,
        title = excluded.title, opening = excluded.opening, says = excluded.says,
        fields = excluded.fields"""


@dataclass(frozen=True)
class Draft:
    """As lists have it. `id`: where its note is now; `base`: the SHA-256 of the version that it
    began from, empty for a new note; `says`: that of the file that it would be, if that is known;
    `times`: how often it was kept."""

    token: str
    base: str
    at: str
    times: int
    title: str
    opening: str
    says: str
    id: str

    @property
    def named(self) -> str:
        return self.title or self.id or "a note without a title"

    @property
    def seen(self) -> str:
        """What a form says that drops it: this draft, as it was listed."""
        return f"{self.token}:{self.times}"


@dataclass(frozen=True)
class Whole:
    """A draft with all that was typed."""

    draft: Draft
    fields: dict[str, str]


def new_token() -> str:
    return secrets.token_hex(8)


def put(
    connection: sqlite3.Connection,
    person_id: int,
    id: str,
    token: str,
    base: str,
    fields: Mapping[str, str],
    *,
    says: str = "",
) -> str:
    """Keep what was typed, over what the same form kept before; the time of it."""
    at, kept = clock.stamp(), json.dumps(dict(fields))
    own = {"person": person_id, "token": token, "path": names.normal(id), "base": base, "at": at}
    opening = fields.get("markdown", "")[:OPENING]
    shown = {"title": fields.get("title", "")[:LONGEST_TITLE], "opening": opening, "says": says}
    size = len(kept) + len(base)
    with database.transaction(connection, shows=False):
        refuse_many(connection, person_id, token, size)
        connection.execute(PUT, {**own, **shown, "fields": kept, "size": size})
    return at


def refuse_many(connection: sqlite3.Connection, person_id: int, own: str, size: int) -> None:
    """Nothing goes to make room: what to give up, a person says."""
    others, sizes = connection.execute(
        "SELECT count(*), coalesce(sum(size), 0) FROM draft WHERE person_id = ? AND token <> ?",
        [person_id, own],
    ).fetchone()
    what = "Save some of them or drop them: they are listed on the page for a new note."
    if others >= MOST:
        raise Conflict(
            f"You have {others} drafts that are not saved, and no more are kept.", hint=what
        )
    if sizes + size > MOST_BYTES:
        raise Conflict(
            f"Your drafts would be more than {megabytes(MOST_BYTES)}: this is not kept as one.",
            hint=f"This one can be saved as a note. {what}",
        )


def get(connection: sqlite3.Connection, person_id: int, token: str) -> Whole | None:
    """A draft, wherever its note is."""
    row = connection.execute(
        f"SELECT {COLUMNS}, fields FROM draft WHERE person_id = ? AND token = ?",
        [person_id, token],
    ).fetchone()
    if row is None:
        return None
    *listed, fields = row
    return Whole(Draft(*listed), json.loads(fields))


def of_person(connection: sqlite3.Connection, person_id: int) -> list[Draft]:
    """All of somebody's drafts, the newest first."""
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM draft WHERE person_id = ? ORDER BY at DESC, token", [person_id]
    )
    return [Draft(*row) for row in rows]


def of_note(connection: sqlite3.Connection, person_id: int, id: str) -> list[Draft]:
    """Somebody's drafts of one note, the newest first."""
    found = names.normal(id)
    return [draft for draft in of_person(connection, person_id) if draft.id == found]


def drop(connection: sqlite3.Connection, person_id: int, token: str) -> None:
    with database.transaction(connection, shows=False):
        connection.execute(
            "DELETE FROM draft WHERE person_id = ? AND token = ?", [person_id, token]
        )


def drop_seen(connection: sqlite3.Connection, person_id: int, seen: Mapping[str, int]) -> None:
    """These of somebody's drafts go, by token, but not where more was typed since (`times`)."""
    with database.transaction(connection, shows=False):
        connection.executemany(
            "DELETE FROM draft WHERE person_id = ? AND token = ? AND times = ?",
            [(person_id, token, times) for token, times in seen.items()],
        )
