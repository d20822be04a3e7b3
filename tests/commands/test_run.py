"""`python -m app run` and `check --run` where no server runs: the command does the work itself."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app import __main__, database, errors
from app.accounts import people
from app.commands.run import as_text
from app.lab import analyses, runner, runs
from app.lab.runner import door
from app.lab.runs import Output, queue
from app.settings import PROJECT, Settings

PATIENCE = 30.0
DOUBLE = (
    '"""Twice.\n\nMore."""\ndef main(x: int = 2) -> dict:\n    return {"y": 2 * x, "t": [[x]]}\n'
)
SLOW = (
    '"""Slow."""\nimport time\ndef main(n: int = 0) -> dict:\n    time.sleep(60)\n    return {}\n'
)
BAD = '"""Bad."""\ndef main() -> dict:\n    print("before")\n    return {"y": 1 / 0}\n'


@pytest.fixture
def library(settings: Settings) -> Settings:
    for name, source in (("double", DOUBLE), ("slow", SLOW), ("bad", BAD)):
        (settings.analysis / f"{name}.py").write_text(source)
    return settings


def command(settings: Settings, *words: str) -> list[str]:
    names = ("notes", "analysis", "data")
    return [*words, *(f"--{name}={getattr(settings, name)}" for name in names)]


def app(settings: Settings, *words: str) -> int:
    return __main__.main(command(settings, *words))


def count_runners(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    begun: list[str] = []
    start = door.start_for

    def counted(settings: Settings, only: door.Spans) -> subprocess.Popen[bytes]:
        begun.append(door.as_text(only))
        return start(settings, only)

    monkeypatch.setattr(door, "start_for", counted)
    return begun


def test_run_prints_the_values_and_a_second_time_without_a_process(
    library: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = count_runners(monkeypatch)
    assert app(library, "run", "double", "--set", "x=4") == 0
    first = capsys.readouterr().out
    assert first.startswith("run 1 succeeded after ")
    assert first.endswith("\ny = 8\nt: table\n")
    assert app(library, "run", "double", "--set", "x=4", "--json") == 0
    again = json.loads(capsys.readouterr().out)
    assert (again["id"], again["values"], begun) == (1, {"y": 8}, ["1"])
    assert again["cached"]
    assert app(library, "run", "double", "--set", "x=4") == 0
    assert re.match(
        r"run 1 is stored, of \d{4}-\d\d-\d\dT[\d:]+Z: --force computes anew\n",
        capsys.readouterr().out,
    )
    assert not runner.is_running(library)


def test_run_without_a_name_lists_the_analyses(
    library: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    (library.analysis / "my walk-two.py").write_text(DOUBLE)
    (library.analysis / "no-main.py").write_text("x = 1\n")
    (library.analysis / "slow.py").write_text(SLOW.replace("Slow.", "Slow, of $N$."))
    assert app(library, "run") == 0
    assert capsys.readouterr().out == (
        f"bad: Bad\ndouble: Twice\nslow: Slow, of N\nmy walk-two.py: {analyses.MISNAMED}\n"
    )
    assert app(library, "run", "my walk-two") == 1
    assert f"my walk-two.py: {analyses.MISNAMED}. Give the file another" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["double", "--set", "x"], "'x' sets nothing. Write --set key=value."),
        (["double", "--set", "x=much"], "x"),
        (["double", "--set", "z=1"], "z"),
        (["none"], "There is no analysis 'none'."),
    ],
)
def test_run_names_what_was_not_understood(
    library: Settings, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert app(library, "run", *words) == 1
    error = capsys.readouterr().err
    assert error.startswith("run: ")
    assert said in error


def test_a_run_that_fails_says_where_and_ends_with_1(
    library: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app(library, "run", "bad") == 1
    printed = capsys.readouterr().out
    assert "bad.py, line 4: ZeroDivisionError" in printed
    assert "before\n" in printed


def test_ctrl_c_cancels_the_run_and_leaves_no_runner(library: Settings) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "app", *command(library, "run", "slow")],
        cwd=PROJECT,
        env={**os.environ, "PYTHONWARNINGS": ""},
    )
    until = time.monotonic() + PATIENCE
    while state(library) != ["running"]:
        assert time.monotonic() < until
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 130
    assert state(library) == ["cancelled"]
    assert not runner.is_running(library)


def state(settings: Settings) -> list[str]:
    """How the runs are."""
    try:
        with database.opened(settings.database) as connection:
            return [row["status"] for row in connection.execute("SELECT status FROM run")]
    except sqlite3.Error:
        return []  # not made yet


def test_check_run_has_one_runner_work_through_all_that_is_stale(
    library: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = count_runners(monkeypatch)
    blocks = "".join(
        f"```analysis\nscript: double\nparams: {{x: {x}}}\nas: d{x}\n```\n" for x in range(3)
    )
    claim = "```claim\nid: a\ntext: A.\ncheck: d2.y == 4\n```\n"
    (library.notes / "a.md").write_text(f"# A\n\n{blocks}{claim}")
    assert app(library, "check") == 1
    assert "it has never run" in capsys.readouterr().out
    assert app(library, "check", "--run") == 0
    assert (len(begun), state(library)) == (1, ["succeeded"] * 3)
    assert capsys.readouterr().out.endswith("Everything holds.\n")
    (library.notes / "a.md").write_text(f"# A\n\n{blocks}{claim.replace('== 4', '== 5')}")
    assert app(library, "check", "--run") == 1
    assert "Claims that are not as expected:\n  a: a: refuted, 4" in capsys.readouterr().out
    assert len(begun) == 1


def test_work_through_runs_of_which_some_are_cancelled_while_they_wait(library: Settings) -> None:
    with database.opened(library.database) as connection:
        database.migrate(connection)
        person = people.owner(connection)
        ids = [
            runs.enqueue(library, connection, "double", {"x": x}, person)[0].id for x in range(4)
        ]
        other, _ = runs.enqueue(library, connection, "double", {"x": 9}, person)
        seen: list[int] = []

        def told(counts: object) -> None:
            seen.append(len(str(counts)))
            if len(seen) == 1:
                runs.cancel(connection, ids[2])

        ended = runner.work(library, connection, ids, told)
        assert ended == {"cancelled": 1, "succeeded": 3}
        assert runs.get(connection, other.id).status == "queued"  # nobody asked for it here
    assert [
        path.name for path in Path(library.data / "outputs").iterdir() if ".tmp" in path.name
    ] == []


def test_how_a_run_ended_and_what_is_none_are_said_as_on_the_pages(
    library: Settings, connection: sqlite3.Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both are stored: no process is begun."""
    owner = people.owner(connection)
    run, _ = runs.enqueue(library, connection, "double", {}, owner)
    made = (Output("x", "value", None, {}), Output("y", "value", 1, {}))
    queue.finish(library, connection, run.id, "succeeded", outputs=made)
    assert app(library, "run", "double") == 0
    assert capsys.readouterr().out.endswith("x = none\ny = 1\n")
    failed, _ = runs.enqueue(library, connection, "bad", {}, owner)
    queue.finish(library, connection, failed.id, "excepted", message="bad.py, line 4: no.")
    said = as_text(runs.get(connection, failed.id))
    assert said == f"run {failed.id}: the analysis failed\nbad.py, line 4: no."


@pytest.mark.parametrize("begin", [["-m", "app", "run"], ["-m", "app", "check"], []])
def test_a_reader_that_goes_away_ends_a_command_quietly(
    library: Settings, begin: list[str]
) -> None:
    """Also a script by itself. The pipe is closed before anything is written into it."""
    source = (
        DOUBLE + "from app.lab.command_line import run\nif __name__ == '__main__':\n    run(main)\n"
    )
    script = library.analysis / "double.py"
    script.write_text(source)
    words = command(library, *begin) if begin else [str(script), f"--out={library.data}"]
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as pipe:
        done = subprocess.run(
            [sys.executable, *words],
            cwd=PROJECT,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            stdout=pipe,
            stderr=subprocess.PIPE,
            text=True,
            timeout=PATIENCE,
        )
    assert (done.returncode, done.stderr) == (errors.READER_GONE, "")
