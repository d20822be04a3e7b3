"""An analysis started on its own, in a process of its own, as a person would."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
WALK = '''"""A walk, 100% random.

It goes far.
"""

from __future__ import annotations

import random
from datetime import date
from typing import Annotated

import matplotlib.pyplot as plt
import numpy as np
from annotated_types import Interval

from app.lab.command_line import run


def main(
    dimensions: Annotated[list[int], "lattice dimensions"] = [5, 10],
    walkers: Annotated[int, Interval(ge=1, le=100), "50% of the walkers"] = 3,
    step_size: float = 1.5,
    fast: bool = True,
    shift: list[float] = [],
    since: date = date(2026, 1, 2),
    out: str = "none",
    seed: int = 0,
) -> dict:
    figure, axes = plt.subplots()
    axes.plot(dimensions)
    told = [dimensions, walkers, step_size, fast, shift, since.year, out]
    return {
        "walk": figure,
        "told": str(told),
        "drawn": random.random(),
        "drawn_by_numpy": float(np.random.rand()),
        "table": [{"a": 1, "b": 2.5}, {"a": 10, "b": None}],
    }


if __name__ == "__main__":
    run(main)
'''


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "walk.py"
    path.write_text(WALK)
    return path


def started(
    script: Path, *options: str, folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    # As with the project installed, and as on a desktop: a screen that no one may try to open
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "DISPLAY": ":99", "COLUMNS": "100"}
    environment.pop("MPLBACKEND", None)
    return subprocess.run(
        [sys.executable, str(script), *options],
        cwd=folder or script.parent,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_it_runs_on_its_own(script: Path) -> None:
    done = started(
        script, "--walkers", "10", "--dimensions", "5,10,20", "--shift", "-1,2e3", "--no-fast",
        "--step-size", "-.5", "--since=2020-01-01", "--out", "there",
    )  # fmt: skip
    assert done.stderr == ""
    assert done.returncode == 0
    assert "told = [[5, 10, 20], 10, -0.5, False, [-1.0, 2000.0], 2020, 'there']" in done.stdout
    assert "walk: walk.svg" in done.stdout
    assert "10     \n" in done.stdout
    assert (script.parent / "walk.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in (script.parent / "walk.svg").read_text()
    assert (script.parent / "table.csv").read_text() == "a,b\n1,2.5\n10,\n"


def test_files_go_where_out_says_and_chance_repeats(script: Path) -> None:
    """Relative paths of the options begin where they are typed, those in `main` at its file."""
    here = script.parent / "here"
    here.mkdir()
    (script.parent / "data.txt").write_text("data")
    source = WALK.replace('    out: str = "none",\n', "").replace(
        ", out]", ", open('data.txt').read()]"
    )
    script.write_text(source)
    runs = [
        started(script, "--seed", seed, "--out", f"made/{seed}", folder=here)
        for seed in ("7", "7", "8")
    ]
    assert "2026, 'data']" in runs[0].stdout, runs[0].stderr
    drawn = [
        [line for line in done.stdout.splitlines() if line.startswith("drawn")] for done in runs
    ]
    assert len(drawn[0]) == 2
    assert drawn[0] == drawn[1] != drawn[2]
    assert (here / "made/7/walk.png").is_file()
    assert not (script.parent / "walk.png").exists()


def test_help_teaches(script: Path) -> None:
    done = started(script, "--help")
    assert done.returncode == 0
    text = " ".join(done.stdout.split())
    assert "A walk, 100% random. It goes far." in text
    assert "50% of the walkers (at least 1; at most 100; default 3)" in text
    assert "lattice dimensions (a list with commas; [] is one of nothing; default 5, 10)" in text


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--walkers", "0"], "walkers is at least 1, not 0."),
        (["--walkers", "many"], "walkers is a whole number, not many."),
        (["--dimensions", "5 10"], "whole numbers with commas, as in 5, 10; not 5 10."),
        (["--walker", "3"], "unrecognized arguments: --walker"),
    ],
)
def test_what_does_not_fit_is_told_without_a_traceback(
    script: Path, options: list[str], words: str
) -> None:
    done = started(script, *options)
    assert done.returncode != 0
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_broken_signature_is_told_with_its_line(script: Path) -> None:
    script.write_text(WALK.replace("walkers: Annotated", "walkers = 3, other: Annotated"))
    done = started(script)
    assert done.returncode == 1
    assert done.stderr.startswith("walk.py:21: The parameter `walkers` has no type.")
