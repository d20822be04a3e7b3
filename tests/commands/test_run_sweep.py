"""`python -m app run NAME --sweep`: a grid at the prompt."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from app import database
from app.lab.sweeps import store
from app.settings import Settings

PROJECT = Path(__file__).resolve().parents[2]
SOURCE = '''"""Walks."""
import time
def main(n: int = 10, seed: int = 0, pause: float = 0.0) -> dict:
    time.sleep(pause)
    if n == 3:
        raise ValueError("three")
    return {"sum": n + seed, "word": "fine"}
'''


def command(settings: Settings, *words: str) -> list[str]:
    folders = [f"--{name}={getattr(settings, name)}" for name in ("notes", "analysis", "data")]
    return [sys.executable, "-m", "app", "run", *folders, *words]


def run(settings: Settings, *words: str) -> subprocess.CompletedProcess[str]:
    (settings.analysis / "walk.py").write_text(SOURCE)
    return subprocess.run(
        command(settings, *words), cwd=PROJECT, capture_output=True, text=True, timeout=60
    )


def test_a_sweep_prints_a_row_for_each_point_and_fails_where_one_did(settings: Settings) -> None:
    ended = run(settings, "walk", "--sweep", "n=2,3", "--sweep", "seed=0:2", "--set", "pause=0")
    lines = ended.stdout.splitlines()
    assert ended.returncode == 1, ended
    assert [line.split()[:4] for line in lines[:3]] == [
        ["n", "seed", "sum", "word"],
        ["2", "0", "2", "fine"],
        ["2", "1", "3", "fine"],
    ]
    assert "the analysis failed: walk.py, line 6: ValueError: three" in lines[3]
    assert lines[-1] == "sweep 1: 2 of 4 points succeeded"
    fine = run(settings, "walk", "--sweep", "n=2,4", "--json")
    found = json.loads(fine.stdout)
    assert fine.returncode == 0
    assert found["counts"] == {"succeeded": 2}
    assert [(row["params"], row["values"]["sum"]) for row in found["points"]] == [
        ({"n": 2}, 2),
        ({"n": 4}, 4),
    ]


def test_what_cannot_be_swept_is_said_before_anything_runs(settings: Settings) -> None:
    for words, message in [
        (["--sweep", "n=ten"], "run: n is a whole number, not ten."),
        (["--sweep", "n=1,2", "--set", "n=3"], "run: n is set twice."),
        (["--sweep", "n=1,2", "--force"], "run: --force and --sweep do not go together"),
    ]:
        ended = run(settings, "walk", *words)
        assert (ended.returncode, ended.stdout) == (1, "")
        assert ended.stderr.startswith(message)


def test_a_sweep_that_was_stopped_goes_on_with_the_same_command(settings: Settings) -> None:
    (settings.analysis / "walk.py").write_text(SOURCE)
    words = ["walk", "--sweep", "seed=0:12", "--set", "pause=0.3"]
    process = subprocess.Popen(
        command(settings, *words), cwd=PROJECT, stderr=subprocess.PIPE, text=True, env=os.environ
    )
    with database.opened(settings.database) as connection:
        end = time.monotonic() + 30
        while not any(sweep.done for sweep in store.newest_first(connection)):
            assert time.monotonic() < end
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
        assert process.returncode == 130
        assert "The same command goes on from there." in told
        (stopped,) = store.newest_first(connection)
        assert not stopped.active
        assert stopped.counts["cancelled"] > 0
    ended = run(settings, *words)
    assert ended.returncode == 0, ended
    assert "sweep 1: 12 of 12 points succeeded" in ended.stdout
