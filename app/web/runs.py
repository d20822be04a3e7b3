"""Runs: start one, watch it, cancel it, keep its parameters, and its outputs as files."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlsplit

from flask import (
    Blueprint,
    Response,
    g,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
)
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Action
from app.errors import BadInput, Changed, NotFound
from app.lab import analyses, runner, runs, signature
from app.lab.shown import board, cells
from app.lab.shown.cells import Cell
from app.library import documents
from app.library.documents import Document
from app.library.writing import save
from app.web import (
    access,
    choices,
    code_lines,
    editor,
    fillers,
    headers,
    keeping,
    problems,
    seen,
    writing,
)
from app.web import cells as figures
from app.web.notes import inside, readable

blueprint = Blueprint("runs", __name__)

YEAR = 31_536_000


@blueprint.post("/runs")
@access.needs(Action.RUN)
def start() -> ResponseReturnValue:
    """Run with the parameters of the form; «Rerun» computes anew even if nothing changed."""
    settings, script = access.settings(), request.form.get("script", "")
    note, block = request.form.get("note", ""), request.form.get("block", "")
    analysis = analyses.get(settings, script)
    typed = choices.texts(request.form.items(multi=True))
    try:
        params = signature.retyped(analysis.signature, before(note, block, script), typed)
    except BadInput as error:
        if wants_fragment():
            return fragment(note, block, script, None, str(error))
        place = choices.place_tried(note, block or script, script, typed)
        if problems.for_programs() or not place:
            raise
        return redirect(place, 303)
    force = request.form.get("do") == "rerun"
    run, _ = runs.enqueue(settings, g.db, script, params, g.person, force=force)
    runner.wake(settings)
    return answer(note, block, run)


def before(note: str, block: str, script: str) -> dict[str, Any]:
    """The parameters of the note's block, else the defaults: what its form shows of them and
    nobody changed stays as it is."""
    blocks = documents.blocks(g.db, readable(note).uid) if note else ()
    named = [each for each in blocks if each.name == block and each.script == script]
    wanted = named[0] if named else cells.Wanted(script, script)
    found = cells.read(access.settings(), wanted).params
    return dict(found or {})


@blueprint.post("/runs/<int:run_id>/cancel")
@access.needs(Action.RUN)
def cancel(run_id: int) -> ResponseReturnValue:
    run = runs.cancel(g.db, seen.run(run_id).id)
    runner.wake(access.settings())
    return answer(request.form.get("note", ""), request.form.get("block", ""), run)


def answer(note: str, block: str, run: runs.Run) -> ResponseReturnValue:
    """The figure alone for a script; else back to where the form stood, with what was chosen."""
    if wants_fragment():
        return fragment(note, block, run.script, run)
    if not note:
        return redirect(f"/runs/{run.id}", 303)
    known, _ = in_note(readable(note), block, run.id)
    return redirect(f"{choices.place(note, known)}#block-{quote(block)}", 303)


def wants_fragment() -> bool:
    return request.headers.get("HX-Request") == "true"


@blueprint.get("/runs/<int:run_id>/cell")
@access.needs(Action.READ)
def cell(run_id: int) -> ResponseReturnValue:
    """The figure with this run in it, for a page that waits.

    `live`: what the page knows of its state; while it is that, only what moves is sent.
    """
    run = seen.run(run_id)
    note, block = request.args.get("note", ""), request.args.get("block", "")
    if request.args.get("live") == run.status:
        known, caption = of_block(note, block, run.script, run)
        shown = figures.shown(known, note, number_asked(), caption)
        if shown.live:
            return render_template("_live.html", cell=shown, number=shown.number)
    answered = fragment(note, block, run.script, run)
    answered.headers["HX-Retarget"] = "closest figure"
    return answered


def fragment(note: str, block: str, script: str, run: runs.Run | None, wrong: str = "") -> Response:
    known, caption = of_block(note, block, script, run)
    number = number_asked() if note else ""
    response = Response(figures.html(figures.shown(known, note, number, caption, wrong)))
    if run is None:
        return response
    if request.method == "POST":  # not each time that a page looks
        response.headers["HX-Replace-Url"] = choices.place(note, known)
    if on_page_of_run():
        about_page_of_run(response, run)
    elif note and not run.active and not known.chosen and "tab" not in request.args:
        response.headers["HX-Refresh"] = "true"  # values and claims of the note change with it
    return response


def on_page_of_run() -> bool:
    path = urlsplit(request.headers.get("HX-Current-URL", "")).path
    return path.startswith("/runs/")


def about_page_of_run(response: Response, run: runs.Run) -> None:
    """A new run has a page of its own; one that ended has more to say."""
    response.headers.pop("HX-Replace-Url", None)
    if request.path == "/runs":
        response.headers["HX-Redirect"] = f"/runs/{run.id}"
    elif not run.active:
        response.headers["HX-Refresh"] = "true"


def of_block(note: str, block: str, script: str, run: runs.Run | None) -> tuple[Cell, str]:
    """The cell with a run in it, or with what the page shows, and its caption."""
    if note:
        choice = run.id if run else choices.standing(note, block, script)
        return in_note(readable(note), block, choice)
    if run is None:
        return cells.alone(access.settings(), g.db, script, standing_alone(script)), ""
    choice = run.id if on_page_of_run() else of_run(run)
    return cells.alone(access.settings(), g.db, script, choice), ""


def standing_alone(script: str) -> cells.Choice | None:
    """What a page of the lab shows of the analysis: the page of a run that run."""
    last = urlsplit(request.headers.get("HX-Current-URL", "")).path.rpartition("/")[2]
    if on_page_of_run() and last.isdecimal() and len(last) < 10:
        return seen.run(int(last)).id
    return choices.standing("", script, script)


def of_run(run: runs.Run) -> dict[str, str]:
    """A run's parameters as a choice."""
    known = analyses.load(access.settings(), run.script)
    names = known.signature.names if known else []
    return {
        name: signature.as_text(known.signature[name], value)
        for name, value in run.params.items()
        if known and name in names
    }


