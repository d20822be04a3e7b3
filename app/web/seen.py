"""Which things of the lab whoever asks may see: decided here, for pages and programs alike.

Whoever is signed in sees all. The public sees what a note shows that it may meet in a list, or the
note that the address names (`?note=`): numbers of runs can be counted through, so the run of an
unlisted note needs that note's address. What of a thing is told, `told` says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import g, request

from app.accounts.permissions import Action, visibilities
from app.errors import NotFound
from app.lab import runs
from app.lab.shown import cells, spoken
from app.lab.sweeps import shown as sweeps
from app.lab.sweeps import store
from app.lab.sweeps.store import Sweep
from app.library import documents
from app.markup import Block
from app.web import access, choices, fillers, told
from app.web.notes import readable


def run(run_id: int) -> runs.Run:
    """A run that the person may see, as far as it is told; NotFound for any other."""
    if access.is_inside():
        return runs.get(g.db, run_id)
    found = runs.load(g.db, [run_id]).get(run_id)
    if found and (is_shown(found) or is_of_note(found)):
        return told.run(found)
    raise NotFound("There is no such run.")


def is_shown(found: runs.Run) -> bool:
    return spoken.is_shown(access.settings(), g.db, found, visibilities(g.person))


def is_of_note(found: runs.Run) -> bool:
    """Whether the note that the address names shows it."""
    if not request.args.get("note"):
        return False
    lab = fillers.board_of(readable(request.args["note"]), {})
    shown = [(cell.script, cell.params) for cell in lab.cells.values()]
    return (found.script, found.params) in shown


def analysis(name: str) -> bool:
    """Whether a note shows it that the person may meet."""
    if access.is_inside():
        return True
    return name in documents.scripts(g.db, visibilities(g.person))


def analysis_of_note(name: str) -> bool:
    """Or the note that the address names: an unlisted one's analyses are unlisted."""
    return any(block.script == name for block in blocks_named())


def blocks_named() -> Sequence[Block]:
    """Those of the note that the address names, if the person may read it."""
    note = request.args.get("note", "")
    document = documents.get(g.db, note) if note else None
    if document is None or document.visibility not in visibilities(g.person, Action.READ):
        return []
    return documents.blocks(g.db, document.uid)


def parameters(script: str) -> list[Mapping[str, Any]]:
    """With which an analysis is shown where the public may see it."""
    settings = access.settings()
    named = [block for block in blocks_named() if block.script == script and block.sweep is None]
    found = [cells.read(settings, block).params for block in named]
    found += spoken.choices(settings, g.db, visibilities(g.person), script).values()
    return [params for params in found if params is not None]


def cell_of(script: str) -> cells.Cell:
    """An analysis by itself: as the address asks for it, else at its defaults.

    Where the public may not see these, with parameters that it may, and if there is no result
    with any of them, without one.
    """
    settings = access.settings()
    known = cells.alone(settings, g.db, script, choices.of_analysis(script))
    if access.is_inside() or known.chosen or known.params is None:
        return known
    allowed = parameters(script)
    if known.params in allowed:
        return known
    asked = [cells.key(script, params) for params in allowed]
    found = [each.succeeded for each in runs.latest(g.db, asked).values() if each.succeeded]
    if found:
        choice = {script: max(run.id for run in found)}
        return cells.cells(settings, g.db, [cells.Wanted(script, script)], choice)[0]
    return cells.Cell(script, script, known.analysis, known.params, own=known.own)


def sweep(sweep_id: int) -> Sweep:
    """A sweep that the person may see; NotFound for any other."""
    found = store.load(g.db, [sweep_id])
    if found and has_sweep(found[0]):
        return told.sweep(found[0])
    raise NotFound(f"There is no sweep {sweep_id}.", hint="Only the latest are kept.")


def has_sweep(known: Sweep) -> bool:
    if access.is_inside():
        return True
    if "shown_sweeps" not in g:
        g.shown_sweeps = shown_keys()
    return known.key in g.shown_sweeps


def shown_keys() -> set[store.Key | None]:
    """The grids that notes show which the person may meet in a list, or whose address it has."""
    settings, note = access.settings(), request.args.get("note")
    found = [each for _, each in sweeps.of_notes(settings, g.db, visibilities(g.person))]
    if note:
        found += sweeps.shown(settings, g.db, documents.blocks(g.db, readable(note).uid))
    return {each.key for each in found}
