"""Opening a file below notes/: never waiting for it, and only if it is a regular one.

A pipe that is called x.md holds whoever opens it until somebody writes into it, for ever perhaps;
a device has no end. What another program has leased (a file server, for its clients) is given up
within moments: it is asked for again until then.
"""

from __future__ import annotations

import errno
import io
import os
import stat
import time
from pathlib import Path

IRREGULAR = "it is no file but a folder, a pipe, a socket or a device"
LEASED_SECONDS = 5.0
STEP_SECONDS = 0.02


class Irregular(OSError):
    """What has the name is no regular file."""

    def __init__(self) -> None:
        super().__init__(errno.EINVAL, IRREGULAR)

    def __str__(self) -> str:
        return IRREGULAR


def opened(path: Path | str) -> io.FileIO:
    """The file, open for reading; Irregular for anything that is no regular file."""
    descriptor = descriptor_of(path)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Irregular
    except BaseException:
        os.close(descriptor)
        raise
    return open(descriptor, "rb", buffering=0)


def descriptor_of(path: Path | str) -> int:
    end = time.monotonic() + LEASED_SECONDS
    while True:
        try:
            return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
        except BlockingIOError:
            if time.monotonic() > end:
                raise
            time.sleep(STEP_SECONDS)
        except OSError as error:
            if error.errno in (errno.ENXIO, errno.ENODEV):  # a socket, a device without a driver
                raise Irregular from None
            raise


def read(path: Path | str) -> bytes:
    """All its bytes."""
    with opened(path) as file:
        return file.readall()


def text(path: Path | str, errors: str = "strict") -> str:
    """Its text, of UTF-8, with the ends of lines of any system."""
    return io.StringIO(read(path).decode(errors=errors), newline=None).read()
