"""What is wrong with files below notes/, as the last sync found it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from app import database
from app.library import store
from app.library.front.front_matter import Remark
from app.library.names import id_of
from app.library.syncing.scan import TEMPORARY
from app.markup import doubts

# Remarks on text that is shown as it was meant, or may be: `[^a]` can be text like any other.
ADVICE = re.compile(
    "|".join(map(re.escape, (doubts.UNDEFINED, doubts.UNUSED))).replace("\\{\\}", ".*")
)


@dataclass(frozen=True)
class Failure:
    """A file, the line (0: the whole file) and the reason; not `failed`: it is indexed even so."""

    path: str
    line: int
    reason: str
    failed: bool = True

    @property
    def is_advice(self) -> bool:
        """Nothing is missing on any page; somebody may want to look at it.

        >>> Failure("a.md", 2, "The footnote «1» is not defined.", failed=False).is_advice
        True
        """
        is_left_over = self.path.rpartition("/")[2].startswith(TEMPORARY)
        return not self.failed and bool(is_left_over or ADVICE.fullmatch(self.reason))


def every(connection: sqlite3.Connection) -> list[Failure]:
    rows = connection.execute("SELECT path, line, reason, failed FROM problem ORDER BY path, line")
    return [Failure(path, line, reason, bool(failed)) for path, line, reason, failed in rows]


def of(connection: sqlite3.Connection, file: str) -> list[Failure]:
    """The problems of one file."""
    rows = connection.execute(
        "SELECT path, line, reason, failed FROM problem WHERE path = ? ORDER BY line", [file]
    )
    return [Failure(path, line, reason, bool(failed)) for path, line, reason, failed in rows]


def of_note(connection: sqlite3.Connection, id: str) -> Failure | None:
    """Why the note of that id is not in the index, if a file for it lies there."""
    broken = (problem for problem in every(connection) if problem.failed)
    return next((problem for problem in broken if id_of(problem.path) == id), None)


def reasons(connection: sqlite3.Connection) -> dict[str, str]:
    """Why each file that is not in the index is not."""
    rows = connection.execute("SELECT path, reason FROM problem WHERE failed")
    return dict(rows)


def keep_unscanned(
    connection: sqlite3.Connection, failed: Mapping[str, str], remarks: Mapping[str, str]
) -> None:
    """Make the stored problems of what is no note file at all those that the scan has found."""
    rows = connection.execute(
        "SELECT path, reason, failed FROM problem"
        " WHERE path NOT IN (SELECT path FROM file UNION ALL SELECT path FROM bibliography)"
    )
    stored = {path: (reason, bool(is_failed)) for path, reason, is_failed in rows}
    found = {path: (why, False) for path, why in remarks.items()}
    found |= {path: (why, True) for path, why in failed.items()}
    if stored == found:
        return
    with database.transaction(connection):
        connection.executemany("DELETE FROM problem WHERE path = ?", [(path,) for path in stored])
        store.report(
            connection,
            [(path, Remark(0, why), is_failed) for path, (why, is_failed) in found.items()],
        )
