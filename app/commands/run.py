"""Run an analysis, and print the values that it returns.

  python -m app run random_walk
  python -m app run random_walk --set walkers=100 --set dimensions=2,3 --force
  python -m app run random_walk --sweep walkers=10,100,1000 --sweep seed=0:20
  python -m app run --stale                      all that notes show and that no longer holds
  python -m app run --stale --because walks.py   only what this file made stale

While a server runs, its runner does the work; else this command does. A result that still holds
answers at once, unless --force. `python -m app run` alone lists the analyses.

A list is written with commas, one of nothing as []. Where a parameter may be None, `none` or
nothing (--set x=) is None; of a text only nothing is, and an empty text is '""'.

A sweep runs every combination and prints a row for each. 0:20 is 0 to 19, 0:1:0.1 goes by steps,
and of a parameter that is a list the lists are separated by semicolons. An item that holds a comma
or a semicolon stands in double quotes: --sweep 'names="a;b", c; d'. What has succeeded is not
computed again, so that the same command goes on with a sweep that was stopped.

In main a relative path begins in the folder of analyses, here and with `python analysis/NAME.py`:
open("data/x.csv") is analysis/data/x.csv. What it writes goes to temporary files; what is to be
kept, it returns.

A result holds as long as its code, what that imports, its parameters, the files below the folder
of analyses that it opened, and the versions of packages are the same. Files that a program which it
starts opens, or compiled code, are not seen: INPUTS = ["data/x.csv"] at its top names them.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys

from app import database
from app.accounts import people
from app.commands import stale, sweeping
from app.errors import BadInput
from app.lab import analyses, runner, runs, signature
from app.lab.runs import statuses
from app.markup.line import readable
from app.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", help="the analysis; without it: which there are")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="a parameter; repeatable"
    )
    parser.add_argument(
        "--sweep", action="append", default=[], metavar="KEY=A,B", help="vary it; repeatable"
    )
    parser.add_argument("--force", action="store_true", help="compute anew in any case")
    stale.arguments(parser)
    parser.add_argument("--json", action="store_true", help="print the run as JSON")


def run(settings: Settings, options: argparse.Namespace) -> int:
    if options.stale or options.because:
        return stale.run(settings, options)
    if not options.name:
        print("\n".join(listed(settings)))
        return 0
    if options.sweep:
        return swept(settings, options)
    analysis = analyses.get(settings, options.name)
    params = signature.bind_text(analysis.signature, given(options.set))
    with database.opened(settings.database) as connection:
        person = people.owner(connection)
        queued, stored = runs.enqueue(
            settings, connection, options.name, params, person, force=options.force
        )
        ended = finished(settings, connection, queued)
    found = {**as_json(ended), "cached": stored}
    print(json.dumps(found) if options.json else as_text(ended, stored=stored))
    return 0 if ended.status == "succeeded" else 1


def listed(settings: Settings) -> list[str]:
    """The analyses with what they do, and the files that only their names keep from being one."""
    every = analyses.every(settings)
    found = [
        f"{each.name}: {each.error or readable(each.signature.title, code=True)}" for each in every
    ]
    return found + [f"{file}: {analyses.MISNAMED}" for file in analyses.misnamed(settings)]


def swept(settings: Settings, options: argparse.Namespace) -> int:
    """The analysis at every point of a grid."""
    sweeping.refuse_force(force=options.force)
    fixed = given(options.set)
    with database.opened(settings.database) as connection:
        return sweeping.run(
            settings, connection, options.name, fixed, options.sweep, as_json=options.json
        )


def given(settings: list[str]) -> dict[str, str]:
    """`walkers=10` as a pair."""
    pairs = {}
    for text in settings:
        key, equals, value = text.partition("=")
        if not equals:
            raise BadInput(f"{text!r} sets nothing.", hint="Write --set key=value.", field=key)
        pairs[key.strip()] = value
    return pairs


def finished(settings: Settings, connection: sqlite3.Connection, run: runs.Run) -> runs.Run:
    """The run once it has ended, with its progress on a terminal."""
    if not run.active:
        return run

    def progress(now: runs.Run) -> None:
        if sys.stderr.isatty():
            known = now.progress
            counted = f" {known.get('n')} of {known['total']}" if known.get("total") else ""
            print(f"\r{now.status}{counted} ", end="", file=sys.stderr, flush=True)

    return runner.run_now(settings, connection, run.id, progress)


def as_text(run: runs.Run, *, stored: bool = False) -> str:
    values = [f"{name} = {shown(value)}" for name, value in run.values.items()]
    figures = [f"{output.name}: {output.kind}" for output in run.outputs if output.files]
    took = f" after {run.seconds:.2f} s" if run.seconds else ""
    how = (
        f" is stored, of {run.ended}: --force computes anew"
        if stored
        else f"{run_in_words(run)}{took}"
    )
    words = [f"run {run.id}{how}", run.message, *values, *figures]
    if run.status != "succeeded" and run.log:
        words.append(run.log)
    return "\n".join(word for word in words if word)


def shown(value: object) -> str:
    return "none" if value is None else signature.visible(str(value))


def run_in_words(run: runs.Run) -> str:
    """Behind its number: ` succeeded`, `: the analysis failed`."""
    words = statuses.in_words(run.status)
    return f" {words}" if run.status == "succeeded" else f": {words}"


def as_json(run: runs.Run) -> dict[str, object]:
    return {
        "id": run.id,
        "script": run.script,
        "params": run.params,
        "status": run.status,
        "seconds": run.seconds,
        "message": run.message,
        "values": run.values,
    }
