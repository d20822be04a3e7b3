"""The index: one entry for each note, analysis and annotation that can be found.

`put` and `remove` write within the caller's transaction. SQLite writes the pending words of
FTS5 out whenever a statement needs a savepoint; an upsert with RETURNING does, and made indexing
2.4 times slower. So a new entry is tried first, which is also the common case.
"""

from __future__ import annotations

import sqlite3

NEW = "INSERT OR IGNORE INTO search_entry (type, key, uid, date) VALUES (?, ?, ?, ?)"
OLD = "UPDATE search_entry SET uid = ?1, date = ?2 WHERE id = ?3 AND (uid, date) IS NOT (?1, ?2)"
TEXT = """INSERT OR REPLACE INTO search_text (rowid, title, headings, tags, body, code)
    VALUES (?, ?, ?, ?, ?, ?)"""


def put(
    connection: sqlite3.Connection,
    type: str,
    key: str,
    *,
    uid: int | None,
    date: str,
    title: str = "",
    headings: str = "",
    tags: str = "",
    body: str = "",
    code: str = "",
) -> None:
    """Make or replace the entry of one note (key: its uid), code (name) or annotation (id)."""
    made = connection.execute(NEW, [type, key, uid, date])
    entry = made.lastrowid if made.rowcount else known(connection, type, key)
    if not made.rowcount:
        connection.execute(OLD, [uid, date, entry])
    connection.execute(TEXT, [entry, *map(storable, (title, headings, tags, body, code))])


def known(connection: sqlite3.Connection, type: str, key: str) -> int | None:
    """The id of the entry, if there is one."""
    row = connection.execute(
        "SELECT id FROM search_entry WHERE type = ? AND key = ?", [type, key]
    ).fetchone()
    return row and int(row[0])


def storable(text: str) -> str:
    """The text as SQLite can keep it: no NUL, no half of a surrogate pair."""
    if text.isascii():
        return text.replace("\0", " ")
    return text.encode("utf-8", "replace").decode().replace("\0", " ")


def remove(connection: sqlite3.Connection, type: str, key: str) -> None:
    """Forget the entry; nothing happens if there is none."""
    entry = known(connection, type, key)
    if entry is not None:
        connection.execute("DELETE FROM search_entry WHERE id = ?", [entry])
        connection.execute("DELETE FROM search_text WHERE rowid = ?", [entry])
