"""Bring the index up to date with the files below notes/.

Says how many notes were added, changed, moved, removed, unchanged, and names each file that
could not be read, with its line and the reason. The exit status is 1 if there is one.

Where most of the notes are missing at once, as with a disk that is not mounted, nothing is changed.

  python -m app sync --rebuild            makes every derived table anew from the files
  python -m app sync --accept-removals    they were deleted: they go to the trash
"""

from __future__ import annotations

import argparse
import json
import sqlite3

from app import database
from app.annotations import anchored, store
from app.lab import analyses
from app.lab.runs import entries
from app.library.moving import ambiguous
from app.library.problems import Failure
from app.library.syncing import sync
from app.search import common
from app.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rebuild", action="store_true", help="index everything anew")
    parser.add_argument(
        "--accept-removals", action="store_true", help="take missing notes for deleted"
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")


def run(settings: Settings, options: argparse.Namespace) -> int:
    with database.opened(settings.database) as connection:
        report = up_to_date(
            settings,
            connection,
            rebuild=options.rebuild,
            accept_removals=options.accept_removals,
        )
        common.refresh(connection)
        asked = len(ambiguous.questions(connection))
    print(json.dumps(report.as_json()) if options.json else summary(report, asked))
    return 1 if report.failed else 0


def up_to_date(
    settings: Settings,
    connection: sqlite3.Connection,
    *,
    rebuild: bool = False,
    accept_removals: bool = False,
) -> sync.Report:
    """Index notes, code, results and margins as they are now; each writes only what changed."""
    outdated = database.is_outdated(connection)
    report = sync.sync(
        settings, connection, rebuild=rebuild or outdated, accept_removals=accept_removals
    )
    analyses.index(settings, connection)
    entries.index(settings, connection)
    store.reindex(connection)
    anchored.catch_up_all(connection)
    return report


def summary(report: sync.Report, asked: int = 0) -> str:
    """The report in words: a line for each file left out, and for each that has a problem.

    `asked`: how many missing notes may be others under other names.
    """
    counts = ", ".join(
        f"{getattr(report, name)} {name}"
        for name in ("added", "changed", "moved", "removed", "unchanged")
    )
    failed = [f"  {place(failure)}: {failure.reason}" for failure in report.failed]
    remarks = [f"  {place(remark)}: {remark.reason} (indexed)" for remark in report.remarks]
    missing = f"  {asked} missing: each may be a new note, say on /problems whether it is"
    doubts = [missing] if asked else []
    return "\n".join([f"{counts}, {len(failed)} failed", *failed, *remarks, *doubts])


def place(failure: Failure) -> str:
    return f"{failure.path}:{failure.line}" if failure.line else failure.path
