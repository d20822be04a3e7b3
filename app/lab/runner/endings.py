"""How a run ended, in words.

>>> failure(256 * 3, {})
'It ended itself with exit status 3 before main had returned.'
>>> failure(signal.SIGSEGV, {})
'It crashed: a segmentation fault, in compiled code.'
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

SIGNALS: Mapping[int, str] = {
    signal.SIGSEGV: "It crashed: a segmentation fault, in compiled code.",
    signal.SIGABRT: "It crashed: compiled code called abort().",
    signal.SIGFPE: "It crashed: an arithmetic error in compiled code.",
    signal.SIGBUS: "It crashed: a bus error, in compiled code.",
    UNHEARD: "It closed the files through which what it returns is told, so nothing of it came.",
    signal.SIGKILL: "It was killed: by itself, or by the system for want of memory.",
}


def failure(status: int | None, limits: Mapping[str, float]) -> str:
    """Of a process that said nothing before its end; None is one whose guard is gone as well."""
    if status is None:
        return SIGNALS[signal.SIGKILL]
    if not os.WIFSIGNALED(status):
        code = os.waitstatus_to_exitcode(status)
        return f"It ended itself with exit status {code} before main had returned."
    number = os.WTERMSIG(status)
    if number == signal.SIGXCPU:
        return cpu(limits)
    return SIGNALS.get(number, f"It was ended by signal {number}.")


def wall(limits: Mapping[str, float]) -> str:
    return f"It ran longer than its limit of {limits['wall_seconds']:g} s."


def cpu(limits: Mapping[str, float]) -> str:
    return f"It computed longer than its limit of {limits['cpu_seconds']:g} s of processor time."


def memory(limits: Mapping[str, float]) -> str:
    return f"It needed more memory than its limit of {limits['memory_mb']:g} MB."


def processes(limits: Mapping[str, float]) -> str:
    return f"It started more than {limits['processes']:g} processes."


def unknown() -> str:
    return "It kept the machine so busy that nobody could tell how much memory it has."


def frozen() -> str:
    return "It was stopped (SIGSTOP), and nobody was left in it to let it go on."


def size(limits: Mapping[str, float]) -> str:
    return f"It wrote more than {limits['output_mb']:g} MB of files."


def files() -> str:
    return f"It wrote more than {MOST_FILES} files."


def depth() -> str:
    return f"It made folders more than {DEEPEST} deep."
