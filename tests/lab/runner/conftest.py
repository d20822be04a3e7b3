"""A library with a runner of its own, in real processes."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app import database
from app.accounts import people
from app.accounts.permissions import Person
from app.lab import runner, runs
from app.lab.runner import child
from app.lab.runs import Run
from app.lab.sandbox import processes
from app.settings import PROJECT, Settings, environment, load

PATIENCE = 30.0


@dataclass
class Lab:
    """A library with a runner of its own."""

    settings: Settings
    connection: sqlite3.Connection
    person: Person
    process: subprocess.Popen[bytes]

    def write(self, name: str, body: str, top: str = "") -> None:
        lines = "\n".join(f"    {line}" for line in body.strip("\n").splitlines())
        source = f'"""One case."""\n{top}\ndef main(seed: int = 0) -> dict:\n{lines}\n'
        (self.settings.analysis / f"{name}.py").write_text(source)

    def start(self, name: str, **params: Any) -> Run:
        run, _ = runs.enqueue(self.settings, self.connection, name, params, self.person, force=True)
        runner.wake(self.settings)
        return run

    def wait(self, run: Run, until: Callable[[Run], bool] = lambda run: not run.active) -> Run:
        end = time.monotonic() + PATIENCE
        while not until(now := runs.get(self.connection, run.id)):
            assert time.monotonic() < end, f"still {now.status}"
            time.sleep(0.01)
        return now

    def run(self, name: str, body: str, top: str = "", **params: Any) -> Run:
        self.write(name, body, top)
        return self.wait(self.start(name, **params))


def started(settings: Settings, code: str = "") -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, *(["-c", code] if code else ["-m", "app.lab.runner"])],
        env={**os.environ, **environment(settings), "TELLTALE": "a secret of the server"},
        cwd=PROJECT,
    )
    end = time.monotonic() + PATIENCE
    while not (settings.data / "runner.sock").exists():
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.02)
    return process


def library(folder: Path) -> Settings:
    for name in ("notes", "analysis"):
        (folder / name).mkdir()
    (folder / "notes" / "secret.md").write_text("secret")
    folders = {name: str(folder / name) for name in ("notes", "analysis", "data")}
    return load({**folders, "runners": "2"}, {})


def left_over(lab: Lab) -> list[int]:
    """What still runs below the runner a second later, but for the one child that waits."""
    end = time.monotonic() + 1
    while (found := besides_spare(lab.process.pid)) and time.monotonic() < end:
        time.sleep(0.02)
    return found


def besides_spare(runner: int) -> list[int]:
    families = [[guard, *processes.descendants(guard)] for guard in processes.children(runner)]
    waiting = [family for family in families if len(family) <= 3 and named_spare(family[-1])]
    return [pid for family in families for pid in family if family not in waiting[:1]]


def named_spare(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip() == child.WAITING
    except OSError:
        return False


@pytest.fixture(scope="session")  # one runner for all that are here: it takes a second
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    settings = library(tmp_path_factory.mktemp("library"))
    connection = database.connect(settings.database)
    database.migrate(connection)
    process = started(settings)
    yield Lab(settings, connection, people.owner(connection), process)
    process.terminate()
    assert process.wait(PATIENCE) == 0
    assert not (settings.data / "runner.sock").exists()
    connection.close()


PLOT = """
import random
import numpy as np
from matplotlib import pyplot as plt
figure, axes = plt.subplots()
axes.plot(np.random.random(20), label="noise")
axes.set(title="Noise", xlabel="step", ylabel="height")
return {"noise": figure, "drawn": np.random.random(), "other": random.random(),
        "table": [{"a": 1, "b": float("nan")}, {"a": 2, "b": 0.5}], "words": "done"}
"""


DAEMON = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in range(3):
            os.close(number)
        time.sleep(100)
    os._exit(0)
time.sleep(0.1)
return {"x": 1}
"""
