"""Who descends from a process, and what they use together; from /proc, so on Linux only."""

from __future__ import annotations

import os
import resource
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PAGE = resource.getpagesize()
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Usage:
    processes: int = 0
    memory: int = 0  # bytes
    cpu: float = 0.0  # seconds, of those that live and of those they waited for


def children(pid: int) -> list[int]:
    """The children of all threads of a process; [] when it is gone, which it may be any moment."""
    found: list[int] = []
    with suppress(OSError):
        for thread in os.scandir(f"/proc/{pid}/task"):
            with suppress(OSError):
                found += map(int, Path(thread.path, "children").read_text().split())
    return found


def descendants(pid: int, most: int = 10_000) -> list[int]:
    """Those of the first generations first; stops once there are more than `most`."""
    found = [pid]
    for each in found:
        found += children(each)
        if len(found) > most + 1:
            break
    return found[1:]


def usage(pid: int, memory_limit: int, most: int) -> Usage:
    """Of all that descend from `pid`. Shared pages are told apart only where it matters."""
    pids = descendants(pid, most)
    resident = sum(map(resident_memory, pids))
    if resident > memory_limit:
        resident = sum(map(proportional_memory, pids))
    return Usage(len(pids), resident, sum(map(cpu_seconds, pids)))


def resident_memory(pid: int) -> int:
    with suppress(OSError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    return 0


def proportional_memory(pid: int) -> int:
    """A page that ten processes share counts a tenth for each."""
    with suppress(OSError, IndexError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return resident_memory(pid)


def cpu_seconds(pid: int) -> float:
    with suppress(OSError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / TICKS
    return 0.0


def end_children(keep: set[int] | None = None) -> None:
    """Kill and bury every child of this process but those to keep, and what they leave to us.

    The end of a namespace's first process is waited for: by then the namespace is empty.
    """
    while born := set(children(os.getpid())) - (keep or set()):
        for pid in born:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        for pid in born:
            with suppress(OSError):
                os.waitpid(pid, 0)
