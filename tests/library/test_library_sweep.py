"""Temporary files: late words of an editor arrive, and no file goes whose words nobody has."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.library import documents, problems
from app.library.history import past, restoring, revisions, trash
from app.library.moving import moving
from app.library.syncing import sweep, sync
from app.library.writing import save, temporaries
from app.settings import Settings, environment

Write = Callable[..., Path]
Synced = Callable[[], sync.Report]
TEXT = "One.\n\nTwo.\n\nThree.\n"

# Opens the file as it is told, says so, and writes the text over it when it may, piece by piece.
EDITOR = """
import sys, time
path, mode, text = sys.argv[1:]
with open(path, mode) as file:
    print("open", flush=True)
    for piece in (text[:7], text[7:]):
        sys.stdin.readline()
        file.write(piece)
        file.flush()
        print("written", flush=True)
    sys.stdin.readline()
    file.truncate()
"""


class Editor:
    """Another process that has a file open."""

    def __init__(self, path: Path, text: str, mode: str = "r+") -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", EDITOR, str(path), mode, text],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.heard()

    def heard(self) -> None:
        assert self.process.stdout
        assert self.process.stdout.readline()

    def go(self) -> None:
        assert self.process.stdin
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def write(self) -> None:
        for _ in range(2):
            self.go()
            self.heard()

    def close(self) -> None:
        self.process.communicate("\n\n\n", timeout=20)


def later(monkeypatch: pytest.MonkeyPatch, seconds: float = 0.0) -> None:
    """The wait is over."""
    monkeypatch.setattr(sweep, "DISPLACED_SECONDS", -1 - seconds)
    monkeypatch.setattr(sweep, "STALE_SECONDS", -1 - seconds)


def left(settings: Settings) -> list[Path]:
    return list(settings.notes.rglob(".gloss-*"))


def versions(connection: sqlite3.Connection, uid: int) -> list[str]:
    every = revisions.of_note(connection, uid)
    return [revisions.contents(connection, one.id).decode() for one in every]


@pytest.mark.parametrize("meets", [False, True])
def test_words_written_into_the_displaced_file_arrive(
    meets: bool,
    settings: Settings,
    connection: sqlite3.Connection,
    synced: Synced,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    base = save.create(settings, connection, "a", TEXT)
    path = settings.notes / "a.md"
    late = TEXT.replace("Two." if meets else "Three.", "Words by the editor.")
    editor = Editor(path, late)
    saved = save.update(settings, connection, "a", TEXT.replace("Two", "Zwei"), base.sha256)
    editor.write()
    editor.close()
    synced()
    wanted = saved.source if meets else late.replace("Two", "Zwei")
    assert path.read_text() == wanted
    assert late in versions(connection, base.uid)
    assert versions(connection, base.uid)[0] == wanted
    later(monkeypatch)
    for _ in range(2):
        report = synced()
    assert (left(settings), report.remarks, path.read_text()) == ([], [], wanted)


def test_a_text_cut_short_is_waited_for(
    settings: Settings, connection: sqlite3.Connection, synced: Synced
) -> None:
    """It emptied the file, was saved over, and writes on in two pieces with a sync between."""
    base = save.create(settings, connection, "a", TEXT)
    late = TEXT.replace("Three", "Drei")
    editor = Editor(settings.notes / "a.md", late)
    save.update(settings, connection, "a", TEXT.replace("One", "Eins"), base.sha256)
    (displaced,) = left(settings)
    os.truncate(displaced, 0)
    editor.go()
    editor.heard()
    synced()
    assert "Three" in (settings.notes / "a.md").read_text()
    editor.close()
    synced()
    assert (settings.notes / "a.md").read_text() == late.replace("One", "Eins")


def test_a_file_that_somebody_has_open_stays(
    settings: Settings,
    connection: sqlite3.Connection,
    synced: Synced,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux tells")
    base = save.create(settings, connection, "a", TEXT)
    late = TEXT.replace("Three", "Drei")
    editor = Editor(settings.notes / "a.md", late)
    save.update(settings, connection, "a", TEXT.replace("One", "Eins"), base.sha256)
    later(monkeypatch)
    synced()
    assert len(left(settings)) == 1
    editor.write()
    editor.close()
    synced()
    assert (settings.notes / "a.md").read_text() == late.replace("One", "Eins")
    synced()
    assert left(settings) == []


def test_words_written_after_a_move_go_along(
    settings: Settings, connection: sqlite3.Connection, synced: Synced
) -> None:
    made = save.create(settings, connection, "a", TEXT)
    editor = Editor(settings.notes / "a.md", TEXT + "More.\n")
    moving.move(settings, connection, "a", "deep/b")
    editor.write()
    editor.close()
    synced()
    found = documents.get(connection, "deep/b")
    assert found is not None
    assert (found.uid, found.source) == (made.uid, TEXT + "More.\n")


def test_words_written_after_a_delete_are_in_the_trash(
    settings: Settings, connection: sqlite3.Connection, synced: Synced
) -> None:
    made = save.create(settings, connection, "a", TEXT)
    editor = Editor(settings.notes / "a.md", TEXT + "More.\n")
    save.delete(settings, connection, "a", None)
    editor.write()
    editor.close()
    synced()
    assert trash.contents(connection, trash.get(connection, made.uid)).decode() == TEXT + "More.\n"
    restoring.restore(settings, connection, made.uid)
    assert (settings.notes / "a.md").read_text() == TEXT + "More.\n"


KILLED = """
import os, signal, sys
from pathlib import Path
from app import database
from app.library.writing import exchange, save
from app.settings import load

