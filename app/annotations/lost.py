"""A passage that has no place in its note: why, as it is told.

>>> from app.annotations.reading import read
>>> path = {"source": "/notes/a", "selector": {"type": "XPathSelector", "value": "/p[1]"}}
>>> words(state(read({"target": path}), "exact", None), read({"target": path}))
'its passage could not be found by its XPathSelector'
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from app.annotations.reading import Reading

SEVERAL, UNFOUND, ORPHAN = "several", "unfound", "orphan"
MOST = 100  # are looked for in a text, which takes a millisecond each where it is long
# What came with something around it is told by that.
STAND_TWICE = f"""SELECT one.id FROM (SELECT id, note_uid, quote FROM annotation
        WHERE id IN (SELECT value FROM json_each(?)) AND quote <> ''
        AND NOT (instr(stored, '"prefix":') OR instr(stored, '"suffix":')) LIMIT {MOST}) AS one
    JOIN document ON document.uid = one.note_uid
    WHERE instr(substr(document.text, instr(document.text, one.quote) + 1), one.quote) > 0"""


def twice(connection: sqlite3.Connection, orphans: Iterable[str]) -> set[str]:
    """Those of these annotations whose words stand in their note more than once."""
    ids = list(orphans)
    rows = connection.execute(STAND_TWICE, [json.dumps(ids)]) if ids else ()
    return {row["id"] for row in rows}


def state(reading: Reading, grade: str, start: int | None, *, is_twice: bool = False) -> str:
    """The grade, or what is truer where the passage was never found.

    Of words that came with nothing around them and stand several times, none can be chosen.
    """
    if grade == ORPHAN and is_twice and not (reading.prefix or reading.suffix):
        return SEVERAL
    is_found = start is not None or grade != "exact"
    return grade if is_found or not reading.selector else UNFOUND


def words(state: str, reading: Reading) -> str:
    """Empty where it has its place, or is of the whole note."""
    return {
        ORPHAN: "its passage is gone",
        SEVERAL: "its words stand there several times",
        UNFOUND: f"its passage could not be found by its {reading.selector}",
    }.get(state, "")
