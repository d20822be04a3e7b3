"""What may follow `![[` while somebody types: pictures and documents below notes/.

Who may write may see every one of them (web/notes.py), so none is left out here. What begins with
the letters comes first, then what is newer.
"""

from __future__ import annotations

import posixpath
import re
import sqlite3
from collections.abc import Iterator

from app.library import media
from app.library.names import key
from app.library.writing.completion import LONGEST, MOST, Suggestion
from app.markup import paths

LOOKED_AT = 200  # files whose name holds the letters, the newest
UNSAID = re.compile(r"[\[\]|#\\\x00-\x1f]")  # what no `[[name]]` can hold


def files(connection: sqlite3.Connection, typed: str, note: str = "") -> list[Suggestion]:
    """Files that the letters may mean; the shortest name that leads to each from `note`."""
    wanted = key(" ".join(typed.split()))[:LONGEST]
    found = list(candidates(connection, wanted))
    found.sort(key=lambda path: not media.name_key(path).startswith(wanted))
    chosen = found[:MOST]
    known = media.named(connection, chosen)
    return [Suggestion(target(known, path, note), last(path), path) for path in chosen]


def candidates(connection: sqlite3.Connection, wanted: str) -> Iterator[str]:
    """The newest whose name holds the letters, or its path where they have a slash."""
    hyphened = wanted.replace(" ", "-")  # a file that was put here has such a name
    place = "lower(path)" if "/" in wanted else "name_key"
    rows = connection.execute(
        f"SELECT path FROM media_file WHERE instr({place}, ?) OR instr({place}, ?)"
        " ORDER BY mtime_ns DESC, path",
        [wanted, hyphened],
    )
    number = 0
    for (path,) in rows:
        if paths.is_media(path) and not UNSAID.search(path):
            yield path
            number += 1
            if number == (LOOKED_AT if wanted else MOST):
                return


def target(known: media.Named, path: str, note: str) -> str:
    """The shortest end of the path that leads to it from the note; else the way from there.

    >>> known = {"a.png": ["x/a.png", "y/a.png"]}
    >>> target(known, "x/a.png", "walk"), target(known, "y/a.png", "walk")
    ('a.png', 'y/a.png')
    """
    folder = posixpath.dirname(note)
    parts = path.split("/")
    for number in range(1, len(parts) + 1):
        end = "/".join(parts[-number:])
        if media.choose(known, posixpath.join(folder, end)) == path:
            return end
    return posixpath.relpath(path, folder or ".")


def last(path: str) -> str:
    return path.rpartition("/")[2]
