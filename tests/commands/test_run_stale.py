"""`python -m app run --stale`: what no longer holds is computed again, and nothing else."""

from __future__ import annotations

import json
import sqlite3

import pytest

from app.__main__ import main
from app.accounts import people
from app.lab import runs
from app.lab.runs import queue
from app.settings import Settings

NOTE = "".join(f"```analysis\nscript: {name}\n```\n" for name in ("first", "second"))


def written(settings: Settings, number: int) -> None:
    for name in ("first", "second"):
        source = f"import {name}_steps\ndef main() -> dict:\n    return {{'x': {name}_steps.x}}\n"
        (settings.analysis / f"{name}.py").write_text(source)
        (settings.analysis / f"{name}_steps.py").write_text(f"x = {number}\n")


def folders_of(settings: Settings) -> list[str]:
    return [f"--{name}={getattr(settings, name)}" for name in ("notes", "analysis", "data")]


def test_what_is_stale_is_run_by_its_cause_or_all(
    settings: Settings, connection: sqlite3.Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = folders_of(settings)
    written(settings, 1)
    (settings.notes / "a.md").write_text(NOTE)
    for name in ("first", "second"):
        run, _ = runs.enqueue(settings, connection, name, {}, people.owner(connection))
        queue.finish(settings, connection, run.id, "succeeded", outputs=[])
    assert main(["run", "--stale", *folders]) == 0
    assert capsys.readouterr().out == "Nothing is stale.\n"
    written(settings, 2)
    assert main(["run", "--stale", "--because", "first_steps.py", "--json", *folders]) == 0
    (done,) = json.loads(capsys.readouterr().out)
    assert (done["script"], done["status"], done["values"]) == ("first", "succeeded", {"x": 2})
    assert done["blocks"] == ["a: first"]
    assert done["because"][0].startswith("`first_steps.py`, which it imports, changed on ")
    assert main(["run", "--stale", "--because", "second_step.py", *folders]) == 1
    assert capsys.readouterr().err == (
        "run: Nothing is stale because of second_step.py."
        " Did you mean second_steps.py? Outputs are stale because of second_steps.py.\n"
    )
    assert main(["run", "--stale", *folders]) == 0
    said = capsys.readouterr().out
    assert said.startswith(
        f"run {done['id'] + 1} second succeeded\n  in a: second; `second_steps.py`"
    )
    assert main(["run", "--stale", *folders]) == 0
    assert capsys.readouterr().out == "Nothing is stale.\n"
    assert main(["run", "first", "--stale", *folders]) == 1
    assert "Leave out the name" in capsys.readouterr().err


def test_a_sweep_whose_points_opened_what_changed_is_stale_in_every_command(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = folders_of(settings)
    (settings.analysis / "walk.py").write_text(
        "def main(n: int = 1) -> dict:\n    return {'x': n * int(open('x.csv').read())}\n"
    )
    (settings.analysis / "x.csv").write_text("1")
    block = "```analysis\nscript: walk\nsweep: {n: [1, 2]}\n```\n"
    (settings.notes / "a.md").write_text(block)
    assert main(["run", "walk", "--sweep", "n=1,2", *folders]) == 0
    assert main(["run", "--stale", *folders]) == 0
    assert main(["check", *folders]) == 0
    (settings.analysis / "x.csv").write_text("2")
    capsys.readouterr()
    assert main(["check", *folders]) == 1
    assert "walk: `x.csv` changed" in capsys.readouterr().out
    assert main(["run", "--stale", "--because", "other", *folders]) == 1
    assert capsys.readouterr().err == (
        "run: Nothing is stale because of other. Outputs are stale because of x.csv.\n"
    )
    assert main(["run", "--stale", "--because", "x.csv", "--json", *folders]) == 0
    (done,) = json.loads(capsys.readouterr().out)
    assert done == {"sweep": 2, "script": "walk", "params": {}} | {
        "points": 2,
        "succeeded": 2,
    }
    assert main(["run", "--stale", *folders]) == 0
    assert capsys.readouterr().out == "Nothing is stale.\n"
