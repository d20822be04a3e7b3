"""A save that is killed at any moment: every file is whole, and what was acknowledged is there."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable

from app import database
from app.library import documents, sync
from app.settings import Settings, environment

KILLS = 20
# Says what it has saved, so that the parent knows what must be there afterwards.
WRITER = """
import sys
from app import database
from app.library import save
from app.settings import load

settings, run = load(), sys.argv[1]
connection = database.connect(settings.database)
text, base = save.read(settings, "shared")
print("ready", flush=True)
for number in range(10_000):
    body = f"---\\ntitle: {run} {number}\\n---\\n" + f"{run} {number}\\n" * 2_000 + "end\\n"
    base = save.update(settings, connection, "shared", body, base).sha256
    print("shared", run, number, flush=True)
    save.create(settings, connection, f"new/{run}-{number}", body)
    print("new", run, number, flush=True)
"""


def killed_writer(settings: Settings, run: int, saves: int, seconds: float) -> list[list[str]]:
    """Start the writer, kill it a moment after so many saves; what it had acknowledged."""
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(run)],
        env={**os.environ, **environment(settings)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n", child.stderr and child.stderr.read()
    first = [child.stdout.readline() for _ in range(saves)]
    time.sleep(seconds)
    child.send_signal(signal.SIGKILL)
    said = "".join(first) + child.communicate(timeout=30)[0]
    return [line.split() for line in said.splitlines() if line.count(" ") == 2]


def is_whole(text: str) -> bool:
    header, _, body = text.removeprefix("---\n").partition("---\n")
    name = header.removeprefix("title: ")
    return body == name * 2_000 + "end\n"


def test_a_save_killed_at_any_moment(
    settings: Settings, connection: sqlite3.Connection, synced: Callable[[], sync.Report]
) -> None:
    (settings.notes / "shared.md").write_text("---\ntitle: x\n---\nend\n")
    synced()
    choose = random.Random(7)
    for run in range(KILLS):
        said = killed_writer(settings, run, 1 + run % 4, choose.uniform(0.0, 0.05))
        report = synced()
        assert report.failed == []
        for path in settings.notes.rglob("*.md"):
            text = path.read_text()
            assert is_whole(text) or (path.name == "shared.md" and "title: x" in text), path
        shared = documents.get(connection, "shared")
        assert shared is not None
        assert shared.source == (settings.notes / "shared.md").read_text()
        last = max((int(number) for kind, _, number in said if kind == "shared"), default=-1)
        if last >= 0:
            kept_run, kept = map(int, shared.title.split())
            assert (kept_run, kept >= last) == (run, True)
        for kind, name, number in said:
            if kind == "new":
                assert documents.get(connection, f"new/{name}-{number}") is not None
    assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert database.version(connection) > KILLS
