"""A library with a note of each visibility, and people of each role; the samples of the W3C."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from app import clock
from app.accounts import people
from app.accounts.permissions import PUBLIC, Person
from app.settings import PROJECT

TEXT = "A walk of N steps goes far.\nA second walk does not.\nThe formula $\\sqrt N$ says so."


@pytest.fixture(scope="session")
def samples() -> Path:
    folder = PROJECT.parent / "shared" / "w3c-annotation"
    if not folder.is_dir():
        assert not os.environ.get("CI"), f"{folder} is missing"
        pytest.skip(f"not run: {folder} is missing")
    return folder


@pytest.fixture
def library(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Notes named `open`, `hidden` and `own`: public, unlisted and private."""
    for path, visibility in (("open", "public"), ("hidden", "unlisted"), ("own", "private")):
        add_note(connection, path, visibility)
    return connection


def add_note(connection: sqlite3.Connection, path: str, visibility: str = "public") -> int:
    cursor = connection.execute(
        "INSERT INTO note (path, created) VALUES (?, ?)", [path, clock.stamp()]
    )
    uid = cursor.lastrowid
    assert uid
    known = {
        "uid": uid,
        "path": path,
        "file": f"{path}.md",
        "folder": "",
        "name": path,
        "sha256": "0" * 64,
        "title": f"On {path}",
        "kind": "note",
        "date": "2026-11-21",
        "updated": "",
        "visibility": visibility,
        "front": "{}",
        "source": TEXT,
        "html": "",
        "summary": "",
        "text": TEXT,
        "headings": "[]",
    }
    names, places = ", ".join(known), ", ".join("?" * len(known))
    connection.execute(f"INSERT INTO document ({names}) VALUES ({places})", [*known.values()])
    return uid


@pytest.fixture
def everybody(library: sqlite3.Connection) -> dict[str, Person]:
    """One person of each role by its name, a second annotator, and the public."""
    roles = {role: role for role in ("reader", "annotator", "editor", "owner")}
    named = {**roles, "other": "annotator"}
    return {
        "public": PUBLIC,
        **{name: people.create(library, name, role) for name, role in named.items()},
    }
