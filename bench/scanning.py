"""A sync that finds nothing changed: against scandir and stat of the same files."""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
from pathlib import Path

from app import database
from app.library.syncing import sync
from app.settings import Settings
from bench import notes
from bench.baselines.scan import scan
from bench.ratios import Ratio, by_turns, ratio, seconds
from bench.servers import library

NOTES = 10_000
PARAGRAPHS = 1  # their weight is not what is measured
ROUNDS = 15
AT_MOST = 2.0


def measure() -> list[Ratio]:
    with tempfile.TemporaryDirectory() as root:
        settings = library(Path(root))
        notes.write(settings.notes, NOTES, paragraphs=PARAGRAPHS)
        with database.opened(settings.database) as connection:
            assert sync.sync(settings, connection).added == NOTES
            measured = by_turns(
                ROUNDS,
                lambda: seconds(lambda: nothing_changed(settings, connection)),
                lambda: seconds(lambda: walk(settings)),
            )
    ours, theirs = measured
    shown = [1000 * statistics.median(side) for side in measured]
    detail = f"{shown[0]:.0f} ms : {shown[1]:.0f} ms for {NOTES:,} notes"
    return [
        Ratio(
            "nothing-changed sync : scandir and stat",
            ratio(ours, theirs),
            AT_MOST,
            "at most",
            detail,
        )
    ]


def nothing_changed(settings: Settings, connection: sqlite3.Connection) -> None:
    report = sync.sync(settings, connection)
    assert (report.unchanged, report.changed) == (NOTES, 0), report


def walk(settings: Settings) -> None:
    assert len(scan(str(settings.notes))) == NOTES
