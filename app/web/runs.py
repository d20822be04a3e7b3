"""Runs: start one, watch it, cancel it, and its outputs as files."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, g, redirect, render_template, request, send_file
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Action, Role, visibilities
from app.errors import BadInput, NotFound
from app.lab import analyses, runner, runs, signature
from app.lab.shown import cells
from app.library import documents
from app.web import access, fillers, headers
from app.web import cells as figures
from app.web.notes import inside, readable
from app.web.templates import address

blueprint = Blueprint("runs", __name__)

YEAR = 31_536_000


@blueprint.post("/runs")
@access.needs(Action.RUN)
def start() -> ResponseReturnValue:
    """Run with the parameters of the form; «Rerun» computes anew even if nothing changed."""
    settings, script = access.settings(), request.form.get("script", "")
    note, block = request.form.get("note", ""), request.form.get("block", "")
    analysis = analyses.get(settings, script)
    typed = {
        key.removeprefix("p."): request.form.getlist(key)[-1]
        for key in request.form
        if key.startswith("p.")
    }
    try:
        params = signature.bind_text(analysis.signature, typed)
    except BadInput as error:
        if not wants_fragment():
            raise
        return fragment(note, block, script, None, str(error))
    force = request.form.get("do") == "rerun"
    run, _ = runs.enqueue(settings, g.db, script, params, g.person, force=force)
    runner.wake(settings)
    return answer(note, block, run)


@blueprint.post("/runs/<int:run_id>/cancel")
@access.needs(Action.RUN)
def cancel(run_id: int) -> ResponseReturnValue:
    run = runs.cancel(g.db, visible(run_id).id)
    runner.wake(access.settings())
    return answer(request.form.get("note", ""), request.form.get("block", ""), run)


def answer(note: str, block: str, run: runs.Run) -> ResponseReturnValue:
    """The figure alone for a script; else back to where the form stood, with the run chosen."""
    if wants_fragment():
        return fragment(note, block, run.script, run)
    if not note:
        return redirect(f"/runs/{run.id}", 303)
    return redirect(f"{address(note)}?run={quote(block)}:{run.id}#block-{quote(block)}", 303)


def wants_fragment() -> bool:
    return request.headers.get("HX-Request") == "true"


@blueprint.get("/runs/<int:run_id>/cell")
@access.needs(Action.READ)
def cell(run_id: int) -> ResponseReturnValue:
    """The figure with this run in it, for a page that waits."""
    run = visible(run_id)
    note, block = request.args.get("note", ""), request.args.get("block", "")
    return fragment(note, block, run.script, run)


def fragment(note: str, block: str, script: str, run: runs.Run | None, wrong: str = "") -> Response:
    settings = access.settings()
    if note:
        document = readable(note)
        blocks = documents.blocks(g.db, document.uid)
        chosen = {block: run.id} if run else {}
        found = cells.cells(settings, g.db, blocks, chosen)
        order = [each.name for each in found]
        if block not in order:
            raise NotFound("The note has no such block any more. Load the page again.")
        known, number = found[order.index(block)], number_asked()
        caption = fillers.caption(document, block) or fillers.caption_of(known)
    else:
        known, number = cells.alone(settings, g.db, script, run.id if run else None), ""
        caption = ""
    response = Response(figures.html(figures.shown(known, note, number, caption, wrong)))
    if run and note and not run.active and not known.chosen:
        response.headers["HX-Refresh"] = "true"  # values and claims of the note change with it
    elif run and note and request.method == "POST":  # not each time that a page looks
        response.headers["HX-Replace-Url"] = f"{address(note)}?run={quote(block)}:{run.id}"
    return response


def number_asked() -> str:
    """The number of the figure on the page that asks."""
    number = request.values.get("number", "")
    return number if number.isdecimal() and number.isascii() and len(number) < 6 else ""


@blueprint.get("/runs/<int:run_id>")
@access.needs(Action.READ)
def page(run_id: int) -> str:
    run = visible(run_id)
    known = cells.alone(access.settings(), g.db, run.script, run.id)
    title = known.analysis.signature.title if known.analysis else run.script
    return render_template(
        "run.html",
        run=run,
        title=title,
        cell=figures.shown(known, ""),
        room="Analyses",
    )


@blueprint.get("/outputs/<int:run_id>/<file>")
@access.needs(Action.READ)
def output(run_id: int, file: str) -> Response:
    """A file that a run made. A run's files never change, so browsers keep them."""
    run = visible(run_id)
    if not any(file in output.files.values() for output in run.outputs):
        raise NotFound("There is no such file.")
    response = send_file(inside(runs.folder(access.settings(), run_id), file), conditional=True)
    response.headers["Cache-Control"] = f"private, max-age={YEAR}, immutable"
    return headers.as_file(response)


def visible(run_id: int) -> runs.Run:
    """A run that the person may see: for the public, what a note that it may list shows."""
    if g.person.role is not Role.PUBLIC:
        return runs.get(g.db, run_id)
    run = runs.load(g.db, [run_id]).get(run_id)
    seen = visibilities(g.person)
    if run and (cells.is_shown(access.settings(), g.db, run, seen) or is_of_note(run)):
        return run
    raise NotFound("There is no such run.")


def is_of_note(run: runs.Run) -> bool:
    """Whether the note that the address names shows it.

    Numbers of runs can be counted through, so a run of an unlisted note needs the note's address.
    """
    if not request.args.get("note"):
        return False
    document = readable(request.args["note"])
    lab = fillers.board_of(document, {})
    shown = [(cell.script, cell.params) for cell in lab.cells.values()]
    return (run.script, run.params) in shown
