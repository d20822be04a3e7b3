"""Indexing: read, parse, render, store, make searchable; against rendering alone."""

from __future__ import annotations

import itertools
import statistics
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from app import database
from app.library.front import front_matter
from app.library.syncing import sync
from app.markup import render
from app.settings import Settings
from bench import notes
from bench.ratios import Ratio, by_turns, ratio, seconds
from bench.servers import library

NOTES = 1_000
ROUNDS = 5
AT_LEAST = 0.70

Bodies = dict[str, tuple[str, int]]


def measure() -> list[Ratio]:
    with tempfile.TemporaryDirectory() as root:
        settings = library(Path(root))
        bodies = read(settings, notes.write(settings.notes, NOTES))
        wanted = rendered(bodies)  # also starts KaTeX, for both sides
        fresh = libraries(settings)
        index_time, render_time = by_turns(
            ROUNDS,
            lambda: index(fresh(), wanted),
            lambda: seconds(lambda: rendered(bodies)),
        )
    speed = [NOTES / statistics.median(side) for side in (index_time, render_time)]
    detail = f"{speed[0]:,.0f} : {speed[1]:,.0f} notes a second"
    return [
        Ratio(
            "indexing : rendering alone",
            ratio(render_time, index_time),
            AT_LEAST,
            "at least",
            detail,
        )
    ]


def read(settings: Settings, ids: list[str]) -> Bodies:
    """The body of each note, and the line where it begins."""
    bodies = {}
    for note in ids:
        source = (settings.notes / f"{note}.md").read_text(encoding="utf-8")
        found = front_matter.parse(source, note)
        bodies[note] = (found.body, found.body_line)
    return bodies


def rendered(bodies: Bodies) -> dict[str, str]:
    return {
        note: render(body, path=note, first_line=line).html for note, (body, line) in bodies.items()
    }


def libraries(settings: Settings) -> Callable[[], Settings]:
    """Each call: the same notes with another, empty data folder."""
    number = itertools.count()
    return lambda: replace(settings, data=settings.data / str(next(number)))


def index(settings: Settings, wanted: dict[str, str]) -> float:
    """The seconds of a sync into an empty database, which stores what rendering gives."""
    with database.opened(settings.database) as connection:
        took = seconds(lambda: sync.sync(settings, connection))
        stored = connection.execute("SELECT path, html FROM document").fetchall()
    assert {row["path"]: row["html"] for row in stored} == wanted
    return took