settings, between = load(), sys.argv[1]
connection, path = database.connect(settings.database), load().notes / "a.md"
text, base = save.read(settings, "a")
swap = exchange.swap

def edit_and_swap(one, other):
    beside = path.with_name(".editor")
    beside.write_text(between)
    beside.replace(path)
    swap(one, other)
    os.kill(os.getpid(), signal.SIGKILL)

exchange.swap = edit_and_swap
save.update(settings, connection, "a", text.replace("One", "Eins"), base)
"""


def test_a_kill_between_an_exchange_and_its_undoing_loses_nothing(
    settings: Settings,
    connection: sqlite3.Connection,
    synced: Synced,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = save.create(settings, connection, "a", TEXT)
    between = TEXT.replace("Three", "An hour of work")
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, between], env={**os.environ, **environment(settings)}
    )
    assert killed.returncode == -signal.SIGKILL
    assert "hour" not in (settings.notes / "a.md").read_text()
    time.sleep(1.1)
    later(monkeypatch)
    for _ in range(2):
        synced()
    assert (settings.notes / "a.md").read_text() == between.replace("One", "Eins")
    assert between in versions(connection, made.uid)
    assert left(settings) == []


def test_what_no_note_has_is_kept_and_named(
    settings: Settings,
    connection: sqlite3.Connection,
    write: Write,
    synced: Synced,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = save.create(settings, connection, "a", TEXT)
    kept = [
        temporaries.plain(),
        temporaries.displaced(made.uid, "0" * 64, "1" * 64),
        temporaries.displaced(99, "0" * 64, "1" * 64),
        temporaries.displaced(made.uid, made.sha256, past.sha256(b"Precious.\n")),
    ]
    for name in kept:
        write(name, "Precious.\n")
    write(temporaries.plain(), "")
    write(temporaries.plain(), TEXT)
    os.link(settings.notes / write("other.md", "Other.\n"), settings.notes / ".gloss-linked")
    assert synced().remarks == []
    later(monkeypatch, 60)
    for _ in range(2):
        report = synced()
        assert sorted(path.name for path in left(settings)) == sorted(kept)
        assert sorted(one.path for one in report.remarks) == sorted(kept)
        assert report.failed == []
    named = {one.path: one.reason for one in problems.every(connection)}
    assert named[kept[1]] == sweep.HOLDS_WORDS.format(note="a")
    (settings.notes / kept[0]).unlink()
    assert len(synced().remarks) == len(kept) - 1
