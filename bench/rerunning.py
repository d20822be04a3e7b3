"""Rerunning a plot in a warm runner: against `python plot.py`, which imports everything first.

Both make a PNG of the same size and an SVG, as matplotlib's `savefig` has them; ours makes a twin
for dark pages and the data besides. Before each the machine is left alone for a second, as a reader
leaves it who looks at the figure: the runner has its next child ready by then. How long a rerun
takes that follows another at once is told as well; how soon a result that holds answers; and what
memory the runner has while nobody asks for anything.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from matplotlib.image import imread

from app import database
from app.accounts import people
from app.lab import runner, runs
from app.lab.runs import Run
from app.lab.sandbox import memory, processes
from app.settings import Settings, environment
from bench import sandboxing
from bench.baselines import plot
from bench.ratios import Ratio, by_turns, ratio, seconds
from bench.servers import library, serving

ROUNDS = 9
QUIET_SECONDS = 1.0
POLL_SECONDS = 0.001
RUN_SECONDS = 30
AT_MOST = 0.2
CACHED_MS, CACHED_ROUNDS = 20.0, 50
IDLE_MB = 250.0
MEGABYTE = 1_000_000


def measure() -> list[Ratio]:
    with tempfile.TemporaryDirectory() as root:
        settings = library(Path(root))
        shutil.copy(plot.__file__, settings.analysis)
        with database.opened(settings.database) as connection, running(settings) as process:
            made = runs.folder(settings, rerun(settings, connection).id)
            cold(Path(root))
            sizes = [imread(folder / "wave.png").shape for folder in (made, Path(root))]
            assert sizes[0] == sizes[1], sizes
            measured = by_turns(
                ROUNDS,
                lambda: later(lambda: rerun(settings, connection)),
                lambda: later(lambda: cold(Path(root))),
                lambda: after(lambda: rerun(settings, connection)),
            )
            cached = cached_answer(settings, connection)
            idle = memory_of(process.pid)
        return [told(*measured), cached, sandboxing.measured(settings), idle]


def cached_answer(settings: Settings, connection: sqlite3.Connection) -> Ratio:
    """From the request of a program to the answer, with the run and all its outputs."""
    token = people.create_token(connection, people.owner(connection), "bench", "owner")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    body = json.dumps({"script": "plot", "params": {}}).encode()
    with serving(settings) as address:
        host = urlsplit(address).netloc
        line = http.client.HTTPConnection(host, timeout=RUN_SECONDS)

        def ask() -> None:
            line.request("POST", "/api/runs", body, headers)
            answer = json.loads(line.getresponse().read())
            assert answer["cached"], answer

        for _ in range(5):
            ask()
        took = [1000 * seconds(ask) for _ in range(CACHED_ROUNDS)]
        line.close()
    detail = f"the slowest of {CACHED_ROUNDS}: {max(took):.1f} ms"
    middle = statistics.median(took)
    return Ratio("a cached result, ms", middle, CACHED_MS, "at most", detail)


def memory_of(pid: int) -> Ratio:
    """Of the runner and the child that waits: what is shared between them counts once."""
    family = [pid, *processes.descendants(pid)]
    each = [memory.rollup(one) for one in family]
    whole = sum(found.get("Pss", 0) for found in each) / MEGABYTE
    resident = ", ".join(f"{found.get('Rss', 0) / MEGABYTE:.0f}" for found in each)
    detail = f"resident, of the runner, the guard, init and the child that waits: {resident}"
    return Ratio("memory of an idle runner, MB", whole, IDLE_MB, "at most", detail)


def later(work: Callable[[], object]) -> float:
    time.sleep(QUIET_SECONDS)
    return seconds(work)


def after(work: Callable[[], object]) -> float:
    """How long it takes the second time of two."""
    work()
    return seconds(work)


def told(ours: list[float], theirs: list[float], at_once: list[float]) -> Ratio:
    shown = [1000 * statistics.median(side) for side in (ours, theirs, at_once)]
    detail = f"{shown[0]:.0f} ms : {shown[1]:.0f} ms; at once after another {shown[2]:.0f} ms"
    return Ratio("warm rerun : python plot.py", ratio(ours, theirs), AT_MOST, "at most", detail)


@contextmanager
def running(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """The runner, as `serve` starts it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "app.lab.runner"],
        env={**os.environ, **environment(settings)},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


def rerun(settings: Settings, connection: sqlite3.Connection) -> Run:
    """What the Rerun button does, and wait until the result is there."""
    owner = people.owner(connection)
    run, _ = runs.enqueue(settings, connection, "plot", {}, owner, force=True)
    runner.wake(settings)
    until = time.monotonic() + RUN_SECONDS
    while run.active and time.monotonic() < until:
        time.sleep(POLL_SECONDS)
        run = runs.get(connection, run.id)
    assert run.status == "succeeded", (run.status, run.message, run.log)
    return run


def cold(folder: Path) -> None:
    """The plain script, with a cache of fonts that is already there."""
    script = [sys.executable, plot.__file__, str(folder)]
    subprocess.run(script, env={**os.environ, "PYTHONHASHSEED": "0"}, check=True)
