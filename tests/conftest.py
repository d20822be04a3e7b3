"""What every test may ask for: settings in a folder of their own, a fresh database, an app."""

from __future__ import annotations

import gc
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from app import database
from app.settings import Settings, load

# How long an example takes is the machine's affair, and the tests of the whole run side by side.
hypothesis.settings.register_profile("gloss", deadline=None)
hypothesis.settings.load_profile("gloss")


def pytest_collection_finish() -> None:
    """All that stands now stays: a full collection walked 0.2 s through it in a test's stead."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A library of its own: empty folders for notes and analyses, a data folder not yet made."""
    for name in ("notes", "analysis"):
        (tmp_path / name).mkdir()
    folders = {name: str(tmp_path / name) for name in ("notes", "analysis", "data")}
    return load({**folders, "open_browser": "no"}, {})


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new database, made once: all of its migrations take 20 ms and some twenty fsyncs."""
    path = tmp_path_factory.mktemp("migrated") / "gloss.db"
    opened = database.connect(path)
    database.migrate(opened)
    opened.close()
    return path


@pytest.fixture
def connection(settings: Settings, migrated: Path) -> Iterator[sqlite3.Connection]:
    """The library's database, migrated."""
    settings.data.mkdir(exist_ok=True)
    shutil.copyfile(migrated, settings.database)
    opened = database.connect(settings.database)
    yield opened
    opened.close()
    database.close_this_thread()
