"""What of notes no longer holds, outputs and sweeps, and how it is computed again.

The page, the addresses for programs and the command line all ask here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.accounts.permissions import Person
from app.lab import runs
from app.lab.fingerprint import Cause
from app.lab.runs import Run
from app.lab.shown import cells
from app.lab.shown.board import Board
from app.lab.shown.cells import Cell
from app.lab.sweeps import asking, axes
from app.lab.sweeps.shown import Shown
from app.lab.sweeps.store import Key, Sweep
from app.settings import Settings


@dataclass(frozen=True)
class Stale:
    """Each stands with the path of its note."""

    cells: tuple[tuple[str, Cell], ...] = ()
    sweeps: tuple[tuple[str, Shown], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.cells or self.sweeps)

    def because(self, name: str) -> Stale:
        """What is so because of one thing (Cause.is_named); all of it where none is named."""

        def is_named(causes: Iterable[Cause]) -> bool:
            return not name or any(cause.is_named(name) for cause in causes)

        return Stale(
            tuple(pair for pair in self.cells if is_named(pair[1].outdated_by)),
            tuple(pair for pair in self.sweeps if is_named(pair[1].causes)),
        )

    @property
    def causes(self) -> list[Cause]:
        """Of all of it, as often as each is one."""
        swept = [cause for _, each in self.sweeps for cause in each.causes]
        return [*(cause for _, cell in self.cells for cause in cell.outdated_by), *swept]

    @property
    def notes(self) -> list[str]:
        return sorted({path for path, _ in (*self.cells, *self.sweeps)})

    @property
    def choices(self) -> dict[tuple[str, str], Cell]:
        """The runs that bring it up to date: what several notes show is computed once."""
        return pairs(cell for _, cell in self.cells)

    @property
    def grids(self) -> dict[Key, Shown]:
        """The same of sweeps."""
        return {each.key: each for _, each in self.sweeps if each.key is not None}

    @property
    def points(self) -> int:
        return sum(axes.size(each.axes) for each in self.grids.values())

    @property
    def shown(self) -> str:
        """`3 outputs and a sweep of 12 points`, as they stand in notes."""
        return " and ".join(
            [many(len(self.cells), "output")] * bool(self.cells)
            + [of_points(len(self.grids), self.points)] * bool(self.sweeps)
        )

    @property
    def work(self) -> str:
        """`2 runs and 12 points`, as they will be computed."""
        return " and ".join(
            [many(len(self.choices), "run")] * bool(self.cells)
            + [many(self.points, "point")] * bool(self.sweeps)
        )


def many(number: int, kind: str) -> str:
    return f"{number:,} {kind}{'' if number == 1 else 's'}"


def of_points(sweeps: int, points: int) -> str:
    """
    >>> of_points(1, 12), of_points(2, 36)
    ('a sweep of 12 points', '2 sweeps of 36 points together')
    """
    if sweeps == 1:
        return f"a sweep of {many(points, 'point')}"
    return f"{sweeps} sweeps of {many(points, 'point')} together"


def pairs(found: Iterable[Cell]) -> dict[tuple[str, str], Cell]:
    """One cell for each choice of parameters."""
    return {cells.key(cell.script, cell.params): cell for cell in found}


def of_note(path: str, board: Board) -> Stale:
    """Outputs that are stale, or failed as they were before, and that nobody computes already; and
    sweeps whose newest is stale."""
    return Stale(
        tuple(
            (path, cell)
            for cell in board.cells.values()
            if cell.outdated_by and not (cell.newest and cell.newest.active)
        ),
        tuple((path, each) for each in board.sweeps.values() if each.causes),
    )


@dataclass(frozen=True)
class Asked:
    """What was asked for; what waited already is among it."""

    runs: Sequence[Run]
    sweeps: Sequence[Sweep]


def rerun(
    settings: Settings, connection: sqlite3.Connection, person: Person, found: Stale
) -> Asked:
    return Asked(
        [
            runs.enqueue(settings, connection, cell.script, cell.params or {}, person)[0]
            for cell in found.choices.values()
        ],
        [
            asking.ask(settings, connection, each.script, each.params or {}, each.axes, person)
            for each in found.grids.values()
        ],
    )
