"""What the sandbox of a run costs over the same processes without one.

`python -m bench.sandboxing` prints as JSON the seconds of each, taken by turns: a fork that ends
at once; one watched by its guard; one in namespaces, mounts, Landlock, filter and limits as well.
A run waits for little of it: its process is there before it is asked for (runner/spare.py).
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from app.lab import sandbox
from app.lab.runner import door, warm
from app.lab.sandbox import Plan, guard
from app.settings import PROJECT, Settings, environment, load
from bench.ratios import Ratio, by_turns, seconds

ROUNDS = 40
MOST_MS = 10.0


def measured(settings: Settings) -> Ratio:
    done = subprocess.run(
        [sys.executable, "-m", "bench.sandboxing"],
        env={**os.environ, **door.FIXED, **environment(settings)},
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout)
    bare, watched, held = ([1000 * took for took in side] for side in told["sides"])
    more = statistics.median(b - a for a, b in zip(watched, held, strict=True))
    shown = [f"{statistics.median(side):.1f} ms" for side in (held, watched, bare)]
    detail = f"{shown[0]} {told['words']}, {shown[1]} without; a fork alone {shown[2]}"
    return Ratio("the sandbox of a run, ms", more, MOST_MS, "at most", detail)


def main(settings: Settings) -> None:
    settings.outputs.mkdir(parents=True, exist_ok=True)
    warm.up()
    plan = sandbox.probe(settings)
    folder = sandbox.make_folder(plan, settings.outputs / "measured")
    none = Plan(namespaces=0, own_proc=False, landlock=0, uid=None)
    sides: list[Callable[[], object]] = [bare_fork]
    sides += [partial(into_a_sandbox, settings, each, folder) for each in (none, plan)]
    taken = by_turns(ROUNDS, *(partial(seconds, side) for side in sides))
    print(json.dumps({"sides": taken, "words": plan.words}))


def bare_fork() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def into_a_sandbox(settings: Settings, plan: Plan, folder: Path) -> None:
    listens, report = os.pipe()

    def body(begin: Callable[[], None]) -> None:
        sandbox.restrict(plan, settings, folder)
        sandbox.limit(plan, sandbox.LIMITS, 0)
        begin()
        os._exit(0)

    pid = guard.start(plan, report, set(), body)
    os.close(report)
    with open(listens, "rb") as told:
        lines = told.read()
    os.waitpid(pid, 0)
    assert b'"ready"' in lines, lines


if __name__ == "__main__":
    main(load())
