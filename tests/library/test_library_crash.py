"""Writers killed at any moment: every file is whole, and what was acknowledged is there."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest

from app import database
from app.library.history import revisions, trash
from app.library.syncing import sync
from app.settings import Settings, environment

Rows = Callable[[sqlite3.Connection], dict[str, list[tuple[object, ...]]]]

# Forks a writer for each line that it reads, and says its pid. A writer says what it begins (`?`)
# and what is done (`!`), one write a line: those survive it. Everything is imported before.
LINES = 500
NURSERY = (
    f"LINES = {LINES}"
    + """
import os, random, sys
from app import database
from app.library import identity
from app.library.history import restoring, trash
from app.library.moving import moving
from app.library.syncing import sync
from app.library.writing import save
from app.settings import load

settings = load()
ACTIONS = ["update"] * 4 + ["create"] * 3 + ["delete", "restore", "move", "edit"]


def text_of(name, links=""):
    return f"---\\ntitle: {name}\\n---\\n" + f"{name}\\n" * LINES + links + "end\\n"


def write(seed, log):
    connection = database.connect(settings.database)
    dice = random.Random(seed)

    def say(sign, *words):
        os.write(log, (" ".join((sign, *words)) + "\\n").encode())

    for number in range(10_000):
        name = f"{seed}-{number}"
        files = sorted(settings.notes.rglob("*.md"))
        some = dice.choice(files).relative_to(settings.notes).as_posix()[:-3] if files else ""
        action = dice.choice(ACTIONS)
        if action == "create" or not some:
            say("?", "create", f"new/{name}")
            save.create(settings, connection, f"new/{name}", text_of(name, f"[[{some}]]\\n"))
            say("!", "create", f"new/{name}", name)
        elif action == "update":
            base = save.read(settings, some)[1]
            say("?", "update", some, name)
            save.update(settings, connection, some, text_of(name), base)
            say("!", "update", some, name)
        elif action == "delete":
            say("?", "delete", some)
            save.delete(settings, connection, some, None)
            say("!", "delete", some)
        elif action == "restore":
            kept = trash.every(connection)
            if kept:
                say("?", "restore", kept[0].path)
                restoring.restore(settings, connection, kept[0].uid)
                say("!", "restore", kept[0].path)
        elif action == "move":
            say("?", "move", some, f"moved/{name}")
            moving.move(settings, connection, some, f"moved/{name}", rewrite_links=True)
            say("!", "move", some, f"moved/{name}")
        else:
            beside = settings.notes / ".beside"
            beside.write_text(text_of(name))
            say("?", "edit", some, name)
            beside.replace(settings.notes / f"{some}.md")
            sync.sync(settings, connection)
            say("!", "edit", some, name)


for line in sys.stdin:
    seed, log = line.split()
    pid = os.fork()
    if pid == 0:
        os.setsid()
        write(seed, os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND))
        os._exit(0)
    print(pid, flush=True)
    os.waitpid(pid, 0)
    print("gone", flush=True)
"""
)


@contextmanager
def nursery(settings: Settings) -> Iterator[Callable[[int, float], list[list[str]]]]:
    """Each call: a writer that lives for so long; what it said."""
    process = subprocess.Popen(
        [sys.executable, "-c", NURSERY],
        env={**os.environ, **environment(settings)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout

    def killed(seed: int, seconds: float) -> list[list[str]]:
        assert process.stdin
        assert process.stdout
        log = settings.data / f"said-{seed}"
        process.stdin.write(f"{seed} {log}\n")
        process.stdin.flush()
        pid = int(process.stdout.readline())
        end = time.monotonic() + 20
        while not log.exists() or "!" not in log.read_text():
            assert time.monotonic() < end
            time.sleep(0.001)
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)
        assert process.stdout.readline() == "gone\n"
        return [line.split() for line in log.read_text().splitlines()]

    with process:
        yield killed
        process.stdin.close()


@dataclass
class Expected:
    """What must be there: the name in each file's text, as acknowledged; and in the trash."""

    files: dict[str, str] = field(default_factory=dict)
    deleted: dict[str, str] = field(default_factory=dict)
    saves: list[tuple[str, str]] = field(default_factory=list)

    def take(self, said: list[list[str]]) -> list[str] | None:
        """Follow what was done; what was begun and never acknowledged."""
        for sign, action, *words in said:
            if sign == "!":
                self.follow(action, *words)
        return said[-1][1:] if said and said[-1][0] == "?" else None

    def follow(self, action: str, id: str, other: str = "") -> None:
        if action in ("create", "update", "edit"):
            self.files[id] = other
            self.deleted.pop(id, None)
            self.saves.append((id, other))
        elif action == "delete":
            self.deleted[id] = self.files.pop(id)
        elif action == "restore":
            self.files[id] = self.deleted.pop(id)
        elif action == "move":
            self.files[other] = self.files.pop(id)


