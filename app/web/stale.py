"""What is stale, by what made it so, and computed again together: pages and JSON."""

from __future__ import annotations

from flask import Blueprint, Response, g, redirect, request
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Action, visibilities
from app.lab import runner
from app.lab.shown import groups, stale
from app.web import access, asked, fillers
from app.web.api import answer
from app.web.asked import Wanted
from app.web.notes import readable
from app.web.templates import address

blueprint = Blueprint("stale", __name__)

RERUN = {"because": Wanted(str)}


@blueprint.post("/runs/stale")
@access.needs(Action.RUN)
def rerun() -> ResponseReturnValue:
    """All of a note, or of the library what is stale because of one thing."""
    note = request.form.get("note", "")
    if not note:
        ask(request.form.get("because", ""))
        return redirect("/analyses#stale", 303)
    settings = access.settings()
    found = stale.of_note(note, fillers.board_of(readable(note), {}))
    stale.rerun(settings, g.db, g.person, found)
    runner.wake(settings)
    return redirect(address(note), 303)


@blueprint.post("/api/runs/stale")
@access.needs(Action.RUN)
def rerun_for_program() -> Response:
    asked_for = ask(asked.body(RERUN).get("because", ""))
    numbers = {
        "runs": [run.id for run in asked_for.runs],
        "sweeps": [sweep.id for sweep in asked_for.sweeps],
        "points": sum(sweep.size for sweep in asked_for.sweeps),
    }
    return answer(numbers, 202)


def ask(because: str) -> stale.Asked:
    settings = access.settings()
    found = groups.stale(settings, g.db, visibilities(g.person)).because(because)
    made = stale.rerun(settings, g.db, g.person, found)
    runner.wake(settings)
    return made
