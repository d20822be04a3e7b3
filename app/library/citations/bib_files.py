"""The .bib files below notes/: read where they changed, each in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from app import database
from app.library import regular, rows, store
from app.library.citations import bibtex, citing
from app.library.front.front_matter import Remark
from app.library.syncing.scan import Stat
from app.settings import Settings

SUFFIX = ".bib"


def update(settings: Settings, connection: sqlite3.Connection, files: Iterable[str]) -> None:
    """Make the works of files those of `files`, which may hold other files too."""
    stored = connection.execute("SELECT path, size, mtime_ns FROM bibliography")
    known = {path: (size, mtime_ns) for path, size, mtime_ns in stored}
    now = stats(settings.notes, files)
    for path in sorted(known.keys() - now.keys()):
        with database.transaction(connection):
            forget(connection, path)
    for path, stat in sorted(now.items()):
        if known.get(path) != stat:
            read(settings, connection, path, stat)


def stats(root: Path, files: Iterable[str]) -> dict[str, Stat]:
    found = {}
    for path in files:
        if path.lower().endswith(SUFFIX):
            try:
                stat = (root / path).stat()
            except OSError:  # gone since the folder was read
                continue
            found[path] = (stat.st_size, stat.st_mtime_ns)
    return found


def read(settings: Settings, connection: sqlite3.Connection, path: str, stat: Stat) -> None:
    """Read one file; what cannot be read of it is a problem with its line."""
    found = bibtex.Read()
    try:
        if stat[0] > settings.max_note_bytes:
            raise ValueError(f"it is larger than max_note_bytes ({settings.max_note_bytes:,})")
        found = bibtex.read(decoded(regular.read(settings.notes / path)))
    except (OSError, ValueError) as error:
        found.problems.append(Remark(0, f"This file cannot be read: {error}."))
    with database.transaction(connection):
        forget(connection, path)
        connection.execute("INSERT INTO bibliography VALUES (?, ?, ?)", [path, *stat])
        works = [rows.work_row(None, path, citing.FILE, work) for work in found.works]
        store.insert(connection, "INSERT INTO work", works)
        store.report(connection, [(path, remark, False) for remark in found.problems])


def decoded(data: bytes) -> str:
    """UTF-8, or what old files are written in."""
    try:
        return data.decode("utf-8-sig").replace("\0", "")
    except UnicodeDecodeError:
        return data.decode("latin-1").replace("\0", "")


def forget(connection: sqlite3.Connection, path: str) -> None:
    connection.execute("DELETE FROM work WHERE uid IS NULL AND file = ?", [path])
    connection.execute("DELETE FROM bibliography WHERE path = ?", [path])
    connection.execute("DELETE FROM problem WHERE path = ?", [path])
