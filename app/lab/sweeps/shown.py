"""A sweep as a note shows it: how far it is, what is drawn of it, and why it no longer holds.

Reading a note starts nothing. The number of queries does not grow with the number of sweeps, but
for the points of those that are drawn.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from app.errors import BadInput, GlossError
from app.lab import analyses, fingerprint
from app.lab.analyses import Analysis
from app.lab.fingerprint import Cause
from app.lab.sweeps import around, drawing, store
from app.lab.sweeps import axes as grid
from app.lab.sweeps.axes import Axis
from app.lab.sweeps.store import Key, Sweep
from app.settings import Settings


class BlockLike(Protocol):
    """A block as markup finds it, or as the index keeps it."""

    @property
    def name(self) -> str: ...
    @property
    def script(self) -> str: ...
    @property
    def params(self) -> Mapping[str, Any]: ...
    @property
    def sweep(self) -> Mapping[str, Any] | None: ...
    @property
    def plot(self) -> str: ...


@dataclass(frozen=True)
class Shown:
    """One block. `sweep` is the newest over its grid that holds, else the newest of all;
    `meanwhile`, where that has no point yet, the newest that has some."""

    name: str
    script: str
    analysis: Analysis | None = None
    params: Mapping[str, Any] | None = None
    axes: tuple[Axis, ...] = ()
    plot: str = ""
    error: str = ""
    sweep: Sweep | None = None
    stale: Sequence[str] = ()
    causes: Sequence[Cause] = ()
    meanwhile: Sweep | None = None

    @property
    def key(self) -> Key | None:
        return None if self.params is None else store.key(self.script, self.params, self.axes)

    @property
    def missing(self) -> bool:
        """Whether something of it was never computed, and nobody waits for it."""
        return not self.error and (self.sweep is None or bool(self.stale))


def shown(
    settings: Settings, connection: sqlite3.Connection, blocks: Iterable[BlockLike]
) -> list[Shown]:
    """Those of the blocks that are sweeps, in their order."""
    found = [read(settings, block) for block in blocks if block.sweep is not None]
    if not found:
        return []
    every = over(connection, [each.key for each in found if each.key])
    taken: dict[str, around.Parts] = {}
    full = [
        filled(settings, each, every.get(each.key, ()) if each.key else (), taken) for each in found
    ]
    return drawable(connection, full)


def drawable(connection: sqlite3.Connection, found: Sequence[Shown]) -> list[Shown]:
    """With what is wrong where a plot asks for a value that no point has."""
    wrong = drawing.wrong(connection, {asked for each in found if (asked := plot_of(each))})
    return [
        replace(each, error=f"{each.script}: {wrong[asked]}")
        if (asked := plot_of(each)) in wrong
        else each
        for each in found
    ]


def plot_of(found: Shown) -> drawing.Asked | None:
    """The plot that its points must have something for."""
    sweep = found.sweep
    is_there = sweep is not None and sweep.done > 0 and not sweep.active
    return (sweep.id, found.plot) if sweep and is_there and found.plot else None


def read(settings: Settings, block: BlockLike) -> Shown:
    """The block with its grid, or with what is wrong with it."""
    bare = Shown(block.name, block.script, plot=block.plot)
    try:
        analysis = analyses.get(settings, block.script)
        bare = replace(bare, analysis=analysis)
        axes = grid.given(analysis.signature, block.sweep or {}, block.params)
        fixed = grid.fixed_of(analysis.signature, block.params, axes)
        drawing.check_axes(bare.plot, axes)
    except BadInput as error:
        return replace(bare, error=f"{block.script}: {error}")
    except GlossError as error:
        return replace(bare, error=str(error))
    return replace(bare, params=fixed, axes=tuple(axes))


def over(connection: sqlite3.Connection, keys: Sequence[Key]) -> dict[Key, list[Sweep]]:
    """All sweeps over these grids, the newest first: few of an analysis are kept."""
    rows = connection.execute(
        "SELECT DISTINCT sweep.id AS id FROM json_each(?) AS asked JOIN sweep"
        " ON script = asked.value ->> 0 AND params = asked.value ->> 1"
        " AND axes = asked.value ->> 2",
        [json.dumps(keys)],
    ).fetchall()
    found: dict[Key, list[Sweep]] = {}
    for sweep in store.load(connection, [row["id"] for row in rows]):
        found.setdefault(sweep.key, []).append(sweep)
    return found


def filled(
    settings: Settings, bare: Shown, every: Sequence[Sweep], taken: dict[str, around.Parts]
) -> Shown:
    """`taken`: what surrounds the sweeps that were looked at before, as it is now."""
    if not every or bare.analysis is None:
        return bare
    sweep, causes = every[0], differing_now(settings, bare.analysis, every[0], taken)
    for older in every[1:] if causes else ():  # the code may be again as it was
        if not differing_now(settings, bare.analysis, older, taken):
            sweep, causes = older, []
            break
    drawn = None if sweep.done else next((each for each in every if each.done), None)
    words = [cause.words for cause in causes]
    return replace(bare, sweep=sweep, causes=causes, stale=words, meanwhile=drawn)


def differing_now(
    settings: Settings, analysis: Analysis, sweep: Sweep, taken: dict[str, around.Parts]
) -> list[Cause]:
    what = json.dumps([sweep.script, fingerprint.seen_in(sweep.parts)])
    if what not in taken:
        taken[what] = around.now(settings, analysis, sweep.parts)
    return differing(sweep, taken[what])


def reasons(settings: Settings, sweep: Sweep) -> list[str]:
    """Why a sweep no longer holds; empty where it does."""
    try:
        analysis = analyses.get(settings, sweep.script)
    except GlossError as error:
        return [str(error)]
    causes = differing(sweep, around.now(settings, analysis, sweep.parts))
    return [cause.words for cause in causes]


def differing(sweep: Sweep, now: around.Parts) -> list[Cause]:
    if around.is_same(sweep.parts, now):
        return []
    parts = {**now, "params": sweep.parts.get("params")}
    return fingerprint.causes(sweep.parts, parts, sweep.script)


def of_notes(
    settings: Settings, connection: sqlite3.Connection, visibilities: Sequence[str]
) -> list[tuple[str, Shown]]:
    """Every sweep of every note of these visibilities, with the note's path."""
    marks = ", ".join("?" * len(visibilities))
    rows = connection.execute(
        "SELECT path, block.name, script, params, sweep, plot FROM document_block AS block"
        f" JOIN document USING (uid) WHERE sweep <> 'null' AND visibility IN ({marks})"
        " ORDER BY path, line",
        list(visibilities),
    ).fetchall()
    blocks = [written(row) for row in rows]
    return list(
        zip([row["path"] for row in rows], shown(settings, connection, blocks), strict=True)
    )


def written(row: sqlite3.Row) -> Written:
    over, params = json.loads(row["sweep"]), json.loads(row["params"])
    return Written(row["name"], row["script"], params, over, row["plot"])


@dataclass(frozen=True)
class Written:
    """A block as the index keeps it."""

    name: str
    script: str
    params: Mapping[str, Any]
    sweep: Mapping[str, Any]
    plot: str = ""
