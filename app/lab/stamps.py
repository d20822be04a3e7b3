"""Whether a file is still the one that was read: what stat says of it, in a tuple."""

from __future__ import annotations

import time
from pathlib import Path

Stamp = tuple[int, int, int, int]

UNSETTLED_NS = 20_000_000  # the clock of files goes in steps of up to 10 ms


def stamp_of(path: Path) -> Stamp:
    found = path.stat()
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)


def is_settled(stamp: Stamp) -> bool:
    """Whether a change from now on must give another stamp.

    What was written this very moment may be written again within the same step of the clock, and
    look the same: it is read, but not taken for known.
    """
    return abs(time.time_ns() - stamp[1]) > UNSETTLED_NS
