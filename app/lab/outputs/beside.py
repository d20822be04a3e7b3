"""Work in a process beside this one, where there is a core for it.

To paint a figure and to write it as SVG takes 70 ms each, and neither lets the other have the
interpreter: a fork does both at once, and costs three.

    >>> made = []
    >>> finish = begin(lambda: made.append(1))
    >>> finish() in (True, False)
    True
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

DONE = b"!"
ENDING: set[int] = set()  # those that said that they are done; each still counts as a process
THREADS = Path("/proc/self/task")


def begin(work: Callable[[], object]) -> Callable[[], bool]:
    """Start `work`, whose results are files. What comes back ends it: True if it was done there,
    False if it is still to be done here.

    It says that it is done before it ends, which takes the system 3 ms more.
    """
    bury()
    listens = started(work) if alone() else None

    def finish() -> bool:
        if listens is None:
            return False
        with open(listens, "rb") as pipe:
            return pipe.read(1) == DONE

    return finish


def bury() -> None:
    for pid in [*ENDING]:
        with suppress(ChildProcessError):  # an analysis may not want to hear of its children
            if os.waitpid(pid, os.WNOHANG)[0] == 0:
                continue
        ENDING.discard(pid)


def started(work: Callable[[], object]) -> int | None:
    """The end of a pipe that tells when it is done; None where there is no process to be had."""
    try:
        listens, says = os.pipe()
    except OSError:
        return None
    pid = forked(work, says)
    os.close(says)
    if pid is None:
        os.close(listens)
        return None
    ENDING.add(pid)
    return listens


def alone() -> bool:
    """Whether a fork is safe, as no other thread holds a lock, and gains something."""
    try:
        with os.scandir(THREADS) as threads:
            return sum(1 for _ in threads) == 1 and len(os.sched_getaffinity(0)) > 1
    except (OSError, AttributeError):  # not Linux
        return False


def forked(work: Callable[[], object], says: int) -> int | None:
    try:
        pid = os.fork()
    except OSError:  # it has as many processes as it may have
        return None
    if pid:
        return pid
    try:
        work()
        os.write(says, DONE)
    finally:
        os._exit(0)  # what was not done will be done again, and say why
