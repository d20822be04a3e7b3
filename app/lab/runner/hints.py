"""After the words of an error, the rule of ours that it met."""

from __future__ import annotations

import errno
import socket
import sys
from collections.abc import Iterator, Mapping
from typing import Any

NO_NETWORK = " (an analysis has no network: put what it reads below the folder of analyses)"
FILES = (
    " (an analysis reads the folder of analyses and installed packages, and writes only"
    " to temporary files)"
)
PROCESSES = " (an analysis sees no processes but its own)"
OTHERS = " (an analysis changes nothing but its own files and processes)"
REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS)
UNREACHED = (errno.ENETUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL)
MOST_CAUSES = 10

_sockets: list[str] = []  # the first event of one in this process


def watch() -> None:
    """From here on, note whether this process tries to reach anybody: a refused connection and a
    refused file have the same number."""

    def hook(event: str, given: tuple[Any, ...]) -> None:
        del given
        if event.startswith("socket.") and not _sockets:
            _sockets.append(event)

    sys.addaudithook(hook)


def hint(error: BaseException, limits: Mapping[str, float]) -> str:
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EFBIG:
        return f" (a file may have {limits['file_mb']:g} MB: file_mb in its LIMITS)"
    if any(map(is_of_network, behind(error))):
        return NO_NETWORK
    if number in REFUSED and isinstance(error, OSError):
        return FILES if error.filename is not None else OTHERS
    if isinstance(error, ProcessLookupError):
        return PROCESSES
    if isinstance(error, BlockingIOError):
        return f" (an analysis may have {limits['processes']:g} processes: processes in its LIMITS)"
    return ""


def behind(error: BaseException) -> Iterator[BaseException]:
    """The error, and those that it came of or carries along."""
    waiting, known = [error], 0
    while waiting and known < MOST_CAUSES:
        found, known = waiting.pop(0), known + 1
        yield found
        others = (found.__cause__, found.__context__, getattr(found, "reason", None), *found.args)
        waiting += [each for each in others if isinstance(each, BaseException)]


def is_of_network(error: BaseException) -> bool:
    if isinstance(error, socket.gaierror | socket.herror):
        return True
    if not isinstance(error, OSError):
        return False
    refused = error.errno in REFUSED and error.filename is None and bool(_sockets)
    return refused or error.errno in UNREACHED
