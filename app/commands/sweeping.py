"""`run NAME --sweep …`: an analysis over a grid of parameters, with its progress and a table."""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.accounts import people
from app.errors import BadInput
from app.lab import analyses, runner, signature
from app.lab.runs import statuses
from app.lab.signature import visible
from app.lab.sweeps import asking, axes, points, store
from app.lab.sweeps.points import Row
from app.lab.sweeps.store import Sweep
from app.settings import Settings


def run(
    settings: Settings,
    connection: sqlite3.Connection,
    name: str,
    fixed: Mapping[str, str],
    swept: Sequence[str],
    *,
    as_json: bool,
) -> int:
    """0 if every point has succeeded."""
    analysis = analyses.get(settings, name)
    grid = axes.typed(analysis.signature, swept, fixed)
    params = signature.bind_text(analysis.signature, fixed)
    sweep = asking.ask(settings, connection, name, params, grid, people.owner(connection))
    if sweep.active:
        try:
            runner.work(settings, connection, ids_of(connection, sweep), progress(sweep))
        except KeyboardInterrupt:
            now = store.get(connection, sweep.id)
            print(f"\n{now.done} of {now.size} points are done.", file=sys.stderr)
            print("The same command goes on from there.", file=sys.stderr)
            raise
        finally:
            clear()
    sweep, rows = store.get(connection, sweep.id), points.rows(connection, sweep.id)
    print(json.dumps(described(sweep, rows)) if as_json else table(sweep, rows))
    return 0 if sweep.done == sweep.size else 1


def ids_of(connection: sqlite3.Connection, sweep: Sweep) -> list[int]:
    rows = connection.execute("SELECT id FROM run WHERE sweep_id = ?", [sweep.id])
    return [row["id"] for row in rows]


def progress(sweep: Sweep) -> Callable[[Mapping[str, int]], None]:
    """Says on a terminal how far it is."""
    started, before = time.monotonic(), sweep.done

    def told(counts: Mapping[str, int]) -> None:
        done = counts.get("succeeded", 0)
        ended = sum(counts.values()) - counts.get("queued", 0) - counts.get("running", 0)
        seconds = time.monotonic() - started
        left = seconds * (sweep.size - ended) / (ended - before) if ended > before else None
        words = [f"{ended} of {sweep.size}"]
        words += [f"{ended - done} failed"] if ended > done else []
        words += [f"about {left:.0f} s left"] if left is not None else []
        if sys.stderr.isatty():
            print(f"\r{', '.join(words)}\x1b[K", end="", file=sys.stderr, flush=True)

    return told


def clear() -> None:
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def described(sweep: Sweep, rows: Sequence[Row]) -> dict[str, Any]:
    return {
        "id": sweep.id,
        "script": sweep.script,
        "params": sweep.params,
        "axes": {axis.name: axis.values for axis in sweep.axes},
        "counts": sweep.counts,
        "points": [
            {
                "run": row.run_id,
                "params": {axis.name: row.params[axis.name] for axis in sweep.axes},
                "status": row.status,
                "seconds": row.seconds,
                "message": row.message,
                "values": row.values,
            }
            for row in rows
        ],
    }


def table(sweep: Sweep, rows: Sequence[Row]) -> str:
    """Columns of the axes and the values; how a point ended only where one did not succeed."""
    axes = [axis.name for axis in sweep.axes]
    values = list(dict.fromkeys(name for row in rows for name in row.values))
    lines = [[*axes, *values]]
    for row in rows:
        cells = [*(row.params[name] for name in axes), *(row.values.get(name) for name in values)]
        words = f"{statuses.in_words(row.status)}: {row.message}".strip(": ")
        ended = [] if row.status == "succeeded" else [words]
        lines.append([*map(shown, cells), *ended])
    wide = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    body = ["  ".join(padded(line, wide)).rstrip() for line in lines]
    return "\n".join([*body, f"sweep {sweep.id}: {sweep.done} of {sweep.size} points succeeded"])


def padded(line: Sequence[str], wide: Sequence[int]) -> list[str]:
    cells = [cell.rjust(width) for cell, width in zip(line, wide, strict=False)]
    return [*cells, *line[len(wide) :]]


def shown(value: Any) -> str:
    if value is None:
        return ""
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, list | bool) else str(value)
    text = visible(" ".join(text.split()))
    return text if len(text) <= 40 else text[:39] + "…"


def refuse_force(*, force: bool) -> None:
    if force:
        raise BadInput(
            "--force and --sweep do not go together: a sweep computes what it has not.",
            field="force",
        )
