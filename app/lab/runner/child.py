"""The process in which an analysis runs: forked from a warm one, so that nothing is imported twice.

Everything it tells goes through a pipe as lines of JSON: {"progress": [bar, …]} and, at the end,
either {"outputs": […]} or {"failed": "a sentence"}, both with {"opened": [path, …]}. What is
printed goes to the run's log.
"""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import pickle
import resource
import select
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NoReturn, TextIO

from threadpoolctl import threadpool_limits

from app.errors import GlossError
from app.lab import sandbox
from app.lab.fingerprint import opened
from app.lab.outputs import results
from app.lab.runner import bars, endings, hints, seed, warm
from app.lab.runs.store import LONGEST_MESSAGE
from app.lab.sandbox import Plan
from app.settings import Settings

RESERVE = 50_000_000  # bytes above the memory limit, in which the failure is told
HIGH = 500  # a descriptor below the 512 that a run may have
QUIET_SECONDS = 0.3  # runs that follow each other sooner have no use for a figure drawn before
WAITING, RUNNING = "gloss-spare", "gloss-run"  # what `ps` and `top` show


@dataclass(frozen=True)
class Job:
    """What a child is started with."""

    name: str
    path: Path
    arguments: Mapping[str, Any]
    limits: Mapping[str, float]
    folder: Path


def body(
    settings: Settings, plan: Plan, pipes: tuple[int, int, int], begin: Callable[[], None]
) -> None:
    """From a bare fork to the end of the process; `begin` is for the guard to know from when on
    the analysis answers for what happens."""
    orders, log, events = pipes
    tell = teller(out_of_the_way(events))
    redirect(log)
    job = awaited(orders)
    furnish(settings, job, tell)
    confine(settings, plan, job)
    seen = opened.watch(settings.analysis)
    hints.watch()
    begin()
    try:
        made = results.kept(call(job), job.folder)
        tell({"outputs": [asdict(row) for row in made], "opened": seen()})
    except BaseException as error:
        release_reserve()
        words = explained(error, job, settings.analysis)[:LONGEST_MESSAGE]
        tell({"failed": words, "opened": seen()})
        finish(1)
    finish(0)


def out_of_the_way(pipe: int) -> int:
    """A program that closes the first dozens of descriptors, as daemons do, does not mean ours."""
    try:
        moved = fcntl.fcntl(pipe, fcntl.F_DUPFD_CLOEXEC, HIGH)
    except OSError:  # a host that allows fewer
        return pipe
    os.close(pipe)
    return moved


def teller(events: int) -> Callable[[Mapping[str, Any]], None]:
    """What tells through this pipe; where the analysis has closed it, the process ends so that
    whoever waits for it can say so."""

    def tell(words: Mapping[str, Any]) -> None:
        text = memoryview(json.dumps(words).encode() + b"\n")
        try:
            while text:
                text = text[os.write(events, text) :]
        except OSError:
            with suppress(OSError, ValueError):
                signal.signal(endings.UNHEARD, signal.SIG_DFL)
                signal.pthread_sigmask(signal.SIG_UNBLOCK, [endings.UNHEARD])
                os.kill(os.getpid(), endings.UNHEARD)
            finish(1)

    return tell


def finish(status: int) -> NoReturn:
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # it may have closed them
            stream.flush()
    os._exit(status)


