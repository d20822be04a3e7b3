"""Put a file in the place of another, and keep hold of what stood there.

Between a look at a file and the rename over it somebody else's editor may save. Where the kernel
exchanges two names in one step, what was displaced is at hand and is compared with what should
have stood there: if it is something else, everything goes back as it was. Elsewhere the look and
the rename follow each other as closely as they can.
"""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.library.writing import files

HERE = -100  # AT_FDCWD: relative paths are relative to the working directory
EXCHANGE = 2  # RENAME_EXCHANGE
UNABLE = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)


LATE_SECONDS = 0.2
LATE_LOOKS = 25

Seen = tuple[int, int, int]  # a file's inode, size and time


class Displaced(Exception):
    """Something else stood there than was expected; it stands there again."""


def put_over(temporary: Path, place: Path, *, ours: str, expected: str) -> Seen | None:
    """Give the new file (its SHA-256 is `ours`) the place of the `expected` one, or Displaced.

    Afterwards the temporary name is that of the old file, as it was `Seen`, or of none.
    """
    if digest(place) != expected:
        raise Displaced
    if not swap(temporary, place):
        temporary.replace(place)
        return None
    seen = look(temporary)
    if digest(temporary) != expected:
        put_back(temporary, place, ours)
        raise Displaced
    return seen


def look(path: Path) -> Seen:
    stat = path.stat()
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def written_late(displaced: Path, seen: Seen | None) -> bytes | None:
    """What an editor wrote into the displaced file, which it had open already; None, if nothing.

    Such an editor writes in place: it may be at it, so wait until it is done.
    """
    if seen is None or look(displaced) == seen:
        return None
    last = look(displaced)
    for _ in range(LATE_LOOKS):
        time.sleep(LATE_SECONDS)
        if (now := look(displaced)) == last:
            break
        last = now
    return displaced.read_bytes()


def swap(one: Path, other: Path) -> bool:
    """Exchange the names of two files; False where kernel or file system cannot."""
    if RENAMEAT2 is None:
        return False
    if RENAMEAT2(HERE, os.fsencode(one), HERE, os.fsencode(other), EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in UNABLE:
        return False
    raise OSError(code, os.strerror(code), os.fspath(other))


def put_back(temporary: Path, place: Path, ours: str) -> None:
    """Undo an exchange. Who saved over our file meanwhile has the place: once more, then."""
    swap(temporary, place)
    if digest(temporary) != ours:
        swap(temporary, place)


@contextmanager
def taken_away(path: Path, expected: str) -> Iterator[None]:
    """The file is gone from here on, for good unless something is raised.

    Displaced, if it was not the one of that SHA-256.
    """
    aside = path.with_name(files.temporary_name())
    path.rename(aside)
    try:
        if digest(aside) != expected:
            raise Displaced
        yield
    except BaseException:
        files.put_new(aside, path)
        raise
    finally:
        aside.unlink(missing_ok=True)


def digest(path: Path) -> str:
    with open(path, "rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def find_renameat2() -> ctypes._NamedFuncPointer | None:
    """The C library's function; older ones, and other systems, have none."""
    try:
        function = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return None
    function.argtypes = [
        ctypes.c_int,
        ctypes.c_char_p,
        ctypes.c_int,
        ctypes.c_char_p,
        ctypes.c_uint,
    ]
    return function


RENAMEAT2 = find_renameat2()
