"""Points computed here: one sandbox for many of them, a fresh process in it for each.

It is an Executor, and the part of a Worker that knows processes and pipes (crew.py is the part that
knows the database). Limits hold for each point; the point that breaks one ends with the sandbox,
and what the sandbox had not come to is left over for another.
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import time
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from app.lab import sandbox
from app.lab.analyses import Analysis
from app.lab.runner import endings, warm
from app.lab.runner.told import Lines
from app.lab.runs import Output
from app.lab.sandbox import Plan, folders, guard
from app.lab.sandbox.watch import Watch, resident_memory
from app.lab.sweeps import judging, zygote
from app.lab.sweeps.executor import Outcome, Point
from app.lab.sweeps.zygote import Task
from app.settings import Settings

AHEAD_SECONDS = 0.05  # of work that is ordered before it is needed; a rest takes so much longer
ROOM_SECONDS = 0.3
MOST_AHEAD, MOST_ROOM = 16, 64
CHUNK = 65_536
LARGEST_LINE = 50_000_000
OURS = 3  # of the processes: init, the zygote and the child itself


@dataclass
class Local:
    """`under_way` is the first of `ordered`, since `since`."""

    settings: Settings
    analysis: Analysis
    limits: Mapping[str, float]
    folder: Path
    guard: int
    orders: int
    pipes: tuple[int, int, int]  # report, ends, log
    watch: Watch
    waiting: deque[Point] = field(default_factory=deque)
    ordered: deque[Point] = field(default_factory=deque)
    outcomes: list[Outcome] = field(default_factory=list)
    since: float = field(default_factory=time.monotonic)
    looked: float = 0.0
    spent: tuple[int, float] = (0, 0.0)  # a point, and the processor time before it
    usual: float = 1.0  # seconds of a point, as it seems
    ready: bool = False
    held: bool = False
    retired: bool = False
    verdict: tuple[str, str] | None = None
    lines: Lines = field(default_factory=Lines)
    unsent: bytes = b""

    @classmethod
    def start(cls, settings: Settings, plan: Plan, analysis: Analysis, name: str) -> Local:
        """Fork it; `name` is of its folder, for as long as it is at work."""
        place = settings.outputs / f"{name}.tmp"
        folder = sandbox.make_folder(plan, place, warm.known_fonts())
        limits = {**sandbox.LIMITS, **analysis.signature.limits}
        listens, orders = os.pipe()
        ends = [os.pipe() for _ in range(3)]
        report, *told = (writer for _, writer in ends)
        task = Task(settings, plan, analysis, limits, folder, listens, *told)
        pid = guard.start(plan, report, {listens, *told}, partial(zygote.body, task))
        os.close(listens)
        os.set_blocking(orders, False)
        for reader, writer in ends:
            os.close(writer)
            os.set_blocking(reader, False)
        first, second, third = (reader for reader, _ in ends)
        pipes = (first, second, third)
        watch = Watch.begin(pid, folder, plan.keepers + 1)  # the zygote waits, too
        return cls(settings, analysis, limits, folder, pid, orders, pipes, watch)

    # An Executor --------------------------------------------------------------------------------

    def submit(self, points: Sequence[Point]) -> None:
        self.waiting += points
        self.order()

    def cancel(self, ids: Collection[int]) -> None:
        gone = [point for point in self.waiting if point.run_id in ids]
        self.waiting = deque(point for point in self.waiting if point.run_id not in ids)
        message = "Cancelled while it waited."
        self.outcomes += [Outcome(point.run_id, "cancelled", message=message) for point in gone]
        if any(point.run_id in ids for point in self.ordered):
            self.kill("cancelled", "Cancelled while it ran.")

    def poll(self) -> list[Outcome]:
        found, self.outcomes = self.outcomes, []
        return found

    def room(self) -> int:
        """None before half of what was submitted is done: points are taken many at a time."""
        if self.held:
            return 0
        most = max(2 if self.usual < ROOM_SECONDS else 1, int(ROOM_SECONDS / self.usual))
        most, here = min(MOST_ROOM, most), len(self.waiting) + len(self.ordered)
        return most - here if 2 * here <= most else 0

    # Orders -------------------------------------------------------------------------------------

    def hold(self) -> None:
        """Order no more, whatever waits."""
        self.held = True

    def order(self) -> None:
        """Say what comes next; to slow points only once the one before is done."""
        ahead = max(1, min(MOST_AHEAD, int(AHEAD_SECONDS / self.usual)))
        while self.waiting and not (self.held or self.unsent) and len(self.ordered) < ahead:
            if not self.ordered:
                self.since = time.monotonic()
            point = self.waiting.popleft()
            self.ordered.append(point)
            self.unsent = pickle.dumps(point)
            self.send()

    def send(self) -> None:
        """As much as the pipe takes; a large order may not stop the runner."""
        try:
            while self.unsent:
                self.unsent = self.unsent[os.write(self.orders, self.unsent) :]
        except BlockingIOError:
            pass  # the rest goes with the next look
        except BrokenPipeError:  # it is ending: this point was never its own
            self.unsent, self.held = b"", True
            self.waiting.appendleft(self.ordered.pop())

    def close(self) -> None:
        """No more orders: it ends when it has done those that it has."""
        if self.orders >= 0 and not self.unsent:
            os.close(self.orders)
            self.orders, self.held = -1, True  # what another crew gives back is for the next

    # What it tells ------------------------------------------------------------------------------

    def read(self, pipe: int) -> bool:
        """Take what came through a pipe; False at its end."""
        return self.taken(pipe) != 0

    def taken(self, pipe: int) -> int:
        """How many bytes came; 0 at the end, less where there are none now."""
        try:
            data = os.read(pipe, CHUNK)
        except BlockingIOError:
            return -1
        if pipe == self.pipes[1]:
            for line in self.lines.take(data):
                self.take_line(json.loads(line))
            if len(self.lines.rest) > LARGEST_LINE:
                self.kill("excepted", "What it returned is too large.")
        return len(data)

    def take_line(self, words: Mapping[str, Any]) -> None:
        """From the zygote, which is ours."""
        if words.get("ready"):
            self.ready, self.since = True, time.monotonic()
        elif words.get("retired"):
            self.retired = True
        elif self.ordered and words["end"] == self.ordered[0].run_id:
            ended = judging.judged(words["told"], words["status"], self.limits, self.folder)
            times = {name: words[name] for name in ("seconds", "began")}
            self.conclude(*ended, log=words["log"], opened=judging.opened(words["told"]), **times)
            self.order()

    def conclude(
        self,
        status: str,
        message: str,
        outputs: Sequence[Output],
        seconds: float | None = None,
        **more: Any,
    ) -> None:
        """`more` is what else of it is known: its log, what it opened, when it began."""
        point, now = self.ordered.popleft(), time.monotonic()
        took = round(now - self.since, 6) if seconds is None else seconds
        self.outcomes.append(Outcome(point.run_id, status, outputs, message, took, **more))
        self.usual = 0.7 * self.usual + 0.3 * took if self.usual < 1.0 else max(took, 1e-4)
        self.since = now

    # Its limits, its end ------------------------------------------------------------------------

    def look(self) -> None:
        """End the point under way if it broke a limit."""
        self.send()
        self.order()
        now = time.monotonic()
        if not self.ordered or now - self.looked < self.watch.pause:
            return
        self.looked = now
        if now - self.since > self.limits["wall_seconds"]:
            self.kill("timed_out", endings.wall(self.limits))
        elif broken := self.broken_limit(self.ordered[0]):
            self.kill("excepted", broken)

    def broken_limit(self, point: Point) -> str:
        limits = self.limits
        memory = int(limits["memory_mb"] * sandbox.MEGABYTE) + resident_memory(os.getpid())
        most = int(limits["processes"]) + OURS
        used = self.watch.look(memory, most)
        if self.spent[0] != point.run_id:
            self.spent = point.run_id, used.cpu
        if used.memory > memory:
            return endings.memory(limits)
        if used.processes > most:
            return endings.processes(limits)
        if used.cpu - self.spent[1] > limits["cpu_seconds"]:
            return endings.cpu(limits)
        if used.unknown > endings.UNKNOWN_SECONDS:
            return endings.unknown()
        if used.frozen > endings.FROZEN_SECONDS:
            return endings.frozen()
        return judging.broken_size(self.folder, limits, used.unlinked)

    def kill(self, status: str, message: str) -> None:
        """End it, and so all that it started. The first reason counts."""
        self.verdict = self.verdict or (status, message)
        with suppress(ProcessLookupError):
            os.kill(self.guard, signal.SIGKILL)

    def finish(self) -> list[int]:
        """Once every process is gone: the runs that it had not come to."""
        self.drain_all()
        self.close_pipes()
        if self.ordered and (self.verdict or not self.retired):
            self.conclude(*(self.verdict or self.unexplained()), [])
        folders.remove(self.folder)
        left = [point.run_id for point in (*self.ordered, *self.waiting)]
        self.ordered.clear()
        self.waiting.clear()
        return left

    def drain_all(self) -> None:
        """Nobody writes any more, so this comes to an end."""
        for pipe in self.pipes:
            while self.taken(pipe) > 0:
                pass

    def close_pipes(self) -> None:
        self.unsent = b""
        self.close()
        for pipe in self.pipes:
            os.close(pipe)

    def unexplained(self) -> tuple[str, str]:
        if self.ready:
            return "excepted", "It ended the process that had started it."
        return "errored", "Its sandbox could not be set up, or ended before it did."
