"""Find what a library should not have; the exit status is 1 if there is an error.

Errors are files that could not be read, parts and formulas of notes that could not be taken, broken
links, missing citations, outputs that failed or are stale, values that no sentence can show, and
claims that are not as expected.
Remarks are advice: a footnote without a reference, or a reference without a footnote, which may
be text like any other; a file that a killed save left; a note that went missing and may be there
under another name. They are printed and fail nothing.

It belongs into the checks of a library that is kept in git:

  python -m app check --run      first computes what is stale or has never run
  python -m app check --strict   fails for a remark, too
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping

from app import database
from app.accounts import people
from app.commands.sync import up_to_date
from app.lab import runner, runs
from app.lab.shown import audit
from app.library import report, report_words
from app.settings import Settings

WORDS = {
    "unread": "Could not be read",
    "part": "Parts of files that could not be taken",
    "formula": "Formulas that could not be typeset",
    "link": "Broken links",
    "citation": "Citations without a work, and works defined twice",
    "analysis": "Analyses without a result",
    "stale": "Stale outputs",
    "value": "Values that cannot be shown",
    "claim": "Claims that are not as expected",
    "remark": "Remarks",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--run", action="store_true", help="compute what is stale first")
    parser.add_argument("--strict", action="store_true", help="fail for a remark, too")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def run(settings: Settings, options: argparse.Namespace) -> int:
    with database.opened(settings.database) as connection:
        up_to_date(settings, connection)
        if options.run:
            owner = people.owner(connection)
            queued = audit.enqueue_outdated(settings, connection, owner)
            runner.work(settings, connection, queued, told)
        found = audit.findings(settings, connection)
        known = report_words.understood(report.take(connection))
    words = f"{known}\n{in_words(found)}"
    print(json.dumps([vars(each) for each in found]) if options.json else words)
    return 1 if any(each.is_error or options.strict for each in found) else 0


def told(counts: Mapping[str, int]) -> None:
    """How many are done, on a terminal."""
    if sys.stderr.isatty():
        done = sum(number for status, number in counts.items() if status in runs.ENDED)
        print(f"\r{done} of {sum(counts.values())} ", end="", file=sys.stderr, flush=True)


def in_words(found: list[audit.Finding]) -> str:
    """Errors by their kind, then remarks; one line says where there are no errors."""
    lines = []
    for kind, words in WORDS.items():
        of_kind = [each for each in found if each.kind == kind]
        lines += [f"{words}:"] * bool(of_kind)
        lines += [f"  {each.path}: {each.message}" for each in of_kind]
    if not any(each.is_error for each in found):
        lines.append("Everything holds.")
    return "\n".join(lines)
