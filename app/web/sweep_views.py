"""A sweep as its page and the notes show it: plot, points, how it stands, the form for another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import g, render_template

from app.errors import NotFound
from app.lab import analyses
from app.lab.analyses import Analysis
from app.lab.signature import visible
from app.lab.sweeps import axes, drawing, plot, points, shown, store
from app.lab.sweeps.axes import Axis, written
from app.lab.sweeps.plot import Names
from app.lab.sweeps.shown import Shown
from app.lab.sweeps.store import Sweep
from app.web import access, looking, told
from app.web.columns import Column, column
from app.web.templates import given

LONGEST_AXIS = 200
IN_NOTE = 50  # points of a table below a plot in a note


def newest(script: str | None, limit: int, offset: int = 0) -> list[Sweep]:
    return store.newest_first(g.db, script, limit, offset)


@dataclass(frozen=True)
class View:
    """What the templates of a sweep need. `current`: nothing has changed since it began."""

    sweep: Sweep
    analysis: Analysis | None
    title: str
    axes: list[str]
    columns: Mapping[str, str]
    rows: list[points.Row]
    names: Names
    plot: str
    remark: str
    stale: list[str]
    note: str = ""
    name: str = ""
    sort: str = ""
    number: int = 1
    pages: int = 1
    drawn: int = 0  # points in the plot that the page has
    meanwhile: Sweep | None = None  # where it has no point yet, another whose plot is shown

    @property
    def numbers(self) -> list[str]:
        return [name for name, kind in self.columns.items() if kind == "value"]

    @property
    def caption(self) -> str:
        """Where the note gives none."""
        title = self.title if self.title.endswith(("?", "!", ".")) else f"{self.title}."
        drawn = plot.title(self.names)
        return f"{title} {drawn[:1].upper()}{drawn[1:]}."

    def over(self, axis: Axis) -> str:
        """The values of an axis, short."""
        known = self.analysis and axis.name in self.analysis.signature.names
        if self.analysis and known:
            text = written(self.analysis.signature[axis.name], axis.values)
        else:
            text = ", ".join(str(axes.cell(value)) for value in axis.values)
        text = visible(text)
        return text if len(text) <= LONGEST_AXIS else f"{text[:LONGEST_AXIS]}… ({len(axis.values)})"

    def href(self, **changes: Any) -> str:
        """The same page, but for this."""
        names = {"x": self.names.x, "y": self.names.y, "by": self.names.by}
        query = {**names, "sort": self.sort, "page": self.number, **changes}
        return f"/sweeps/{self.sweep.id}?{urlencode(query)}"

    @property
    def state_href(self) -> str:
        """Where a page that waits asks how far it is, with what it shows of it."""
        names = {"x": self.names.x, "y": self.names.y, "by": self.names.by}
        query = {"note": self.note, **names, "drawn": self.drawn}
        return f"/sweeps/{self.sweep.id}/state?{urlencode(query)}"

    @property
    def again(self) -> str:
        """Where to look again while it runs."""
        return looking.again_at_sweep(self.note, self.sweep.id, self.name)

    @property
    def ended(self) -> bool:
        """Whether the address looks at it, and it runs no more."""
        return not self.sweep.active and looking.looked()[0] == f"s{self.sweep.id}"

    def sorted_by(self, name: str) -> str:
        """Where the head of a column leads: up first, then down."""
        return self.href(sort=f"-{name}" if self.sort == name else name, page=1)

    @property
    def table(self) -> list[tuple[str, Column]]:
        """What the table shows of each point, by the name of its column."""
        rows = self.rows
        params = [(name, parameter([row.params.get(name) for row in rows])) for name in self.axes]
        values = [
            (name, column([row.values.get(name, "") for row in rows])) for name in self.columns
        ]
        took = ["" if row.seconds is None else round(row.seconds, 2) for row in rows]
        return [*params, *values, ("seconds", column(took))]

    def order(self, name: str) -> str:
        """As `aria-sort` says it."""
        return {name: "ascending", f"-{name}": "descending"}.get(self.sort, "none")


def parameter(values: Sequence[Any]) -> Column:
    """Of a text `nan` is no number."""
    if any(isinstance(value, str) for value in values):
        return Column(tuple(map(given, values)), is_number=False)
    return column(values)


def view_of(sweep: Sweep, text: str, wanted: Mapping[str, str] | None = None) -> View:
    settings = access.settings()
    columns = points.columns(g.db, sweep.id)
    names = drawing.names_of(text, sweep, columns, wanted)
    drawn, remark = drawing.drawn(settings, g.db, sweep, names, f"sweep{sweep.id}")
    try:
        analysis = analyses.find(settings, sweep.script)
    except NotFound:
        analysis = None
    title = analysis.signature.title if analysis else sweep.script
    stale = shown.reasons(settings, sweep)
    varying = [axis.name for axis in sweep.axes]
    known = told.sweep(sweep)
    return View(
        known, analysis, title, varying, columns, [], names, drawn, remark, stale, drawn=sweep.done
    )


def of_note(found: Shown, note: str) -> View | None:
    """The sweep of a block as the note shows it; None where it has never begun."""
    if found.sweep is None:
        return None
    drawn = found.meanwhile or found.sweep
    bare = view_of(drawn, found.plot)
    rows = told.rows(points.rows(g.db, drawn.id, limit=IN_NOTE))
    view = replace(bare, rows=rows, stale=list(found.stale), note=note, name=found.name)
    if found.meanwhile is None:
        return view
    return replace(view, sweep=told.sweep(found.sweep), drawn=0, meanwhile=bare.sweep)


def html_of(found: Shown, note: str, caption: str, label: str) -> str:
    return render_template(
        "_sweep.html",
        block=found,
        view=of_note(found, note),
        note=note,
        caption=caption,
        label=label,
    )


@dataclass(frozen=True)
class Field:
    name: str
    label: str
    help: str
    value: str


def form(
    analysis: Analysis, typed: Mapping[str, str] | None = None
) -> tuple[Analysis, list[Field]]:
    """The fields of an analysis, each a text that may name several values."""
    fields = []
    for parameter in analysis.signature.parameters:
        default = "" if parameter.default is None else written(parameter, [parameter.default])
        value = (typed or {}).get(parameter.name, default)
        label = parameter.name.replace("_", " ")
        fields.append(Field(parameter.name, label, parameter.help, value))
    return analysis, fields
