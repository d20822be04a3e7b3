"""Files that a save put aside and that hold words no note has, as a person meets them.

They are the temporary files on which a sweep leaves a remark: another program wrote into one after
the save, or a save was ended before it was done.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from app import clock
from app.library import regular
from app.library.problems import Failure
from app.library.syncing.scan import TEMPORARY
from app.library.writing import temporaries
from app.settings import Settings

MOST_SHOWN = 20_000  # bytes of one


@dataclass(frozen=True)
class Aside:
    """`at`: when it was put aside. `note`, `title`: of the note that it was, where that is known.

    `words`: what it holds, or how that begins (`is_cut`).
    """

    file: str
    at: str
    note: str
    title: str
    words: str
    is_cut: bool


def is_aside(problem: Failure) -> bool:
    return problem.path.rpartition("/")[2].startswith(TEMPORARY)


def seen(settings: Settings, connection: sqlite3.Connection, problem: Failure) -> Aside | None:
    """None, if the file has gone since the last sync, or has a name that is no text."""
    path = settings.notes / problem.path
    if path.is_symlink() or not path.is_file():
        return None
    try:
        at = clock.of_file(temporaries.made(path.name, path.stat().st_mtime))
        with regular.opened(path) as opened:
            data = opened.read(MOST_SHOWN + 1)
    except OSError:
        return None
    note, title = note_of(connection, path.name)
    words = data[:MOST_SHOWN].decode("utf-8", "replace")
    return Aside(problem.path, at, note, title, words, len(data) > MOST_SHOWN)


def note_of(connection: sqlite3.Connection, name: str) -> tuple[str, str]:
    origin = temporaries.origin(name)
    if origin is None:
        return "", ""
    query = "SELECT path, title FROM document WHERE uid = ?"
    row = connection.execute(query, [origin.uid]).fetchone()
    return (row["path"], row["title"]) if row else ("", "")