def redirect(log: int) -> None:
    """What is printed goes line by line to the runner, whatever the runner's own streams are."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    sys.stdout, sys.stderr = printer(1), printer(2)
    os.close(nothing)
    os.close(log)


def printer(number: int) -> TextIO:
    return open(number, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False)


def awaited(orders: int) -> Job:
    """What to run, once the runner knows.

    Meanwhile it draws a figure: the pages of memory that drawing writes to are its own then,
    which takes 17 of 127 ms off a run that draws.
    """
    call_it(WAITING)
    if not select.select([orders], [], [], QUIET_SECONDS)[0]:
        warm.draw()
    with open(orders, "rb") as pipe:
        job: Job = pickle.load(pipe)  # noqa: S301 - the runner's own words
    call_it(RUNNING)
    return job


def call_it(name: str) -> None:
    with suppress(OSError):
        Path("/proc/self/comm").write_text(name)


def furnish(settings: Settings, job: Job, tell: Callable[[Mapping[str, Any]], None]) -> None:
    """The world that the analysis finds: its home, its seed, its place."""
    home = str(job.folder / "home")
    own = {"HOME": home, "TMPDIR": home, "MPLCONFIGDIR": home, "XDG_CACHE_HOME": home}
    for name in [name for name in os.environ if name.startswith("GLOSS_")]:
        del os.environ[name]
    os.environ.update(own)
    tempfile.tempdir = None
    os.chdir(settings.analysis)
    os.umask(0o022)
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(settings.analysis))
    sys.argv = [str(job.path)]
    bars.listen(lambda states: tell({"progress": states}))
    seed.start(job.arguments)
    share = (os.cpu_count() or 1) // settings.runners
    if share > 1:
        threadpool_limits(share)


def confine(settings: Settings, plan: Plan, job: Job) -> None:
    sandbox.restrict(plan, settings, job.folder)
    sandbox.limit(plan, job.limits, RESERVE)


def call(job: Job) -> Any:
    """Import the file as a module and call its `main`."""
    name = f"analysis_{job.name}"
    spec = importlib.util.spec_from_file_location(name, job.path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{job.path.name} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module.main(**job.arguments)


def release_reserve() -> None:
    for name in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
        hard = resource.getrlimit(name)[1]
        resource.setrlimit(name, (hard, hard))


def explained(error: BaseException, job: Job, analysis: Path) -> str:
    """What went wrong in a sentence; the traceback, of our own lines only, goes into the log."""
    if isinstance(error, GlossError):
        return str(error)
    described = traceback.TracebackException.from_exception(error, capture_locals=False)
    place = trimmed(described, analysis)
    with suppress(OSError, ValueError):  # it may have closed that
        print("".join(described.format()).replace(f"{analysis}{os.sep}", ""), file=sys.stderr)  # noqa: T201 - the run's log
    return f"{place}{sentence(error, described, job)}"


def trimmed(described: traceback.TracebackException, analysis: Path) -> str:
    """Leave only the frames below `analysis` ; the innermost as `x.py, line 3: `."""
    for inner in (described.__cause__, described.__context__):
        if inner is not None:
            trimmed(inner, analysis)
    own = [frame for frame in described.stack if Path(frame.filename).is_relative_to(analysis)]
    described.stack = traceback.StackSummary.from_list(own)
    if described.exc_type is not None and issubclass(described.exc_type, SyntaxError):
        file = Path(described.filename or "")
        return f"{file.name}, line {described.lineno}: " if described.lineno else ""
    if not own:
        return ""
    return f"{Path(own[-1].filename).relative_to(analysis)}, line {own[-1].lineno}: "


def is_relative(file: object) -> bool:
    return isinstance(file, str) and file != "" and not file.startswith(os.sep)


def sentence(error: BaseException, described: traceback.TracebackException, job: Job) -> str:
    if isinstance(error, MemoryError):
        return endings.memory(job.limits)
    if isinstance(error, SystemExit):
        return f"It called exit({error.code!r}) instead of returning from main."
    if isinstance(error, FileNotFoundError) and is_relative(error.filename):
        words = "a relative path begins in the folder of analyses"
        return f"FileNotFoundError: there is no file {str(error.filename)[:200]} ({words})"
    if isinstance(error, ModuleNotFoundError) and error.name:
        return f"There is no module named {error.name}. Is its package installed?"
    last = list(described.format_exception_only())[-1].strip()
    return f"{last}{hints.hint(error, job.limits)}"