def name_in(text: str) -> str:
    """The name that a whole note consists of; links are between its lines and its end."""
    header, _, body = text.removeprefix("---\n").partition("---\n")
    name = header.removeprefix("title: ").strip()
    lines = body.split("\n")
    assert lines[:LINES] == [name] * LINES, "a file is not whole"
    assert lines[-2:] == ["end", ""], "a file is not whole"
    return name


def check(settings: Settings, expected: Expected, begun: list[str] | None) -> None:
    """Every file is what was acknowledged, or what the one step left open would have made."""
    there = {
        path.relative_to(settings.notes).as_posix()[:-3]: name_in(path.read_text())
        for path in settings.notes.rglob("*.md")
    }
    if begun:
        settle(expected, begun, there)
    assert there == expected.files


def settle(expected: Expected, begun: list[str], there: dict[str, str]) -> None:
    """The step that was killed was done, or not."""
    action, path, *rest = begun
    other = rest[0] if rest else ""
    if action == "create" and path in there:
        expected.follow("create", path, there[path])
    elif action in ("update", "edit") and there.get(path) == other:
        expected.follow(action, path, other)
    elif (action == "delete" and path not in there) or (action == "restore" and path in there):
        expected.follow(action, path)
    elif action == "move" and other in there:
        expected.follow("move", path, other)


def survive(settings: Settings, connection: sqlite3.Connection, kills: int, rows: Rows) -> None:
    dice, expected = random.Random(11), Expected()
    with nursery(settings) as killed:
        for seed in range(kills):
            begun = expected.take(killed(seed, dice.uniform(0.0, 0.03)))
            assert sync.sync(settings, connection).failed == []
            check(settings, expected, begun)
            kept = {one.path: one for one in trash.every(connection)}
            for path, name in expected.deleted.items():
                if path not in expected.files:
                    assert name_in(trash.contents(connection, kept[path]).decode()) == name
    assert len(expected.saves) > kills / 2
    assert connection.execute("SELECT * FROM unfinished_move").fetchall() == []
    integrity(settings, connection, rows)
    acknowledged(connection, expected)


def integrity(settings: Settings, connection: sqlite3.Connection, rows: Rows) -> None:
    """The database is whole, and the index that grew is that of a fresh library."""
    assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    fresh = database.connect(settings.data / "fresh" / "gloss.db")
    database.migrate(fresh)
    sync.sync(replace(settings, data=settings.data / "fresh"), fresh)
    assert rows(connection) == rows(fresh)
    fresh.close()
    shutil.rmtree(settings.data / "fresh")


def acknowledged(connection: sqlite3.Connection, expected: Expected) -> None:
    """Every save that was acknowledged is a version of some note, or is its file."""
    ids = connection.execute("SELECT id FROM revision").fetchall()
    known = {name_in(revisions.contents(connection, id_).decode()) for (id_,) in ids}
    known |= set(expected.files.values())
    assert [save for save in expected.saves if save[1] not in known] == []


def test_writers_killed_at_any_moment(
    settings: Settings, connection: sqlite3.Connection, rows: Rows
) -> None:
    survive(settings, connection, 200, rows)


@pytest.mark.soak
def test_a_thousand_killed_writers(
    settings: Settings, connection: sqlite3.Connection, rows: Rows
) -> None:
    survive(settings, connection, 1_000, rows)
