"""What an annotation is, beside the index: a narrow row for each of its entries, by the entry's id.

By it the search knows who wrote a hit, what for and in which colour without a look at `annotation`,
which is wide and known by a text; and it has each of these in the order of time.

A row goes before its entry's id does, and comes back after that has its new one. No trigger and no
foreign key does it: for either SQLite needs a savepoint (index.py).
"""

from __future__ import annotations

import sqlite3

# What says nothing else is a comment.
MOTIVATION = "CASE annotation.motivation WHEN '' THEN 'commenting' ELSE annotation.motivation END"
# As it is shown: where none was chosen, that of the kind.
COLOUR = """CASE WHEN annotation.colour <> '' THEN annotation.colour ELSE
    CASE annotation.motivation WHEN 'questioning' THEN 'blue' WHEN 'editing' THEN 'rose'
        WHEN 'linking' THEN 'violet' ELSE 'yellow' END END"""
ROWS = f"""SELECT entry.id, annotation.person_id, {MOTIVATION}, {COLOUR},
        ifnull(unixepoch(annotation.created), 0)
    FROM search_entry AS entry JOIN annotation ON annotation.id = entry.key
    WHERE entry.type = 'annotation'"""
ROW = f"{ROWS} AND entry.key = ?"
OF_KEY = "id = (SELECT id FROM search_entry WHERE type = 'annotation' AND key = ?)"


def put(connection: sqlite3.Connection, key: str) -> None:
    """After its entry has its id; nothing happens where no annotation is kept of that key."""
    # Not in one statement: INSERT with SELECT needs a savepoint, and so has OR REPLACE.
    row = connection.execute(ROW, [key]).fetchone()
    if row:
        connection.execute("DELETE FROM search_remark WHERE id = ?", [row["id"]])
        connection.execute("INSERT INTO search_remark VALUES (?, ?, ?, ?, ?)", tuple(row))


def drop(connection: sqlite3.Connection, key: str) -> None:
    """Before the entry's id goes; nothing happens if there is none."""
    connection.execute(f"DELETE FROM search_remark WHERE {OF_KEY}", [key])