def in_note(document: Document, block: str, choice: cells.Choice | None) -> tuple[Cell, str]:
    blocks = board.whole(documents.blocks(g.db, document.uid))
    chosen = {block: choice} if choice else {}
    found = {each.name: each for each in cells.cells(access.settings(), g.db, blocks, chosen)}
    if block not in found:
        raise NotFound("The note has no such block any more. Load the page again.")
    caption = fillers.caption(document, block) or fillers.caption_of(found[block])
    return found[block], caption


def number_asked() -> str:
    """The number of the figure on the page that asks."""
    number = request.values.get("number", "")
    return number if number.isdecimal() and number.isascii() and len(number) < 6 else ""


@blueprint.get("/runs/news")
@access.needs(Action.READ)
def news() -> Response:
    """What happened to the blocks of a page since it was made, elsewhere: {block: run}.

    `known`: the state of each block as the page has it, `wide:17:succeeded`; with `:stale` behind
    it where the page says so: who edits the code sees it here as well.
    """
    known = dict(pair.split(":", 1) for pair in request.args.getlist("known") if ":" in pair)
    settings, script = access.settings(), request.args.get("script", "")
    if script:
        if not seen.analysis(script):
            raise NotFound("There is no such analysis.")
        found = [seen.cell_of(script)]
    else:
        document = readable(request.args.get("note", ""))
        blocks = board.whole(documents.blocks(g.db, document.uid))
        found = cells.cells(settings, g.db, blocks, choices.of_note(document))
    changed = {
        each.name: each.newest.id
        for each in found
        if each.newest and known.get(each.name, "") != figures.state_of(each)
    }
    if not changed:
        return Response(status=204)
    return Response(json.dumps(changed), content_type="application/json")


@blueprint.get("/runs/<int:run_id>/table")
@access.needs(Action.READ)
def table(run_id: int) -> ResponseReturnValue:
    """A table of a run alone, in another order."""
    run = seen.run(run_id)
    note, block = request.args.get("note", ""), request.args.get("block", "")
    sort = figures.sorting(block)
    output = next((each for each in run.outputs if each.name in sort), None)
    if output is None or output.kind != "table":
        raise NotFound("There is no such table.")
    made = figures.table_of(run, output, sort[output.name])
    known, _ = of_block(note, block or run.script, run.script, run)
    place = choices.place(note, known)
    return render_template(
        "_table.html", table=made, place=place, run_id=run.id, note=note, block=block
    )


@blueprint.post("/runs/keep")
@access.needs(Action.WRITE)
def keep() -> ResponseReturnValue:
    """Write a choice of parameters into the note, as an edit of it."""
    document = readable(request.form.get("note", ""))
    name, base = request.form.get("block", ""), request.form.get("base", "")
    typed = choices.texts(request.form.items(multi=True))
    source = keeping.source_with(document, name, base, typed)
    try:
        saved = save.update(
            access.settings(), g.db, document.path, source, base, person_id=g.person.id
        )
    except Changed as error:
        typed_in = writing.of_source(document.path, source, base)
        return make_response(editor.in_conflict(typed_in, error), error.status)
    return redirect(f"{editor.place_of(saved)}#block-{quote(name)}", 303)


@blueprint.get("/runs/<int:run_id>")
@access.needs(Action.READ)
def page(run_id: int) -> str:
    run = seen.run(run_id)
    known = cells.alone(access.settings(), g.db, run.script, run.id)
    title = known.analysis.signature.title if known.analysis else run.script
    return render_template(
        "run.html",
        run=run,
        title=title,
        cell=figures.shown(known, ""),
        reason=code_lines.linked(run.message, run),
        log=code_lines.linked(run.log, run),
        room="Analyses",
    )


@blueprint.get("/outputs/<int:run_id>/<file>")
@access.needs(Action.READ)
def output(run_id: int, file: str) -> Response:
    """A file that a run made. A run's files never change, so browsers keep them."""
    run = seen.run(run_id)
    if not any(file in output.files.values() for output in run.outputs):
        raise NotFound("There is no such file.")
    response = send_file(inside(runs.folder(access.settings(), run_id), file), conditional=True)
    response.headers["Cache-Control"] = f"private, max-age={YEAR}, immutable"
    return headers.as_file(response)
