"""Who descends from a process, and the end of them all; from /proc, so on Linux only."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path


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
