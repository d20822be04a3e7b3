"""What every test may ask for: settings in a folder of their own, a fresh database, an app."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import database
from app.settings import Settings, load


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A library of its own: empty folders for notes and analyses, a data folder not yet made."""
    for name in ("notes", "analysis"):
        (tmp_path / name).mkdir()
    folders = {name: str(tmp_path / name) for name in ("notes", "analysis", "data")}
    return load({**folders, "open_browser": "no"}, {})


@pytest.fixture
def connection(settings: Settings) -> Iterator[sqlite3.Connection]:
    """The library's database, migrated."""
    opened = database.connect(settings.database)
    database.migrate(opened)
    yield opened
    opened.close()
    database.close_this_thread()
