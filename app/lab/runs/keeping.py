"""Which runs are kept: what a page shows, what anything refers to, and a history of each.

Of each choice of parameters that a note shows or speaks of, and of every analysis at its
defaults: the last KEPT runs and the last that succeeded. Of all other choices of an analysis: the
last OTHERS together. And without an end: what somebody pinned, and what a link in a note or in a
margin names. The points of sweeps are kept with their sweeps.
"""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from app import database
from app.lab import analyses, runs
from app.lab.runs import entries, sources
from app.lab.runs.store import KEPT
from app.lab.sandbox import folders
from app.lab.shown import cells
from app.lab.shown.cells import Wanted
from app.settings import Settings

OTHERS = 50
PAUSE = 60.0  # seconds: looking through all that refers to runs is not for after every run
ENDED = "sweep_id IS NULL AND status NOT IN ('queued', 'running')"

PATH = re.compile(r"/(?:runs|outputs)/(\d{1,15})")
CHOSEN = re.compile(r"[?&](?:amp;)?run=[^\s&#)\"'<>]*?(?::|%3A)(\d{1,15})", re.IGNORECASE)
COMPARED = re.compile(r"/compare\?(?:amp;|[^\s#)\"'<>])*")
SIDE = re.compile(r"[?&;][ab]=(\d{1,15})")

_swept: dict[Path, float] = {}


def now_and_then(settings: Settings, connection: sqlite3.Connection) -> None:
    """Sweep, unless this process has within the last minute."""
    last = _swept.get(settings.database)
    if last is None or time.monotonic() - last >= PAUSE:
        _swept[settings.database] = time.monotonic()
        sweep(settings, connection)


def sweep(settings: Settings, connection: sqlite3.Connection) -> list[int]:
    """Delete the runs that nothing keeps, with their files and the code that only they name."""
    ended = connection.execute(f"SELECT id FROM run WHERE {ENDED}").fetchall()
    keep = kept(settings, connection)  # asked after: a run that ends meanwhile is not among those
    gone = [row["id"] for row in ended if row["id"] not in keep]
    if not gone:
        return []
    with database.transaction(connection):
        rows = connection.execute(
            "DELETE FROM run WHERE id IN (SELECT value FROM json_each(?)) AND kept = 0"
            " RETURNING id, script, status",
            [json.dumps(gone)],
        ).fetchall()
        sources.prune(connection)
        for script in {row["script"] for row in rows if row["status"] == "succeeded"}:
            entries.index(settings, connection, script)
    for row in rows:
        folders.remove(runs.folder(settings, row["id"]))
    return [row["id"] for row in rows]


def pin(connection: sqlite3.Connection, run_id: int, *, kept: bool = True) -> None:
    """Keep this run whatever else goes; or no longer."""
    with database.transaction(connection):
        connection.execute("UPDATE run SET kept = ? WHERE id = ?", [kept, run_id])


def kept(settings: Settings, connection: sqlite3.Connection) -> set[int]:
    """The ids of the runs to keep, of those that have ended."""
    shown, unread = choices(settings, connection)
    keep = referred(connection)
    counts: dict[tuple[str, ...], int] = {}
    succeeded: set[tuple[str, str]] = set()
    for row in connection.execute(
        f"SELECT id, script, params, status, kept FROM run WHERE {ENDED} ORDER BY id DESC"
    ):
        pair = (row["script"], row["params"])
        own = pair in shown or row["script"] in unread
        group = pair if own else (row["script"],)
        counts[group] = counts.get(group, 0) + 1
        first = own and row["status"] == "succeeded" and pair not in succeeded
        if first:
            succeeded.add(pair)
        if row["kept"] or first or counts[group] <= (KEPT if own else OTHERS):
            keep.add(row["id"])
    return keep


def choices(
    settings: Settings, connection: sqlite3.Connection
) -> tuple[set[tuple[str, str]], set[str]]:
    """The choices that a page shows by itself; and the analyses that cannot be read now.

    Of those nobody knows which choices are shown: nothing is given away for a slip in a file.
    """
    rows = connection.execute("SELECT DISTINCT script, params FROM document_block").fetchall()
    wanted = [Wanted(row["script"], row["script"], json.loads(row["params"])) for row in rows]
    readable = {each.name for each in analyses.every(settings) if not each.error}
    wanted += [Wanted(name, name) for name in readable]
    found = [cells.read(settings, each) for each in wanted]
    shown = {cells.key(cell.script, cell.params) for cell in found if cell.params is not None}
    scripts = {row["script"] for row in connection.execute("SELECT DISTINCT script FROM run")}
    return shown, scripts - readable


def referred(connection: sqlite3.Connection) -> set[int]:
    """The runs that links in notes and in their margins name."""
    found: set[int] = set()
    for (text,) in connection.execute(
        "SELECT source FROM document WHERE source LIKE '%/runs/%' OR source LIKE '%/outputs/%'"
        " OR source LIKE '%run=%' OR source LIKE '%/compare?%'"
        " UNION ALL SELECT body FROM annotation WHERE deleted IS NULL AND ("
        " body LIKE '%/runs/%' OR body LIKE '%/outputs/%' OR body LIKE '%run=%'"
        " OR body LIKE '%/compare?%')"
    ):
        found |= set(named(text))
    return found


def named(text: str) -> Iterator[int]:
    """The numbers of runs in addresses.

    >>> sorted(named("[7](/runs/7), ![](/outputs/8/a.svg), /notes/x?run=wide:9#b"))
    [7, 8, 9]
    >>> sorted(named("[both](/compare?a=12&b=15) and http://here/runs/3/"))
    [3, 12, 15]
    """
    for pattern in (PATH, CHOSEN):
        yield from (int(match[1]) for match in pattern.finditer(text))
    for address in COMPARED.finditer(text):
        yield from (int(match[1]) for match in SIDE.finditer(address[0]))
