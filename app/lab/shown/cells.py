"""The state of each analysis block of a note: its newest result, and why it no longer holds.

Reading a note starts nothing: what a block has never computed is an empty cell. The number of
queries does not grow with the number of blocks.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol

from app.errors import BadInput, GlossError
from app.lab import analyses, fingerprint, runs, signature
from app.lab.analyses import Analysis
from app.lab.fingerprint import Cause, Take, files
from app.lab.runs import Latest, Output, Run
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
    def show(self) -> Sequence[str] | None: ...


@dataclass(frozen=True)
class Cell:
    """One block. `run` has the outputs to show, `newest` is what happened last, if anything did.

    `causes`: why it is stale, by what made it so; `stale` has their words. `since`: where the
    newest run failed, what changed since then, so that it may succeed now.
    `chosen`: the parameters are not the note's (`own`) but what the reader asked for; the text of
    the note speaks of `own_run` all the same. `wrong`: why those cannot be taken.
    `absent`: outputs that the note wants to show and the run did not return.
    """

    name: str
    script: str
    analysis: Analysis | None = None
    params: Mapping[str, Any] | None = None
    error: str = ""
    run: Run | None = None
    newest: Run | None = None
    stale: Sequence[str] = ()
    causes: Sequence[Cause] = ()
    since: Sequence[Cause] = ()
    chosen: bool = False
    own: Mapping[str, Any] | None = None
    own_run: Run | None = None
    own_causes: Sequence[Cause] = ()
    wrong: str = ""
    show: Sequence[str] | None = None
    outputs: Sequence[Output] = ()
    absent: Sequence[str] = ()

    @property
    def status(self) -> str:
        """In a word: error, missing, stale, fresh, or how the newest run stands."""
        if self.error:
            return "error"
        if self.newest and self.newest.status != "succeeded":
            return self.newest.status
        return "missing" if self.run is None else "stale" if self.stale else "fresh"

    @property
    def outdated_by(self) -> list[Cause]:
        """What asks for another run: what made its result stale, or changed since it failed."""
        return list({cause.key: cause for cause in [*self.causes, *self.since]}.values())

    @property
    def is_borrowed(self) -> bool:
        """Whether what is shown was computed with other parameters than those that are asked."""
        return self.run is not None and dict(self.run.params) != dict(self.params or {})


FAILED = ("excepted", "timed_out")  # by its own code, data, packages
Choice = int | Mapping[str, str]  # a run, or parameters as a form sends them


@dataclass(frozen=True)
class Wanted:
    """A block that is none of a note: an analysis with some parameters."""

    name: str
    script: str
    params: Mapping[str, Any] = field(default_factory=dict)
    show: Sequence[str] | None = None


def cells(
    settings: Settings,
    connection: sqlite3.Connection,
    blocks: Iterable[BlockLike],
    chosen: Mapping[str, Choice] | None = None,
) -> list[Cell]:
    """The cells of blocks, in their order. `chosen`: by the name of a block, what to show in it.

    A run of another analysis than the block's is not shown, nor one that is no more.
    """
    chosen = chosen or {}
    bare = [choose(read(settings, block), chosen.get(block.name)) for block in blocks]
    picked = picked_runs(connection, bare, chosen)
    pairs = [key(cell.script, cell.params) for cell in bare if cell.params is not None]
    pairs += [key(cell.script, cell.own) for cell in bare if cell.chosen]
    pairs += [key(run.script, run.params) for run in picked.values()]
    known = runs.latest(connection, pairs)
    take = fingerprint.taker(settings)
    return [filled(take, cell, known, picked.get(cell.name)) for cell in bare]


def read(settings: Settings, block: BlockLike) -> Cell:
    """The block with its analysis and bound parameters, or with what is wrong with them."""
    cell = Cell(block.name, block.script, show=block.show)
    try:
        analysis = analyses.get(settings, block.script)
        cell = replace(cell, analysis=analysis)
        return replace(cell, params=signature.bind(analysis.signature, block.params))
    except BadInput as error:
        return replace(cell, error=f"{block.script}: {error}")
    except GlossError as error:
        return replace(cell, error=str(error))


def choose(cell: Cell, choice: Choice | None) -> Cell:
    """The cell with the parameters that the reader asks for, what is not named as in the note."""
    cell = replace(cell, own=cell.params)
    if choice is None or isinstance(choice, int) or cell.analysis is None or cell.own is None:
        return cell
    try:
        params = signature.retyped(cell.analysis.signature, cell.own, choice)
    except BadInput as error:
        return replace(cell, wrong=str(error))
    return replace(cell, params=params, chosen=params != dict(cell.own))


def picked_runs(
    connection: sqlite3.Connection, bare: Iterable[Cell], chosen: Mapping[str, Choice]
) -> dict[str, Run]:
    ids = {name: choice for name, choice in chosen.items() if isinstance(choice, int)}
    asked = runs.load(connection, ids.values()) if ids else {}
    found = {cell.name: asked.get(ids.get(cell.name, 0)) for cell in bare}
    scripts = {cell.name: cell.script for cell in bare}
    return {name: run for name, run in found.items() if run and run.script == scripts[name]}


def key(script: str, params: Mapping[str, Any] | None) -> tuple[str, str]:
    return script, signature.canonical(params or {})


def filled(
    take: Take, cell: Cell, known: Mapping[tuple[str, str], Latest], picked: Run | None
) -> Cell:
    """The cell with its runs: the block's own, or the one that the reader picked."""
    if cell.params is None:
        if picked is None:
            return cell
        old = replace(cell, params=picked.params, stale=[cell.error], error="")
        same = known[key(picked.script, picked.params)]
        return shown(take, old, picked if picked.status == "succeeded" else same.succeeded, picked)
    own = known[key(cell.script, cell.own)]
    if own.succeeded:
        found = causes(take, cell, own.succeeded)
        cell = replace(cell, own_run=own.succeeded, own_causes=found)
    if picked is None:
        asked = known[key(cell.script, cell.params)]
        return shown(take, cell, asked.succeeded or own.succeeded, asked.newest)
    other = dict(picked.params) != dict(cell.own or {})
    same = known[key(picked.script, picked.params)]
    run = picked if picked.status == "succeeded" else same.succeeded
    # What is there stays on the page until the new one is.
    bare = replace(cell, params=picked.params, chosen=other)
    return replace(shown(take, bare, run or own.succeeded, picked), newest=picked)


