"""The process in the sandbox that forks a child for each point of a sweep.

    runner ── guard ── init ── zygote ── the analysis at one point ── whatever it starts

What would be the same for every point is done once: the sandbox, the packages that the analysis
imports, the compiling of its files. The analysis itself runs in the child only, so that each point
begins with fresh modules, its own seed and an empty home. Before that it goes where nothing of the
zygote can be reached (sandbox.Inner): neither the pipe of the results nor that of the orders.

Orders are pickles of Point. A child tells the zygote what it returned (heard.py), and the zygote
tells the runner in lines of JSON: {"ready": true}; {"end": run id, "began": …, "seconds": …,
"status": …, "told": {…}, "log": …}; and {"retired": true}, where something was left behind that
the next point must not meet: then the sandbox ends, and another one goes on.
"""

from __future__ import annotations

import gc
import importlib
import os
import pickle
import re
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any, BinaryIO

import numpy as np
from matplotlib.figure import Figure

from app.lab import sandbox
from app.lab.analyses import Analysis
from app.lab.fingerprint import imports, opened
from app.lab.fingerprint.distributions import IDLE
from app.lab.outputs import results
from app.lab.runner import child, hints, seed
from app.lab.runner.child import Job
from app.lab.runs.store import LONGEST_MESSAGE
from app.lab.sandbox import Inner, Plan, folders, guard, kernel
from app.lab.signature import arguments
from app.lab.sweeps import heard
from app.lab.sweeps.executor import Point
from app.lab.sweeps.traces import Traces
from app.settings import Settings

NAME = "gloss-sweep"  # what `ps` and `top` show
HOME = "home-"  # the beginning of a point's own folder's name, as long as it runs
NUMBERED = re.compile(rf"{HOME}[0-9]{{1,18}}")


@dataclass(frozen=True)
class Task:
    """What a zygote is started with; the pipes are ends of its own."""

    settings: Settings
    plan: Plan
    analysis: Analysis
    limits: Mapping[str, float]
    folder: Path
    orders: int
    ends: int
    log: int


def body(task: Task, begin: Callable[[], None]) -> None:
    """From a bare fork to the end of the process; `begin` as in runner/child.py."""
    child.redirect(task.log)
    child.call_it(NAME)
    with suppress(OSError):
        kernel.prctl(kernel.CHILD_SUBREAPER, 1)
    own = Job(task.analysis.name, task.analysis.path, {}, task.limits, task.folder)
    child.furnish(task.settings, own, no_progress)
    sandbox.restrict(task.plan, task.settings, task.folder, above=True)
    inner = sandbox.Inner.of(task.plan)
    begin()
    tell = child.teller(task.ends)
    tell({"ready": True})
    prepare(task)
    with open(task.orders, "rb", closefd=False) as orders:
        serve(task, inner, orders, tell)
    child.finish(0)


def no_progress(words: Mapping[str, Any]) -> None:
    """A point has no bar of its own: the sweep has."""


def prepare(task: Task) -> None:
    """What no point should do again."""
    root = task.settings.analysis
    own = imports.facts(task.analysis.source, package="")
    reached = imports.reached(root, own.imports)
    named = {name for found in reached.modules.values() for name in found.imports}
    for name in sorted({*own.imports, *named}):
        top = name.partition(".")[0]
        if top in reached.outside and top not in IDLE:
            with suppress(Exception, SystemExit):  # the point that needs it will say
                importlib.import_module(name)
    compiled = [task.analysis.path, *(root / path for path in reached.modules)]
    remember({str(path): code for path in compiled if (code := code_of(path))})
    gc.collect()
    gc.freeze()  # a collection in a child would touch, and so copy, all that it shares with us


def code_of(path: Path) -> CodeType | None:
    try:
        return compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None  # the point that imports it will say


def remember(known: Mapping[str, CodeType]) -> None:
    """Have these files imported without being read and compiled again."""
    kind: Any = SourceFileLoader
    original = kind.get_code

    def get_code(loader: SourceFileLoader, fullname: str) -> CodeType | None:
        return known.get(loader.path) or original(loader, fullname)

    kind.get_code = get_code


def serve(
    task: Task, inner: Inner, orders: BinaryIO, tell: Callable[[Mapping[str, Any]], None]
) -> None:
    folders.remove(task.folder / "home")  # the packages' own: no point writes what another reads
    traces = Traces.of(task.folder, own_shared=task.plan.own_proc)
    while True:
        try:
            point: Point = pickle.load(orders)  # noqa: S301 - the runner's own words
        except EOFError:
            return
        home = task.folder / f"{HOME}{point.run_id}"
        home.mkdir()
        started, began = time.monotonic(), time.time()
        found = heard.listen(partial(compute, task, inner, point, home))
        seconds = round(time.monotonic() - started, 6)
        clean = traces.cleared(home)
        timed = {"began": began, "seconds": seconds}
        tell({"end": point.run_id, **timed, **asdict(found)})
        if not clean:
            tell({"retired": True})
            return


def begun(outputs: Path) -> set[int]:
    """The points that were under way when the runner was killed, by what is left of them."""
    left = outputs.glob(f"sweep*.tmp/{HOME}*")
    return {int(found.name.removeprefix(HOME)) for found in left if NUMBERED.fullmatch(found.name)}


def compute(task: Task, inner: Inner, point: Point, home: Path, events: int) -> None:
    """One point, in a child of its own, to the end of the process."""
    guard.die_with_parent()
    inner.enter()
    os.close(task.ends)
    os.close(task.orders)
    for name in ("HOME", "TMPDIR", "MPLCONFIGDIR", "XDG_CACHE_HOME"):
        os.environ[name] = str(home)
    tempfile.tempdir = None
    given = arguments(task.analysis.signature, point.params)
    seed.start(given)
    job = Job(task.analysis.name, task.analysis.path, given, task.limits, home)
    sandbox.limit(task.plan, task.limits, child.RESERVE)
    tell = child.teller(events)
    seen = opened.watch(task.settings.analysis)
    hints.watch()
    try:
        made = results.kept(bare(child.call(job)), home)
        tell({"outputs": [asdict(row) for row in made], "opened": seen()})
    except BaseException as error:
        child.release_reserve()
        words = child.explained(error, job, task.settings.analysis)[:LONGEST_MESSAGE]
        tell({"failed": words})
        child.finish(1)
    child.finish(0)


def bare(returned: Any) -> Any:
    """What a point keeps: numbers and texts. Figures are not drawn, tables not written."""
    if not isinstance(returned, Mapping):
        return returned
    return {name: value for name, value in returned.items() if not is_large(value)}


def is_large(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return bool(value.ndim > 0)
    return isinstance(value, Figure | list | tuple)
