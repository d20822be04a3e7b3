"""The watcher: what changes in the folders is told, and indexed by the process that watches."""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app import database
from app.accounts import people
from app.annotations import store
from app.annotations.model import CONTEXT
from app.library import documents
from app.library.syncing import watcher
from app.library.writing import temporaries
from app.search import find
from app.settings import Settings, environment

Told = queue.Queue[set[str]]
SECONDS = 20.0


@pytest.fixture(params=["", "1"], ids=["system", "polling"])
def told(
    settings: Settings, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Told]:
    """What a watcher of this library tells, by either way of watching."""
    if request.param:
        monkeypatch.setenv("WATCHFILES_FORCE_POLLING", request.param)
    heard: Told = queue.Queue()
    stop = threading.Event()

    def listen() -> None:
        for changed in watcher.watch(settings.notes, settings.analysis, stop):
            if changed:
                heard.put(changed)

    listener = threading.Thread(target=listen)
    listener.start()
    assert heard.get(timeout=SECONDS) == {"notes", "analysis"}  # at the start, always
    yield heard
    stop.set()
    listener.join(SECONDS)
    assert not listener.is_alive()


def test_a_change_names_its_folder(told: Told, settings: Settings) -> None:
    (settings.notes / "a.md").write_text("text")
    assert told.get(timeout=SECONDS) == {"notes"}
    (settings.analysis / "walk.py").write_text("'''Walk.'''")
    assert told.get(timeout=SECONDS) == {"analysis"}


def test_hidden_files_are_not_told(told: Told, settings: Settings) -> None:
    (settings.notes / ".gloss-123").write_text("half")
    (settings.analysis / "__pycache__").mkdir()
    (settings.analysis / "__pycache__" / "walk.pyc").write_text("x")
    time.sleep(2.5)
    assert told.empty()


def test_words_written_into_a_displaced_file_are_told(told: Told, settings: Settings) -> None:
    path = settings.notes / temporaries.displaced(1, "0" * 64, "1" * 64)
    path.write_text("a note")
    time.sleep(1.5)
    while not told.empty():
        told.get()
    with path.open("a") as editor:
        editor.write("more")
    assert told.get(timeout=SECONDS) == {"notes"}


def test_a_folder_that_is_replaced_is_watched_again(told: Told, settings: Settings) -> None:
    shutil.move(settings.notes, settings.notes.with_name("before"))
    settings.notes.mkdir()
    wait_for(told, {"notes", "analysis"})
    (settings.notes / "a.md").write_text("text")
    wait_for(told, {"notes"})


def wait_for(told: Told, wanted: set[str]) -> None:
    until = time.monotonic() + SECONDS
    while told.get(timeout=max(0.1, until - time.monotonic())) != wanted:
        continue


def test_the_process_indexes_what_changes(
    settings: Settings, connection: sqlite3.Connection
) -> None:
    (settings.notes / "first.md").write_text("# First")
    child = subprocess.Popen(
        [sys.executable, "-m", "app.commands.watch"],
        env={**os.environ, **environment(settings)},
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    try:
        until(lambda: documents.get(connection, "first") is not None)
        (settings.notes / "second.md").write_text("# Second")
        until(lambda: documents.get(connection, "second") is not None)
        before = database.version(connection)
        (settings.analysis / "walk.py").write_text('"""Walk."""\n\ndef main() -> dict: return {}\n')
        until(lambda: database.version(connection) > before)
        said = {"type": "TextualBody", "value": "wombats"}
        made = {"@context": CONTEXT, "type": "Annotation", "body": said, "target": "/notes/first"}
        store.create(connection, people.create(connection, "ann", "annotator"), made)
        until(lambda: find.search(connection, people.owner(connection), "wombats").total == 1)
    finally:
        child.send_signal(signal.SIGTERM)
        _, errors = child.communicate(timeout=SECONDS)
    assert child.returncode == 0
    lines = [json.loads(line) for line in errors.splitlines()]
    assert [(line["event"], line["added"]) for line in lines] == [("sync", 1), ("sync", 1)]


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)