def shown(take: Take, cell: Cell, run: Run | None, newest: Run | None) -> Cell:
    since = causes(take, cell, newest) if newest and newest.status in FAILED else []
    cell = replace(cell, run=run, newest=newest, since=since)
    if run is None:
        return cell
    outputs = {output.name: output for output in run.outputs}
    order = list(outputs) if cell.show is None else list(cell.show)
    found = cell.own_causes if run is cell.own_run else causes(take, cell, run)
    if since and not found and not cell.is_borrowed:  # all is again as when this one succeeded
        cell = replace(cell, newest=run, since=())
    return replace(
        cell,
        stale=cell.stale or [cause.words for cause in found],
        causes=found,
        outputs=[outputs[name] for name in order if name in outputs],
        absent=[name for name in order if name not in outputs],
    )


def causes(take: Take, cell: Cell, run: Run) -> list[Cause]:
    """Why the run no longer answers for the code, data and packages as they are now."""
    if cell.analysis is None:
        return []
    now = take(cell.analysis, run.params, fingerprint.seen_in(run.parts))
    if now.digest == run.fingerprint:
        return []
    day = partial(files.day, cell.analysis.path.parent)
    return fingerprint.causes(run.parts, now.parts, cell.script, day)


def alone(
    settings: Settings, connection: sqlite3.Connection, script: str, choice: Choice | None = None
) -> Cell:
    """An analysis outside of a note: as a run has it, or at its defaults but for a choice."""
    if not isinstance(choice, int):
        chosen = {script: choice} if choice else {}
        return cells(settings, connection, [Wanted(script, script)], chosen)[0]
    params = runs.get(connection, choice).params
    (cell,) = cells(settings, connection, [Wanted(script, script, params)], {script: choice})
    return replace(cell, chosen=False)


def implicit(
    settings: Settings, connection: sqlite3.Connection, names: Iterable[str]
) -> list[Cell]:
    """The analyses with these names, at their defaults; names of none are left out."""
    wanted = [Wanted(name, name) for name in sorted(set(names))]
    return [cell for cell in cells(settings, connection, wanted) if cell.analysis]


def namespace(known: Iterable[Cell]) -> dict[str, dict[str, Any] | None]:
    """What claims and values can speak of; None where a block has no result yet."""
    return {cell.name: cell.own_run.values if cell.own_run else None for cell in known}
