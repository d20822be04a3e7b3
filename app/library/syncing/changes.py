"""What a sync has to do: the files as they lie there, compared with what is known of them.

A file that has the very bytes which another one had is the note of that one, where neither side
leaves a doubt: so notes keep their identity when files get other names, also each other's. Of a
file that stays, this takes more than a few words; and where it was copied and then edited, the
note stays with what most of its words are in.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from app import clock
from app.library import regular
from app.library.history.claiming import DISTINCTIVE
from app.library.names import id_of, key, last
from app.library.syncing import likeness
from app.library.syncing.scan import Stat

RECENT = timedelta(days=1)
ALIKE = 2 / 3  # of a note's words: with so many left it is the same note

Known = dict[str, Stat]
T = TypeVar("T")


@dataclass
class Changes:
    fresh: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    # Files that are another note than before: which one. None: one that was not there yet.
    claims: dict[str, int | None] = field(default_factory=dict)
    doubtful: dict[str, list[str]] = field(default_factory=dict)  # went: new ones that it may be
    doubles: dict[str, str] = field(default_factory=dict)  # file: the first of the same name
    sizes: dict[str, int] = field(default_factory=dict)  # of changed files, as known

    def __bool__(self) -> bool:
        return bool(self.fresh or self.changed or self.removed)


@dataclass(frozen=True)
class Stored:
    """What the index has of a file; a note without a date of its own has that of its file."""

    uid: int
    sha256: str
    date: str
    has_own_date: bool


def known(connection: sqlite3.Connection) -> Known:
    cursor = connection.cursor()
    cursor.row_factory = None  # plain tuples: half the time of rows that know their names
    rows = cursor.execute("SELECT path, size, mtime_ns FROM file")
    return {path: (size, mtime_ns) for path, size, mtime_ns in rows}


def compare(connection: sqlite3.Connection, root: Path, before: Known, now: Known) -> Changes:
    """The changes from `before` to `now`; nothing is looked into where there are none."""
    if before == now:
        return Changes()
    found = Changes(fresh=now.keys() - before.keys(), removed=before.keys() - now.keys())
    found.changed = {path for path in now.keys() & before.keys() if before[path] != now[path]}
    found.sizes = {path: before[path][0] for path in found.changed}
    found.doubles = doubles(now)
    # One that was indexed until now, but has to stand back, must be looked at as well.
    found.changed |= found.doubles.keys() & before.keys()
    moved = moves(connection, root, before, now, found)
    found.claims = claims(connection, moved, found.changed)
    found.removed -= set(moved.values())
    found.claims |= found_again(connection, root, now, found)
    return found


def doubt(connection: sqlite3.Connection, root: Path, now: Known, found: Changes) -> None:
    """What was edited as it was renamed may be known by its words: a person will be asked."""
    fresh = found.fresh - found.doubles.keys() - found.claims.keys()
    fresh = {file for file in fresh if now[file][0] <= likeness.MOST_BYTES}
    if found.removed and fresh:
        new = fresh - at_home(connection, fresh)
        found.doubtful = likeness.of_files(connection, root, found.removed, new)


def doubles(files: Iterable[str]) -> dict[str, str]:
    """Files whose ids differ in case or normalisation only from one before, in sorted order.

    >>> doubles(["Idea.md", "idea.md", "other.md"])
    {'idea.md': 'Idea.md'}
    """
    first: dict[str, str] = {}
    found = {}
    for file in sorted(files):
        kept = first.setdefault(key(id_of(file)), file)
        if kept != file:
            found[file] = kept
    return found


def moves(
    connection: sqlite3.Connection, root: Path, before: Known, now: Known, found: Changes
) -> dict[str, str]:
    """By file the one that had its bytes, and has them no more."""
    changed = found.changed - found.doubles.keys()
    fresh = found.fresh - found.doubles.keys()
    sizes = {before[path][0] for path in found.removed | changed}
    if not sizes or len(fresh | changed | found.removed) < 2:
        return {}
    come = hashes(root, now, fresh - at_home(connection, fresh) | changed, sizes)
    known = stored(connection, found.removed | changed)
    touched = {path for path in changed if path in known and come.get(path) == known[path].sha256}
    come = {path: sha for path, sha in come.items() if path not in touched}
    come = without_copies(connection, come, found.removed | changed - touched)
    gone = {path: kept.sha256 for path, kept in known.items() if path not in touched}
    certain = {
        new: old
        for new, old in pairs(come, gone).items()
        if now[new][0] >= DISTINCTIVE or not changed & {new, old}
    }
    by_id = {id_of(old): old for old in found.removed if old in known}
    respelled = {new: by_id[id_of(new)] for new in fresh if id_of(new) in by_id}
    return {**without_edited(connection, root, certain, changed), **respelled}


def without_edited(
    connection: sqlite3.Connection, root: Path, moved: Mapping[str, str], changed: set[str]
) -> dict[str, str]:
    """Without those of which a copy was made before they were edited."""
    left = dict(moved)
    while True:
        stays = {
            new
            for new, old in left.items()
            if old in changed and old not in left and is_edited(connection, root, old)
        }
        if not stays:
            return left
        left = {new: old for new, old in left.items() if new not in stays}


def is_edited(connection: sqlite3.Connection, root: Path, file: str) -> bool:
    """Whether most words of a note are still in its file."""
    row = connection.execute("SELECT source FROM document WHERE file = ?", [file]).fetchone()
    try:
        now = (root / file).read_bytes().decode(errors="replace")
    except OSError:
        return True
    before = Counter(row["source"].split())
    kept = before & Counter(now.split())
    return letters(kept) >= ALIKE * letters(before)


def letters(words: Mapping[str, int]) -> int:
    return sum(len(word) * times for word, times in words.items())


def claims(
    connection: sqlite3.Connection, moved: Mapping[str, str], changed: set[str]
) -> dict[str, int | None]:
    """By file the note that it is now, where it is another one than before."""
    uids = {file: kept.uid for file, kept in stored(connection, moved.values()).items()}
    left = {old: None for old in moved.values() if old in changed}
    return {**left, **{new: uids[old] for new, old in moved.items()}}


def found_again(
    connection: sqlite3.Connection, root: Path, now: Known, found: Changes
) -> dict[str, int]:
    """New files with the bytes of a note whose file went missing before, where this is certain.

    That it went within a day, with bytes that no other note has, and more than a few words; or
    that the file has its name. The rest is asked about.
    """
    rows = connection.execute(
        "SELECT note_uid, trash.path, trash.sha256, trash.at, size"
        " FROM trash JOIN revision USING (note_uid)"
        " WHERE outside AND revision.sha256 = trash.sha256"
    ).fetchall()
    fresh = found.fresh - found.doubles.keys() - found.claims.keys()
    if not rows or not fresh:
        return {}
    come = hashes(root, now, fresh - at_home(connection, fresh), {row["size"] for row in rows})
    # What is at its place again is taken back there (`claiming.take_back`), and nowhere else.
    home = {(row["path"], row["sha256"]) for row in rows}
    back = {(id_of(path), sha) for path, sha in come.items()} & home
    come = {path: sha for path, sha in come.items() if (id_of(path), sha) not in back}
    rows = [row for row in rows if (row["path"], row["sha256"]) not in back]
    gone = {row["note_uid"]: row["sha256"] for row in rows}
    found_now = pairs(without_copies(connection, come, set()), gone)
    by_uid = {row["note_uid"]: row for row in rows}
    return {path: uid for path, uid in found_now.items() if is_certain(path, by_uid[uid])}


def is_certain(file: str, row: sqlite3.Row) -> bool:
    """Whether the file with the bytes of the missing note `row` must be that note."""
    if last(id_of(file)) == last(row["path"]):
        return True
    recent = clock.now() - datetime.fromisoformat(row["at"]) < RECENT
    return recent and row["size"] >= DISTINCTIVE


def at_home(connection: sqlite3.Connection, files: Iterable[str]) -> set[str]:
    """The files whose address is that of a note which is not missing: they are that note."""
    ids = {id_of(file): file for file in files}
    rows = connection.execute(
        "SELECT path FROM note WHERE path IN (SELECT value FROM json_each(?))"
        " AND uid NOT IN (SELECT note_uid FROM trash)",
        [json.dumps(list(ids))],
    )
    return {ids[path] for (path,) in rows}


def without_copies(
    connection: sqlite3.Connection, come: Mapping[str, str], removed: set[str]
) -> dict[str, str]:
    """Without the bytes that a note has which stays: a template says nothing of who it is."""
    if not come:
        return {}
    rows = connection.execute(
        "SELECT file, sha256 FROM document WHERE sha256 IN (SELECT value FROM json_each(?))",
        [json.dumps(sorted(set(come.values())))],
    )
    common = {sha for file, sha in rows if file not in removed}
    return {path: sha for path, sha in come.items() if sha not in common}


def hashes(root: Path, now: Known, files: Iterable[str], sizes: set[int]) -> dict[str, str]:
    """The SHA-256 of those files that have one of the sizes. An empty file is like any other."""
    candidates = [path for path in files if now[path][0] in sizes and now[path][0]]
    return {path: sha for path in candidates if (sha := hash_of(root / path))}


def pairs(come: Mapping[str, str], gone: Mapping[T, str]) -> dict[str, T]:
    """What came and what went by the same hash, where there is one of each.

    >>> pairs({"new": "a", "x": "b", "y": "b"}, {"old": "a", "z": "b"})
    {'new': 'old'}
    """
    times = Counter(gone.values()), Counter(come.values())
    old = {sha: path for path, sha in gone.items() if times[0][sha] == 1}
    return {path: old[sha] for path, sha in come.items() if sha in old and times[1][sha] == 1}


def stored(connection: sqlite3.Connection, files: Iterable[str]) -> dict[str, Stored]:
    """What the index has of these files; nothing, of those that it could not take."""
    rows = connection.execute(
        "SELECT file, uid, sha256, date, json_extract(front, '$.date') <> ''"
        " FROM document WHERE file IN (SELECT value FROM json_each(?))",
        [json.dumps(sorted(files))],
    )
    return {file: Stored(uid, sha, date, bool(own_date)) for file, uid, sha, date, own_date in rows}


def hash_of(path: Path) -> str:
    try:
        with regular.opened(path) as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError:
        return ""


def still_as(root: Path, file: str, stat: Stat) -> bool:
    """Whether the file is as it was when it was read."""
    try:
        now = (root / file).stat()
    except OSError:
        return False
    return (now.st_size, now.st_mtime_ns) == stat
