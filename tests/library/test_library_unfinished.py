"""A move that is killed at any step: one copy of the note, with all that was known of it."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app import database
from app.library import documents, identity
from app.library.history import past, revisions, trash
from app.library.moving import moving, unfinished
from app.library.syncing import sweep, sync
from app.library.writing import save
from app.settings import Settings, environment

Write = Callable[..., Path]
Synced = Callable[[], sync.Report]
Rows = Callable[[sqlite3.Connection], dict[str, list[tuple[object, ...]]]]

# Moves x/a to y/b, and kills itself before or after the n-th call of a function. With «fails»,
# what is recorded cannot be, and the move undoes itself until then; with «bare», no links.
KILLED = """
import errno, importlib, os, signal, sys
from app import database
from app.library.moving import moving
from app.settings import load

module, name, count, when, *ways = sys.argv[1].split()
owner = importlib.import_module(module)
real, calls = getattr(owner, name), 0

def die_here(*values, **named):
    global calls
    calls += 1
    if calls == int(count) and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    found = real(*values, **named)
    if calls == int(count):
        os.kill(os.getpid(), signal.SIGKILL)
    return found

def fail(*values):
    raise ValueError

def no_links(*values):
    raise OSError(errno.EPERM, "no links")

settings = load()
connection = database.connect(settings.database)
setattr(owner, name, die_here)
if "fails" in ways:
    moving.record = fail
if "bare" in ways:
    os.link = no_links
