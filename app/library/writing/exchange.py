"""Put a file in the place of another, and keep hold of what stood there.

Between a look at a file and the rename over it somebody else's editor may save. Where the kernel
exchanges two names in one step, what was displaced is at hand and is compared with what should
have stood there: if it is something else, everything goes back as it was. Elsewhere the look and
the rename follow each other as closely as they can.

What was displaced keeps a temporary name while somebody may have it open for writing, or where the
system does not tell that, for some minutes. A sync takes up what is written into it
(`syncing.sweep`).
"""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.library import regular
from app.library.writing import files, temporaries

HERE = -100  # AT_FDCWD: relative paths are relative to the working directory
EXCHANGE = 2  # RENAME_EXCHANGE
UNABLE = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)


class Displaced(Exception):
    """Something else stood there than was expected; it stands there again."""


def put_over(temporary: Path, place: Path, *, uid: int, ours: str, expected: str) -> Path:
    """Give the new file (its SHA-256 is `ours`) the place of the `expected` one, or Displaced.

    The name of the old one, which is not deleted: somebody may have it open, and write into it.
    """
    if digest(place) != expected:
        raise Displaced
    new = temporary.stat().st_ino
    aside = place.with_name(temporaries.displaced(uid, expected, ours))
    temporary.rename(aside)
    try:
        if not swap(aside, place):
            other = place.with_name(temporaries.displaced(uid, expected, ours))
            rename_over(aside, place, other)
            return other
        if digest(aside) != expected:
            put_back(aside, place, ours)
            raise Displaced
        return aside
    except BaseException:
        drop(aside, new)
        raise


def rename_over(aside: Path, place: Path, other: Path) -> None:
    """Without an exchange; the old file gets its other name before."""
    with suppress(OSError):  # no links there
        os.link(place, other)
    aside.replace(place)


def let_go(aside: Path, expected: str) -> None:
    """Delete what was displaced, if it is certain that nobody wrote into it, or will."""
    with suppress(OSError), regular.opened(aside) as old:
        if temporaries.is_written(old.fileno()) is False and sha256(old.readall()) == expected:
            aside.unlink()


def drop(path: Path, inode: int) -> None:
    """Delete our own file, where the name is still, or again, its."""
    with suppress(FileNotFoundError):
        if path.stat().st_ino == inode:
            path.unlink()


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
def taken_away(path: Path, expected: str, name: str) -> Iterator[None]:
    """The file has a temporary name from here on, and its own again if something is raised.

    Displaced, if it was not the one of that SHA-256.
    """
    aside = path.with_name(name)
    path.rename(aside)
    try:
        if digest(aside) != expected:
            raise Displaced
        yield
    except BaseException:
        files.put_new(aside, path)
        aside.unlink(missing_ok=True)
        raise
    let_go(aside, expected)


def digest(path: Path) -> str:
    return sha256(regular.read(path))


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


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
