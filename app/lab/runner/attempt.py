"""One run while it runs: its pipes, its limits, and the judgement of how it ended."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from app.lab import analyses, runs, sandbox, signature
from app.lab.outputs import admitted
from app.lab.runner import endings, progress, spare, warm
from app.lab.runner.child import Job
from app.lab.runner.printed import Printed
from app.lab.runner.spare import Spare
from app.lab.runner.told import Lines, Told, read
from app.lab.runs import Output, Run, queue
from app.lab.sandbox import Plan, folders
from app.lab.sandbox.watch import Watch, resident_memory
from app.settings import Settings

MOST_PRINTED = 50_000_000
CHUNK = 65_536
PROGRESS_SECONDS = 0.4
QUICK_SECONDS = 0.2
GONE = ".gone"  # the name of a folder that is on its way
OURS = 2  # of a run's processes: init and the child itself


@dataclass
class Attempt:
    settings: Settings
    run: Run
    job: Job
    words: str
    guard: int
    pipes: tuple[int, int, int]  # report, events, log
    watch: Watch
    printed: Printed
    started: float = field(default_factory=time.monotonic)
    ready: bool = False  # from when on the analysis answers for what happens
    status: int | None = None
    is_over: bool = False  # the processes that watched it need 4 ms more to end
    reported: Lines = field(default_factory=Lines)
    events: Told = field(default_factory=Told)
    progress: Mapping[str, Any] = field(default_factory=dict)
    has_bars: bool = False  # else a line that it draws anew may say how far it is
    verdict: tuple[str, str] | None = None
    written: tuple[float, object] = (0.0, None)

    @classmethod
    def begin(cls, settings: Settings, plan: Plan, run: Run, take: Callable[[], Spare]) -> Attempt:
        """Hand a claimed run to the spare that `take` gives, once all that it needs is known."""
        analysis = analyses.get(settings, run.script)
        folder = settings.outputs / f"{run.id}.tmp"
        job = Job(
            run.script,
            analysis.path,
            signature.arguments(analysis.signature, run.params),
            {**sandbox.LIMITS, **analysis.signature.limits},
            sandbox.make_folder(plan, folder, warm.known_fonts()),
        )
        taken = take()
        try:
            watch = Watch.begin(taken.guard, folder, plan.keepers)
            spare.order(taken, job)
        except BaseException:
            spare.end(taken)
            folders.remove(folder)
            raise
        printed = Printed(str(settings.analysis))
        return cls(settings, run, job, plan.words, taken.guard, taken.pipes, watch, printed)

    def read(self, pipe: int) -> bool:
        """Take what came through a pipe; False when nothing did."""
        try:
            data = os.read(pipe, CHUNK)
        except OSError:
            return False
        if pipe == self.pipes[2]:
            self.printed.take(data)
            if self.printed.size > MOST_PRINTED:
                self.kill("excepted", endings.printed(MOST_PRINTED // 1_000_000))
        elif pipe == self.pipes[0]:
            self.take_report(data)
        else:
            self.take_event(data)
        return bool(data)

    def take_report(self, data: bytes) -> None:
        """From the guard and init, which are ours."""
        for line in self.reported.take(data):
            words = read(line)
            self.status = words.get("status", self.status)
            self.is_over = words.get("over", self.is_over)
            self.ready = words.get("ready", self.ready)

    def take_event(self, data: bytes) -> None:
        """From the child: whatever it says is only about itself."""
        for bars in self.events.take(data):
            self.has_bars = True
            self.take_bars(bars)
        if self.events.is_too_much:
            self.kill("excepted", "What it returned is too large for a page.")

    def take_bars(self, bars: object) -> None:
        seconds = time.monotonic() - self.started
        self.progress = progress.noted(self.progress, bars, seconds)

    @property
    def run_ids(self) -> tuple[int, ...]:
        return (self.run.id,)

    @cached_property
    def told(self) -> dict[str, Any]:
        """Once it has ended: all that it told."""
        return self.events.words

    @property
    def opened(self) -> list[str]:
        """The files below the folder of analyses that the child says it read."""
        told = self.told.get("opened")
        return [path for path in told if isinstance(path, str)] if isinstance(told, list) else []

    def tick(self, connection: sqlite3.Connection, cancelled: set[int]) -> float:
        limits = self.job.limits
        if self.run.id in cancelled:
            self.kill("cancelled", "Cancelled while it ran.")
        elif time.monotonic() - self.started > limits["wall_seconds"]:
            self.kill("timed_out", endings.wall(limits))
        elif broken := self.broken_limit():
            self.kill("excepted", broken)
        self.write_progress(connection)
        return self.watch.pause

    def write_progress(self, connection: sqlite3.Connection) -> None:
        """Now and then, if there is something new."""
        now = (self.progress, self.printed.size)
        if now == self.written[1] or time.monotonic() - self.written[0] < PROGRESS_SECONDS:
            return
        if not self.has_bars and (bar := self.printed.bar):
            self.take_bars([bar])
        self.written = (time.monotonic(), now)
        queue.progress(connection, self.run.id, self.progress, self.printed.text)

    def broken_limit(self) -> str:
        """The limit that all its processes together broke, in words."""
        limits = self.job.limits
        most = int(limits["processes"]) + OURS
        memory = int(limits["memory_mb"] * sandbox.MEGABYTE) + self.shared
        used = self.watch.look(memory, most)
        if used.memory > memory:
            return endings.memory(limits)
        if used.processes > most:
            return endings.processes(limits)
        if used.cpu > limits["cpu_seconds"]:
            return endings.cpu(limits)
        if used.unknown > endings.UNKNOWN_SECONDS:
            return endings.unknown()
        if used.frozen > endings.FROZEN_SECONDS:
            return endings.frozen()
        return self.broken_size(used.unlinked)

    @property
    def shared(self) -> int:
        """What each child has from its warm parent counts for nobody."""
        return resident_memory(os.getpid())

    def broken_size(self, unlinked: int = 0) -> str:
        found = folders.measure(self.job.folder, endings.MOST_FILES)
        if found.bytes + unlinked > self.job.limits["output_mb"] * sandbox.MEGABYTE:
            return endings.size(self.job.limits)
        if found.files > endings.MOST_FILES:
            return endings.files()
        return endings.depth() if found.depth > folders.DEEPEST else ""

    def kill(self, status: str, message: str) -> None:
        """End it, and so all that it started: each dies with its parent. The first counts."""
        self.verdict = self.verdict or (status, message)
        with suppress(ProcessLookupError):
            os.kill(self.guard, signal.SIGKILL)

    def finish(self, connection: sqlite3.Connection) -> Run:
        """Once every process of the run is gone: judge, keep the outputs, write it down."""
        for pipe in self.pipes:
            while self.read(pipe):
                pass
            os.close(pipe)
        final = runs.folder(self.settings, self.run.id)
        try:
            status, message, made = self.judge()
            if status == "succeeded":
                tidy(self.job.folder, made)
            else:
                put_aside(self.job.folder)
            ended = queue.finish(
                self.settings,
                connection,
                self.run.id,
                status,
                outputs=made,
                seconds=round(time.monotonic() - self.started, 3),
                message=message,
                log=self.printed.text,
                sandbox=self.words,
                opened=self.opened,
                settle=partial(put, self.job.folder, final) if status == "succeeded" else bool,
            )
        except BaseException:
            folders.remove(final)
            raise
        finally:
            put_aside(self.job.folder)
        return ended

    def judge(self) -> tuple[str, str, list[Output]]:
        if self.verdict:
            return (*self.verdict, [])
        if not self.ready:
            return "errored", "Its sandbox could not be set up, or ended before it did.", []
        if self.status != 0 or "outputs" not in self.told:
            return "excepted", self.failure(), []
        if broken := self.broken_size():
            return "excepted", broken, []
        try:
            return "succeeded", "", admitted.admitted(self.told["outputs"], self.job.folder)
        except (ValueError, TypeError, KeyError, AttributeError, OSError) as error:
            return "excepted", f"What it returned cannot be kept: {error}.", []

    def failure(self) -> str:
        if "failed" in self.told:
            return str(self.told["failed"]).encode("utf-8", "replace").decode()
        return endings.failure(self.status, self.job.limits)


def tidy(folder: Path, made: list[Output]) -> None:
    """Leave only the outputs' files in a folder, as ours."""
    wanted = {file for row in made for file in row.files.values()}
    for found in list(folder.iterdir()):
        if found.name not in wanted:
            folders.remove(found)
            continue
        os.chown(found, os.getuid(), os.getgid(), follow_symlinks=False)
        found.chmod(0o644)
    os.chown(folder, os.getuid(), os.getgid())
    folder.chmod(0o755)


def put_aside(folder: Path) -> None:
    """Remove it; what takes too long, the runner does later, a little at a time."""
    if not folders.remove(folder, QUICK_SECONDS):
        with suppress(OSError):
            folder.rename(folder.with_suffix(GONE))


def put(folder: Path, final: Path) -> None:
    """Where every page looks for them."""
    folders.remove(final)
    folder.rename(final)
