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
from collections.abc import Sequence
from dataclasses import dataclass

from app.search import folding, identifiers, kept_remarks, signs
from app.search.numbers import (
    AUDIENCES,
    BAND,
    LOOKED_UP,
    NOTHING_KNOWN,
    Place,
    of_annotation,
)

ANNOTATION = "annotation"

ROW = """INSERT OR IGNORE INTO search_entry VALUES ({next},
    :type, :key, :uid, :date, :title, :headings, :tags, :body, :code, :signs, :folded)"""
NEXT = f"""(SELECT ifnull(max(id), 0) / {AUDIENCES} + 1 FROM search_entry WHERE id < {BAND})
    * {AUDIENCES} + :audience"""
# A number that an annotation of the kept lists had is not given again.
NEXT_IN_BAND = f"""(max((SELECT ifnull(max(id), :low) FROM search_entry
        WHERE id BETWEEN :low AND :last),
    ifnull((SELECT newest FROM search_mark WHERE low = :low), :low)) / {AUDIENCES} + 1)
    * {AUDIENCES} + :audience"""
NEW, NEW_ANNOTATION = (ROW.format(next=each) for each in (NEXT, NEXT_IN_BAND))
OLD = """UPDATE search_entry SET date = :date, title = :title, headings = :headings, tags = :tags,
        body = :body, code = :code, signs = :signs, folded = :folded
    WHERE id = :id AND (date, title, headings, tags, body, code, signs, folded)
        IS NOT (:date, :title, :headings, :tags, :body, :code, :signs, :folded)"""
TEXT = """INSERT INTO search_text (rowid, title, headings, tags, body, code, signs)
    VALUES (?, ?, ?, ?, ?, ?, ?)"""
MOVED = f"UPDATE search_entry SET id = {NEXT_IN_BAND} WHERE id = :old"
TEXT_MOVED = """INSERT INTO search_text (rowid, title, headings, tags, body, code, signs)
    SELECT id, title, headings, tags, body, code, signs FROM search_source WHERE id =
        (SELECT id FROM search_entry WHERE type = 'annotation' AND key = ?)"""
OF_ANNOTATIONS = """SELECT entry.id, entry.key, annotation.visibility, annotation.person_id,
        annotation.thread, root.visibility AS root_visibility, root.person_id AS root_person_id,
        CASE WHEN entry.uid IS NULL THEN '' ELSE document.visibility END AS about,
        EXISTS (SELECT 1 FROM annotation_bound AS bound WHERE bound.id = entry.key) AS is_bound
    FROM search_entry AS entry LEFT JOIN annotation ON annotation.id = entry.key
    LEFT JOIN annotation AS root ON root.id = annotation.thread
    LEFT JOIN document ON document.uid = entry.uid
    WHERE entry.type = 'annotation' AND {column} IN (SELECT value FROM json_each(?))"""
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
    writer: int = 0  # of a private annotation

    @property
    def place(self) -> Place:
        return Place(self.audience, self.type == ANNOTATION, self.writer)


@dataclass(frozen=True)
class Prepared:
    """An entry with its row and the words that the index has of it."""

    entry: Entry
    row: dict[str, object]
    words: list[str]


def put(connection: sqlite3.Connection, entry: Entry) -> bool:
    """Make or replace an entry; that of a note is withdrawn before its text changes.

    Whether it is a new one: then others may meet a note, and `follow_notes` is the next step.
    """
    return put_prepared(connection, prepared(entry))


def prepared(entry: Entry) -> Prepared:
    """Most of the work of `put`, which needs no transaction: nobody waits for it."""
    kept = {name: storable(getattr(entry, name)) for name in COLUMNS}
    indexed = {name: folding.folded(text) for name, text in kept.items()}
    extra = extra_words(indexed)
    return Prepared(entry, as_kept(entry, kept, indexed, extra), [*indexed.values(), extra])


def put_prepared(connection: sqlite3.Connection, ready: Prepared) -> bool:
    number, is_new = numbered(connection, ready.entry, ready.row)
    connection.execute(TEXT, [number, *ready.words])
    if ready.entry.type == ANNOTATION:
        kept_remarks.put(connection, ready.entry.key)
    else:
        connection.execute(FRESH, [number])
    return is_new


