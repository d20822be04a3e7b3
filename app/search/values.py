"""Whether anything has the value of a field: if not, the person is told, and what may be meant.

Only what the person may list counts, so that nothing is said of a hidden note.

    >>> covers("tag", key("tag", "walks"), key("tag", "Walks/random")), key("author", "Ö. Li")
    (True, ' o li ')
"""

from __future__ import annotations

import json
import sqlite3
from difflib import get_close_matches

from app.accounts.permissions import Person, visibilities
from app.search import persons, remarks, tags
from app.search.tree import Field, written
from app.search.visible import visible

SEEN = "visibility IN (SELECT value FROM json_each(?))"
ANY = {
    "kind": f"SELECT 1 FROM document WHERE {SEEN} AND kind = ? COLLATE NOCASE",
    "author": f"""SELECT 1 FROM document_author JOIN document USING (uid) WHERE {SEEN}
        AND is_meant(?, author)""",
}
ALL = {
    "kind": f"SELECT DISTINCT kind FROM document WHERE {SEEN}",
    "author": f"SELECT DISTINCT author FROM document_author JOIN document USING (uid) WHERE {SEEN}",
}
# From who is called so to what they wrote and is met: that of an account tells nothing.
BY = "SELECT 1 FROM search_remark AS remark WHERE ({what}) AND ({seen}) LIMIT 1"
WRITERS = """SELECT DISTINCT person.name FROM (SELECT * FROM annotation WHERE deleted IS NULL
        ORDER BY created DESC LIMIT 1000) AS annotation
    CROSS JOIN search_entry AS entry ON entry.type = 'annotation' AND entry.key = annotation.id
    JOIN person ON person.id = annotation.person_id WHERE ({seen}) LIMIT ?"""
SAID = {
    "by": "nobody who wrote what you may read is called {value}",
    "tag": "nothing has the tag {value}",
    "kind": "no note is of the kind {value}",
    "author": "no note has an author {value}",
}
NAMES = ("author", "by")
MOST_COMPARED = 5_000


def unmet(connection: sqlite3.Connection, person: Person, field: Field) -> str:
    """What to say where nothing has this value; empty where something has."""
    if field.name not in SAID or is_met(connection, person, field):
        return ""
    said = SAID[field.name].format(value=field.value)
    near = nearest(connection, person, field)
    better = f" (did you mean {written(Field(field.name, near))}?)" if near else ""
    return f"{field.name}: {said}{better}."


def is_met(connection: sqlite3.Connection, person: Person, field: Field) -> bool:
    if field.name == "tag":
        return tags.is_met(connection, person, field.value)
    if field.name == "by":
        return has_written(connection, person, field.value)
    values = [seen(person), field.value]
    return connection.execute(f"{ANY[field.name]} LIMIT 1", values).fetchone() is not None


def has_written(connection: sqlite3.Connection, person: Person, name: str) -> bool:
    """Whether somebody of this name wrote an annotation that `person` may meet."""
    asked, met = remarks.by(connection, name).remark, visible(person, "remark.id")
    sql = BY.format(what=asked.sql, seen=met.sql)
    return connection.execute(sql, [*asked.values, *met.values]).fetchone() is not None


def seen(person: Person) -> str:
    return json.dumps(visibilities(person))


def nearest(connection: sqlite3.Connection, person: Person, field: Field) -> str:
    every = all_of(connection, person, field.name)
    known = {persons.words_of(value): value for value in every if '"' not in value}
    found = get_close_matches(persons.words_of(field.value), known, 1, 0.75)
    return known[found[0]] if found else ""


def all_of(connection: sqlite3.Connection, person: Person, name: str) -> list[str]:
    if name == "tag":
        return tags.known(connection, person, MOST_COMPARED)
    if name == "by":
        met = visible(person, "entry.id")
        rows = connection.execute(WRITERS.format(seen=met.sql), [*met.values, MOST_COMPARED])
        return [value for (value,) in rows]
    rows = connection.execute(f"{ALL[name]} LIMIT ?", [seen(person), MOST_COMPARED])
    return [value for (value,) in rows]


def key(name: str, value: str) -> str:
    """By which values are the same to a field."""
    return f" {persons.words_of(value)} " if name in NAMES else ascii_lower(value)


def covers(name: str, asked: str, other: str) -> bool:
    """Whether a field finds what has another value, by their keys; fts.py says it in SQL."""
    if name in NAMES:
        return asked in other and bool(asked.strip())
    return asked == other or (name == "tag" and other.startswith(f"{asked}/"))


def ascii_lower(text: str) -> str:
    """As SQLite compares without case."""
    return "".join(char.lower() if char.isascii() else char for char in text)
