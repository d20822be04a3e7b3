"""The names of temporary files: when one was made, and of which note one was displaced.

A save gives the old file the temporary name. Its name says which note it was (`uid`), what it
held when it lost its place (`base`) and what the save put there (`ours`): an editor that had it
open may still write into it, and a sync finds those words.
"""

from __future__ import annotations

import errno
import fcntl
import re
import secrets
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from app.library import regular
from app.library.syncing.scan import TEMPORARY

# Numbers of more digits are of no note that SQLite counts, and of no time that a calendar has.
NAME = re.compile(
    rf"{re.escape(TEMPORARY)}(?P<made>[0-9a-f]{{1,9}})-[0-9a-f]+"
    r"(?:-(?P<uid>[0-9a-f]{1,15})-(?P<base>[0-9a-f]{64})-(?P<ours>[0-9a-f]{16}))?\Z"
)
OURS = 16


@dataclass(frozen=True)
class Origin:
    """Where a displaced file comes from."""

    uid: int
    base: str
    ours: str


def plain() -> str:
    """A name that says when it was made."""
    return f"{TEMPORARY}{int(time.time()):x}-{secrets.token_hex(8)}"


def displaced(uid: int, base: str, ours: str) -> str:
    """
    >>> origin(displaced(26, "a" * 64, "b" * 64)) == Origin(26, "a" * 64, "b" * 16)
    True
    """
    return f"{plain()}-{uid:x}-{base}-{ours[:OURS]}"


def origin(name: str) -> Origin | None:
    match = NAME.match(name)
    if match is None or match["uid"] is None:
        return None
    return Origin(int(match["uid"], 16), match["base"], match["ours"])


def made(name: str, mtime: float) -> float:
    """When a temporary file got its name, as that says, else by the file's time.

    >>> made(".gloss-65a0-00ff", 7.0), made(".gloss-other", 7.0)
    (26016.0, 7.0)
    """
    match = NAME.match(name)
    return float(int(match["made"], 16)) if match else mtime


def is_open(path: Path) -> bool | None:
    """Whether somebody has the file open for writing; None where the system does not tell."""
    with regular.opened(path) as file:
        return is_written(file.fileno())


def is_written(descriptor: int) -> bool | None:
    """The same of a file that is open for reading here.

    The kernel leases a file to a reader only while nobody has it open for writing.
    """
    if sys.platform != "linux":
        return None
    try:
        # Who opens it meanwhile makes the kernel send a signal: one that does nothing.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return True if error.errno == errno.EAGAIN else None
    return False
