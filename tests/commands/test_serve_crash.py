"""The whole server killed while people save: it comes back with all that it had acknowledged."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from app import database
from app.accounts import people
from app.library import documents
from app.library.syncing import sync
from app.settings import Settings

PROJECT = Path(__file__).resolve().parents[2]
KILLS = 10


class Server:
    """`python -m app serve` in a session of its own, so that all of it can be killed at once."""

    def __init__(self, settings: Settings, log: Path) -> None:
        given = {"notes": settings.notes, "analysis": settings.analysis, "data": settings.data}
        given |= {"port": 0, "open-browser": "no", "workers": 2}
        words = [f"--{name}={value}" for name, value in given.items()]
        self.log = log
        with log.open("w") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app", "serve", *words],
                cwd=PROJECT,
                env={k: v for k, v in os.environ.items() if not k.startswith("GLOSS_")},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def address(self) -> str:
        end = time.monotonic() + 60
        while not (found := re.search(r"Sign in: (\S+)/sign-in", self.log.read_text())):
            assert time.monotonic() < end, self.log.read_text()
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)
        return found[1]

    def kill(self) -> None:
        """Every process of the server, the supervisor first, so that nothing is started again."""
        members = family(self.process.pid)
        for pid in (self.process.pid, *members):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait(20)
        end = time.monotonic() + 20
        while any(is_alive(pid) for pid in members):
            assert time.monotonic() < end
            time.sleep(0.01)


def family(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True)
    pairs = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
    found, parents = [], {pid}
    while parents:
        parents = {child for child, parent in pairs if parent in parents}
        found += sorted(parents)
    return found


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except OSError:
        return False


class Writer(threading.Thread):
    """Saves one note after the other through the API, until the server is gone."""

    def __init__(self, address: str, token: str, name: str) -> None:
        super().__init__()
        self.address, self.token, self.name_ = address, token, name
        self.acknowledged: dict[str, str] = {}

    def run(self) -> None:
        number = 0
        try:
            while True:
                note, body = f"{self.name_}/{number % 5}", f"{self.name_} {number}\n" * 300
                if number < 5:
                    self.send("POST", "/api/notes", {"id": note, "markdown": body})
                else:
                    self.send("PUT", f"/api/notes/{note}", {"markdown": body})
                self.acknowledged[note] = body
                number += 1
        except (OSError, urllib.error.HTTPError, ValueError):
            return

    def send(self, method: str, path: str, body: dict[str, str]) -> None:
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "If-Match": "*",
        }
        request = urllib.request.Request(
            self.address + path, json.dumps(body).encode(), headers, method=method
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert json.load(answer)["markdown"] == body["markdown"]


def number_in(text: str) -> int:
    """The number of a whole version of a note."""
    lines = text.split("\n")
    assert lines == [lines[0]] * 300 + [""], "a file is not whole"
    return int(lines[0].split()[-1])


def test_the_whole_server_killed_at_any_moment(
    settings: Settings, connection: sqlite3.Connection, tmp_path: Path
) -> None:
    person = people.create(connection, "writer", "editor")
    token = people.create_token(connection, person, "test", "editor")
    dice, acknowledged = random.Random(3), 0
    for kill in range(KILLS):
        server = Server(settings, tmp_path / f"log-{kill}")
        try:
            address = server.address
            writers = [Writer(address, token, f"w{kill}-{n}") for n in range(3)]
            for writer in writers:
                writer.start()
            time.sleep(dice.uniform(0.3, 0.8))
        finally:
            server.kill()
        for writer in writers:
            writer.join(20)
            for note, body in writer.acknowledged.items():
                acknowledged += 1
                there = (settings.notes / f"{note}.md").read_text()
                assert number_in(there) >= number_in(body)
                found = documents.get(connection, note)
                assert found is not None
                assert number_in(found.source) >= number_in(body)
    assert acknowledged > 2 * KILLS
    assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert sync.sync(settings, connection).failed == []
    for path in settings.notes.rglob("*.md"):
        number_in(path.read_text())
    database.close_this_thread()
