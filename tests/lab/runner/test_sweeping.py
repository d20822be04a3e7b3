"""Sweeps in real processes: every point ends with an outcome of its own, whatever one does."""

# ruff: noqa: E501 - an analysis of a test reads best on a line of its own

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path
from typing import Any

from app.lab import analyses, runner
from app.lab.sandbox import kernel
from app.lab.sweeps import axes, points, store
from app.lab.sweeps.local import Local
from app.lab.sweeps.points import Row
from app.lab.sweeps.store import Sweep
from tests.lab.runner.conftest import PATIENCE, Lab, left_over, wait_until


def begin(lab: Lab, name: str, *texts: str, **params: Any) -> Sweep:
    signature = analyses.get(lab.settings, name).signature
    grid = axes.typed(signature, texts, params)
    sweep = store.begin(lab.settings, lab.connection, name, params, grid, lab.person)
    runner.wake(lab.settings)
    return sweep


def ended(lab: Lab, sweep: Sweep) -> list[Row]:
    end = time.monotonic() + PATIENCE
    while (now := store.get(lab.connection, sweep.id)).active:
        assert time.monotonic() < end, now.counts
        time.sleep(0.01)
    return points.rows(lab.connection, sweep.id)


def log_of(connection: sqlite3.Connection, row: Row) -> str:
    found = connection.execute("SELECT log FROM run WHERE id = ?", [row.run_id]).fetchone()
    return str(found["log"])


def test_each_point_begins_afresh_with_its_own_seed_and_home(lab: Lab) -> None:
    top = """
import helper, os, random, tempfile
import numpy as np
SEEN = []
"""
    (lab.settings.analysis / "helper.py").write_text("COUNTED = []\n")
    body = """
SEEN.append(seed); helper.COUNTED.append(seed)
before = os.listdir(os.environ["HOME"])
tempfile.NamedTemporaryFile(delete=False).write(b"left")
os.makedirs(os.environ["HOME"] + "/left/too")
print("seed", seed)
from matplotlib import pyplot
return {"figure": pyplot.figure(), "rows": [{"a": 1}], "seen": len(SEEN) + len(helper.COUNTED),
        "left": len(before), "sandbox": os.path.dirname(os.environ["HOME"]), "drawn": float(np.random.random()), "chance": random.random(),
        "word": f"seed {seed}", "not": float("nan")}
"""
    lab.write("fresh", body, top)
    rows = ended(lab, begin(lab, "fresh", "seed=0:30"))
    assert [row.status for row in rows] == ["succeeded"] * 30, rows[0].message
    assert {(row.values["seen"], row.values["left"], row.values["not"]) for row in rows} == {
        (2, 0, "nan")
    }
    assert [row.values["word"] for row in rows] == [f"seed {number}" for number in range(30)]
    assert [log_of(lab.connection, row) for row in rows] == [f"seed {n}\n" for n in range(30)]
    assert "figure" not in rows[0].values
    assert len({row.values["sandbox"] for row in rows}) <= 3  # not one for each
    whole = lab.wait(lab.start("fresh", seed=7))
    assert rows[7].values["drawn"] == whole.values["drawn"]
    assert rows[7].values["chance"] == whole.values["chance"]
    assert left_over(lab) == []


ENDS = {
    "fine": "pass",
    "raises": "raise ValueError('so it is')",
    "exits": "os._exit(3)",
    "crashes": "ctypes.string_at(0)",
    "kills": "os.kill(os.getppid(), 9)\n    time.sleep(9)",
    "kills_all": "os.kill(-1, 9)\n    time.sleep(9)",
    "hangs": "time.sleep(9)",
    "eats": "return {'x': len(bytes(600_000_000))}",
    "floods": "while True: print('x' * 1000)",
    "object": "return {'x': object()}",
    "forges": "for n in range(3, 99):\n        with suppress(OSError): os.write(n, b'{\"end\": 1}\\n[]\\n')",
    "daemon": "if os.fork() == 0:\n        os.setsid()\n        time.sleep(99)",
    "nests": "os.chdir(os.environ['HOME'])\n    [(os.mkdir('d'), os.chdir('d')) for n in range(999)]",
    "shares": "open('/dev/shm/left', 'w').write('x')",
    "fine_again": "pass",
}
# What nobody inside may do where the kernel keeps a point's signals to itself (Landlock 6).
SCOPED = kernel.landlock_version() >= 6
ENDED_IT = "Operation not permitted" if SCOPED else "It ended the process that had started it"
WORDS = {
    "raises": "so it is",
    "exits": "exit status 3",
    "crashes": "segmentation fault",
    "kills": ENDED_IT,
    "hangs": "longer than its limit of 1 s",
    "eats": "more memory than its limit of 500 MB",
    "floods": "printed more than 10 MB",
    "object": "of type object",
}
EITHER = ("kills_all", "nests")  # who is first decides: the point, or whoever watches it


