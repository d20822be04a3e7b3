"""An analysis as the page shows it: outputs, how they came to be, the form of its parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import render_template

from app.lab.claims import values
from app.lab.runs import Output, Run
from app.lab.shown.cells import Cell
from app.lab.signature import form
from app.markup.placeholders import typed

MOST_ROWS = 30
COLUMN_POINTS = 500  # the column has 34rem = 612 CSS pixels = 459 points
WAITING = "later"  # the page numbers its figures when it is whole: see pictures
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
    number: str  # empty where no number is known
    kind: str
    wide: bool
    wrong: str = ""
    most_rows: int = MOST_ROWS
    absent: Sequence[str] = ()


def shown(cell: Cell, note: str, number: str = "", caption: str = "", wrong: str = "") -> Shown:
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
        number=number,
        kind=kind_of(cell),
        wide=any(is_wide(output) for output in outputs),
        wrong=wrong,
        absent=cell.absent,
    )


def kind_of(cell: Cell) -> str:
    """What only has tables is a table."""
    kinds = {output.kind for output in cell.outputs}
    return "Table" if "table" in kinds and "figure" not in kinds else "Figure"


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
    waits = cell.number == WAITING
    return render_template(
        "_cell.html",
        cell=cell,
        label=typed("figure", {"kind": cell.kind}) if waits else label(cell),
        number=typed("again", {}) if waits else cell.number,
    )


def label(cell: Shown) -> str:
    return f"<b>{cell.kind} {cell.number}.</b> " if cell.number else ""
