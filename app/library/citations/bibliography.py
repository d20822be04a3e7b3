"""The works of a library: defined in notes and in .bib files, cited in notes.

Of several definitions of a key the first counts, of those that the reader may see, and on a
note's own page its own before all others: one in a note is as visible as the note; one in a .bib
file is visible where a note that cites it, or is about it, is visible. A key is compared without
case, as BibTeX does. A page of works, or the works of a note, costs a fixed number of queries.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.library.links import EVERY
from app.library.names import key as compared

# Definitions of which the reader sees one: of notes that he may read, and of files.
SEEN = "(work.uid IS NULL OR visibility IN (SELECT value FROM json_each(:seen)))"
# Of files only what a note that he may see cites or is about; whoever sees every note, all.
LISTED = """(work.uid IS NOT NULL OR :every OR work.name IN (
    SELECT document_citation.name FROM document_citation JOIN document USING (uid)
        WHERE visibility IN (SELECT value FROM json_each(:seen))
    UNION ALL SELECT document_about.name FROM document_about JOIN document USING (uid)
        WHERE visibility IN (SELECT value FROM json_each(:seen))))"""
FIRST = "ROW_NUMBER() OVER (PARTITION BY work.name ORDER BY rank, work.file, line, work.id)"
# The same on a note's own page: what it defines itself (but not what it is about) wins there.
FIRST_HERE = FIRST.replace("ORDER BY", "ORDER BY NOT (work.uid IS :own AND rank < 3),")


@dataclass(frozen=True)
class Note:
    """A note that cites a work, or is about it."""

    path: str
    title: str
    visibility: str


@dataclass(frozen=True)
class Work:
    key: str
    csl: str  # JSON
    bibtex: str
    about: Note | None = None
    cited_by: list[Note] = field(default_factory=list)

    @property
    def item(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.csl)
        return found


@dataclass(frozen=True)
class Page:
    total: int
    works: list[Work]


def of_keys(
    connection: sqlite3.Connection,
    keys: Iterable[str],
    visibilities: Sequence[str],
    *,
    own: int = 0,
) -> dict[str, Work]:
    """What these keys mean to the reader of the note `own`, by the key as compared; two queries."""
    names = sorted({compared(key) for key in keys})
    if not names:
        return {}
    rows = connection.execute(
        f"""SELECT * FROM (SELECT work.name, key, csl, bibtex, {FIRST_HERE} AS place
            FROM work LEFT JOIN document ON document.uid = work.uid
            WHERE work.name IN (SELECT value FROM json_each(:names)) AND {SEEN}
        ) WHERE place = 1""",
        {"names": json.dumps(names), "seen": json.dumps(list(visibilities)), "own": own},
    ).fetchall()
    about = notes_about(connection, [row["name"] for row in rows], visibilities)
    return {row["name"]: work_of(row, about) for row in rows}


def work_of(row: sqlite3.Row, about: dict[str, Note]) -> Work:
    return Work(row["key"], row["csl"], row["bibtex"], about.get(row["name"]))


def page(
    connection: sqlite3.Connection,
    visibilities: Sequence[str],
    *,
    limit: int = -1,
    offset: int = 0,
) -> Page:
    """Every work that the reader may see, by author and year, with its notes; three queries."""
    rows = connection.execute(
        f"""SELECT *, COUNT(*) OVER () AS total FROM (
            SELECT work.name, key, csl, bibtex, sort, {FIRST} AS place
            FROM work LEFT JOIN document ON document.uid = work.uid WHERE {SEEN} AND {LISTED}
        ) WHERE place = 1 ORDER BY sort, name LIMIT :limit OFFSET :offset""",
        {
            "seen": json.dumps(list(visibilities)),
            "every": set(EVERY) <= set(visibilities),
            "limit": limit,
            "offset": offset,
        },
    ).fetchall()
    names = [row["name"] for row in rows]
    about = notes_about(connection, names, visibilities)
    citing = notes_citing(connection, names, visibilities)
    works = [
        Work(row["key"], row["csl"], row["bibtex"], about.get(row["name"]), citing[row["name"]])
        for row in rows
    ]
    return Page(rows[0]["total"] if rows else 0, works)


def notes_about(
    connection: sqlite3.Connection, names: Sequence[str], visibilities: Sequence[str]
) -> dict[str, Note]:
    """The note on each work: the first by its path, if there are several."""
    found: dict[str, Note] = {}
    for name, note in notes(connection, "document_about", names, visibilities):
        found.setdefault(name, note)
    return found


def notes_citing(
    connection: sqlite3.Connection, names: Sequence[str], visibilities: Sequence[str]
) -> dict[str, list[Note]]:
    found: dict[str, list[Note]] = {name: [] for name in names}
    for name, note in notes(connection, "document_citation", names, visibilities):
        found[name].append(note)
    return found


def notes(
    connection: sqlite3.Connection, table: str, names: Sequence[str], visibilities: Sequence[str]
) -> list[tuple[str, Note]]:
    if not names:
        return []
    rows = connection.execute(
        f"SELECT DISTINCT {table}.name AS work, path, title, visibility"
        f" FROM {table} JOIN document USING (uid)"
        f" WHERE {table}.name IN (SELECT value FROM json_each(?))"
        " AND visibility IN (SELECT value FROM json_each(?)) ORDER BY title, path",
        [json.dumps(list(names)), json.dumps(list(visibilities))],
    )
    return [(row["work"], Note(row["path"], row["title"], row["visibility"])) for row in rows]


@dataclass(frozen=True)
class Remark:
    """Something odd about keys: where, and what."""

    path: str
    line: int
    reason: str


def missing(connection: sqlite3.Connection) -> list[Remark]:
    """Citations in brackets whose key no definition has; one query."""
    rows = connection.execute(
        "SELECT file, line, key FROM document_citation JOIN document USING (uid)"
        " WHERE NOT bare AND document_citation.name NOT IN (SELECT name FROM work)"
        " GROUP BY file, document_citation.name ORDER BY file, line"
    )
    words = "[@{}]: no work has this key."
    return [Remark(row["file"], row["line"], words.format(row["key"])) for row in rows]


def doubles(connection: sqlite3.Connection) -> list[Remark]:
    """Definitions that another one comes before, unless they say the same; one query."""
    rows = connection.execute(
        f"""SELECT key, file, line, csl, name, rank, {FIRST} AS place FROM work
        WHERE name IN (SELECT name FROM work WHERE rank < 3 GROUP BY name HAVING COUNT(*) > 1)
            AND rank < 3 ORDER BY name, place"""
    )
    found = []
    first = None
    for row in rows:
        if row["place"] == 1:
            first = row
        elif first and json.loads(row["csl"]) != json.loads(first["csl"]):
            words = f"{row['key']} is defined in {first['file']}:{first['line']}, which counts."
            found.append(Remark(row["file"], row["line"], words))
    return sorted(found, key=lambda remark: (remark.path, remark.line))
