"""Runs and the runner from beginning to end: waiting, cancelled, killed, begun again."""

# ruff: noqa: E501 - an analysis of a test reads best on a line of its own

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from app import database
from app.accounts import people
from app.errors import Unreadable
from app.lab import runner, runs
from app.lab.runs import Run
from app.lab.sandbox import processes
from app.lab.sweeps import points, store, zygote
from app.settings import Settings
from tests.lab.runner.conftest import (
    DAEMON,
    PATIENCE,
    PLOT,
    REACH,
    Lab,
    left_over,
    library,
    named_spare,
    started,
    wait_until,
)
from tests.lab.runner.test_sweeping import begin, ended


def test_cancel_ends_a_run_and_all_it_started_within_a_second(lab: Lab) -> None:
    lab.write("long", "import os, time\nos.fork()\nprint('here', flush=True)\ntime.sleep(100)")
    taken = []
    while min(taken, default=9.0) >= 1.0 and len(taken) < 3:  # others use the machine
        run = lab.wait(lab.start("long"), lambda now: "here" in now.log)
        asked = time.monotonic()
        runs.cancel(lab.connection, run.id)
        runner.wake(lab.settings)
        assert lab.wait(run).status == "cancelled"
        taken.append(time.monotonic() - asked)
        assert left_over(lab) == []
    assert min(taken) < 1.0


def test_a_waiting_run_is_cancelled_at_once_and_two_run_at_a_time(lab: Lab) -> None:
    lab.write("slow", "import time\ntime.sleep(0.5)\nreturn {'seed': seed}")
    first, second, third = (lab.start("slow", seed=seed) for seed in range(3))
    lab.wait(second, lambda now: now.status == "running")
    assert runs.get(lab.connection, third.id).status == "queued"
    assert runs.cancel(lab.connection, third.id).status == "cancelled"
    assert lab.wait(first).status == lab.wait(second).status == "succeeded"
    assert runs.get(lab.connection, third.id).status == "cancelled"


def test_a_file_that_broke_while_it_waited_is_said_to_be_broken(lab: Lab) -> None:
    lab.write("slow", "import time\ntime.sleep(0.5)\nreturn {'seed': seed}")
    lab.write("broken", "return {}")
    for seed in range(2):
        lab.start("slow", seed=seed)
    run = lab.start("broken")
    (lab.settings.analysis / "broken.py").write_text("def main(:\n")
    ended = lab.wait(run)
    assert (ended.status, "broken.py:1" in ended.message) == ("excepted", True)
    with pytest.raises(Unreadable):
        lab.start("broken")


def test_a_killed_runner_leaves_no_process_and_the_next_says_interrupted(tmp_path: Path) -> None:
    settings = library(tmp_path)
    connection = database.connect(settings.database)
    database.migrate(connection)
    lab = Lab(settings, connection, people.owner(connection), started(settings))
    lab.write("long", "import os, time\nos.fork()\nprint('here', flush=True)\ntime.sleep(100)")
    run = lab.wait(lab.start("long"), lambda now: "here" in now.log)
    family = processes.descendants(lab.process.pid)
    assert len(family) >= 3
    lab.process.send_signal(signal.SIGKILL)
    lab.process.wait(PATIENCE)
    end = time.monotonic() + 5
    while any(alive(pid) for pid in family):
        assert time.monotonic() < end
        time.sleep(0.02)
    assert runs.get(connection, run.id).status == "running"
    lab.process = started(settings)
    assert lab.wait(run).status == "interrupted"
    assert not (settings.outputs / f"{run.id}.tmp").exists()
    again = lab.wait(lab.start("long"), lambda now: "here" in now.log)
    lab.process.terminate()
    assert lab.process.wait(PATIENCE) == 0
    assert runs.get(connection, again.id).status == "interrupted"
    connection.close()


def test_points_that_had_not_begun_wait_again_after_a_killed_runner(tmp_path: Path) -> None:
    settings = library(tmp_path)
    connection = database.connect(settings.database)
    database.migrate(connection)
    lab = Lab(settings, connection, people.owner(connection), started(settings))
    body = "import time\nwhile seed >= 20 and open('gate').read() != 'open': time.sleep(0.01)\n"
    (settings.analysis / "gate").write_text("shut")
    lab.write("gated", f"{body}return {{'x': seed}}")
    sweep = begin(lab, "gated", "seed=0:200")
    wait_until(lambda: store.get(connection, sweep.id).done == 20)
    taken = store.get(connection, sweep.id).counts["running"]
    assert taken > 2  # more than are under way at once
    wait_until(lambda: zygote.begun(settings.outputs))
    lab.process.send_signal(signal.SIGKILL)
    lab.process.wait(PATIENCE)
    (settings.analysis / "gate").write_text("open")
    lab.process = started(settings)
    wait_until(lambda: not store.get(connection, sweep.id).active)
    counts = store.get(connection, sweep.id).counts
    assert counts["interrupted"] in (1, 2), (taken, counts)
    lab.process.terminate()
    assert lab.process.wait(PATIENCE) == 0
    connection.close()


def alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


OTHERS = "no read-only files, no filter of system calls"
NO_WALL = "no wall between processes"


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ("0, False, 0, None", f"not sandboxed: no namespaces, no Landlock, {OTHERS}, {NO_WALL}"),
        ("0, False, kernel.landlock_version(), None", f"partly sandboxed: no namespaces, {OTHERS}"),
        ("confine.ESSENTIAL, False, 0, None", f"partly sandboxed: no Landlock, {OTHERS}"),
        (
            "kernel.NEW_USER | kernel.NEW_NETWORK, False, 0, None",
            f"partly sandboxed: no process namespace, no Landlock, {OTHERS}",
        ),
        (
            "0, False, 0, None, False, True",
            f"partly sandboxed: no namespaces, no Landlock, no read-only files, {NO_WALL}",
        ),
    ],
)
def test_a_host_that_refuses_parts_is_named_and_still_leaves_no_process(
    tmp_path: Path, plan: str, words: str
) -> None:
    settings = library(tmp_path)
    connection = database.connect(settings.database)
    database.migrate(connection)
    code = "from app.lab import sandbox\nfrom app.lab.runner import engine\nfrom app.lab.sandbox import confine, kernel\n"
    code += f"sandbox.probe = lambda settings: sandbox.Plan({plan})\nengine.main([])"
    lab = Lab(settings, connection, people.owner(connection), started(settings, code))
    run = lab.run("daemon", DAEMON)
    assert (run.status, run.sandbox) == ("succeeded", words), run
    assert left_over(lab) == []
    lab.write(
        "long", DAEMON.replace("return", "print('here', flush=True)\ntime.sleep(100)\nreturn")
    )
    run = lab.wait(lab.start("long"), lambda now: "here" in now.log)
    runs.cancel(connection, run.id)
    assert lab.wait(run).status == "cancelled"
    assert left_over(lab) == []
    assert lab.run("plot", PLOT).status == "succeeded"
    if "no Landlock" in words:
        lab.write("kills", "os.kill(os.getppid(), 9)\ntime.sleep(9)", "import os, time")
        [row] = ended(lab, begin(lab, "kills", "seed=1"))
        assert "It ended the process that had started it" in row.message
    if NO_WALL not in words:
        body = "return {'x': ' '.join(place for place, _ in reached())}"
        lab.write("reaches", body, REACH)
        assert ended(lab, begin(lab, "reaches", "seed=1,2"))[1].values == {"x": ""}
        assert lab.run("reaches", body, REACH).values == {"x": ""}
    lab.process.terminate()
    assert lab.process.wait(PATIENCE) == 0
    connection.close()


def test_what_waits_for_its_run_is_one_child_and_is_replaced_when_it_is_killed(lab: Lab) -> None:
    lab.run("first", "return {'x': 1}")
    before = spares(lab)
    os.kill(before[0], signal.SIGKILL)
    while before[0] in processes.descendants(lab.process.pid):
        time.sleep(0.02)
    time.sleep(0.2)  # until the runner has noticed
    assert lab.run("next", "return {'x': 2}").values == {"x": 2}
    after = spares(lab)
    assert (len(before), len(after)) == (1, 1)
    assert before != after


def test_the_time_before_its_order_is_no_time_of_the_run(lab: Lab) -> None:
    """A spare draws while it waits: a run that comes later has its whole limit all the same."""
    lab.run("first", "return {'x': 1}")
    time.sleep(1.0)
    body = "import time\nwhile time.process_time() < SPENT + 0.9: pass\nreturn {'spent': SPENT}"
    top = (
        "import time\nLIMITS = {'cpu_seconds': 1, 'wall_seconds': 20}\nSPENT = time.process_time()"
    )
    run = lab.run("whole", body, top)
    assert run.status == "succeeded", run.message
    assert 0.0 < float(run.values["spent"]) < 1.0
    assert run.seconds is not None
    assert run.seconds >= 0.9


def spares(lab: Lab) -> list[int]:
    """Once it is there: who waits below the runner."""
    end = time.monotonic() + PATIENCE
    while not (
        found := [pid for pid in processes.descendants(lab.process.pid) if named_spare(pid)]
    ):
        assert time.monotonic() < end
        time.sleep(0.02)
    return found


