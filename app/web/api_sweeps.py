"""The JSON addresses of sweeps."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, request

from app.accounts.permissions import Action
from app.lab import analyses, runner
from app.lab.sweeps import asking, axes, points, store
from app.lab.sweeps.store import Sweep
from app.web import access, asked, seen, told
from app.web.api import answer
from app.web.asked import Wanted

blueprint = Blueprint("api_sweeps", __name__, url_prefix="/api/sweeps")

NEW = {
    "script": Wanted(str, required=True),
    "params": Wanted(dict),
    "sweep": Wanted(dict, required=True),
}
MOST = 10_000  # sweeps that are looked through
MOST_VALUES = 100  # of an axis: who waits for a sweep asks again and again


@blueprint.get("")
@access.needs(Action.LIST)
def every() -> Response:
    """For the public, those that a note which it may list shows."""
    found = store.newest_first(g.db, request.args.get("script"), MOST)
    shown = [sweep for sweep in found if seen.has_sweep(sweep)]
    start = asked.offset()
    results = [entry(sweep) for sweep in shown[start : start + asked.limit()]]
    return answer({"total": len(shown), "results": results})


@blueprint.post("")
@access.needs(Action.RUN)
def start() -> Response:
    """The same grid over the same code is the same sweep, and goes on."""
    sent = asked.body(NEW)
    settings, params = access.settings(), sent.get("params", {})
    analysis = analyses.get(settings, sent["script"])
    grid = axes.given(analysis.signature, sent["sweep"], params)
    sweep = asking.ask(settings, g.db, analysis.name, params, grid, g.person)
    runner.wake(settings)
    response = answer(entry(sweep), 202)
    response.headers["Location"] = f"/api/sweeps/{sweep.id}"
    return response


@blueprint.get("/<int:id>")
@access.needs(Action.READ)
def read(id: int) -> Response:
    return answer(whole(seen.sweep(id), asked.limit(200), asked.offset()))


@blueprint.delete("/<int:id>")
@access.needs(Action.RUN)
def cancel(id: int) -> Response:
    sweep = store.cancel(g.db, seen.sweep(id).id)
    runner.wake(access.settings())
    return answer(entry(sweep), 202 if sweep.active else 200)


def entry(sweep: Sweep) -> dict[str, Any]:
    return {
        "id": sweep.id,
        "script": sweep.script,
        "params": dict(sweep.params),
        "axes": {axis.name: list(axis.values[:MOST_VALUES]) for axis in sweep.axes},
        "lengths": {axis.name: len(axis.values) for axis in sweep.axes},
        "counts": dict(sweep.counts),
        "points": sweep.size,
        "created": sweep.created,
        "url": f"/sweeps/{sweep.id}",
    }


def whole(sweep: Sweep, limit: int, offset: int) -> dict[str, Any]:
    rows = told.rows(points.rows(g.db, sweep.id, limit=limit, offset=offset))
    results = [
        {
            "run": row.run_id,
            "params": dict(row.params),
            "status": row.status,
            "seconds": row.seconds,
            "message": row.message,
            "values": dict(row.values),
        }
        for row in rows
    ]
    return {**entry(sweep), "results": results}
