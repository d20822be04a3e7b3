"""One run while it runs: its pipes, its limits, and the judgement of how it ended."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.lab import analyses, runs, sandbox, signature
from app.lab.outputs import results
from app.lab.runner import progress, spare
from app.lab.runner.child import Job
from app.lab.runner.spare import Spare
from app.lab.runs import Output, Run, queue
from app.lab.sandbox import Plan, guard, processes
from app.settings import Settings

LARGEST_MESSAGE = 20_000_000  # bytes that a child may tell, its tables' first rows included
LOG_HEAD = LOG_TAIL = 30_000  # bytes of what it printed that are kept
MOST_PRINTED = 50_000_000
MOST_FILES = 1_000
CHUNK = 65_536
PROGRESS_SECONDS = 0.4
TICK_SECONDS = 0.2  # how soon a broken limit is seen, and a cancel that rang no bell
OURS = 2  # of a run's processes: init and the child itself

SIGNALS = {
    signal.SIGSEGV: "It crashed: a segmentation fault, in compiled code.",
    signal.SIGABRT: "It crashed: compiled code called abort().",
    signal.SIGFPE: "It crashed: an arithmetic error in compiled code.",
    signal.SIGBUS: "It crashed: a bus error, in compiled code.",
    signal.SIGKILL: "It was killed: by itself, or by the system for want of memory.",
}


@dataclass
class Attempt:
    settings: Settings
    run: Run
    job: Job
    words: str
    guard: int
    pipes: tuple[int, int, int]  # report, events, log
    before: float  # seconds of processor time that were spent while it waited
    started: float = field(default_factory=time.monotonic)
    status: int | None = None
    told: dict[str, Any] = field(default_factory=dict)
    buffers: dict[int, bytes] = field(default_factory=dict)
    progress: Mapping[str, Any] = field(default_factory=dict)
    head: bytes = b""
    tail: bytes = b""
    printed: int = 0
    verdict: tuple[str, str] | None = None
    written: tuple[float, object] = (0.0, None)

    @classmethod
    def begin(cls, settings: Settings, plan: Plan, run: Run, take: Callable[[], Spare]) -> Attempt:
        """Hand a claimed run to the spare that `take` gives, once all that it needs is known."""
        analysis = analyses.get(settings, run.script)
        folder = sandbox.make_folder(plan, settings.outputs / f"{run.id}.tmp")
        job = Job(
            run.script,
            analysis.path,
            signature.arguments(analysis.signature, run.params),
            {**sandbox.LIMITS, **analysis.signature.limits},
            folder,
        )
        taken = take()
        before = sum(map(processes.cpu_seconds, processes.descendants(taken.guard)))
        spare.order(taken, job)
        return cls(settings, run, job, plan.words, taken.guard, taken.pipes, before)

    def read(self, pipe: int) -> bool:
        """Take what came through a pipe; False when nothing did."""
        try:
            data = os.read(pipe, CHUNK)
        except OSError:
            return False
        if pipe == self.pipes[2]:
            self.keep_log(data)
        else:
            self.take_lines(pipe, data)
        return bool(data)

    def keep_log(self, data: bytes) -> None:
        self.printed += len(data)
        room = LOG_HEAD - len(self.head)
        self.head += data[:room]
        self.tail = (self.tail + data[room:])[-LOG_TAIL:] if room < len(data) else self.tail
        if self.printed > MOST_PRINTED:
            self.kill("excepted", f"It printed more than {MOST_PRINTED // 1_000_000} MB.")

    def take_lines(self, pipe: int, data: bytes) -> None:
        *lines, rest = (self.buffers.get(pipe, b"") + data).split(b"\n")
        self.buffers[pipe] = rest
        if len(rest) > LARGEST_MESSAGE:
            self.kill("excepted", "What it returned is too large for a page.")
        for line in lines:
            with suppress(ValueError, TypeError, AttributeError, RecursionError):
                words = json.loads(line)
                self.take_report(words) if pipe == self.pipes[0] else self.take_event(words)

    def take_report(self, words: dict[str, Any]) -> None:
        """From the guard and init, which are ours."""
        self.status = words.get("status", self.status)

    def take_event(self, words: dict[str, Any]) -> None:
        """From the child: whatever it says is only about itself."""
        if "progress" in words:
            seconds = time.monotonic() - self.started
            self.progress = progress.noted(self.progress, words["progress"], seconds)
        else:
            self.told.update(words)

    @property
    def run_ids(self) -> tuple[int, ...]:
        return (self.run.id,)

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
            wall = f"{limits['wall_seconds']:g} s"
            self.kill("timed_out", f"It ran longer than its limit of {wall}.")
        elif broken := self.broken_limit():
            self.kill("excepted", broken)
        now = (self.progress, self.printed)
        if now != self.written[1] and time.monotonic() - self.written[0] > PROGRESS_SECONDS:
            self.written = (time.monotonic(), now)
            queue.progress(connection, self.run.id, self.progress, self.log)
        return TICK_SECONDS

    def broken_limit(self) -> str:
        """The limit that all its processes together broke, in words."""
        limits = self.job.limits
        memory = limits["memory_mb"] * sandbox.MEGABYTE
        used = processes.usage(self.guard, int(memory), int(limits["processes"]) + OURS)
        if used.memory > memory + self.shared:
            return f"It needed more memory than its limit of {limits['memory_mb']:g} MB."
        if used.processes > limits["processes"] + OURS:
            return f"It started more than {limits['processes']:g} processes."
        if used.cpu - self.before > limits["cpu_seconds"]:
            return cpu_words(limits)
        return self.broken_size()

    @property
    def shared(self) -> int:
        """What each child has from its warm parent counts for nobody."""
        return processes.resident_memory(os.getpid())

    def broken_size(self) -> str:
        size, files = measure(self.job.folder)
        if size > self.job.limits["output_mb"] * sandbox.MEGABYTE:
            return f"It wrote more than {self.job.limits['output_mb']:g} MB of files."
        return f"It wrote more than {MOST_FILES} files." if files > MOST_FILES else ""

    def kill(self, status: str, message: str) -> None:
        """End it, and so all that it started: each dies with its parent. The first counts."""
        self.verdict = self.verdict or (status, message)
        with suppress(ProcessLookupError):
            os.kill(self.guard, signal.SIGKILL)

    @property
    def log(self) -> str:
        cut = self.printed - len(self.head) - len(self.tail)
        middle = f"\n… {cut} bytes are left out …\n".encode() if cut else b""
        return (self.head + middle + self.tail).decode("utf-8", "replace").replace("\0", "␀")

    def finish(self, connection: sqlite3.Connection) -> Run:
        """Once every process of the run is gone: judge, keep the outputs, write it down."""
        for pipe in self.pipes:
            while self.read(pipe):
                pass
            os.close(pipe)
        status, message, made = self.judge()
        if status == "succeeded":
            keep_files(self.job.folder, runs.folder(self.settings, self.run.id), made)
        else:
            shutil.rmtree(self.job.folder, ignore_errors=True)
        return queue.finish(
            self.settings,
            connection,
            self.run.id,
            status,
            outputs=made,
            seconds=round(time.monotonic() - self.started, 3),
            message=message,
            log=self.log,
            sandbox=self.words,
            opened=self.opened,
        )

    def judge(self) -> tuple[str, str, list[Output]]:
        if self.verdict:
            return (*self.verdict, [])
        if self.status is None or self.status == guard.OUR_FAILURE << 8:
            return "errored", "Its sandbox could not be set up, or ended before it did.", []
        if self.status != 0 or "outputs" not in self.told:
            return "excepted", self.failure(self.status), []
        if broken := self.broken_size():
            return "excepted", broken, []
        try:
            return "succeeded", "", results.admitted(self.told["outputs"], self.job.folder)
        except (ValueError, TypeError, KeyError, OSError) as error:
            return "excepted", f"What it returned cannot be kept: {error}.", []

    def failure(self, status: int) -> str:
        if "failed" in self.told:
            return str(self.told["failed"])
        if not os.WIFSIGNALED(status):
            code = os.waitstatus_to_exitcode(status)
            return f"It ended itself with exit status {code} before main had returned."
        number = os.WTERMSIG(status)
        if number == signal.SIGXCPU:
            return cpu_words(self.job.limits)
        return SIGNALS.get(signal.Signals(number), f"It was ended by signal {number}.")


def cpu_words(limits: Mapping[str, float]) -> str:
    return f"It computed longer than its limit of {limits['cpu_seconds']:g} s of processor time."


def measure(folder: Path) -> tuple[int, int]:
    """Bytes and files below a folder; stops counting where there are far too many."""
    size = files = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                size += os.lstat(os.path.join(place, name)).st_size  # noqa: PTH118 - five times a second
        files += len(names)
        if files > MOST_FILES:
            break
    return size, files


def keep_files(folder: Path, final: Path, made: list[Output]) -> None:
    """Leave only the outputs' files in the folder, as ours, and put it into its place."""
    wanted = {file for row in made for file in row.files.values()}
    for found in list(folder.iterdir()):
        if found.name not in wanted:
            shutil.rmtree(found) if found.is_dir() and not found.is_symlink() else found.unlink()
            continue
        os.chown(found, os.getuid(), os.getgid(), follow_symlinks=False)
        found.chmod(0o644)
    os.chown(folder, os.getuid(), os.getgid())
    shutil.rmtree(final, ignore_errors=True)
    folder.rename(final)
