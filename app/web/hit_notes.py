"""What a page says of the note that a hit belongs to: who may see it, and its year."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from app.search.hits import Hit

NOTES = """SELECT 'note' AS type, path AS id, visibility, year, date
        FROM document WHERE path IN (SELECT value FROM json_each(:notes))
    UNION ALL SELECT entry.type, entry.key,
        CASE annotation.visibility WHEN 'private' THEN 'private' ELSE document.visibility END,
        NULL, ''
        FROM json_each(:others) AS wanted
        JOIN search_entry AS entry ON entry.type = json_extract(wanted.value, '$[0]')
            AND entry.key = json_extract(wanted.value, '$[1]')
        JOIN document ON document.uid = entry.uid
        LEFT JOIN annotation ON entry.type = 'annotation' AND annotation.id = entry.key"""


@dataclass(frozen=True)
class HitNote:
    """`visibility` where it is not public; `year` where the date says another."""

    visibility: str = ""
    year: int | None = None


def of_hits(connection: sqlite3.Connection, hits: Sequence[Hit]) -> list[tuple[Hit, HitNote]]:
    """Each hit of a page with its note; one query."""
    if not hits:
        return []
    wanted = {
        "notes": json.dumps([hit.id for hit in hits if hit.type == "note"]),
        "others": json.dumps([[hit.type, hit.id] for hit in hits if hit.type != "note"]),
    }
    known = {(row["type"], row["id"]): said(row) for row in connection.execute(NOTES, wanted)}
    return [(hit, known.get((hit.type, hit.id), HitNote())) for hit in hits]


def said(row: sqlite3.Row) -> HitNote:
    seen = "" if row["visibility"] == "public" else row["visibility"]
    is_another = row["year"] is not None and row["date"][:4] != str(row["year"])
    return HitNote(seen, row["year"] if is_another else None)
