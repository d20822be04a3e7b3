"""The files below notes/ that are no notes: which one a note means by a path or a name.

A note says `![[plot.png]]`, and the file may lie beside it, or anywhere. The page's address is
what was written, from the note's folder; here it becomes the file: that path, else the file with
the longest common end, else the shortest path.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from app import clock, database
from app.library.names import key


@dataclass(frozen=True)
class Missing:
    """A file that a note shows or links, and that is not there."""

    path: str
    file: str


def keep(connection: sqlite3.Connection, root: Path, found: set[str]) -> None:
    """Make the table what the scan has found below `root`; only new files are asked their time."""
    known = {path for (path,) in connection.execute("SELECT path FROM media_file")}
    if known == found:
        return
    with database.transaction(connection):
        connection.executemany(
            "DELETE FROM media_file WHERE path = ?", [(path,) for path in known - found]
        )
        connection.executemany(
            "INSERT INTO media_file (path, name_key, mtime_ns) VALUES (?, ?, ?)",
            [(path, name_key(path), time_of(root, path)) for path in found - known],
        )


def name_key(path: str) -> str:
    return key(path.rpartition("/")[2])


def time_of(root: Path, path: str) -> int:
    try:
        return (root / path).stat().st_mtime_ns
    except OSError:  # gone since the scan
        return 0


def add(connection: sqlite3.Connection, path: str) -> None:
    """A file that is there now, before the next scan finds it."""
    with database.transaction(connection):
        connection.execute(
            "INSERT INTO media_file (path, name_key, mtime_ns) VALUES (?, ?, ?)"
            " ON CONFLICT DO UPDATE SET mtime_ns = excluded.mtime_ns",
            [path, name_key(path), int(clock.now().timestamp() * 1e9)],
        )


def resolve(connection: sqlite3.Connection, path: str) -> str | None:
    """The file that `path` means, as the file system spells it; one query."""
    return choose(named(connection, [path]), path)


def missing(connection: sqlite3.Connection) -> list[Missing]:
    """What the notes show and no file is there for; two queries."""
    used = connection.execute(
        "SELECT document.path AS note, document_media.path AS file"
        " FROM document_media JOIN document USING (uid) ORDER BY 1, 2"
    ).fetchall()
    found = named(connection, (row["file"] for row in used))
    return [Missing(row["note"], row["file"]) for row in used if not choose(found, row["file"])]


Named = dict[str, list[str]]  # files by their name, as compared


def named(connection: sqlite3.Connection, paths: Iterable[str]) -> Named:
    wanted = sorted({name_key(path) for path in paths})
    found: Named = {}
    if wanted:
        for name, path in connection.execute(
            "SELECT name_key, path FROM media_file"
            " WHERE name_key IN (SELECT value FROM json_each(?))",
            [json.dumps(wanted)],
        ):
            found.setdefault(name, []).append(path)
    return found


def choose(found: Named, path: str) -> str | None:
    """Of the files of that name the one whose path has most in common with `path`, at its end.

    >>> files = {"a.png": ["x/a.png", "deep/img/a.png", "y/z/w/a.png"]}
    >>> choose(files, "papers/img/a.png"), choose(files, "a.png")
    ('deep/img/a.png', 'x/a.png')
    """
    wanted = key(path).split("/")
    files = found.get(wanted[-1], ())
    ranked = [(-common_end(key(file).split("/"), wanted), *shortness(file)) for file in files]
    return str(min(ranked)[-1]) if ranked else None


def common_end(one: list[str], other: list[str]) -> int:
    count = 0
    for a, b in zip(reversed(one), reversed(other), strict=False):
        if a != b:
            break
        count += 1
    return count + (one == other)


def shortness(path: str) -> tuple[int, int, str]:
    return path.count("/"), len(path), path
