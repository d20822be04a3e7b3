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
from app.search.numbers import AUDIENCES, LOOKED_UP, NOTHING_KNOWN, Place, of_annotation

# A number that an entry of the kept lists had is not given again.
NEXT = """(max((SELECT ifnull(max(id), :low) FROM search_entry WHERE id BETWEEN :low AND :last),
    ifnull((SELECT newest FROM search_mark WHERE low = :low), :low)) / :each + 1) * :each
    + :audience"""
NEW = f"""INSERT OR IGNORE INTO search_entry VALUES ({NEXT},
    :type, :key, :uid, :date, :title, :headings, :tags, :body, :code, :signs, :folded)"""
OLD = """UPDATE search_entry SET date = :date, title = :title, headings = :headings, tags = :tags,
        body = :body, code = :code, signs = :signs, folded = :folded
    WHERE id = :id AND (date, title, headings, tags, body, code, signs, folded)
        IS NOT (:date, :title, :headings, :tags, :body, :code, :signs, :folded)"""
TEXT = """INSERT INTO search_text (rowid, title, headings, tags, body, code, signs)
    VALUES (?, ?, ?, ?, ?, ?, ?)"""
MOVED = f"UPDATE search_entry SET id = {NEXT} WHERE id = :old"
TEXT_MOVED = """INSERT INTO search_text (rowid, title, headings, tags, body, code, signs)
    SELECT id, title, headings, tags, body, code, signs FROM search_source WHERE id =
        (SELECT id FROM search_entry WHERE type = 'annotation' AND key = ?)"""
OF_ANNOTATIONS = """SELECT entry.id, entry.key, annotation.visibility, annotation.person_id,
        annotation.thread, root.visibility AS root_visibility, root.person_id AS root_person_id,
        CASE WHEN entry.uid IS NULL THEN '' ELSE document.visibility END AS about
    FROM search_entry AS entry LEFT JOIN annotation ON annotation.id = entry.key
    LEFT JOIN annotation AS root ON root.id = annotation.thread
    LEFT JOIN document ON document.uid = entry.uid
    WHERE entry.type = 'annotation' AND {column} = ?"""
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
        return Place(self.audience, self.type == "annotation", self.writer)


def put(connection: sqlite3.Connection, entry: Entry) -> None:
    """Make or replace an entry; that of a note is withdrawn before its text changes."""
    kept = {name: storable(getattr(entry, name)) for name in COLUMNS}
    indexed = {name: folding.folded(text) for name, text in kept.items()}
    extra = extra_words(indexed)
    values = as_kept(entry, kept, indexed, extra)
    made = connection.execute(NEW, values)
    number, is_new = (
        (made.lastrowid, True) if made.rowcount else replaced(connection, entry, values)
    )
    connection.execute(TEXT, [number, *indexed.values(), extra])
    if not entry.place.annotation:
        connection.execute(FRESH, [number])
    if entry.is_note and is_new:
        follow_note(connection, entry.uid)


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
        **given(entry.place),
    }


def given(place: Place) -> dict[str, object]:
    """What NEXT is asked for."""
    low, last = place.low, place.last
    return {"low": low, "last": last, "audience": place.audience, "each": AUDIENCES}


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
    if is_there and not entry.place.annotation:
        connection.execute(OLD, {**values, "id": row["id"]})
        return int(row["id"]), False
    connection.execute("DELETE FROM search_entry WHERE id = ?", [row["id"]])
    return connection.execute(NEW, values).lastrowid, True


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
    if type == "note":
        for row in entries_of(connection, "entry.uid", int(key)):
            move(connection, row, NOTHING_KNOWN)


def follow_note(connection: sqlite3.Connection, uid: int | None) -> None:
    """Its annotations are for those who may list the note: a step of what changes who they are."""
    for row in entries_of(connection, "entry.uid", uid):
        move(connection, row, place_of(row))


def follow_thread(connection: sqlite3.Connection, root: str) -> None:
    """What answers an annotation is for those who may read that."""
    for row in entries_of(connection, "annotation.thread", root):
        move(connection, row, place_of(row))


def entries_of(
    connection: sqlite3.Connection, column: str, value: int | str | None
) -> list[sqlite3.Row]:
    return connection.execute(OF_ANNOTATIONS.format(column=column), [value]).fetchall()


def place_of(row: sqlite3.Row) -> Place:
    seen = [(row["visibility"], row["person_id"])]
    if row["thread"]:
        seen.append((row["root_visibility"], row["root_person_id"]))
    return of_annotation(row["about"], seen)


def move(connection: sqlite3.Connection, row: sqlite3.Row, to: Place) -> None:
    """An entry that others may meet gets another id."""
    if not to.has(row["id"]):
        connection.execute("DELETE FROM search_text WHERE rowid = ?", [row["id"]])
        connection.execute(MOVED, {**given(to), "old": row["id"]})
        connection.execute(TEXT_MOVED, [row["key"]])
