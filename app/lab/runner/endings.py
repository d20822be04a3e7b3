"""How a run ended, in words, and what can be done about it.

>>> failure(256 * 3, {})
'It ended itself with exit status 3 before main had returned. Let main return instead.'
>>> wall({"wall_seconds": 20})
'It ran longer than its limit of 20 s. Give it less to do, or more in its file: LIMITS = \
{"wall_seconds": …}.'
"""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping

from app.lab.sandbox.folders import DEEPEST

MOST_FILES = 1_000
UNKNOWN_SECONDS = 5.0  # for which its memory may be beyond the limit, and nobody can tell
FROZEN_SECONDS = 1.0  # for which all processes of a run may be stopped

# By this a child ends itself that cannot say any more what it returns.
UNHEARD = signal.SIGRTMAX - 1

WHERE = " Let it print before each step, to see in which."
SIGNALS: Mapping[int, str] = {
    signal.SIGSEGV: f"It crashed: a segmentation fault, in compiled code.{WHERE}",
    signal.SIGABRT: f"It crashed: compiled code called abort().{WHERE}",
    signal.SIGFPE: f"It crashed: an arithmetic error in compiled code.{WHERE}",
    signal.SIGBUS: f"It crashed: a bus error, in compiled code.{WHERE}",
    UNHEARD: "It closed the files through which what it returns is told, so nothing of it came."
    " Let it close only what it has opened.",
    signal.SIGKILL: "It was killed: by itself, or by the system for want of memory."
    " Give it less to do, or run it again when less else runs.",
}


def failure(status: int | None, limits: Mapping[str, float]) -> str:
    """Of a process that said nothing before its end; None is one whose guard is gone as well."""
    if status is None:
        return SIGNALS[signal.SIGKILL]
    if not os.WIFSIGNALED(status):
        code = os.waitstatus_to_exitcode(status)
        ended = f"It ended itself with exit status {code} before main had returned."
        return f"{ended} Let main return instead."
    number = os.WTERMSIG(status)
    if number == signal.SIGXCPU:
        return cpu(limits)
    return SIGNALS.get(number, f"It was ended by signal {number}.")


def more(limit: str) -> str:
    return f' Give it less to do, or more in its file: LIMITS = {{"{limit}": …}}.'


def wall(limits: Mapping[str, float]) -> str:
    return f"It ran longer than its limit of {limits['wall_seconds']:g} s.{more('wall_seconds')}"


def cpu(limits: Mapping[str, float]) -> str:
    longest = f"{limits['cpu_seconds']:g} s of processor time"
    return f"It computed longer than its limit of {longest}.{more('cpu_seconds')}"


def memory(limits: Mapping[str, float]) -> str:
    most = f"{limits['memory_mb']:g} MB"
    return f"It needed more memory than its limit of {most}.{more('memory_mb')}"


def processes(limits: Mapping[str, float]) -> str:
    return f"It started more than {limits['processes']:g} processes.{more('processes')}"


def unknown() -> str:
    busy = "It kept the machine so busy that nobody could tell how much memory it has."
    return f"{busy} Let it start fewer processes."


def frozen() -> str:
    return (
        "It was stopped (SIGSTOP), and nobody was left in it to let it go on."
        " Let it send no such signal."
    )


def size(limits: Mapping[str, float]) -> str:
    return f"It wrote more than {limits['output_mb']:g} MB of files.{more('output_mb')}"


def files() -> str:
    return f"It wrote more than {MOST_FILES} files. Let it write fewer, or remove what it has read."


def depth() -> str:
    return f"It made folders more than {DEEPEST} deep. Let it make them side by side."


def printed(megabytes: float) -> str:
    return f"It printed more than {megabytes:g} MB. Let it print less, or return it as a table."
