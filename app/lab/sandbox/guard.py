"""The two processes between the runner and an analysis.

    runner ── guard ── init ── the analysis ── whatever it starts
              outside  inside the namespaces

The init of a process namespace takes everything in it along when it ends, daemons included.
Where the host has no such namespace, the guard itself is the init: it adopts what the analysis
leaves behind and ends it. Each dies with its parent, so a killed runner leaves nothing.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

from app.lab.sandbox import confine, kernel, processes
from app.lab.sandbox.confine import Plan

MOST_FILES = 4096
NICE = 10  # pages come first; and a fork bomb must not starve the runner that ends it
OUR_FAILURE = 70  # the exit status of a child that could not be prepared


Body = Callable[[Callable[[], None]], None]


def start(plan: Plan, report: int, kept: set[int], body: Body) -> int:
    """Run `body` in the sandbox; the pid of the guard. `report` is told of the end.

    `body` calls what it is given before it lets in the first line that is not ours: from then
    on, whatever happens is the analysis's doing. `report` is told of that as well.
    Of the open files only `report` and `kept` go along.
    """
    guard = os.fork()
    if guard == 0:
        close_all_but({report, *kept})
        end_by(lambda: stand(plan, report, body))
    return guard


def close_all_but(kept: set[int]) -> None:
    start = 3
    for number in sorted(number for number in kept if number >= 3):
        os.closerange(start, number)
        start = number + 1
    os.closerange(start, MOST_FILES)


def end_by(step: Callable[[], None]) -> NoReturn:
    """What a forked process does, and all that it does."""
    try:
        step()
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(OUR_FAILURE)


def stand(plan: Plan, report: int, body: Body) -> None:
    for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    signal.set_wakeup_fd(-1)
    os.setpriority(os.PRIO_PROCESS, 0, NICE)
    os.setsid()
    confine.become(plan.uid, plan.namespaces)
    die_with_parent()
    if not plan.namespaces & kernel.NEW_PIDS:
        with suppress(OSError):
            kernel.prctl(kernel.CHILD_SUBREAPER, 1)
        watch(report, body)
    inside = os.fork()
    if inside == 0:
        end_by(lambda: first(plan, report, body))
    close_all_but(set())
    os.waitpid(inside, 0)
    os._exit(0)


def first(plan: Plan, report: int, body: Body) -> None:
    """Process 1 of its namespace."""
    die_with_parent()
    if plan.own_proc:
        confine.own_proc()
    watch(report, body)


def watch(report: int, body: Body) -> None:
    """Start the analysis, adopt its orphans, tell how it ended, take the rest along."""
    listens, begins = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(report)
        os.close(listens)
        die_with_parent()
        end_by(lambda: body(lambda: begin(begins)))
    os.close(begins)
    if os.read(listens, 1):
        tell(report, {"ready": True})
    os.close(listens)
    ended = 0
    while ended != child:
        ended, status = os.wait()
    tell(report, {"status": status, "over": childless()})
    if os.getpid() != 1:  # what the first process of a namespace leaves, the kernel ends
        processes.end_children()
    os._exit(0)


def childless() -> bool:
    """Whether nothing is left of the analysis: whatever it started and left would be ours now."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
        return False
    return True


def begin(begins: int) -> None:
    os.write(begins, b"!")
    os.close(begins)


def die_with_parent() -> None:
    """Again after each change of user, which clears it."""
    with suppress(OSError):
        kernel.prctl(kernel.PDEATHSIG, signal.SIGKILL)


def tell(report: int, words: dict[str, int]) -> None:
    with suppress(OSError):
        os.write(report, json.dumps(words).encode() + b"\n")
