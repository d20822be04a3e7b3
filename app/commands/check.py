"""Find what a library should not have; the exit status is 1 if there is anything.

Broken links, missing citations, files that could not be read, outputs that failed or are stale,
and claims that are not as expected. It belongs into the checks of a library that is kept in git:

  python -m app check --run      first computes what is stale or has never run
"""

from __future__ import annotations

import argparse
import json

from app import database
from app.accounts import people
from app.commands.sync import up_to_date
from app.lab import audit, runner
from app.library import report, report_words
from app.settings import Settings

WORDS = {
    "unread": "Could not be read",
    "link": "Broken links",
    "citation": "Citations without a work, and works defined twice",
    "analysis": "Analyses without a result",
    "stale": "Stale outputs",
    "claim": "Claims that are not as expected",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--run", action="store_true", help="compute what is stale first")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def run(settings: Settings, options: argparse.Namespace) -> int:
    with database.opened(settings.database) as connection:
        up_to_date(settings, connection)
        if options.run:
            owner = people.owner(connection)
            for queued in audit.enqueue_outdated(settings, connection, owner):
                runner.run_now(settings, connection, queued.id)
        found = audit.findings(settings, connection)
        known = report_words.understood(report.take(connection))
    words = f"{known}\n{in_words(found)}"
    print(json.dumps([vars(each) for each in found]) if options.json else words)
    return 1 if found else 0


def in_words(found: list[audit.Finding]) -> str:
    if not found:
        return "Everything holds."
    lines = []
    for kind, words in WORDS.items():
        of_kind = [each for each in found if each.kind == kind]
        lines += [f"{words}:"] * bool(of_kind)
        lines += [f"  {each.path}: {each.message}" for each in of_kind]
    return "\n".join(lines)
