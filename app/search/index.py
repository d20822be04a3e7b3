"""The index: one entry for each note, analysis and annotation that can be found.

All functions write within the caller's transaction. The words of an entry are taken out of the
index by means of the very text that they came from: `withdraw` comes before that text changes.

SQLite writes the pending words of FTS5 out whenever a statement needs a savepoint; an upsert with
RETURNING does, and made indexing 2.4 times slower. So a new entry is tried first, which is also
the common case.

What is kept is what is shown. Where the index has its words in another spelling (folding.py), that
is kept beside it, for nothing else can take them out again.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from app.search import folding, identifiers, signs
from app.search.visible import AUDIENCES, LOOKED_UP

NEW = """INSERT OR IGNORE INTO search_entry
    VALUES ((SELECT ifnull(max(id), 0) / :each + 1 FROM search_entry) * :each + :audience,
    :type, :key, :uid, :date, :title, :headings, :tags, :body, :code, :signs, :folded)"""
OLD = """UPDATE search_entry SET date = :date, title = :title, headings = :headings, tags = :tags,
        body = :body, code = :code, signs = :signs, folded = :folded
    WHERE id = :id AND (date, title, headings, tags, body, code, signs, folded)
        IS NOT (:date, :title, :headings, :tags, :body, :code, :signs, :folded)"""
TEXT = """INSERT INTO search_text (rowid, title, headings, tags, body, code, signs)
    VALUES (?, ?, ?, ?, ?, ?, ?)"""
COLUMNS = ("title", "headings", "tags", "body", "code")
FRESH = """INSERT OR IGNORE INTO search_fresh
    SELECT ? WHERE EXISTS (SELECT 1 FROM search_best)"""


@dataclass(frozen=True)
class Entry:
    """What can be found. `type`: note | code | annotation, `key`: uid | name | id.

    `is_note`: `body` is the text of the note `uid` as `document` has it, and is not kept twice.
    """

    type: str
    key: str
    uid: int | None
    date: str
    title: str = ""
    headings: str = ""
    tags: str = ""
    body: str = ""
    code: str = ""
    audience: int = LOOKED_UP
    is_note: bool = False


def put(connection: sqlite3.Connection, entry: Entry) -> None:
    """Make or replace an entry; that of a note is withdrawn before its text changes."""
    if not entry.is_note:
        withdraw(connection, entry.type, entry.key)
    kept = {name: storable(getattr(entry, name)) for name in COLUMNS}
    indexed = {name: folding.folded(text) for name, text in kept.items()}
    extra = extra_words(indexed)
    values = as_kept(entry, kept, indexed, extra)
    made = connection.execute(NEW, values)
    number = made.lastrowid if made.rowcount else replaced(connection, entry, values)
    connection.execute(TEXT, [number, *indexed.values(), extra])
    connection.execute(FRESH, [number])


def extra_words(indexed: dict[str, str]) -> str:
    """What is found beside the words as they are written: signs, and parts of names."""
    title, _, tags, body, code = indexed.values()
    found = [signs.of_entry(title, tags, body, code)]
    found += [identifiers.of_text(title), identifiers.of_text(body)]
    if code and code not in body:  # that of a note may stand in its text
        found.append(identifiers.of_text(code))
    return "\n".join(filter(None, found))


def as_kept(
    entry: Entry, kept: dict[str, str], indexed: dict[str, str], extra: str
) -> dict[str, object]:
    """The row. `folded` has the columns whose words the index has in another spelling."""
    body = kept["body"]
    other = {name: text for name, text in indexed.items() if text != kept[name]}
    return {
        **kept,
        "type": entry.type,
        "key": entry.key,
        "uid": entry.uid,
        "date": entry.date,
        "body": None if entry.is_note and body == entry.body else body,
        "signs": extra,
        "folded": json.dumps(other, ensure_ascii=False) if other else None,
        "audience": entry.audience,
        "each": AUDIENCES,
    }


def replaced(connection: sqlite3.Connection, entry: Entry, values: dict[str, object]) -> int | None:
    """Change the entry that is there; its id. Another audience or note is another entry."""
    row = connection.execute(
        "SELECT id, uid FROM search_entry WHERE type = ? AND key = ?", [entry.type, entry.key]
    ).fetchone()
    if (row["id"] % AUDIENCES, row["uid"]) == (entry.audience, entry.uid):
        connection.execute(OLD, {**values, "id": row["id"]})
        return int(row["id"])
    connection.execute("DELETE FROM search_entry WHERE id = ?", [row["id"]])
    return connection.execute(NEW, values).lastrowid


def withdraw(connection: sqlite3.Connection, type: str, key: str) -> None:
    """Take the words of an entry out of the index, if there is one; it must be put again."""
    connection.execute(
        "DELETE FROM search_text"
        " WHERE rowid = (SELECT id FROM search_entry WHERE type = ? AND key = ?)",
        [type, key],
    )


def storable(text: str) -> str:
    """The text as SQLite can keep it: no NUL, no half of a surrogate pair."""
    if text.isascii():
        return text.replace("\0", " ")
    return text.encode("utf-8", "replace").decode().replace("\0", " ")


def remove(connection: sqlite3.Connection, type: str, key: str) -> None:
    """Forget the entry; nothing happens if there is none."""
    withdraw(connection, type, key)
    connection.execute("DELETE FROM search_entry WHERE type = ? AND key = ?", [type, key])
