"""One at a time: what two processes must not do to a library at once, and a kill must not leave.

The system gives a lock back whatever becomes of the process that holds it.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.errors import DatabaseUnwritable


@contextmanager
def alone(data: Path, work: str) -> Iterator[None]:
    """Whoever does this work on the library with that data folder queues up."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        lock = (data / f"{work}.lock").open("w")
    except OSError as error:
        raise DatabaseUnwritable(
            f"Cannot write below {data}: {error.strerror}.",
            hint="Give this user the right to write there, or choose another folder with --data.",
        ) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
