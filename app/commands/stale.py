"""`run --stale`: compute again what no longer holds, all of it or because of one thing."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from app import database
from app.accounts import people
from app.commands.sync import up_to_date
from app.errors import BadInput, NotFound
from app.lab import runner, runs
from app.lab.runs import Run, statuses
from app.lab.shown import cells, groups, stale
from app.lab.shown.cells import Cell
from app.lab.shown.stale import Stale
from app.lab.signature import visible
from app.lab.sweeps import outdated, store
from app.lab.sweeps.store import Sweep
from app.library.identity import EVERY
from app.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--stale", action="store_true", help="run what notes show and is stale")
    parser.add_argument(
        "--because", default="", metavar="CAUSE", help="with --stale: only because of this file"
    )  # fmt: skip


def run(settings: Settings, options: argparse.Namespace) -> int:
    """The exit status is 0 only if each of them succeeded."""
    if options.name:
        raise BadInput("--stale finds by itself what to run.", hint="Leave out the name.")
    with database.opened(settings.database) as connection:
        up_to_date(settings, connection)
        owner = people.owner(connection)
        found = because(groups.stale(settings, connection, EVERY), options.because)
        asked = stale.rerun(settings, connection, owner, found)
        points = [each for sweep in asked.sweeps for each in outdated.waiting(connection, sweep)]
        runner.work(settings, connection, [*(each.id for each in asked.runs), *points])
        over = [runs.get(connection, each.id) for each in asked.runs]
        sweeps = [store.get(connection, each.id) for each in asked.sweeps]
    done = [Done(each, *shown_in(found.cells, each)) for each in over]
    every = [*map(as_json, done), *map(sweep_as_json, sweeps)]
    print(json.dumps(every) if options.json else as_text(done, sweeps))
    well = [each.status == "succeeded" for each in over]
    return 0 if all([*well, *(each.done == each.size for each in sweeps)]) else 1


def because(every: Stale, name: str) -> Stale:
    """What one thing made stale; refused where it made nothing so, but others did."""
    found = every.because(name)
    if every and not found:
        names = sorted({cause.name for cause in every.causes})
        near = get_close_matches(name, names, 1)
        told = f"Did you mean {near[0]}? " if near else ""
        raise NotFound(
            f"Nothing is stale because of {visible(name)}.",
            hint=f"{told}Outputs are stale because of {', '.join(names)}.",
        )
    return found


@dataclass(frozen=True)
class Done:
    """A run with the blocks that show it, `note: block`, and why they were stale."""

    run: Run
    blocks: list[str]
    because: list[str]


def shown_in(found: Sequence[tuple[str, Cell]], run: Run) -> tuple[list[str], list[str]]:
    key = cells.key(run.script, run.params)
    own = [(path, cell) for path, cell in found if cells.key(cell.script, cell.params) == key]
    because = [cause.words for _, cell in own for cause in cell.outdated_by]
    return [f"{path}: {cell.name}" for path, cell in own], list(dict.fromkeys(because))


def as_json(done: Done) -> dict[str, object]:
    names = ("id", "script", "params", "status", "seconds", "message", "values")
    run = {name: getattr(done.run, name) for name in names}
    return {**run, "blocks": done.blocks, "because": done.because}


def sweep_as_json(sweep: Sweep) -> dict[str, object]:
    counts = {"points": sweep.size, "succeeded": sweep.done}
    return {"sweep": sweep.id, "script": sweep.script, "params": sweep.params, **counts}


def ended(run: Run) -> str:
    words = statuses.in_words(run.status)
    return f" {words}" if run.status == "succeeded" else f": {words}. {run.message}".rstrip()


def as_text(found: Sequence[Done], sweeps: list[Sweep]) -> str:
    lines = [
        f"run {done.run.id} {done.run.script}{ended(done.run)}"
        + f"\n  in {', '.join(done.blocks)}; {'; '.join(done.because)}"
        for done in found
    ]
    lines += [f"sweep {each.id} {each.script} {each.done} of {each.size} points" for each in sweeps]
    return "\n".join(lines) or "Nothing is stale."
