"""What is stale by what made it so: a module, a file of data, a package; and computed again.

Many notes may rest on one module. When it changes, their outputs are listed under it, together.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.accounts.permissions import Person
from app.lab import runs
from app.lab.fingerprint import Cause
from app.lab.runs import Run
from app.lab.shown import board, cells
from app.lab.shown.board import Board
from app.lab.shown.cells import Cell
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
    """`cause`: the key of what made these cells stale; each stands with the path of its note."""

    cause: str
    words: str
    cells: tuple[tuple[str, Cell], ...]

    @property
    def kind(self) -> str:
        return KINDS[self.cause.partition(":")[0]]

    @property
    def notes(self) -> list[str]:
        return sorted({path for path, _ in self.cells})

    @property
    def choices(self) -> int:
        """How many runs bring it up to date: what several notes show is computed once."""
        return len(pairs(cell for _, cell in self.cells))


def boards(
    settings: Settings, connection: sqlite3.Connection, seen: Sequence[str]
) -> list[tuple[documents.Embedded, Board]]:
    """Every note that computes, with its computed side; the number of queries does not grow."""
    uids = [uid for (uid,) in connection.execute(COMPUTING, [json.dumps(list(seen))])]
    notes = documents.embedded(connection, uids)
    return list(zip(notes, board.of_notes(settings, connection, notes), strict=True))


def groups(settings: Settings, connection: sqlite3.Connection, seen: Sequence[str]) -> list[Group]:
    """The stale cells of the notes with these visibilities, the largest group first.

    A cell with several causes is in several groups.
    """
    found: dict[str, list[tuple[str, Cell, Cause]]] = {}
    for note, each in boards(settings, connection, seen):
        for cell in outdated(each.cells.values()):
            for cause in cell.outdated_by:
                found.setdefault(cause.key, []).append((note.path, cell, cause))
    made = [group(key, rows) for key, rows in found.items()]
    return sorted(made, key=lambda each: (-len(each.cells), each.cause))


def group(key: str, rows: Sequence[tuple[str, Cell, Cause]]) -> Group:
    words = Counter(cause.short for _, _, cause in rows).most_common(1)[0][0]
    return Group(key, words, tuple((path, cell) for path, cell, _ in rows))


def outdated(found: Iterable[Cell]) -> list[Cell]:
    """Those that are stale, or failed as they were before, and that nobody computes already."""
    return [cell for cell in found if cell.outdated_by and not (cell.newest and cell.newest.active)]


def pairs(found: Iterable[Cell]) -> dict[tuple[str, str], Cell]:
    """One cell for each choice of parameters."""
    return {cells.key(cell.script, cell.params): cell for cell in found}


def rerun(
    settings: Settings,
    connection: sqlite3.Connection,
    person: Person,
    seen: Sequence[str],
    because: str = "",
) -> list[Run]:
    """Ask for all that is stale, or what is so because of one thing (Cause.is_named)."""
    wanted = stale(settings, connection, seen, because)
    return enqueue(settings, connection, person, [cell for _, cell in wanted])


def stale(
    settings: Settings, connection: sqlite3.Connection, seen: Sequence[str], because: str = ""
) -> list[tuple[str, Cell]]:
    """What of these notes is stale, each with the path of its note."""
    return [
        (note.path, cell)
        for note, each in boards(settings, connection, seen)
        for cell in outdated(each.cells.values())
        if not because or is_because(cell, because)
    ]


def is_because(cell: Cell, because: str) -> bool:
    return any(cause.is_named(because) for cause in cell.outdated_by)


def enqueue(
    settings: Settings, connection: sqlite3.Connection, person: Person, stale: Iterable[Cell]
) -> list[Run]:
    """Each choice of parameters once."""
    return [
        runs.enqueue(settings, connection, cell.script, cell.params or {}, person)[0]
        for cell in pairs(stale).values()
    ]


def waiting(connection: sqlite3.Connection) -> int:
    """How many runs wait or are under way."""
    found = connection.execute("SELECT count(*) FROM run WHERE status IN ('queued', 'running')")
    return int(found.fetchone()[0])
