"""A child of the zygote from its fork to its end: what it told, what it printed.

Each has pipes of its own, so that nothing that it says is ever taken for another's.
"""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from app.lab.runner import child, endings
from app.lab.runner.told import Told
from app.lab.sandbox import guard

MOST_PRINTED, LOG_KEPT = 10_000_000, 4_000
CHUNK = 65_536
MOST_READS = 32  # of a pipe once the child is gone: it can have left no more in it
PAUSE_MS = 20  # where the kernel cannot say that a process has ended


@dataclass(frozen=True)
class Heard:
    """`status` as the kernel has it."""

    status: int
    told: dict[str, Any]
    log: str


@dataclass
class Ear:
    """The reading ends, and what came through them."""

    pid: int
    events: int
    prints: int
    message: Told = field(default_factory=Told)
    log: bytes = b""
    printed: int = 0
    broken: str = ""
    open: set[int] = field(default_factory=set)

    def take(self, pipe: int) -> bool:
        """What came; False when nothing did."""
        try:
            data = os.read(pipe, CHUNK)
        except BlockingIOError:
            return False
        if not data:
            self.open.discard(pipe)
        elif pipe == self.events:
            self.message.take(data)
            if self.message.is_too_much:
                self.end("What it returned is too large.")
        else:
            self.printed += len(data)
            self.log = (self.log + data)[-LOG_KEPT:]
            if self.printed > MOST_PRINTED:
                self.end(endings.printed(MOST_PRINTED // 1_000_000))
        return bool(data)

    def end(self, reason: str) -> None:
        self.broken = self.broken or reason
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    @property
    def told(self) -> dict[str, Any]:
        if self.broken:
            return {"failed": self.broken}
        return self.message.words


def listen(compute: Callable[[int], None]) -> Heard:
    """Run `compute` in a child, with the pipe to tell through; what is heard until it ended."""
    events, tells = os.pipe()
    prints, writes = os.pipe()
    pid = os.fork()
    if pid == 0:
        guard.end_by(lambda: begin(compute, tells, writes, (events, prints)))
    os.close(tells)
    os.close(writes)
    ear = Ear(pid, events, prints, open={events, prints})
    for pipe in (events, prints):
        os.set_blocking(pipe, False)
    try:
        status = wait(ear)
    finally:
        os.close(events)
        os.close(prints)
    text = ear.log.decode("utf-8", "replace").replace("\0", "␀")
    return Heard(status, ear.told, text)


def begin(compute: Callable[[int], None], tells: int, writes: int, others: tuple[int, int]) -> None:
    for pipe in others:
        os.close(pipe)
    for stream in (1, 2):
        os.dup2(writes, stream)
    os.close(writes)
    compute(child.out_of_the_way(tells))


def wait(ear: Ear) -> int:
    """Until the child has ended; how it did."""
    ends = opened(ear.pid)
    try:
        while not (gone := os.waitpid(ear.pid, os.WNOHANG))[0]:
            hear(ear, ends)
    finally:
        if ends >= 0:
            os.close(ends)
    for pipe in list(ear.open):
        for _ in range(MOST_READS):
            if not ear.take(pipe):
                break
    return gone[1]


def hear(ear: Ear, ends: int) -> None:
    """Wait until there is something: words, or the end."""
    poll = select.poll()
    for pipe in (*ear.open, *([ends] if ends >= 0 else [])):
        poll.register(pipe, select.POLLIN)
    for pipe, _ in poll.poll(None if ends >= 0 else PAUSE_MS):
        if pipe != ends:
            ear.take(pipe)


def opened(pid: int) -> int:
    """A descriptor that becomes readable when the process ends; -1 where there is none."""
    with suppress(OSError, AttributeError):
        return os.pidfd_open(pid)
    return -1
