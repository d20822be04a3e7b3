"""The Linux calls behind the sandbox that Python 3.11 does not have, through ctypes.

Each raises OSError where the kernel refuses; `landlock_version` answers 0 where there is none.
Elsewhere than on Linux everything here raises OSError (ENOSYS).
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from collections.abc import Iterable
from pathlib import Path

NEW_MOUNTS, NEW_UTS, NEW_IPC = 0x00020000, 0x04000000, 0x08000000
NEW_USER, NEW_PIDS, NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000

PDEATHSIG, SET_DUMPABLE, CHILD_SUBREAPER, NO_NEW_PRIVS = 1, 4, 36, 38

MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 2, 4, 8, 0x4000, 0x40000

# The same numbers on every architecture: calls added since 2019 share one table.
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
TRUNCATE, IOCTL_DEVICE = 1 << 14, 1 << 15
OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEVICE
TO_READ = EXECUTE | READ_FILE | READ_DIR
# How many file rights each version of Landlock knows, by its number.
RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
NEWEST_RIGHTS = 16

libc = ctypes.CDLL(None, use_errno=True)


def called(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def require_linux() -> None:
    if not sys.platform.startswith("linux"):
        raise OSError(errno.ENOSYS, "not Linux")


def unshare(flags: int) -> None:
    require_linux()
    called(libc.unshare(flags))


def prctl(option: int, value: int) -> None:
    require_linux()
    called(libc.prctl(option, *(ctypes.c_ulong(number) for number in (value, 0, 0, 0))))


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    require_linux()
    texts = (source, target, kind)
    arguments = [text.encode() for text in texts]
    called(libc.mount(*arguments, ctypes.c_ulong(flags), options.encode()))


def drop_capabilities() -> None:
    """Give up every capability, in whatever namespace it was held."""
    require_linux()
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    called(libc.capset(header, (ctypes.c_uint32 * 6)()))


def landlock_version() -> int:
    try:
        require_linux()
        return called(libc.syscall(LANDLOCK_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(1)))
    except OSError:
        return 0


class Ruleset(ctypes.Structure):
    _fields_ = (
        ("files", ctypes.c_uint64),
        ("network", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class PathRule(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("rights", ctypes.c_uint64), ("folder", ctypes.c_int32))


def landlock(readable: Iterable[Path], writable: Iterable[Path]) -> None:
    """From here on this process and its children see no other files, and open no TCP."""
    version = landlock_version()
    if version == 0:
        raise OSError(errno.ENOSYS, "no Landlock")
    every = (1 << RIGHTS.get(version, NEWEST_RIGHTS)) - 1
    rules = Ruleset(every, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    made = called(libc.syscall(LANDLOCK_CREATE, ctypes.byref(rules), ctypes.c_size_t(size), 0))
    try:
        for path in readable:
            allow(made, path, TO_READ & every)
        for path in writable:
            allow(made, path, every)
        prctl(NO_NEW_PRIVS, 1)
        called(libc.syscall(LANDLOCK_RESTRICT, made, 0))
    finally:
        os.close(made)


def allow(ruleset: int, path: Path, rights: int) -> None:
    """Add a rule; a path that is not there needs none."""
    try:
        folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        kept = rights if path.is_dir() else rights & OF_A_FILE
        rule = PathRule(kept, folder)
        called(libc.syscall(LANDLOCK_ADD, ruleset, 1, ctypes.byref(rule), 0))
    finally:
        os.close(folder)
