"""A note's computed side: the state of its blocks, its claims judged, its values by name.

Holds                          the check is true of what the analyses returned
Refuted, as expected           a wrong statement, kept for the record
Refuted / Holds, unexpectedly  the two that want attention
Not known                      nothing computed yet, or the check cannot be computed
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol

from app.lab.claims.judge import SWEEP, Verdict, instead, judge, names
from app.lab.claims.values import Reference, look_up
from app.lab.runs import Run
from app.lab.shown import cells, spoken
from app.lab.shown.cells import BlockLike, Cell, Choice
from app.lab.sweeps import shown as sweeps
from app.library import documents
from app.settings import Settings


class NoteBlock(BlockLike, sweeps.BlockLike, Protocol):
    """A block of a note: a run of an analysis, or a sweep."""


class ClaimLike(Protocol):
    """A claim as markup finds it, or as the index keeps it."""

    @property
    def id(self) -> str: ...
    @property
    def html(self) -> str: ...
    @property
    def check(self) -> str: ...
    @property
    def expect(self) -> str: ...


@dataclass(frozen=True)
class Checked:
    """A claim and its verdict. `stale`: a run behind it is; `runs` are those behind it, in the
    order in which the check names them, `sources` the same by the names of their blocks.

    `worked`: the values that the check names and its left side, each with its name."""

    id: str
    path: str
    title: str
    html: str
    check: str
    expect: str
    state: str
    stale: bool
    number: float | None
    reason: str
    scripts: frozenset[str]
    runs: tuple[Run, ...]
    sources: tuple[tuple[str, Run], ...] = ()
    worked: tuple[tuple[str, Any], ...] = ()

    @property
    def expected(self) -> bool:
        wanted = "refuted" if self.expect == "refuted" else "holds"
        return self.state == wanted and not self.stale

    @property
    def tone(self) -> str:
        """Its colour, in classes: what is as expected is not red, what is not is not green."""
        if self.stale and self.state != "unknown":
            return "stale"
        return self.state if self.state == "unknown" else f"{self.state} {self.surprise}"

    @property
    def surprise(self) -> str:
        return "expected" if self.expected else "unexpected"

    @property
    def words(self) -> str:
        if self.state == "unknown":
            return "Not known"
        refuted = self.state == "refuted"
        if self.expect == "refuted":
            words = "Refuted, as expected" if refuted else "Holds, unexpectedly"
        else:
            words = "Refuted" if refuted else "Holds"
        return f"{words}, but stale" if self.stale else words


@dataclass(frozen=True)
class Board:
    """`cells` has the note's blocks first, then the analyses that it names without a block; its
    sweeps are for themselves."""

    cells: Mapping[str, Cell]
    claims: Mapping[str, Checked]
    namespace: Mapping[str, Mapping[str, Any] | None]
    sweeps: Mapping[str, sweeps.Shown] = field(default_factory=dict)

    def run_of(self, name: str) -> Run | None:
        return self.cells[name].own_run if name in self.cells else None

    def is_stale(self, name: str) -> bool:
        return name in self.cells and bool(self.cells[name].own_causes)

    def why_unknown(self, wanted: Reference) -> str:
        """Why a sentence will never show this value; empty where it waits for a result, or does."""
        if wanted.block in self.sweeps:
            return "a sweep has many values"
        if wanted.block not in self.cells:
            return without_accents(
                f"there is no `{wanted.block}`"
                + instead(f"{wanted.block}.{wanted.key}", self.namespace).removesuffix(".")
            )
        run = self.run_of(wanted.block)
        if run is None:
            return why_failed(self.cells[wanted.block])
        if look_up(wanted, self.namespace) is not None:
            return ""
        if wanted.key not in run.values:
            return f"its result has no value {wanted.key}"
        if run.values[wanted.key] is None:
            return f"its {wanted.key} is none"
        return f"{wanted.format or 'a sentence'} is no format for it"


def why_failed(cell: Cell) -> str:
    """Why there is no result; empty where one may still come."""
    if cell.error:
        return without_accents(cell.error.removesuffix("."))
    newest = cell.newest
    has_failed = newest is not None and not newest.active and newest.status != "succeeded"
    return f"{cell.name} has no result: its run failed" if has_failed else ""


def without_accents(text: str) -> str:
    """In a place where code cannot be set as such."""
    return text.replace("`", "")


def of_note(
    settings: Settings,
    connection: sqlite3.Connection,
    blocks: Sequence[NoteBlock],
    claims: Sequence[ClaimLike],
    html: str,
    chosen: Mapping[str, Choice],
) -> Board:
    """Everything that the page of one note needs, in a constant number of queries."""
    own = cells.cells(settings, connection, whole(blocks), chosen)
    swept = sweeps.shown(settings, connection, blocks)
    wanted = [*(name for claim in claims for name in names(claim.check)), *spoken.values_in(html)]
    others = cells.implicit(settings, connection, set(wanted) - {block.name for block in blocks})
    known = {cell.name: cell for cell in [*own, *others]}
    return board(known, claims, {each.name: each for each in swept})


def whole(blocks: Iterable[NoteBlock]) -> list[NoteBlock]:
    """Those that are no sweeps."""
    return [block for block in blocks if block.sweep is None]


class NoteLike(Protocol):
    """What a note computes and claims."""

    @property
    def blocks(self) -> Sequence[NoteBlock]: ...
    @property
    def claims(self) -> Sequence[ClaimLike]: ...
    @property
    def html(self) -> str: ...


def of_notes(
    settings: Settings, connection: sqlite3.Connection, notes: Sequence[NoteLike]
) -> list[Board]:
    """The same for several notes, in their order, in no more queries."""
    blocks = [block for note in notes for block in note.blocks]
    found = iter(cells.cells(settings, connection, whole(blocks)) if blocks else ())
    swept = iter(sweeps.shown(settings, connection, blocks))
    counts = [len(whole(note.blocks)) for note in notes]
    own = [{cell.name: cell for cell in islice(found, count)} for count in counts]
    over = [
        {each.name: each for each in islice(swept, len(note.blocks) - count)}
        for note, count in zip(notes, counts, strict=True)
    ]
    said_in = [
        {
            *(name for claim in note.claims for name in names(claim.check)),
            *spoken.values_in(note.html),
        }
        for note in notes
    ]
    wanted = set().union(*said_in)
    others = cells.implicit(settings, connection, wanted) if wanted else []
    return [
        board({**implied(others, said, note.blocks), **known}, note.claims, swept_here)
        for note, known, said, swept_here in zip(notes, own, said_in, over, strict=True)
    ]


def implied(
    others: Iterable[Cell], said: Collection[str], blocks: Iterable[NoteBlock]
) -> dict[str, Cell]:
    """The analyses that a note speaks of without a block."""
    own = {block.name for block in blocks}
    return {cell.name: cell for cell in others if cell.name in said and cell.name not in own}


def board(
    known: Mapping[str, Cell], claims: Iterable[ClaimLike], swept: Mapping[str, sweeps.Shown]
) -> Board:
    namespace = {**cells.namespace(known.values()), **dict.fromkeys(swept, SWEEP)}
    checked = {claim.id: checked_of(claim, known, namespace) for claim in claims}
    return Board(known, checked, namespace, swept)


def checked_of(
    claim: ClaimLike,
    known: Mapping[str, Cell],
    namespace: Mapping[str, Mapping[str, Any] | None],
    path: str = "",
    title: str = "",
) -> Checked:
    verdict: Verdict = judge(claim.check, namespace)
    behind = [known[name] for name in names(claim.check) if name in known]
    return Checked(
        id=claim.id,
        path=path,
        title=title,
        html=claim.html,
        check=claim.check,
        expect=claim.expect,
        state=verdict.state,
        stale=any(bool(cell.own_causes) for cell in behind),
        number=verdict.number,
        reason=verdict.reason,
        scripts=frozenset(cell.script for cell in behind),
        runs=tuple({cell.own_run.id: cell.own_run for cell in behind if cell.own_run}.values()),
        sources=tuple(sources(behind)),
        worked=verdict.worked,
    )


def sources(behind: Iterable[Cell]) -> Iterator[tuple[str, Run]]:
    """Each run once, under the names of all blocks that show it."""
    found: dict[int, tuple[list[str], Run]] = {}
    for cell in behind:
        if cell.own_run:
            found.setdefault(cell.own_run.id, ([], cell.own_run))[0].append(cell.name)
    return ((", ".join(names), run) for names, run in found.values())


def resting(
    settings: Settings, connection: sqlite3.Connection, script: str, seen: tuple[str, ...]
) -> list[Checked]:
    """The claims of these notes whose checks name a result of the analysis."""
    return [claim for claim in claims(settings, connection, seen) if script in claim.scripts]


def claims(
    settings: Settings, connection: sqlite3.Connection, seen: tuple[str, ...]
) -> list[Checked]:
    """Every claim of the notes with these visibilities, the unexpected first.

    The number of queries does not grow with the notes: all blocks are looked up together.
    """
    notes = documents.with_claims(connection, seen)
    runs = [whole(note.blocks) for note in notes]
    blocks = iter(cells.cells(settings, connection, [block for each in runs for block in each]))
    own = [{cell.name: cell for cell in islice(blocks, len(each))} for each in runs]
    wanted = {name for note in notes for claim in note.claims for name in names(claim.check)}
    others = cells.implicit(settings, connection, wanted)
    found: list[Checked] = []
    for note, known in zip(notes, own, strict=True):
        swept = [block.name for block in note.blocks if block.sweep is not None]
        said = {name for claim in note.claims for name in names(claim.check)}
        every = {**implied(others, said, note.blocks), **known}
        namespace = {**cells.namespace(every.values()), **dict.fromkeys(swept, SWEEP)}
        found += [
            checked_of(claim, every, namespace, note.path, note.title) for claim in note.claims
        ]
    return sorted(found, key=lambda claim: (claim.expected, claim.title, claim.id))
