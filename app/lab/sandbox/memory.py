"""How much memory processes have together, when they share some of it; from /proc.

What each has is quickly known. What they share is known only to who walks through the memory of
each (`told_apart`), and that waits for a process that forks: before one of fifty that fork all the
time it may wait for minutes. So another process walks, and nobody waits long for it.
"""

from __future__ import annotations

import os
import resource
import select
import signal
import time
from contextlib import suppress
from pathlib import Path

from app.lab.sandbox import processes

PAGE = resource.getpagesize()
SHARED = "/dev/shm"  # noqa: S108 - the kernel's own place, mounted anew for each run
PATIENCE = 0.25  # seconds
NEWS = 100  # bytes: two numbers


def shared_memory(guard: int) -> int:
    """What lies in the /dev/shm of a run, where it has one of its own."""
    for init in processes.children(guard)[:1]:
        with suppress(OSError):
            place = Path(f"/proc/{init}/root{SHARED}")
            if place.stat().st_dev != Path(SHARED).stat().st_dev:
                found = os.statvfs(place)
                return (found.f_blocks - found.f_bfree) * found.f_frsize
    return 0


def at_most(pids: list[int]) -> int:
    """Where what they share counts for each, but for as much of files as we have of libraries."""
    libraries = status(os.getpid()).get("RssFile", 0)
    found = map(status, pids)
    return sum(each.get("VmRSS", 0) - min(libraries, each.get("RssFile", 0)) for each in found)


def status(pid: int) -> dict[str, int]:
    """Empty when it is gone."""
    with suppress(OSError):
        return sizes(Path(f"/proc/{pid}/status").read_text().splitlines())
    return {}


def told_apart(pids: list[int], shared: int) -> int | None:
    """A page that ten processes share counts a tenth for each; what lies in /dev/shm counts once,
    whether it is in somebody's memory as well or not. None where that cannot be known in time.

    They are stopped for that moment where they do not let us look otherwise.
    """
    found = walked(pids, PATIENCE)
    if found is None:
        found = walked_while_stopped(pids)
    return None if found is None else found[0] + max(0, shared - found[1])


def walked_while_stopped(pids: list[int]) -> tuple[int, int] | None:
    send(pids, signal.SIGSTOP)
    try:
        return walked(pids, 3 * PATIENCE)
    finally:
        send(pids, signal.SIGCONT)


def send(pids: list[int], number: int) -> None:
    for pid in pids:
        with suppress(OSError):
            os.kill(pid, number)


def walked(pids: list[int], patience: float) -> tuple[int, int] | None:
    """What all of them have together, and how much of it lies in /dev/shm or the like."""
    reader, writer = os.pipe()
    try:
        walker = os.fork()
    except OSError:
        os.close(reader)
        os.close(writer)
        return None
    if walker == 0:
        walk(pids, writer)
    os.close(writer)
    found = select.select([reader], [], [], patience)[0]
    news = os.read(reader, NEWS).split() if found else []
    os.close(reader)
    end(walker)
    return (int(news[0]), int(news[1])) if len(news) == 2 else None


def walk(pids: list[int], writer: int) -> None:
    """What another process does, and all that it does."""
    try:
        found = [rollup(pid) for pid in pids]
        sums = (sum(each.get(name, 0) for each in found) for name in ("Pss", "Pss_Shmem"))
        os.write(writer, " ".join(map(str, sums)).encode())
    finally:
        os._exit(0)


def end(walker: int) -> None:
    """It may be waiting for a lock; it is buried at once where it can be, else with the others."""
    with suppress(OSError):
        os.kill(walker, signal.SIGKILL)
        until = time.monotonic() + PATIENCE
        while os.waitpid(walker, os.WNOHANG)[0] == 0 and time.monotonic() < until:
            time.sleep(0.001)


def rollup(pid: int) -> dict[str, int]:
    """The sums over a process's memory in bytes, as the kernel names them."""
    with suppress(OSError):
        return sizes(Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines())
    return {"Pss": status(pid).get("VmRSS", 0)}


def sizes(lines: list[str]) -> dict[str, int]:
    """The rows that are in kB, in bytes."""
    parts = (line.partition(":") for line in lines if line.endswith(" kB"))
    return {name: int(rest.split()[0]) * 1024 for name, _, rest in parts}
