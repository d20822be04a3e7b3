"""What is stale by what made it so: a module, a file of data, a package.

Many notes may rest on one module. When it changes, their outputs are listed under it, together.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from app.lab.shown import board
from app.lab.shown.board import Board
from app.lab.shown.cells import Cell
from app.lab.shown.stale import Stale, of_note
from app.lab.sweeps.shown import Shown
from app.library import documents
from app.settings import Settings

COMPUTING = """SELECT uid FROM document
    WHERE visibility IN (SELECT value FROM json_each(?)) AND uid IN (
        SELECT uid FROM document_block UNION SELECT uid FROM document_claim
        UNION SELECT uid FROM document_has WHERE what = 'value')"""

# What may be behind it, in a word; by the first part of a cause's key.
KINDS = {
    "code": "analysis",
    "module": "module",
    "input": "file",
    "package": "package",
    "python": "Python",
    "parameters": "parameters",
}


@dataclass(frozen=True)
class Group:
    """`cause`: the key of what made all of `found` stale."""

    cause: str
    words: str
    found: Stale

    @property
    def kind(self) -> str:
        return KINDS[self.cause.partition(":")[0]]

    @property
    def size(self) -> int:
        return len(self.found.cells) + len(self.found.sweeps)


def boards(
    settings: Settings, connection: sqlite3.Connection, seen: Sequence[str]
) -> list[tuple[documents.Embedded, Board]]:
    """Every note that computes, with its computed side; the number of queries does not grow."""
    uids = [uid for (uid,) in connection.execute(COMPUTING, [json.dumps(list(seen))])]
    notes = documents.embedded(connection, uids)
    return list(zip(notes, board.of_notes(settings, connection, notes), strict=True))


def groups(found: Stale) -> list[Group]:
    """What is stale, the largest group first. What has several causes is in several groups."""
    words: dict[str, list[str]] = {}
    own: dict[str, tuple[list[tuple[str, Cell]], list[tuple[str, Shown]]]] = {}
    for path, cell in found.cells:
        for cause in cell.outdated_by:
            words.setdefault(cause.key, []).append(cause.short)
            own.setdefault(cause.key, ([], []))[0].append((path, cell))
    for path, each in found.sweeps:
        for cause in each.causes:
            words.setdefault(cause.key, []).append(cause.short)
            own.setdefault(cause.key, ([], []))[1].append((path, each))
    made = [
        Group(key, Counter(words[key]).most_common(1)[0][0], Stale(tuple(some), tuple(more)))
        for key, (some, more) in own.items()
    ]
    return sorted(made, key=lambda each: (-each.size, each.cause))


def stale(settings: Settings, connection: sqlite3.Connection, seen: Sequence[str]) -> Stale:
    """All that no longer holds of the notes with these visibilities."""
    found = [of_note(note.path, each) for note, each in boards(settings, connection, seen)]
    return Stale(
        tuple(chain.from_iterable(each.cells for each in found)),
        tuple(chain.from_iterable(each.sweeps for each in found)),
    )


def waiting(connection: sqlite3.Connection) -> int:
    """How many runs wait or are under way."""
    found = connection.execute("SELECT count(*) FROM run WHERE status IN ('queued', 'running')")
    return int(found.fetchone()[0])
