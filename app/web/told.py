"""What of a thing of the lab is told to whoever asks.

Whoever is signed in is told all. The public sees what was computed with what, and not who asked
for it, what it printed, why it failed, and how and with which version of the code it ran: these can
tell names, paths and data. What comes out of here can be shown as it is; pages, programs'
addresses and templates decide nothing more.
"""

from __future__ import annotations

from dataclasses import replace

from app.lab.runs import Run
from app.lab.shown.cells import Cell
from app.lab.sweeps.points import Row
from app.lab.sweeps.store import Sweep
from app.web import access


def run(known: Run) -> Run:
    if access.is_inside():
        return known
    parts = {name: part for name, part in known.parts.items() if name != "files"}
    return replace(known, parts=parts, person="", person_id=None, message="", log="", sandbox="")


def cell(known: Cell) -> Cell:
    """With its runs so."""
    if access.is_inside():
        return known
    return replace(
        known,
        run=run(known.run) if known.run else None,
        newest=run(known.newest) if known.newest else None,
        own_run=run(known.own_run) if known.own_run else None,
    )


def sweep(known: Sweep) -> Sweep:
    return known if access.is_inside() else replace(known, person="")


def rows(known: list[Row]) -> list[Row]:
    """The points of a sweep."""
    return known if access.is_inside() else [replace(each, message="") for each in known]
