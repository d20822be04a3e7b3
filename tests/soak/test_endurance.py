"""Hours in minutes: a server under load while notes change, watched for leaks and drift.

`make soak` runs it; SOAK_SECONDS (120) says for how long.
"""

from __future__ import annotations

import os
import random
import re
import sqlite3
from pathlib import Path

import pytest

from app import database
from app.library.syncing import sync
from app.settings import Settings
from bench import load, notes
from bench.servers import library, serving

NOTES = 400
PAGES = ("/", "/search?q=harmonic+series", "/tags/walk")
SECONDS = float(os.environ.get("SOAK_SECONDS", "120"))
ROUND_SECONDS = 2.0
GROWTH = 1.2  # of memory, from the first third of the time to its end


@pytest.mark.soak
def test_a_server_under_load_stays_the_same_while_notes_change(tmp_path: Path) -> None:
    settings = library(tmp_path)
    ids = notes.write(settings.notes, NOTES)
    rounds = max(6, round(SECONDS / ROUND_SECONDS))
    memory, files = [], []
    with database.opened(settings.database) as connection:
        assert sync.sync(settings, connection).added == NOTES
        with serving(settings) as address:
            for number in range(rounds):
                change(settings, connection, ids, random.Random(number))
                for path in (*PAGES, f"/notes/{ids[0]}"):
                    url, seconds = f"{address}{path}", ROUND_SECONDS / 4
                    assert load.in_a_process(url, seconds=seconds, varying=True).status == 200
                memory.append(sum(resident(pid) for pid in family()))
                files.append(sum(descriptors(pid) for pid in family()))
        drifted = dump(connection)
        sync.sync(settings, connection, rebuild=True)
        assert drifted == dump(connection)
    third = rounds // 3
    assert max(memory[-third:]) < GROWTH * max(memory[:third]), memory
    assert max(files[-third:]) <= max(files[:third]) + 5, files


def change(
    settings: Settings, connection: sqlite3.Connection, ids: list[str], dice: random.Random
) -> None:
    """Write over some notes, move one, delete one and bring it back; sync after each."""
    for note in dice.sample(ids[1:], 5):
        path = settings.notes / f"{note}.md"
        path.write_text(path.read_text() + f"\nAdded {dice.random()}.\n")
    moved = settings.notes / f"{dice.choice(ids[1:])}.md"
    other = moved.with_name(f"moved-{moved.name}")
    for one, two in ((moved, other), (other, moved)):
        one.rename(two)
        report = sync.sync(settings, connection)
        assert not report.failed, report
    gone = settings.notes / f"{dice.choice(ids[1:])}.md"
    source = gone.read_text()
    gone.unlink()
    sync.sync(settings, connection)
    gone.write_text(source)
    sync.sync(settings, connection)


def family() -> list[int]:
    """The processes below this one."""
    parents = {
        int(path.name): int(found[1])
        for path in Path("/proc").iterdir()
        if path.name.isdigit() and (found := re.search(r"\nPPid:\t(\d+)", status(int(path.name))))
    }
    below = {os.getpid()}
    for _ in range(5):
        below |= {pid for pid, parent in parents.items() if parent in below}
    return sorted(below - {os.getpid()})


def status(pid: int) -> str:
    """/proc/PID/status; nothing for a process that has just ended."""
    try:
        return Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return ""


def resident(pid: int) -> int:
    found = re.search(r"\nVmRSS:\s+(\d+) kB", status(pid))
    return int(found[1]) if found else 0


def descriptors(pid: int) -> int:
    try:
        return len(list(Path(f"/proc/{pid}/fd").iterdir()))
    except OSError:
        return 0


def dump(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """What the index says, without row numbers."""
    queries = {
        "documents": "SELECT path, sha256, title, date, html, text FROM document ORDER BY path",
        "links": "SELECT uid, position, target FROM document_link ORDER BY uid, position",
        "tags": "SELECT uid, tag FROM document_tag ORDER BY uid, tag",
        "search": "SELECT type, key, title, body FROM search_entry JOIN search_text"
        " ON search_text.rowid = search_entry.id ORDER BY type, key",
    }
    return {name: [tuple(row) for row in connection.execute(q)] for name, q in queries.items()}
