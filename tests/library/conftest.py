"""A library in a folder, and the rows that the index has of it."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.library.syncing import sync
from app.settings import Settings

DERIVED = {
    "document": "SELECT {} FROM document ORDER BY path",
    "problem": "SELECT * FROM problem ORDER BY path, line, reason",
    "tag": "SELECT tag, path FROM document_tag JOIN document USING (uid) ORDER BY 1, 2",
    "author": "SELECT author, path FROM document_author JOIN document USING (uid) ORDER BY 1, 2",
    "alias": "SELECT alias, key, path FROM document_alias JOIN document USING (uid) ORDER BY 1, 3",
    "media": "SELECT m.path, d.path FROM document_media m JOIN document d USING (uid)"
    " ORDER BY 1, 2",
    "link": "SELECT path, position, target, sentence, l.name_key"
    " FROM document_link l JOIN document USING (uid) ORDER BY 1, 2",
    "block": "SELECT path, b.name, script, params, show, line"
    " FROM document_block b JOIN document USING (uid) ORDER BY 1, 2",
    "claim": 'SELECT path, id, c.html, "check", expect, line'
    " FROM document_claim c JOIN document USING (uid) ORDER BY 1, 2",
    "citation": "SELECT path, position, key, c.name, line, bare"
    " FROM document_citation c JOIN document USING (uid) ORDER BY 1, 2",
    "about": "SELECT path, a.name FROM document_about a JOIN document USING (uid) ORDER BY 1, 2",
    "work": "SELECT w.file, line, rank, key, w.name, sort, csl, bibtex, path"
    " FROM work w LEFT JOIN document USING (uid) ORDER BY 1, 2, 3, 4",
    "bibliography": "SELECT path, size FROM bibliography ORDER BY 1",
    "search": "SELECT path, type, e.date, t.title, t.headings, t.tags, t.body, t.code"
    " FROM search_entry e JOIN search_text t ON t.rowid = e.id"
    " LEFT JOIN document USING (uid) ORDER BY 1",
    "orphans": "SELECT COUNT(*) FROM search_entry WHERE uid NOT IN (SELECT uid FROM document)",
    "texts": "SELECT COUNT(*) FROM search_text_docsize"
    " WHERE id NOT IN (SELECT id FROM search_entry)",
}


def snapshot(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """Everything derived, without the uids and what follows from them: a fresh database has others.

    The words of the index are checked against the texts that they come from.
    """
    connection.execute("INSERT INTO search_text(search_text, rank) VALUES ('integrity-check', 1)")
    columns = [row[1] for row in connection.execute("PRAGMA table_info(document)")]
    wanted = ", ".join(name for name in columns if name not in ("uid", "parts"))
    return {
        name: [tuple(row) for row in connection.execute(query.format(wanted))]
        for name, query in DERIVED.items()
    }


@pytest.fixture
def write(settings: Settings) -> Callable[[str, str], Path]:
    """Write a file below notes/."""

    def write_file(file: str, text: str | bytes = "Text.\n") -> Path:
        path = settings.notes / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write_file


@pytest.fixture
def synced(settings: Settings, connection: sqlite3.Connection) -> Callable[[], sync.Report]:
    """Sync the library of this test."""
    return lambda: sync.sync(settings, connection)


@pytest.fixture
def rows() -> Callable[[sqlite3.Connection], dict[str, list[tuple[object, ...]]]]:
    return snapshot


NOBODY = 65534


@pytest.fixture
def ordinary_user(settings: Settings, connection: sqlite3.Connection) -> Iterator[None]:
    """Root may read and write everything: be nobody, to whom the library then belongs."""
    if os.geteuid() != 0:
        yield
        return
    library = settings.notes.parent
    for path in [library, *library.rglob("*")]:
        os.chown(path, NOBODY, NOBODY)
    for parent in library.parents:
        parent.chmod(parent.stat().st_mode | stat.S_IXGRP | stat.S_IXOTH)
    os.seteuid(NOBODY)
    yield
    os.seteuid(0)
