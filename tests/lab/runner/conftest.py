"""A library with a runner of its own, in real processes."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
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
from tests.lab.runner import ordinary as ordinary_user

PATIENCE = 120.0  # before what hangs is given up: a runner starts in 40 s where all else works, too
LINGERS = 5.0  # seconds until the system has buried what was killed, on a busy machine
ORDINARY = 12345  # a user of whom nobody has heard
BOTH = ("test_outcomes", "test_confinement", "test_hostile")


@dataclass
class Lab:
    """A library with a runner of its own."""

    settings: Settings
    connection: sqlite3.Connection
    person: Person
    process: subprocess.Popen[bytes]
    uid: int = os.getuid()  # whose runner it is

    def write(self, name: str, body: str, top: str = "") -> None:
        lines = "\n".join(f"    {line}" for line in body.strip("\n").splitlines())
        source = f'"""One case."""\n{top}\ndef main(seed: int = 0) -> dict:\n{lines}\n'
        file = self.settings.analysis / f"{name}.py"
        file.write_text(source)
        self.give(file)

    def give(self, place: Path) -> Path:
        """Make it the runner's user's: what cannot be done to it then, the sandbox refuses."""
        os.chown(place, self.uid, -1)
        return place

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


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def started(settings: Settings, code: str = "", uid: int = -1) -> subprocess.Popen[bytes]:
    command = [sys.executable, *(["-c", code] if code else ["-m", "app.lab.runner"])]
    if uid == ORDINARY:
        command = [sys.executable, "-m", ordinary_user.__name__, str(uid), *command]
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment(settings), "TELLTALE": "a secret of the server"},
        cwd=PROJECT,
    )
    try:
        wait_until(lambda: process.poll() is not None or (settings.data / "runner.sock").exists())
        assert process.poll() is None
    except BaseException:
        process.kill()
        process.wait()
        raise
    return process


def library(folder: Path) -> Settings:
    for name in ("notes", "analysis"):
        (folder / name).mkdir()
    (folder / "notes" / "secret.md").write_text("secret")
    folders = {name: str(folder / name) for name in ("notes", "analysis", "data")}
    return load({**folders, "runners": "2"}, {})


def left_over(lab: Lab) -> list[int]:
    """What goes on running below the runner, but for the one child that waits."""
    end = time.monotonic() + LINGERS
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
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    yield from served(library(tmp_path_factory.mktemp("library")))


@pytest.fixture(scope="session")
def ordinary() -> Iterator[Lab]:
    """The runner of an ordinary user, where the tests are root's."""
    with tempfile.TemporaryDirectory() as folder:  # pytest's own are closed to others
        Path(folder).chmod(0o755)
        inner = Path(folder, "library")
        inner.mkdir()
        yield from served(library(inner), ORDINARY)


def served(settings: Settings, uid: int = os.getuid()) -> Iterator[Lab]:
    connection = database.connect(settings.database)
    database.migrate(connection)
    for found in (settings.data.parent, *settings.data.parent.rglob("*")):
        os.chown(found, uid, uid if uid == ORDINARY else -1)
    process = started(settings, uid=uid)
    yield Lab(settings, connection, people.owner(connection), process, uid)
    process.terminate()
    assert process.wait(PATIENCE) == 0
    assert not (settings.data / "runner.sock").exists()
    connection.close()


@pytest.fixture
def who() -> str:
    """Whose runner it is, where a test is not for both."""
    return "ours"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """How runs end and what holds them is tested as root and as an ordinary user."""
    if "who" in metafunc.fixturenames and metafunc.module.__name__.endswith(BOTH):
        metafunc.parametrize("who", ["ours", "ordinary"] if os.getuid() == 0 else ["ours"])


@pytest.fixture
def lab(who: str, request: pytest.FixtureRequest) -> Lab:
    if who == "ordinary" and (refused := no_mounts()):
        pytest.skip(f"nobody can be another user here: {refused}")
    found: Lab = request.getfixturevalue(who)
    return found


@cache
def no_mounts() -> str:
    """Why this host lets us make nobody an ordinary user; "" where it does."""
    python = [sys.executable, "-c", "print('fine')"]
    command = [sys.executable, "-m", ordinary_user.__name__, str(ORDINARY), *python]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=60)
    return "" if done.stdout == "fine\n" else done.stderr.strip().rpartition("\n")[2] or "it fails"


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


REACH = """
import ctypes, glob, json, os, pickle, resource

class Order:
    def __reduce__(self):
        return print, ("taken for an order",)

def reached():
    found, head = [], (ctypes.c_uint32 * 2)(0x20080522, 0)
    ctypes.CDLL(None).capset(head, (ctypes.c_uint32 * 6)(0, 0, 0, 16, 16, 0))  # as the zygote
    for place in sorted(glob.glob("/proc/[0-9]*/fd/*")):
        if place.split("/")[2] != os.readlink("/proc/self"):
            for how in (os.O_RDONLY, os.O_WRONLY):
                try:
                    found.append((place, os.open(place, how | os.O_NONBLOCK)))
                except OSError:
                    pass
    return found

def lower_limits():
    for pid in (os.getppid(), 1):
        try:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, 0))
        except OSError:
            continue
        return 1
    return 0

def forge(ids):
    made = {"name": "x", "kind": "value", "value": 666, "position": 0, "files": {}}
    told = {"began": 1.0, "seconds": 0.1, "status": 0, "told": {"outputs": [made]}, "log": ""}
    lines = "".join(json.dumps({"end": n, **told}) + "\\n" for n in ids).encode()
    for _, opened in reached():
        for data in (lines, pickle.dumps(Order())):
            try:
                os.write(opened, data)
            except OSError:
                pass
"""
