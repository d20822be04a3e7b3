"""Files that somebody is writing at this moment: wait for the rest instead of indexing a part.

Editors that write in place empty the file first. One that has just become shorter is looked at
again until it has been left alone for a moment; one that has become empty, for a longer one.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from app.library.note import Contents

QUIET_SECONDS = 0.5
EMPTY_SECONDS = 2.0
LONGEST_SECONDS = 6.0
STEP_SECONDS = 0.05


def settled(load: Callable[[], Contents], before: int | None) -> Contents | None:
    """The contents once they are quiet; None if they never are. `before`: the size known so far."""
    end = time.monotonic() + LONGEST_SECONDS
    contents = load()
    while is_unsure(contents, before, time.time()):
        if time.monotonic() > end:
            return None
        time.sleep(STEP_SECONDS)
        contents = load()
    return contents


def is_at_work(connection: sqlite3.Connection, file: str, place: Path, data: bytes) -> bool:
    """Whether an editor seems to be in the middle of writing a known file, which holds `data`.

    What the index holds was whole; anything else that is this young may be a part, however long.
    """
    row = connection.execute(
        "SELECT file.size, sha256 FROM file LEFT JOIN document ON document.file = file.path"
        " WHERE file.path = ?",
        [file],
    ).fetchone()
    if row is None or row["sha256"] == hashlib.sha256(data).hexdigest():
        return False
    contents, now = Contents(data, (len(data), place.stat().st_mtime_ns)), time.time()
    is_young = 0 <= now - contents.stat[1] / 1e9 < QUIET_SECONDS
    return is_young or is_unsure(contents, row["size"], now)


def is_unsure(contents: Contents, before: int | None, now: float) -> bool:
    """Whether this may be a part of what is being written.

    >>> is_unsure(Contents(b"", (0, 0)), 9, 1.0), is_unsure(Contents(b"", (0, 0)), 9, 2.5)
    (True, False)
    """
    size = len(contents.data)
    if size and (before is None or size >= before):
        return False
    if size == 0 and before == 0:
        return False
    quiet = QUIET_SECONDS if size or before is None else EMPTY_SECONDS
    return 0 <= now - contents.stat[1] / 1e9 < quiet
