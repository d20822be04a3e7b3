"""`python -m app serve` as a person starts it: what it says when it cannot, and how it ends."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app import database
from app.accounts import people
from app.settings import Settings

PROJECT = Path(__file__).resolve().parents[2]
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(settings: Settings, tmp_path: Path) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def run(**flags: object) -> subprocess.Popen[str]:
        given = {"notes": settings.notes, "analysis": settings.analysis, "data": settings.data}
        given |= {"port": 0, "open-browser": "no", "workers": 1, **flags}
        words = [f"--{name}={value}" for name, value in given.items()]
        with (tmp_path / "log").open("w") as log:
            started.append(
                subprocess.Popen(
                    [sys.executable, "-m", "app", "serve", *words],
                    cwd=PROJECT,
                    env={k: v for k, v in os.environ.items() if not k.startswith("GLOSS_")},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    text=True,
                )
            )
        return started[-1]

    yield run
    for process in started:
        process.terminate()
        process.wait(15)


def address(tmp_path: Path) -> str:
    """Where it is, once it says so."""
    return until(lambda: re.findall(r"Sign in: (\S+)/sign-in", (tmp_path / "log").read_text()))[0]


def until(ask: Callable[[], Any], seconds: float = 30) -> Any:
    end = time.monotonic() + seconds
    while not (found := ask()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
    return found


def children(pid: int) -> dict[int, str]:
    """The processes below one, with their command lines."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True)
    rows = [line.split(None, 2) for line in listed.stdout.splitlines()]
    found, parents = {}, {pid}
    while parents:
        below = {int(row[0]): row[2] for row in rows if int(row[1]) in parents}
        found |= below
        parents = set(below)
    return found


def of(pid: int, name: str) -> int | None:
    return next((child for child, command in children(pid).items() if name in command), None)


def failure(start: Start, tmp_path: Path, **flags: object) -> str:
    assert start(**flags).wait(30) == 1
    said = (tmp_path / "log").read_text()
    assert "Traceback" not in said
    return said


def test_what_stands_in_the_way_is_said(start: Start, settings: Settings, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = failure(start, tmp_path, port=taken.getsockname()[1])
    assert "Cannot listen" in said
    assert "--port" in said
    (tmp_path / "file").write_text("")
    assert "Cannot write" in failure(start, tmp_path, data=tmp_path / "file" / "data")
    assert "There is no folder" in failure(start, tmp_path, notes=tmp_path / "none")
    settings.data.mkdir()
    settings.database.write_text("not a database at all, " * 50)
    assert "is not a database of Gloss" in failure(start, tmp_path)


def test_a_newer_database_is_left_as_it_is(
    start: Start, settings: Settings, tmp_path: Path
) -> None:
    with database.opened(settings.database) as connection:
        connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('gloss', '9999_later', '2099-01-01')"
        )
    assert "later Gloss" in failure(start, tmp_path)
    with sqlite3.connect(settings.database) as connection:
        names = connection.execute("SELECT name FROM _sqlite_migrations").fetchall()
    connection.close()
    assert ("9999_later",) in names


def test_what_ends_comes_back_and_all_ends_together(
    start: Start, settings: Settings, tmp_path: Path
) -> None:
    server = start()
    base = address(tmp_path)
    with urllib.request.urlopen(f"{base}/healthz") as answer:
        health = json.load(answer)
    assert (health["status"], "version" in health, bool(health["schema"])) == ("ok", True, True)
    for name in ("app.lab.runner.engine", "app.commands.watch"):
        before = until(lambda name=name: of(server.pid, name))
        os.kill(before, signal.SIGKILL)
        assert until(lambda name=name, old=before: of(server.pid, name) not in (None, old))
    (settings.notes / "late.md").write_text("---\nvisibility: public\n---\nLate.\n")
    until(lambda: b"late" in urllib.request.urlopen(f"{base}/feed.json").read())
    for length, status in ((15_000_000, 413), (300_000, 413)):
        assert refusal(base, settings, length) == status
    everyone = children(server.pid)
    began = time.monotonic()
    server.terminate()
    assert server.wait(12) == 0
    assert time.monotonic() - began < 10
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in everyone), 5)


def refusal(base: str, settings: Settings, length: int) -> int:
    """How a large annotation is refused; http.client listens only once all of it is sent."""
    with database.opened(settings.database) as connection:
        person = people.create(connection, f"Ann {length}", "annotator")
        token = people.create_token(connection, person, "t", "annotator")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/ld+json"}
    host = base.removeprefix("http://")
    client = http.client.HTTPConnection(host)
    client.request("POST", "/annotations/", b" " * length, headers)
    answer = client.getresponse()
    assert json.load(answer)["status"] == answer.status
    client.close()
    return answer.status


def test_killing_the_supervisor_leaves_nothing_behind(start: Start, tmp_path: Path) -> None:
    server = start(host="::1")
    base = address(tmp_path)
    assert base.startswith("http://[::1]:")
    assert urllib.request.urlopen(base).status == 200
    everyone = children(server.pid)
    assert len(everyone) >= 4
    server.kill()
    server.wait()
    until(lambda: not any(is_alive(pid) for pid in everyone), 15)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] != "Z"
    except OSError:
        return False
