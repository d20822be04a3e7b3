"""A sweep over a thousand points of a millisecond: against bare forks of an equally warm process.

The sweep has all that it has elsewhere: rows in the database, a sandbox, limits for each point.
Both sides must come to the same rows.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import IO, Any

from app import database
from app.accounts import people
from app.lab import runner
from app.lab.sweeps import points, store
from app.lab.sweeps.axes import Axis
from app.settings import PROJECT, Settings
from bench.baselines import forks
from bench.ratios import Ratio, by_turns, ratio, seconds
from bench.rerunning import running
from bench.servers import library

POINTS = 1_000
ROUNDS = 5
PATIENCE_SECONDS = 120
POLL_SECONDS = 0.02
AT_MOST = 3.0


def measure() -> list[Ratio]:
    fresh = count()  # each sweep is over numbers that none was over before
    with tempfile.TemporaryDirectory() as root:
        settings = library(Path(root))
        shutil.copy(forks.__file__, settings.analysis)
        with (
            database.opened(settings.database) as connection,
            running(settings),
            forking(settings.runners) as (tell, told),
        ):

            def ours() -> float:
                numbers = numbers_of(next(fresh))
                return seconds(lambda: sweep(settings, connection, numbers))

            def theirs() -> float:
                numbers = numbers_of(next(fresh))
                return seconds(lambda: ask(tell, told, numbers))

            numbers = numbers_of(next(fresh))
            assert sweep(settings, connection, numbers) == ask(tell, told, numbers)
            measured = by_turns(ROUNDS, ours, theirs)
    return [result(*measured)]


def numbers_of(turn: int) -> range:
    return range(turn * POINTS, (turn + 1) * POINTS)


def result(ours: list[float], theirs: list[float]) -> Ratio:
    shown = [1000 * statistics.median(side) / POINTS for side in (ours, theirs)]
    detail = f"{shown[0]:.2f} ms : {shown[1]:.2f} ms a point, {POINTS} points"
    return Ratio("sweep : bare forks", ratio(ours, theirs), AT_MOST, "at most", detail)


def sweep(settings: Settings, connection: sqlite3.Connection, numbers: range) -> list[Any]:
    """Ask for it, and wait until it is done; its rows."""
    axes = [Axis("n", tuple(numbers))]
    begun = store.begin(settings, connection, "forks", {}, axes, people.owner(connection))
    runner.wake(settings)
    until = time.monotonic() + PATIENCE_SECONDS
    while store.get(connection, begun.id).active:
        assert time.monotonic() < until, store.get(connection, begun.id).counts
        time.sleep(POLL_SECONDS)
    rows = points.rows(connection, begun.id)
    assert all(row.status == "succeeded" for row in rows), store.get(connection, begun.id).counts
    return [[row.params["n"], dict(row.values)] for row in rows]


@contextmanager
def forking(together: int) -> Iterator[tuple[IO[str], IO[str]]]:
    """The baseline, warmed up."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.baselines.forks", str(together)],
        cwd=PROJECT,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    try:
        assert process.stdout.readline() == "ready\n"
        yield process.stdin, process.stdout
    finally:
        process.stdin.close()
        process.wait(20)


def ask(tell: IO[str], told: IO[str], numbers: range) -> list[Any]:
    tell.write(f"{numbers.start} {numbers.stop}\n")
    tell.flush()
    rows: list[Any] = json.loads(told.readline())
    return rows
