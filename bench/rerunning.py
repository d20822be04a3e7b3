"""Rerunning a plot in a warm runner: against `python plot.py`, which imports everything first.

Both make the same three files, byte for byte. Before each the machine is left alone for a second,
as a reader leaves it who looks at the figure: the runner has its next child ready by then. How
long a rerun takes that follows another at once is told as well.
"""

from __future__ import annotations

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

from app import database
from app.accounts import people
from app.lab import runner, runs
from app.lab.runs import Run
from app.settings import Settings, environment
from bench.baselines import plot
from bench.ratios import Ratio, by_turns, ratio, seconds
from bench.servers import library

ROUNDS = 9
QUIET_SECONDS = 1.0
POLL_SECONDS = 0.002
RUN_SECONDS = 30
AT_MOST = 0.25


def measure() -> list[Ratio]:
    with tempfile.TemporaryDirectory() as root:
        settings = library(Path(root))
        shutil.copy(plot.__file__, settings.analysis)
        with database.opened(settings.database) as connection, running(settings):
            made = runs.folder(settings, rerun(settings, connection).id)
            cold(Path(root))
            for name in ("wave.svg", "wave.dark.svg", "wave.png"):
                same = (made / name).read_bytes() == (Path(root) / name).read_bytes()
                assert same, f"the script draws another {name}"
            measured = by_turns(
                ROUNDS,
                lambda: later(lambda: rerun(settings, connection)),
                lambda: later(lambda: cold(Path(root))),
                lambda: after(lambda: rerun(settings, connection)),
            )
    return [told(*measured)]


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
def running(settings: Settings) -> Iterator[None]:
    """The runner, as `serve` starts it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "app.lab.runner"],
        env={**os.environ, **environment(settings)},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
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
