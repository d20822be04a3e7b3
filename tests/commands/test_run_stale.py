"""`python -m app run --stale`: what no longer holds is computed again, and nothing else."""

from __future__ import annotations

import json
import sqlite3

import pytest

from app.__main__ import main
from app.accounts import people
from app.lab import runner, runs
from app.lab.runs import Output, Run, queue
from app.settings import Settings

NOTE = "".join(f"```analysis\nscript: {name}\n```\n" for name in ("first", "second"))


def written(settings: Settings, number: int) -> None:
    for name in ("first", "second"):
        source = f"import {name}_steps\ndef main() -> dict:\n    return {{}}\n"
        (settings.analysis / f"{name}.py").write_text(source)
        (settings.analysis / f"{name}_steps.py").write_text(f"x = {number}\n")


def succeed(settings: Settings, connection: sqlite3.Connection, run_id: int) -> Run:
    outputs = [Output("x", "value", 1, {})]
    return queue.finish(settings, connection, run_id, "succeeded", outputs=outputs)


def test_what_is_stale_is_run_by_its_cause_or_all(
    settings: Settings,
    connection: sqlite3.Connection,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folders = [f"--{name}={getattr(settings, name)}" for name in ("notes", "analysis", "data")]
    monkeypatch.setattr(runner, "run_now", succeed)
    written(settings, 1)
    (settings.notes / "a.md").write_text(NOTE)
    for name in ("first", "second"):
        run, _ = runs.enqueue(settings, connection, name, {}, people.owner(connection))
        succeed(settings, connection, run.id)
    assert main(["run", "--stale", *folders]) == 0
    assert capsys.readouterr().out == "Nothing is stale.\n"
    written(settings, 2)
    assert main(["run", "--stale", "--because", "first_steps.py", "--json", *folders]) == 0
    (done,) = json.loads(capsys.readouterr().out)
    assert (done["script"], done["status"], done["values"]) == ("first", "succeeded", {"x": 1})
    assert done["blocks"] == ["a: first"]
    assert done["because"][0].startswith("`first_steps.py`, which it imports, changed on ")
    assert main(["run", "--stale", *folders]) == 0
    said = capsys.readouterr().out
    assert said.startswith(
        f"run {done['id'] + 1} second succeeded\n  in a: second; `second_steps.py`"
    )
    assert main(["run", "--stale", *folders]) == 0
    assert capsys.readouterr().out == "Nothing is stale.\n"
    assert main(["run", "first", "--stale", *folders]) == 1
    assert "Leave out the name" in capsys.readouterr().err
