"""A note as the index has it: an entry of a list, or the whole document."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from app.library import rows
from app.library.note import Note

LISTED = "document.uid, path, title, kind, date, updated, year, visibility, summary, front"
WHOLE = f"{LISTED}, file, folder, name, sha256, source, html, text, headings"


@dataclass(frozen=True)
class Entry:
    """A note in a list."""

    uid: int
    path: str
    title: str
    kind: str
    date: str
    updated: str
    year: int | None
    visibility: str
    summary: str
    front: dict[str, Any]

    @property
    def id(self) -> str:
        return self.path

    @property
    def tags(self) -> list[str]:
        return list(self.front["tags"])

    @property
    def authors(self) -> list[str]:
        return list(self.front["authors"])

    @property
    def venue(self) -> str:
        return str(self.front["venue"])

    @property
    def bibtex(self) -> str:
        return str(self.front["bibtex"])


@dataclass(frozen=True)
class Document(Entry):
    """A note with everything that its page needs."""

    file: str
    folder: str
    name: str
    sha256: str
    source: str
    html: str
    text: str
    headings: list[dict[str, Any]]


def entry(row: sqlite3.Row) -> Entry:
    """From a row of the LISTED columns."""
    values = dict(row)
    values["front"] = json.loads(values["front"])
    return Entry(**values)


def whole(row: sqlite3.Row) -> Document:
    """From a row of the WHOLE columns."""
    values = dict(row)
    values["front"] = json.loads(values["front"])
    values["headings"] = json.loads(values["headings"])
    return Document(**values)


def of_note(uid: int, note: Note) -> Document:
    """A note that was just read, as the index has it or will have it."""
    values = vars(rows.row(uid, note))
    parsed = {name: json.loads(values[name]) for name in ("front", "headings")}
    return Document(**{name: parsed.get(name, values[name]) for name in COLUMNS})


COLUMNS = tuple(field.name for field in dataclasses.fields(Document))
