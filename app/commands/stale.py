"""`run --stale`: compute again what no longer holds, all of it or because of one thing."""

from __future__ import annotations

import argparse
import json

from app import database
from app.accounts import people
from app.commands.sync import up_to_date
from app.errors import BadInput
from app.lab import runner
from app.lab.runs import Run
from app.lab.shown import groups
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
        asked = groups.rerun(settings, connection, owner, EVERY, options.because)
        begun = outdated.anew(settings, connection, owner, options.because)
        ended = [runner.run_now(settings, connection, each.id) for each in asked]
        for each in begun:
            runner.work(settings, connection, outdated.waiting(connection, each))
        sweeps = [store.get(connection, each.id) for each in begun]
    every = [*map(as_json, ended), *map(sweep_as_json, sweeps)]
    print(json.dumps(every) if options.json else as_text(ended, sweeps))
    well = [each.status == "succeeded" for each in ended]
    return 0 if all([*well, *(each.done == each.size for each in sweeps)]) else 1


def as_json(run: Run) -> dict[str, object]:
    names = ("id", "script", "params", "status", "seconds", "message", "values")
    return {name: getattr(run, name) for name in names}


def sweep_as_json(sweep: Sweep) -> dict[str, object]:
    counts = {"points": sweep.size, "succeeded": sweep.done}
    return {"sweep": sweep.id, "script": sweep.script, "params": sweep.params, **counts}


def as_text(ended: list[Run], sweeps: list[Sweep]) -> str:
    lines = [f"run {each.id} {each.script} {each.status} {each.message}" for each in ended]
    lines += [f"sweep {each.id} {each.script} {each.done} of {each.size} points" for each in sweeps]
    return "\n".join(line.rstrip() for line in lines) or "Nothing is stale."
