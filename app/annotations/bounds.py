"""What else must be readable for whoever may read an annotation: all that it answers, and each note
that it, or what it answers, names beside its own.

It is worked out when that changes and kept beside the annotation, with what it inherits from above;
`search/readable.py` asks for it. The notes stand there by their numbers: whatever becomes of one
later counts at once. Which one was named is kept when it is (annotation_further, an owned table):
another that takes the name never stands for it, whoever changes or restores the annotation. Until
the rest is known, as after the derived tables were made anew, the row UNKNOWN keeps back whatever
may have any.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from app import clock, database
from app.annotations.reading import Reading, read_stored

Bound = tuple[int, int]  # a note; or (NO_NOTE) the one person who may read it

NO_NOTE = 0  # notes are counted from 1
UNKNOWN: Bound = (NO_NOTE, -1)
NOBODY: Bound = (NO_NOTE, 0)  # two people keep something above it to themselves
SIGNED_IN: Bound = (-1, 0)  # there is no such note
MOST = 50  # notes: what names more is for who is signed in
BATCH = 500

ROW = """SELECT annotation.reply_to, annotation.created, annotation.note_uid,
        above.thread <> '' AS is_between, above.visibility, above.person_id,
        CASE WHEN instr(annotation.stored, '"/notes/') THEN annotation.stored END AS stored
    FROM annotation LEFT JOIN annotation AS above ON above.id = annotation.reply_to
    WHERE annotation.id = ?"""
KEEP = "INSERT OR REPLACE INTO annotation_further VALUES (?, ?, ?)"
OF_THREAD = "SELECT id FROM annotation WHERE id = ?1 OR thread = ?1 ORDER BY rowid"
NOT_KNOWN = """SELECT annotation.id FROM annotation_bound AS bound JOIN annotation USING (id)
    WHERE bound.note_uid = ? AND bound.person_id = ? ORDER BY annotation.rowid LIMIT ?"""
# Who names a note means one that there was: not one that took its name since.
NAMED = """SELECT uid FROM note WHERE created <= ?2 AND (path = ?1
    OR uid = (SELECT note_uid FROM former_path WHERE path = ?1)) ORDER BY path IS ?1 DESC LIMIT 1"""


def further(reading: Reading, path: str | None = None) -> set[str]:
    """The notes that it tells of beside its own: what it is about, and what bodies quote."""
    own = () if reading.answers else reading.notes[:1]
    return {*reading.notes, *reading.quoted} - {path, *own}


def put(connection: sqlite3.Connection, id: str, now: str = "") -> bool:
    """Keep what it is bound by, which what it answers knows already; whether that is new.

    `now`: it is just written, and names what has those names now.
    """
    row = connection.execute(ROW, [id]).fetchone()
    found: set[Bound] = known(connection, row["reply_to"])
    if row["is_between"] and row["visibility"] == "private":  # of the first one the row says it
        found.add((NO_NOTE, row["person_id"] or 0))
    if row["stored"]:
        names = further(read_stored(row["stored"]))
        bounds = (meant(connection, id, name, row["created"], now) for name in names)
        found |= {bound for bound in bounds if bound[0] != row["note_uid"]}
    bound_by, before = few(found), known(connection, id)
    if bound_by == before:
        return False
    connection.execute("DELETE FROM annotation_bound WHERE id = ?", [id])
    rows = [(id, *bound) for bound in bound_by]
    connection.executemany("INSERT INTO annotation_bound VALUES (?, ?, ?)", rows)
    return True


def meant(connection: sqlite3.Connection, id: str, name: str, created: str, now: str) -> Bound:
    """The note that it named so first; where that is not known, what had the name when it was made.

    What had none is for who is signed in.
    """
    row = named_before(connection, id, name)
    uid = row["note_uid"] if row else None
    if row is None or (now and uid is None):
        uid = called(connection, name, now or created)
        connection.execute(KEEP, [id, name, uid])
    return SIGNED_IN if uid is None else (uid, 0)


def named_before(connection: sqlite3.Connection, id: str, name: str) -> sqlite3.Row | None:
    query = "SELECT note_uid FROM annotation_further WHERE annotation_id = ? AND name = ?"
    row: sqlite3.Row | None = connection.execute(query, [id, name]).fetchone()
    return row


def called(connection: sqlite3.Connection, name: str, at: str) -> int | None:
    """The note of this name that there was at that moment."""
    row = connection.execute(NAMED, [name, at]).fetchone()
    return row["uid"] if row else None


def now_meant(connection: sqlite3.Connection, id: str, names: Iterable[str]) -> dict[str, int]:
    """The notes of these names that are there, for an annotation that is being written."""
    found: dict[str, int] = {}
    for name in names:
        row = named_before(connection, id, name)
        uid = (
            row["note_uid"] if row and row["note_uid"] else called(connection, name, clock.stamp())
        )
        if uid is not None:
            found[name] = uid
    return found


def hand_over(connection: sqlite3.Connection, uid: int, to: int) -> None:
    """What named the one note named the other: a step of what joins them."""
    for table in ("annotation_further", "annotation_bound"):
        change = f"UPDATE OR IGNORE {table} SET note_uid = ? WHERE note_uid = ?"
        connection.execute(change, [to, uid])


def known(connection: sqlite3.Connection, id: str | None) -> set[Bound]:
    rows = connection.execute("SELECT note_uid, person_id FROM annotation_bound WHERE id = ?", [id])
    return {(row["note_uid"], row["person_id"]) for row in rows}


def few(bounds: set[Bound]) -> set[Bound]:
    """The same, or what lets fewer read it, so that no thread has more than some rows for each."""
    notes = {bound for bound in bounds if bound[0] != NO_NOTE}
    people = bounds - notes
    return (notes if len(notes) <= MOST else {SIGNED_IN}) | (
        people if len(people) <= 1 else {NOBODY}
    )


def follow(connection: sqlite3.Connection, root: str) -> None:
    """The same of a whole thread, of which one was changed; answers are younger."""
    for row in connection.execute(OF_THREAD, [root]).fetchall():
        put(connection, row["id"])


def make(connection: sqlite3.Connection) -> None:
    """Work out what is not known yet, a batch at a time."""
    asked = [*UNKNOWN, BATCH]
    while rows := connection.execute(NOT_KNOWN, asked).fetchall():
        with database.transaction(connection):
            for row in rows:
                put(connection, row["id"])