moving.move(settings, connection, "x/a", "y/b")
"""

MOVING, WRITING = "app.library.moving", "app.library.writing"
UNDONE = (
    f"{MOVING}.moving dated_as 1 before",  # said, nothing done
    f"{WRITING}.exchange digest 1 before",  # the new file has a temporary name
    f"{WRITING}.files put_new 1 after",  # both are there
    f"{WRITING}.files put_new 2 after fails",  # it undoes itself
    f"{MOVING}.unfinished done 1 before fails",
    f"{WRITING}.files reserve 1 after bare",
    f"{WRITING}.files put_new 1 after bare",
)
DONE = (
    f"{WRITING}.exchange digest 2 before",  # the old file has a temporary name
    f"{MOVING}.moving record 1 before",
    f"{MOVING}.moving record 1 after",
    f"{MOVING}.unfinished done 1 after",  # and not committed
    f"{WRITING}.exchange let_go 1 before",  # committed
    f"{WRITING}.exchange let_go 1 after",
    f"{MOVING}.moving record 1 after bare",
    f"{WRITING}.files put_new 2 before fails",  # about to undo itself
)
OWN = "---\ntitle: A\n---\n[other](other.md)\n"
OWN_AFTER = OWN.replace("other.md", "../x/other.md")
PLAIN = "---\ntitle: A\n---\nText.\n"


def killed(settings: Settings, step: str) -> None:
    process = subprocess.run(
        [sys.executable, "-c", KILLED, step], env={**os.environ, **environment(settings)}
    )
    assert process.returncode == -signal.SIGKILL


def files_of(settings: Settings) -> dict[str, str]:
    """Everything below notes/, hidden or not."""
    return {
        path.relative_to(settings.notes).as_posix(): path.read_text()
        for path in settings.notes.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def uid(settings: Settings, connection: sqlite3.Connection, synced: Synced) -> int:
    """The note that is about to move, and one beside it."""
    save.create(settings, connection, "x/other", "Other.\n")
    made = save.create(settings, connection, "x/a", "First.\n")
    return made.uid


def is_as_fresh(settings: Settings, connection: sqlite3.Connection, rows: Rows) -> bool:
    fresh = database.connect(settings.data / "fresh" / "gloss.db")
    database.migrate(fresh)
    sync.sync(replace(settings, data=settings.data / "fresh"), fresh)
    found = rows(connection) == rows(fresh)
    fresh.close()
    shutil.rmtree(settings.data / "fresh")
    return found


@pytest.mark.parametrize(
    ("before", "after", "is_indexed"),
    [(PLAIN, PLAIN, True), (OWN, OWN_AFTER, False)],
    ids=["as it is", "with other links, edited since"],
)
@pytest.mark.parametrize("step", [*UNDONE, *DONE])
def test_one_copy_remains_with_all_that_was_known(
    step: str,
    before: str,
    after: str,
    is_indexed: bool,
    settings: Settings,
    connection: sqlite3.Connection,
    write: Write,
    synced: Synced,
    uid: int,
    rows: Rows,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write("x/a.md", before)
    if is_indexed:
        synced()
    killed(settings, step)
    report = synced()
    assert (report.failed, report.remarks) == ([], [])
    at, holds = ("y/b", after) if step in DONE else ("x/a", before)
    document = documents.get(connection, at)
    assert document is not None
    assert (document.uid, document.source) == (uid, holds)
    versions = {
        revisions.contents(connection, one.id).decode() for one in revisions.stored(connection, uid)
    }
    assert versions | {holds} == {"First.\n", before, holds}
    assert identity.of_former(connection, "x/a") == (at if step in DONE else None)
    assert (trash.every(connection), unfinished.every(connection)) == ([], [])
    monkeypatch.setattr(sweep, "STALE_SECONDS", -1)
    report = synced()
    assert (report.unchanged, report.failed, report.remarks) == (2, [], [])
    assert files_of(settings) == {f"{at}.md": holds, "x/other.md": "Other.\n"}
    assert is_as_fresh(settings, connection, rows)


LINKED, AWAY = UNDONE[2], DONE[1]


@pytest.mark.parametrize("step", [LINKED, AWAY])
def test_a_sync_that_saw_the_half_of_it_does_no_harm(
    step: str,
    settings: Settings,
    connection: sqlite3.Connection,
    write: Write,
    synced: Synced,
    uid: int,
    rows: Rows,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write("x/a.md", OWN)
    synced()
    killed(settings, step)
    with monkeypatch.context() as patched:
        patched.setattr(unfinished, "settle", lambda *_: None)
        synced()
    for _ in range(2):
        assert synced().remarks == []
    at = "y/b" if step == AWAY else "x/a"
    document = documents.get(connection, at)
    assert document is not None
    assert document.uid == uid
    assert trash.every(connection) == []
    assert is_as_fresh(settings, connection, rows)


def test_a_move_that_goes_on_is_not_taken_for_a_killed_one(
    settings: Settings, connection: sqlite3.Connection, uid: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, record = threading.Event(), threading.Event(), moving.record

    def slow(*values: Any) -> None:
        begun.set()
        assert go_on.wait(20)
        record(*values)

    def in_its_own(work: Callable[..., object], *values: str) -> None:
        with database.opened(settings.database) as own:
            work(settings, own, *values)

    monkeypatch.setattr(moving, "record", slow)
    with ThreadPoolExecutor(2) as pool:
        move = pool.submit(in_its_own, moving.move, "x/a", "y/b")
        assert begun.wait(20)
        assert len(unfinished.every(connection)) == 1
        settle = pool.submit(in_its_own, unfinished.settle)
        with pytest.raises(TimeoutError):
            settle.result(0.3)
        go_on.set()
        assert (move.result(20), settle.result(20)) == (None, None)
    assert files_of(settings) == {"y/b.md": "First.\n", "x/other.md": "Other.\n"}
    assert identity.uid_of(connection, "y/b") == uid


def test_the_next_move_settles_what_was_left(
    settings: Settings, connection: sqlite3.Connection, uid: int
) -> None:
    killed(settings, LINKED)
    assert moving.move(settings, connection, "x/a", "y/b").id == "y/b"
    assert identity.uid_of(connection, "y/b") == uid


@pytest.mark.parametrize(
    ("step", "edited", "expected"),
    [
        (LINKED, "x/a.md", {"x/a.md": "Theirs.\n"}),
        (LINKED, "y/b.md", {"x/a.md": OWN, "y/b.md": "Theirs.\n"}),
        (UNDONE[1], "y/b.md", {"x/a.md": OWN, "y/b.md": "Theirs.\n"}),
        (AWAY, "y/b.md", {"y/b.md": "Theirs.\n"}),
        (AWAY, "x/a.md", {"x/a.md": "Theirs.\n"}),
    ],
)
def test_what_somebody_wrote_since_is_never_touched(
    step: str,
    edited: str,
    expected: dict[str, str],
    settings: Settings,
    connection: sqlite3.Connection,
    write: Write,
    synced: Synced,
    uid: int,
) -> None:
    write("x/a.md", OWN)
    synced()
    killed(settings, step)
    write(".editor", "Theirs.\n").replace(settings.notes / edited)
    for _ in range(2):
        report = synced()
        assert (report.failed, report.remarks) == ([], [])
    found = files_of(settings)
    assert {name: text for name, text in found.items() if name != "x/other.md"} == expected
    document = documents.get(connection, "y/b" if "x/a.md" not in expected else "x/a")
    assert document is not None
    assert document.uid == uid
    assert revisions.by_hash(connection, uid, past.sha256(OWN.encode())) or document.source == OWN
    assert trash.every(connection) == []


def test_where_the_disk_is_not_there_nothing_is_forgotten(
    settings: Settings, connection: sqlite3.Connection, synced: Synced, uid: int
) -> None:
    killed(settings, LINKED)
    away = settings.notes.with_name("away")
    settings.notes.rename(away)
    settings.notes.mkdir()
    unfinished.settle(settings, connection)
    settings.notes.rmdir()
    away.rename(settings.notes)
    assert len(unfinished.every(connection)) == 1
    synced()
    assert files_of(settings).keys() == {"x/a.md", "x/other.md"}


def test_a_library_that_is_opened_read_only_is_left_as_it_is(
    settings: Settings, connection: sqlite3.Connection, uid: int
) -> None:
    killed(settings, LINKED)
    before = files_of(settings)
    sync.sync(replace(settings, read_only=True), connection)
    assert files_of(settings) == before
    sync.sync(settings, connection)
    assert files_of(settings).keys() == {"x/a.md", "x/other.md"}
