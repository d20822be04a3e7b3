"""What a search asks the other rooms: which notes are stale or refuted, which link to a note.

Whether a result still holds depends on files as they are now. So the judgement of all notes is
kept by the version of the database, what stands below analysis/, and the packages there are: as
long as none of these changes, nobody waits for it twice.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from app import database
from app.accounts.permissions import Person, visibilities
from app.lab.fingerprint import distributions
from app.lab.shown import groups
from app.lab.shown.board import Board
from app.library import links
from app.library.identity import EVERY
from app.settings import Settings

Stamp = tuple[object, ...]


@dataclass(frozen=True)
class Judged:
    """The notes, of any visibility, whose results are stale or refuted, as of `stamp`."""

    stamp: Stamp
    stale: frozenset[int]
    refuted: frozenset[int]


_judged: dict[Path, Judged] = {}
_lock = Lock()


@dataclass(frozen=True)
class Lookups:
    """Answers for one person, each found when it is asked for."""

    settings: Settings
    connection: sqlite3.Connection
    person: Person

    def stale(self) -> Collection[int]:
        return judged(self.settings, self.connection).stale

    def refuted(self) -> Collection[int]:
        """Also where that is what was expected."""
        return judged(self.settings, self.connection).refuted

    def linking(self, target: str) -> Collection[int] | None:
        return linking(self.connection, target, visibilities(self.person))


def known(settings: Settings, connection: sqlite3.Connection, person: Person) -> Lookups:
    return Lookups(settings, connection, person)


def judged(settings: Settings, connection: sqlite3.Connection) -> Judged:
    """As everything is now; a hidden note's part is left out by the search itself."""
    stamp = stamp_of(settings, connection)
    with _lock:
        found = _judged.get(settings.database)
        if found is None or found.stamp != stamp:
            found = judge(settings, connection, stamp)
            _judged[settings.database] = found
    return found


def judge(settings: Settings, connection: sqlite3.Connection, stamp: Stamp) -> Judged:
    each = groups.boards(settings, connection, EVERY)
    stale = frozenset(note.uid for note, one in each if is_stale(one))
    refuted = frozenset(note.uid for note, one in each if is_refuted(one))
    return Judged(stamp, stale, refuted)


def stamp_of(settings: Settings, connection: sqlite3.Connection) -> Stamp:
    """Of all that a judgement depends on."""
    paths = tuple(map(distributions.changed_at, sys.path))
    return database.version(connection), paths, frozenset(files_below(settings.analysis))


def files_below(root: Path) -> Iterator[tuple[object, ...]]:
    """Each file, and folder, by its path and stat."""
    waiting = [str(root)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        stat = entry.stat()
                        yield entry.path, stat.st_mtime_ns, stat.st_size, stat.st_ino
        except OSError:
            continue


def is_stale(each: Board) -> bool:
    return any(cell.stale or cell.since for cell in each.cells.values())


def is_refuted(each: Board) -> bool:
    return any(claim.state == "refuted" for claim in each.claims.values())


def linking(connection: sqlite3.Connection, target: str, seen: Sequence[str]) -> list[int] | None:
    """The notes that link to what `target` means as a link; None where it means no note."""
    note = links.resolve(connection, [target], "", seen).get(target)
    if note is None:
        return None
    paths = [each.path for each in links.backlinks(connection, note.uid, seen)]
    rows = connection.execute(
        "SELECT uid FROM document WHERE path IN (SELECT value FROM json_each(?))",
        [json.dumps(paths)],
    )
    return [uid for (uid,) in rows]
