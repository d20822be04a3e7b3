"""The least that saves a note and makes it searchable: write, fsync, rename; one row of FTS5."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

COLUMNS = "title, headings, tags, body, code"


def connect(path: Path) -> sqlite3.Connection:
    """With a log ahead of writing that is on the disk after each commit."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(
        "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"
    )
    return connection


def searchable(path: Path, source: Path) -> sqlite3.Connection:
    """A full-text table of the same rows as those of the library in `source`."""
    connection = connect(path)
    connection.execute(
        f"CREATE VIRTUAL TABLE search_text USING fts5({COLUMNS},"
        " tokenize = 'porter unicode61 remove_diacritics 2')"
    )
    connection.execute("ATTACH ? AS library", [str(source)])
    connection.execute(
        f"INSERT INTO main.search_text (rowid, {COLUMNS})"
        f" SELECT rowid, {COLUMNS} FROM library.search_text"
    )
    connection.execute("DETACH library")
    return connection


def save(place: Path, data: bytes) -> None:
    temporary = place.with_name(".bare")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(place)
    folder = os.open(place.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def insert(connection: sqlite3.Connection, row: tuple[object, ...]) -> None:
    connection.execute(
        f"INSERT OR REPLACE INTO search_text (rowid, {COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", row
    )
