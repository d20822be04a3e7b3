"""What notes show and speak of: by it the public sees runs, and what is missing is computed."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from app.lab.claims import judge
from app.lab.claims.values import Reference
from app.lab.runs import Run
from app.lab.shown import cells
from app.library.identity import EVERY
from app.markup import fill
from app.settings import Settings

BARE = re.compile(r"\{\{[ \t]{0,9}([A-Za-z_]\w{0,99})[ \t]{0,9}(?:\|[^{}|\n]{1,30})?\}\}")
CODE = re.compile(r"<(code|math|annotation)\b[^>]*>.*?</\1>|<!--.*?-->", re.DOTALL)


def choices(
    settings: Settings,
    connection: sqlite3.Connection,
    visibilities: Sequence[str],
    script: str | None = None,
) -> dict[tuple[str, str], Mapping[str, Any]]:
    """What notes of these visibilities show, all of it or of one analysis: the parameters by
    (script, their canonical text)."""
    rows = connection.execute(
        "SELECT DISTINCT script, params FROM document_block"
        f" WHERE sweep = 'null' AND {among(visibilities)} AND script = ifnull(?, script)",
        [*visibilities, script],
    ).fetchall()
    wanted = [cells.Wanted(row["script"], row["script"], json.loads(row["params"])) for row in rows]
    wanted += [
        cells.Wanted(name, name)
        for name in sorted(spoken_of(connection, visibilities))
        if script in (None, name)
    ]
    found = [cells.read(settings, each) for each in wanted]
    return {
        cells.key(cell.script, cell.params): cell.params
        for cell in found
        if cell.params is not None
    }


def is_shown(
    settings: Settings, connection: sqlite3.Connection, run: Run, visibilities: Sequence[str]
) -> bool:
    """Whether a note with one of these visibilities shows what this run computed."""
    return cells.key(run.script, run.params) in choices(
        settings, connection, visibilities, run.script
    )


def missing(
    settings: Settings, connection: sqlite3.Connection
) -> list[tuple[str, Mapping[str, Any]]]:
    """(script, parameters) of all that the library shows or speaks of and that has never run."""
    blocks = connection.execute(
        "SELECT script, params FROM document_block WHERE sweep = 'null'"
    ).fetchall()
    wanted = [
        cells.Wanted(row["script"], row["script"], json.loads(row["params"])) for row in blocks
    ]
    wanted += [cells.Wanted(name, name) for name in sorted(spoken_of(connection, EVERY))]
    found = {
        cells.key(cell.script, cell.params): (cell.script, cell.params or {})
        for cell in cells.cells(settings, connection, wanted)
        if not cell.error and cell.newest is None
    }
    return list(found.values())


def spoken_of(connection: sqlite3.Connection, visibilities: Sequence[str]) -> set[str]:
    """What the claims and values of notes name, without a block of that name in the note."""
    found: set[tuple[int, str]] = set()
    for row in connection.execute(
        f'SELECT uid, "check" FROM document_claim WHERE {among(visibilities)}', visibilities
    ):
        found |= {(row["uid"], name) for name in judge.names(row["check"])}
    for row in connection.execute(
        f"SELECT uid, html FROM document WHERE {among(visibilities)}"
        " AND html LIKE '%<!--gloss:value %'",
        visibilities,
    ):
        found |= {(row["uid"], name) for name in values_in(row["html"])}
    blocks = connection.execute("SELECT uid, name FROM document_block").fetchall()
    return {name for _, name in found - {(row["uid"], row["name"]) for row in blocks}}


def values_in(html: str) -> list[str]:
    """The names that the values in a note's text speak of."""
    return [each.block for each in references_in(html)]


def references_in(html: str) -> list[Reference]:
    """The values in a note's text."""
    found: list[Reference] = []
    if "<!--gloss:value " not in html:  # as in most notes: it need not be taken apart
        return found

    def collect(given: dict[str, Any]) -> str:
        name, key = str(given["name"]), str(given["key"])
        found.append(Reference(name, key, str(given.get("format") or "")))
        return ""

    fill(html, {"value": collect})
    return found


def bare_in(html: str) -> list[str]:
    """What stands between braces like a value without a block, `{{ ratio }}`; not in code."""
    if "{{" not in html:
        return []
    return list(dict.fromkeys(BARE.findall(CODE.sub("", html))))


def among(visibilities: Sequence[str]) -> str:
    marks = ", ".join("?" * len(visibilities))
    return f"uid IN (SELECT uid FROM document WHERE visibility IN ({marks}))"
