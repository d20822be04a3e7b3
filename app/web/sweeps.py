"""Sweeps: ask for one, watch it, its points as a table, a file and a plot."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Action
from app.errors import BadInput, NotFound
from app.lab import analyses, runner
from app.lab.sweeps import asking, axes, points, shown, store
from app.lab.sweeps.store import Sweep
from app.library import documents
from app.web import access, asked, seen, told
from app.web.notes import readable
from app.web.sweep_views import View, form, newest, view_of
from app.web.templates import address

blueprint = Blueprint("sweeps", __name__)

PAGE = 200  # points of a table at once
LISTED = 50
MORE = 1.1  # times the points that a plot has, before it is drawn anew


@blueprint.get("/sweeps")
@access.needs(Action.LIST)
def every() -> str:
    """Who is not signed in sees those that public notes show."""
    offset = (asked.whole("page", 1, least=1, most=100_000) - 1) * LISTED
    found = [sweep for sweep in newest(None, LISTED + 1, offset) if seen.has_sweep(sweep)]
    more = len(found) > LISTED
    return render_template(
        "sweeps.html",
        sweeps=found[:LISTED],
        next=offset // LISTED + 2 if more else 0,
        room="Analyses",
    )


@blueprint.post("/sweeps")
@access.needs(Action.RUN)
def start() -> ResponseReturnValue:
    """From the form of an analysis, where a field with several values varies; or a note's own."""
    settings = access.settings()
    if request.form.get("note"):
        return start_block(request.form["note"], request.form.get("block", ""))
    analysis = analyses.get(settings, request.form.get("script", ""))
    typed = {
        key.removeprefix("p."): request.form[key] for key in request.form if key.startswith("p.")
    }
    try:
        fixed, grid = axes.of_form(analysis.signature, typed)
        sweep = asking.ask(settings, g.db, analysis.name, fixed, grid, g.person)
    except BadInput as error:
        page = render_template(
            "sweep_form.html", form=form(analysis, typed), wrong=error, room="Analyses"
        )
        return page, error.status
    runner.wake(settings)
    return redirect(f"/sweeps/{sweep.id}", 303)


def start_block(note: str, name: str) -> ResponseReturnValue:
    settings, document = access.settings(), readable(note)
    blocks = documents.blocks(g.db, document.uid)
    known = shown.shown(settings, g.db, [each for each in blocks if each.name == name])
    if not known:
        raise NotFound("The note has no such sweep any more. Load the page again.")
    found = known[0]
    if found.error:
        raise BadInput(found.error)
    asking.ask(settings, g.db, found.script, found.params or {}, found.axes, g.person)
    runner.wake(settings)
    return redirect(f"{address(note)}#block-{name}", 303)


@blueprint.get("/sweeps/<int:sweep_id>")
@access.needs(Action.READ)
def page(sweep_id: int) -> str:
    view = viewed(seen.sweep(sweep_id))
    return render_template("sweep.html", view=view, room="Analyses")


@blueprint.get("/sweeps/<int:sweep_id>/state")
@access.needs(Action.READ)
def state(sweep_id: int) -> Response:
    """How far it is, for a page that waits; with the plot where a tenth more can be drawn."""
    view = replace(viewed(seen.sweep(sweep_id)), note=request.args.get("note", ""))
    drawn = asked.whole("drawn", 0, least=0, most=10**9)
    anew = view.sweep.done > drawn * MORE
    view = view if anew else replace(view, drawn=drawn)
    response = Response(render_template("_sweep_state.html", view=view, beside=anew))
    if not view.sweep.active:
        response.headers["HX-Refresh"] = "true"  # the table is complete now
    return response


@blueprint.post("/sweeps/<int:sweep_id>/cancel")
@access.needs(Action.RUN)
def cancel(sweep_id: int) -> ResponseReturnValue:
    store.cancel(g.db, seen.sweep(sweep_id).id)
    runner.wake(access.settings())
    return redirect(f"/sweeps/{sweep_id}", 303)


@blueprint.post("/sweeps/<int:sweep_id>/resume")
@access.needs(Action.RUN)
def resume(sweep_id: int) -> ResponseReturnValue:
    """Go on; where what it computes with has changed, this begins another."""
    settings, sweep = access.settings(), seen.sweep(sweep_id)
    again = asking.ask(settings, g.db, sweep.script, sweep.params, sweep.axes, g.person)
    runner.wake(settings)
    return redirect(f"/sweeps/{again.id}", 303)


@blueprint.get("/sweeps/<int:sweep_id>.csv")
@access.needs(Action.READ)
def table(sweep_id: int) -> Response:
    sweep = seen.sweep(sweep_id)
    response = Response("".join(lines(sweep)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = (
        f'attachment; filename="{sweep.script}-{sweep.id}.csv"'
    )
    return response


def lines(sweep: Sweep) -> Iterator[str]:
    """Every parameter, every value, and how each point ended."""
    names = [axis.name for axis in sweep.axes]
    names += [name for name in sweep.params if name not in names]
    columns = list(points.columns(g.db, sweep.id))
    yield line([*names, *columns, "status", "seconds", "run"])
    for row in points.rows(g.db, sweep.id):
        params = [axes.cell(row.params.get(name)) for name in names]
        values = [row.values.get(name, "") for name in columns]
        yield line([*params, *values, row.status, row.seconds, row.run_id])


def line(cells: list[Any]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerow(cells)
    return written.getvalue()


def viewed(sweep: Sweep) -> View:
    """The page of a sweep."""
    sort, args = request.args.get("sort", ""), request.args
    pages = max(1, -(-sweep.size // PAGE))
    number = min(pages, asked.whole("page", 1, least=1, most=1_000_000))
    bare = view_of(sweep, "", {name: args[name] for name in ("x", "y", "by") if name in args})
    start = PAGE * (number - 1)
    rows = told.rows(points.rows(g.db, sweep.id, sort=sort, limit=PAGE, offset=start))
    return replace(bare, rows=rows, sort=sort, number=number, pages=pages)
