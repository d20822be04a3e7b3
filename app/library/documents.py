"""The notes as the index has them: one with everything, or a page of a list.

Every list takes the visibilities that its reader may meet (permissions.visibilities), and what
it counts is only that. One page costs two queries, whatever it shows.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from app.library import links
from app.library.counts import among, authors, folders, tags, years
from app.library.document import LISTED, WHOLE, Document, Entry, entry, of_note, whole
from app.library.links import Backlink, Linked, resolve, resolve_many
from app.library.parts import (
    Embedded,
    blocks,
    claims,
    embedded,
    scripts,
    shows_media,
    targets,
    with_blocks,
    with_claims,
)

__all__ = [
    "Backlink",
    "Document",
    "Embedded",
    "Entry",
    "Linked",
    "Neighbours",
    "Page",
    "authors",
    "backlinks",
    "blocks",
    "claims",
    "embedded",
    "folders",
    "get",
    "neighbours",
    "of_day",
    "of_note",
    "of_uids",
    "page",
    "resolve",
    "resolve_many",
    "scripts",
    "showing",
    "shows_media",
    "tags",
    "targets",
    "titled",
    "with_blocks",
    "with_claims",
    "years",
]

Visibilities = Sequence[str]
NEWEST_FIRST = "date DESC, path"


@dataclass(frozen=True)
class Page:
    total: int
    documents: list[Entry]


@dataclass(frozen=True)
class Neighbours:
    previous: Entry | None
    next: Entry | None


def get(connection: sqlite3.Connection, id: str) -> Document | None:
    """The note of that id; whether somebody may read it is the caller's question."""
    row = connection.execute(f"SELECT {WHOLE} FROM document WHERE path = ?", [id]).fetchone()
    return whole(row) if row else None


def page(
    connection: sqlite3.Connection,
    visibilities: Visibilities,
    *,
    folder: str | None = None,
    tag: str | None = None,
    author: str | None = None,
    year: int | None = None,
    kind: str | None = None,
    limit: int = 30,
    offset: int = 0,
) -> Page:
    """The newest first; `folder` with all below it. The total is of all pages."""
    source, values = chosen(visibilities, folder, tag, author, year, kind)
    total = connection.execute(f"SELECT COUNT(*) {source}", values).fetchone()[0]
    rows = connection.execute(
        f"SELECT {LISTED} FROM (SELECT document.uid AS found, date AS day, path AS place {source}"
        f" ORDER BY {NEWEST_FIRST} LIMIT ? OFFSET ?)"
        " JOIN document ON document.uid = found ORDER BY day DESC, place",
        [*values, limit, offset],
    )
    return Page(total, [entry(row) for row in rows])


def chosen(
    visibilities: Visibilities,
    folder: str | None,
    tag: str | None,
    author: str | None,
    year: int | None,
    kind: str | None,
) -> tuple[str, list[object]]:
    """FROM and WHERE of a list, and the values to bind."""
    source = "FROM document"
    wheres = [f"{among(visibilities)}"]
    values: list[object] = list(visibilities)
    for table, column, value in (("tag", "tag", tag), ("author", "author", author)):
        if value is not None:
            source += f" JOIN document_{table} USING (uid)"
            wheres.append(f"{column} = ?")
            values.append(value)
    for column, number in (("year", year), ("kind", kind)):
        if number is not None:
            wheres.append(f"{column} = ?")
            values.append(number)
    if folder is not None:
        wheres.append("(folder = ? OR (folder > ? AND folder < ?))")
        # '0' is the character after '/'; the folder '' stands for the notes in no folder.
        values += [folder, f"{folder}/", f"{folder}0"] if folder else ["", "", ""]
    return f"{source} WHERE {' AND '.join(wheres)}", values


def of_uids(
    connection: sqlite3.Connection, uids: Sequence[int], visibilities: Visibilities
) -> dict[int, Entry]:
    """These notes, without those that the reader may not meet; one query."""
    rows = connection.execute(
        f"SELECT {LISTED} FROM document WHERE uid IN (SELECT value FROM json_each(?))"
        f" AND {among(visibilities)}",
        [json.dumps(list(uids)), *visibilities],
    )
    return {row["uid"]: entry(row) for row in rows}


def of_day(connection: sqlite3.Connection, day: str, visibilities: Visibilities) -> Document | None:
    """The journal entry of a day; of several, the one that is named after it, else the first."""
    row = connection.execute(
        f"SELECT path FROM document WHERE kind = 'journal' AND date = ? AND {among(visibilities)}"
        " ORDER BY name = date DESC, path LIMIT 1",
        [day, *visibilities],
    ).fetchone()
    return get(connection, row["path"]) if row else None


def titled(
    connection: sqlite3.Connection, titles: Sequence[str], visibilities: Visibilities
) -> Linked | None:
    """A note of one of these titles, the first that there is."""
    for title in titles:
        row = connection.execute(
            f"SELECT uid, path, title, visibility FROM document WHERE title = ? COLLATE NOCASE"
            f" AND {among(visibilities)} ORDER BY path LIMIT 1",
            [title, *visibilities],
        ).fetchone()
        if row:
            return Linked(**row)
    return None


def showing(connection: sqlite3.Connection, script: str, visibilities: Visibilities) -> list[Entry]:
    """The notes that show an analysis, newest first."""
    rows = connection.execute(
        f"SELECT {LISTED} FROM document WHERE {among(visibilities)}"
        " AND uid IN (SELECT uid FROM document_block WHERE script = ?)"
        f" ORDER BY {NEWEST_FIRST}",
        [*visibilities, script],
    )
    return [entry(row) for row in rows]


def neighbours(
    connection: sqlite3.Connection, document: Entry, visibilities: Visibilities
) -> Neighbours:
    """The entries of the same kind before and after this one in time."""
    earlier = "date <= ? AND NOT (date = ? AND path <= ?) ORDER BY date DESC, path"
    later = "date >= ? AND NOT (date = ? AND path >= ?) ORDER BY date, path DESC"
    return Neighbours(
        beside(connection, document, visibilities, earlier),
        beside(connection, document, visibilities, later),
    )


def beside(
    connection: sqlite3.Connection, document: Entry, visibilities: Visibilities, where: str
) -> Entry | None:
    row = connection.execute(
        f"SELECT {LISTED} FROM document WHERE kind = ?"
        f" AND {among(visibilities)} AND {where} LIMIT 1",
        [document.kind, *visibilities, document.date, document.date, document.path],
    ).fetchone()
    return entry(row) if row else None


def backlinks(
    connection: sqlite3.Connection, document: Entry, visibilities: Visibilities
) -> list[Backlink]:
    """The notes that link to this one, each with the sentence of its first link."""
    return links.backlinks(connection, document.uid, visibilities)
