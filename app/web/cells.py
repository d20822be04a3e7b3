"""An analysis as the page shows it: outputs, how they came to be, the form of its parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import render_template

from app.lab import form, values
from app.lab.cells import Cell
from app.lab.runs import Output, Run

MOST_ROWS = 30
COLUMN_POINTS = 500  # the column has 34rem = 612 CSS pixels = 459 points
WORDS = {
    "queued": "Waiting to run",
    "running": "Running",
    "succeeded": "Succeeded",
    "excepted": "The analysis failed",
    "errored": "Gloss failed to run it",
    "timed_out": "Stopped: it took too long",
    "cancelled": "Cancelled",
    "interrupted": "Interrupted: the server ended while it ran",
}


@dataclass(frozen=True)
class Shown:
    """What `_cell.html` needs. `pending` is a run under way, `failed` one that ended badly."""

    name: str
    script: str
    note: str
    error: str
    run: Run | None
    pending: Run | None
    failed: Run | None
    stale: Sequence[str]
    chosen: bool
    outputs: Sequence[Output]
    plain_values: Sequence[tuple[str, str]]
    downloads: Sequence[tuple[str, str]]
    fields: Sequence[form.Field] | None
    caption: str
    label: str
    wide: bool
    wrong: str = ""
    most_rows: int = MOST_ROWS


def shown(cell: Cell, note: str, label: str = "", caption: str = "", wrong: str = "") -> Shown:
    """A cell of the note `note` (its id; empty on the pages of the lab)."""
    newest = cell.newest
    ended_badly = newest is not None and not newest.active and newest.status != "succeeded"
    outputs = cell.outputs
    params = cell.params or {}
    analysis = cell.analysis
    return Shown(
        name=cell.name,
        script=cell.script,
        note=note,
        error=cell.error,
        run=cell.run,
        pending=newest if newest and newest.active else None,
        failed=newest if ended_badly else None,
        stale=cell.stale,
        chosen=cell.chosen,
        outputs=[output for output in outputs if output.kind != "value"],
        plain_values=[
            (output.name.replace("_", " "), short(output.value))
            for output in outputs
            if output.kind == "value"
        ],
        downloads=downloads(cell.run, outputs),
        fields=form.fields(analysis.signature, params) if analysis else None,
        caption=caption,
        label=label,
        wide=any(is_wide(output) for output in outputs),
        wrong=wrong,
    )


def labels(cells: Iterable[Cell]) -> dict[str, str]:
    """`Figure 1`, `Table 1`, by the names of the blocks; what only has tables is a table."""
    counts = {"Figure": 0, "Table": 0}
    found: dict[str, str] = {}
    for cell in cells:
        kinds = {output.kind for output in cell.outputs}
        kind = "Table" if "table" in kinds and "figure" not in kinds else "Figure"
        counts[kind] += 1
        found[cell.name] = f"{kind} {counts[kind]}"
    return found


def short(value: Any) -> str:
    """A value with the digits that a reader wants; claims and downloads have all of them."""
    spec = ".6g" if isinstance(value, float) else ""
    return values.format(value, spec) or str(value)


def is_wide(output: Output) -> bool:
    """A figure that was drawn wider than the column may use the margin too."""
    size: Mapping[str, Any] = output.value if output.kind == "figure" else {}
    return bool(size.get("width", 0) > COLUMN_POINTS)


def downloads(run: Run | None, outputs: Sequence[Output]) -> list[tuple[str, str]]:
    """The files to take along: figures as PNG, tables as CSV."""
    if run is None:
        return []
    return [
        (f"{output.name.replace('_', ' ')}.{kind}", f"/outputs/{run.id}/{quote(file)}")
        for output in outputs
        for kind, file in output.files.items()
        if kind in ("png", "csv")
    ]


def html(cell: Shown) -> str:
    return render_template("_cell.html", cell=cell)