def numbered(
    connection: sqlite3.Connection, entry: Entry, values: dict[str, object]
) -> tuple[int | None, bool]:
    """Write the row; its id, and whether that is a new one."""
    made = connection.execute(NEW_ANNOTATION if entry.type == ANNOTATION else NEW, values)
    return (made.lastrowid, True) if made.rowcount else replaced(connection, entry, values)


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
        **(band(entry.place) if entry.type == ANNOTATION else {}),
    }


def band(place: Place) -> dict[str, object]:
    return {"low": place.low, "last": place.last}


def replaced(
    connection: sqlite3.Connection, entry: Entry, values: dict[str, object]
) -> tuple[int | None, bool]:
    """Change the entry that is there; its id, and whether that is a new one.

    Another audience or note is another entry, and so is an annotation that was changed: what the
    kept lists say of an id stays true.
    """
    if not entry.is_note:
        withdraw(connection, entry.type, entry.key)
    row = connection.execute(
        "SELECT id, uid FROM search_entry WHERE type = ? AND key = ?", [entry.type, entry.key]
    ).fetchone()
    is_there = entry.place.has(row["id"]) and row["uid"] == entry.uid
    if is_there and entry.type != ANNOTATION:
        connection.execute(OLD, {**values, "id": row["id"]})
        return int(row["id"]), False
    connection.execute("DELETE FROM search_entry WHERE id = ?", [row["id"]])
    return numbered(connection, entry, values)


def withdraw(connection: sqlite3.Connection, type: str, key: str) -> None:
    """Take an entry's words, and what it is, out of the index, if there is one; it must be put
    again."""
    connection.execute(
        "DELETE FROM search_text"
        " WHERE rowid = (SELECT id FROM search_entry WHERE type = ? AND key = ?)",
        [type, key],
    )
    if type == ANNOTATION:
        kept_remarks.drop(connection, key)


def storable(text: str) -> str:
    """The text as SQLite can keep it: no NUL, no half of a surrogate pair."""
    if text.isascii():
        return text.replace("\0", " ")
    return text.encode("utf-8", "replace").decode().replace("\0", " ")


def remove(connection: sqlite3.Connection, type: str, key: str) -> None:
    """Forget the entry; nothing happens if there is none."""
    withdraw(connection, type, key)
    connection.execute("DELETE FROM search_entry WHERE type = ? AND key = ?", [type, key])
    if type == "note":
        for row in entries_of(connection, "entry.uid", [int(key)]):
            move(connection, row, NOTHING_KNOWN)


def follow_notes(connection: sqlite3.Connection, uids: Sequence[int]) -> None:
    """Their annotations are for those who may list the note: a step of what changes that."""
    if not uids:
        return
    for row in entries_of(connection, "entry.uid", uids):
        move(connection, row, place_of(row))


def follow_thread(connection: sqlite3.Connection, root: str) -> None:
    """What answers an annotation is for those who may read that."""
    for row in entries_of(connection, "annotation.thread", [root]):
        move(connection, row, place_of(row))


def entries_of(
    connection: sqlite3.Connection, column: str, values: Sequence[int | str]
) -> list[sqlite3.Row]:
    return connection.execute(OF_ANNOTATIONS.format(column=column), [json.dumps(values)]).fetchall()


def place_of(row: sqlite3.Row) -> Place:
    if row["is_bound"]:
        return NOTHING_KNOWN
    seen = [(row["visibility"], row["person_id"])]
    if row["thread"]:
        seen.append((row["root_visibility"], row["root_person_id"]))
    return of_annotation(row["about"], seen)


def move(connection: sqlite3.Connection, row: sqlite3.Row, to: Place) -> None:
    """An entry that others may meet gets another id."""
    if not to.has(row["id"]):
        withdraw(connection, ANNOTATION, row["key"])
        values = {**band(to), "audience": to.audience, "old": row["id"]}
        connection.execute(MOVED, values)
        connection.execute(TEXT_MOVED, [row["key"]])
        kept_remarks.put(connection, row["key"])