def test_what_one_point_does_is_its_own_outcome_and_no_other_points(lab: Lab) -> None:
    cases = "\n    ".join(f"if kind == {name!r}:\n        {body.replace(chr(10), chr(10) + '    ')}" for name, body in ENDS.items())  # fmt: skip
    choices = ", ".join(map(repr, ENDS))
    (lab.settings.analysis / "hostile.py").write_text(
        f'"""Hostile."""\nimport ctypes, os, time\nfrom contextlib import suppress\nfrom typing import Literal\n'
        "LIMITS = {'wall_seconds': 1, 'memory_mb': 500}\n"
        f"def main(kind: Literal[{choices}] = 'fine', seed: int = 0) -> dict:\n"
        f"    {cases}\n    return {{'x': seed}}\n"
    )
    sweep = begin(lab, "hostile", f"kind={','.join(ENDS)}", "seed=0:2")
    rows = ended(lab, sweep)
    found = {(row.params["kind"], row.params["seed"]): row for row in rows}
    for name in ENDS:
        for seed in range(2):
            row = found[name, seed]
            if name in WORDS:
                assert row.status in ("excepted", "timed_out"), (name, row)
                assert WORDS[name] in row.message, row
            elif name not in EITHER:
                assert (row.status, row.values) == ("succeeded", {"x": seed}), (name, row)
    assert left_over(lab) == []
    wait_until(lambda: not list(lab.settings.outputs.glob("sweep*")))


def test_who_was_told_that_there_is_no_more_takes_nothing_that_others_gave_back() -> None:
    nothing: Any = None
    listens, orders = os.pipe()
    local = Local(nothing, nothing, {}, Path(), 0, orders, (-1, -1, -1), nothing)
    assert local.room() > 0
    local.close()
    assert local.room() == 0
    os.close(listens)


def test_a_point_that_stops_itself_or_what_started_it_has_a_named_outcome(lab: Lab) -> None:
    body = "os.kill([os.getpid, os.getppid][seed](), signal.SIGSTOP)\nreturn {}"
    lab.write("freezes", body, "import os, signal\nLIMITS = {'wall_seconds': 20}")
    itself, other = ended(lab, begin(lab, "freezes", "seed=0,1"))
    assert "It was stopped" in itself.message
    assert ("Operation not permitted" if SCOPED else "It was stopped") in other.message


def test_a_whole_run_does_not_wait_for_a_sweep(lab: Lab) -> None:
    lab.write("slow", "import time\ntime.sleep(0.1)\nreturn {'x': seed}")
    lab.write("quick", "return {'x': 1}")
    sweep = begin(lab, "slow", "seed=0:200")
    while not store.get(lab.connection, sweep.id).done:
        time.sleep(0.01)
    assert lab.wait(lab.start("quick")).status == "succeeded"
    now = store.get(lab.connection, sweep.id)
    assert now.active
    assert now.failed == 0
    rows, first = cancelled(lab, sweep)
    assert {row.status for row in rows} == {"succeeded", "cancelled"}
    again = begin(lab, "slow", "seed=0:200")
    assert again.id == sweep.id
    assert again.done == now.done or again.done > now.done
    _, second = cancelled(lab, again)
    assert min(first, second) < 1.0  # others use the machine
    assert left_over(lab) == []


def cancelled(lab: Lab, sweep: Sweep) -> tuple[list[Row], float]:
    """Its runs once they have ended, and how many seconds that took."""
    asked = time.monotonic()
    store.cancel(lab.connection, sweep.id)
    runner.wake(lab.settings)
    return ended(lab, sweep), time.monotonic() - asked


def test_a_sweep_whose_code_changes_is_interrupted_in_words(lab: Lab) -> None:
    lab.write("changing", "import time\ntime.sleep(0.05)\nreturn {'x': seed}")
    sweep = begin(lab, "changing", "seed=0:30")
    while not store.get(lab.connection, sweep.id).done:
        time.sleep(0.01)
    lab.write("changing", "return {'x': seed + 1}")
    rows = ended(lab, sweep)
    last = rows[-1]
    assert last.status == "interrupted"
    assert "has changed since this sweep began" in last.message
    assert all(row.values["x"] == row.params["seed"] for row in rows if row.values)
    anew = begin(lab, "changing", "seed=0:30")
    assert anew.id != sweep.id
    assert all(row.values["x"] == row.params["seed"] + 1 for row in ended(lab, anew))


def test_code_that_changes_before_it_is_compiled_gives_no_value(lab: Lab) -> None:
    top = "import rdflib, sqlite_utils"  # for half a second, before the file is compiled
    lab.write("torn", "return {'x': seed}", top)
    sweep = begin(lab, "torn", "seed=0:30")
    wait_until(lambda: store.get(lab.connection, sweep.id).counts.get("running"))
    lab.write("torn", "return {'x': seed + 1}", top)
    rows = ended(lab, sweep)
    assert all(row.values["x"] == row.params["seed"] for row in rows if row.values)
    assert rows[-1].status == "interrupted"


def test_a_broken_file_and_a_missing_package_are_told_by_every_point(lab: Lab) -> None:
    lab.write("lacking", "return {'x': seed}", "import nowhere_to_be_found")
    rows = ended(lab, begin(lab, "lacking", "seed=0:3"))
    assert {row.message for row in rows} == {
        "lacking.py, line 2: There is no module named nowhere_to_be_found. Is its package installed?"
    }
