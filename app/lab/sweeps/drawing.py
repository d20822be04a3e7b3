"""The plot of a sweep: which value against which parameter, checked, drawn, and kept."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from app.errors import BadInput
from app.lab.sweeps import plot, points
from app.lab.sweeps.axes import Axis
from app.lab.sweeps.plot import Names
from app.lab.sweeps.store import Sweep
from app.settings import Settings

PLOT = re.compile(r"([\w-]+) against (\w+)(?: by (\w+))?")

Asked = tuple[int, str]  # a sweep, and what a note says of its plot


def check_axes(text: str, axes: Sequence[Axis]) -> None:
    names = [axis.name for axis in axes]
    match = PLOT.fullmatch(text)
    for name in (match[2], match[3]) if match else ():
        if name is not None and name not in names:
            raise BadInput(f"plot: {name} is not among what varies.", hint=instead(name, names))


def instead(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, 1)
    return f"Did you mean {near[0]}?" if near else f"That is {', '.join(known) or 'nothing'}."


def wrong(connection: sqlite3.Connection, asked: Iterable[Asked]) -> dict[Asked | None, str]:
    """Why nothing can be drawn: of those plots whose value no point of their sweep has.

    One query where all is well, which ends at the first point that has it.
    """
    wanted = [(*each, match[1]) for each in asked if (match := PLOT.fullmatch(each[1]))]
    if not wanted:
        return {}
    rows = connection.execute(
        "SELECT asked.value ->> 0 AS id, asked.value ->> 1 AS text, asked.value ->> 2 AS y"
        " FROM json_each(?) AS asked WHERE NOT EXISTS (SELECT 1 FROM run JOIN output"
        " ON output.run_id = run.id AND output.name = asked.value ->> 2 AND output.kind = 'value'"
        " WHERE run.sweep_id = asked.value ->> 0)",
        [json.dumps(wanted)],
    ).fetchall()
    return {(row["id"], row["text"]): why(connection, row["id"], row["y"]) for row in rows}


def why(connection: sqlite3.Connection, sweep_id: int, name: str) -> str:
    columns = points.columns(connection, sweep_id)
    if name in columns:
        return f"plot: {name} is a text, and only numbers are drawn."
    numbers = [each for each, kind in columns.items() if kind == "value"]
    hint = instead(name, numbers) if numbers else "No point has a number."
    return f"plot: there is no value {name}. {hint.replace('That is', 'There is')}"


def drawn(
    settings: Settings, connection: sqlite3.Connection, sweep: Sweep, names: Names, key: str
) -> tuple[str, str]:
    """The plot, and in words what is not in it. Kept for as long as no point is added."""
    return remembered(Drawing(str(settings.database), sweep.id, sweep.done, names, key), connection)


@dataclass(frozen=True)
class Drawing:
    """What a plot depends on: points that have succeeded never change."""

    database: str
    sweep_id: int
    done: int
    names: Names
    key: str


_drawn: dict[Drawing, tuple[str, str]] = {}
MOST_DRAWN = 64


def remembered(wanted: Drawing, connection: sqlite3.Connection) -> tuple[str, str]:
    if wanted not in _drawn:
        rows = [row for row in points.rows(connection, wanted.sweep_id) if row.values]
        names = wanted.names
        found = [
            (row.params.get(names.x), row.values[names.y], row.params.get(names.by))
            for row in rows
            if names.y in row.values
        ]
        while len(_drawn) >= MOST_DRAWN:
            _drawn.pop(next(iter(_drawn)), None)
        _drawn[wanted] = plot.plot(found, names, wanted.key), plot.left_out(found, names)
    return _drawn[wanted]


def names_of(
    text: str, sweep: Sweep, columns: Mapping[str, str], asked: Mapping[str, str] | None = None
) -> Names:
    """What to draw: as asked for, else as the note says, else the first of each."""
    axes = [axis.name for axis in sweep.axes]
    numbers = [name for name, kind in columns.items() if kind == "value"]
    match = PLOT.fullmatch(text)
    y, x, by = match.groups() if match else ("", "", "")
    wanted = {"x": x or axes[0], "y": y or next(iter(numbers), ""), "by": by or ""}
    for name, known in (("x", axes), ("y", numbers), ("by", [*axes, ""])):
        if asked and asked.get(name, "\0") in known:
            wanted[name] = asked[name]
    if wanted["by"] == wanted["x"]:
        wanted["by"] = ""
    return Names(wanted["x"], wanted["y"], wanted["by"])