def test_the_parent_has_one_thread_and_nothing_of_the_analyses(lab: Lab) -> None:
    """A fork while another thread is inside BLAS would hang; and what it had read would be old."""
    assert lab.run("plot", PLOT).status == "succeeded"
    parent = Path(f"/proc/{lab.process.pid}")
    assert len([*(parent / "task").iterdir()]) == 1
    held = []
    for number in (parent / "fd").iterdir():
        with suppress(FileNotFoundError):  # it has closed that one meanwhile
            held.append(str(number.readlink()))
    assert str(lab.settings.analysis) not in (parent / "maps").read_text() + str(held)


def test_it_begins_anew_when_packages_change_and_the_queue_goes_on(
    tmp_path: Path,
) -> None:
    """A folder stands for the one that pip touches: that one belongs to other tests as well."""
    (tmp_path / "library").mkdir()
    settings = replace(library(tmp_path / "library"), runners=1)  # the second waits for the first
    connection = database.connect(settings.database)
    database.migrate(connection)
    code = f"""
import os
from app.lab.runner import engine, warm
warm.installed = lambda: (os.stat({str(tmp_path)!r} + "/packages").st_mtime_ns,)
engine.main([])
"""
    (tmp_path / "packages").mkdir()
    lab = Lab(settings, connection, people.owner(connection), started(settings, code))
    lab.write(
        "slow", "import time\nprint('here', flush=True)\ntime.sleep(0.6)\nreturn {'seed': seed}"
    )
    first = lab.wait(lab.start("slow"), lambda now: now.status == "running")
    command = Path(f"/proc/{lab.process.pid}/cmdline")
    assert b"-c" in command.read_bytes().split(b"\0")
    (tmp_path / "packages" / "new").mkdir()
    second = lab.start("slow", seed=1)
    assert lab.wait(first).status == "succeeded"
    assert lab.wait(second).values == {"seed": 1}
    assert b"app.lab.runner.engine" in command.read_bytes().split(b"\0")
    lab.process.terminate()
    assert lab.process.wait(PATIENCE) == 0
    connection.close()


def test_without_a_runner_one_is_started_for_the_run_alone(tmp_path: Path) -> None:
    settings = library(tmp_path)
    connection = database.connect(settings.database)
    database.migrate(connection)
    (settings.analysis / "one.py").write_text("'One.'\ndef main() -> dict:\n    return {'x': 1}\n")
    person = people.owner(connection)
    run, cached = runs.enqueue(settings, connection, "one", {}, person)
    assert not cached
    assert not runner.is_running(settings)
    seen: list[str] = []
    assert runner.run_now(settings, connection, run.id, lambda now: seen.append(now.status)).values
    assert seen[0] == "queued"
    assert not runner.is_running(settings)
    again, cached = runs.enqueue(settings, connection, "one", {}, person)
    assert (again.id, cached) == (run.id, True)
    connection.close()


def test_who_comes_while_another_ones_runner_works_is_served_by_it(tmp_path: Path) -> None:
    """A whole run waited until the whole sweep of the other had ended."""
    settings = replace(library(tmp_path), runners=1)
    connection = database.connect(settings.database)
    database.migrate(connection)
    lab = Lab(settings, connection, people.owner(connection), None, os.getuid())
    lab.write("slow", "import time\ntime.sleep(0.1)\nreturn {'x': seed}")
    lab.write(
        "gated",
        f"import os, time\nprint('here', flush=True)\nwhile not os.path.exists({str(settings.analysis / 'gate')!r}): time.sleep(0.01)\nreturn {{'x': 2}}",
    )
    sweep = begin(lab, "slow", "seed=0:100")
    ids = [row.run_id for row in points.rows(connection, sweep.id)]
    with ThreadPoolExecutor(1) as other:
        first = other.submit(worked, settings, ids)
        wait_until(lambda: store.get(connection, sweep.id).done)
        run, _ = runs.enqueue(settings, connection, "gated", {}, lab.person)
        beside: list[int] = []

        def look(now: Run) -> None:
            if "here" in now.log and not first.done():
                beside.append(store.get(connection, sweep.id).counts.get("queued", 0))
                store.cancel(connection, sweep.id)
            elif first.done():  # who started the runner has gone, and it goes on for us
                (settings.analysis / "gate").touch()

        assert runner.run_now(settings, connection, run.id, look).values == {"x": 2}
        assert beside
        assert set(first.result()) == {"succeeded", "cancelled"}
    wait_until(lambda: not runner.is_running(settings))
    connection.close()


def worked(settings: Settings, ids: list[int]) -> Mapping[str, int]:
    with closing(database.connect(settings.database)) as connection:
        return runner.work(settings, connection, ids)
