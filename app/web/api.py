"""The JSON addresses, for programs: the same rooms, rights and errors as the pages.

Described by `/api/openapi.json`. Errors are problem documents (RFC 9457).
"""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, g, request

from app.accounts.permissions import Action, visibilities
from app.annotations import anchored
from app.errors import BadInput, BaseMissing, Changed, NotFound
from app.lab import analyses, runner, runs
from app.lab.runs import history
from app.lab.shown import board, spoken
from app.library import documents
from app.library.documents import Document
from app.library.writing import naming, save
from app.search import find
from app.web import access, asked, fillers, openapi, presenters, seen, told
from app.web.analyses import listed
from app.web.asked import Wanted
from app.web.known import known_now
from app.web.notes import readable, refuse_former
from app.web.root import root
from app.web.templates import address

blueprint = Blueprint("api", __name__, url_prefix="/api")

NEW_NOTE = {"id": Wanted(str), "markdown": Wanted(str, required=True)}
NOTE_CHANGE = {"markdown": Wanted(str, required=True)}
NEW_RUN = {"script": Wanted(str, required=True), "params": Wanted(dict), "force": Wanted(bool)}


@blueprint.get("/notes")
@access.needs(Action.LIST)
def notes() -> Response:
    filters = {name: request.args.get(name) for name in ("kind", "tag", "folder", "author")}
    page = documents.page(
        g.db,
        visibilities(g.person),
        **filters,
        year=asked.year(),
        limit=asked.limit(),
        offset=asked.offset(),
    )
    return answer({"total": page.total, "results": list(map(presenters.entry, page.documents))})


@blueprint.post("/notes")
@access.needs(Action.WRITE)
def create_note() -> Response:
    sent = asked.body(NEW_NOTE)
    settings, markdown = access.settings(), sent["markdown"]
    if "id" in sent:
        made = save.create(settings, g.db, sent["id"], markdown, person_id=g.person.id)
    else:
        made = naming.create(settings, g.db, markdown, person_id=g.person.id)
    response = as_note(made.document, 201)
    response.headers["Location"] = f"/api{address(made.path)}"
    return response


@blueprint.get("/notes/<path:id>")
@access.needs(Action.READ)
def note(id: str) -> Response:
    return as_note(readable(id))


@blueprint.put("/notes/<path:id>")
@access.needs(Action.WRITE)
def update_note(id: str) -> Response:
    """Where somebody saved since that version, both changes are kept if they merge; else 412."""
    base = version_required(id)
    markdown = asked.body(NOTE_CHANGE)["markdown"]
    saved = save.update(access.settings(), g.db, id, markdown, base, person_id=g.person.id)
    anchored.follow_save(g.db, saved.uid)
    return as_note(saved.document, merged=saved.merged)


@blueprint.delete("/notes/<path:id>")
@access.needs(Action.WRITE)
def delete_note(id: str) -> Response:
    save.delete(access.settings(), g.db, id, version_named(id), person_id=g.person.id)
    return Response(status=204)


@blueprint.get("/search")
@access.needs(Action.LIST)
def search() -> Response:
    if "q" not in request.args:
        raise BadInput("Say what to search for: q=words.", field="q")
    query, limit, offset = request.args["q"], asked.limit(20), asked.offset()
    order = asked.word("order", find.ORDERS) or find.RELEVANCE
    known = known_now()
    found = find.search(g.db, g.person, query, limit, offset, order=order, known=known)
    return answer(presenters.results(found))


@blueprint.get("/analyses")
@access.needs(Action.LIST)
def list_analyses() -> Response:
    return answer({"results": list(map(presenters.analysis, listed()))})


@blueprint.get("/analyses/<name>")
@access.needs(Action.READ)
def analysis(name: str) -> Response:
    if not seen.analysis(name):
        raise NotFound("There is no such analysis.")
    return answer(presenters.signature(analyses.find(access.settings(), name)))


@blueprint.get("/runs")
@access.needs(Action.LIST)
def list_runs() -> Response:
    """For the public, the runs that a note which it may list shows."""
    choices = None
    if not access.is_inside():
        shown = spoken.choices(access.settings(), g.db, visibilities(g.person))
        choices = frozenset(shown)
    status = asked.word("status", (*runs.ENDED, "queued", "running"))
    wanted = history.Wanted(request.args.get("script"), status, choices)
    page = history.page(g.db, wanted, limit=asked.limit(), offset=asked.offset())
    results = [presenters.run_entry(told.run(each)) for each in page.runs]
    return answer({"total": page.total, "results": results})


@blueprint.post("/runs")
@access.needs(Action.RUN)
def start_run() -> Response:
    sent = asked.body(NEW_RUN)
    settings, params, force = access.settings(), sent.get("params", {}), sent.get("force", False)
    run, cached = runs.enqueue(settings, g.db, sent["script"], params, g.person, force=force)
    runner.wake(settings)
    response = answer({"id": run.id, "status": run.status, "cached": cached}, 202)
    response.headers["Location"] = f"/api/runs/{run.id}"
    return response


@blueprint.get("/runs/<int:id>")
@access.needs(Action.READ)
def run(id: int) -> Response:
    return answer(presenters.run(seen.run(id)))


@blueprint.delete("/runs/<int:id>")
@access.needs(Action.RUN)
def cancel_run(id: int) -> Response:
    run = runs.cancel(g.db, seen.run(id).id)
    runner.wake(access.settings())
    return answer(presenters.run(run), 202 if run.active else 200)


@blueprint.get("/claims")
@access.needs(Action.LIST)
def list_claims() -> Response:
    every = board.claims(access.settings(), g.db, visibilities(g.person))
    return answer({"results": list(map(presenters.claim, every))})


@blueprint.get("/openapi.json")
@access.needs(Action.VISIT)
def description() -> Response:
    return answer(openapi.document(f"The library {access.settings().title}", root()))


def answer(document: dict[str, Any], status: int = 200) -> Response:
    text = json.dumps(document, ensure_ascii=False)
    return Response(text, status, content_type="application/json")


def as_note(document: Document, status: int = 200, *, merged: bool = False) -> Response:
    """The note under the ETag of its file. `merged`: with what somebody else changed.

    What analyses returned is in the HTML and may change under the same ETag, so a request with
    If-None-Match is answered in full.
    """
    html = fillers.fill_note(document, {}).html
    more = {"merged": True} if merged else {}
    response = answer({**presenters.note(document, html), **more}, status)
    response.set_etag(document.sha256)
    return response


def version_named(id: str) -> str | None:
    """The version that If-Match names, the file's own if it is among several; None without it.

    The file is asked, not the index: what could not be indexed can be repaired by a PUT.
    """
    try:
        current = save.version_now(access.settings(), id)
    except NotFound:
        refuse_former(id)
        raise
    if "If-Match" not in request.headers:
        return None
    named = request.if_match.as_set()
    if request.if_match.star_tag or current in named:
        return current
    if named:
        return min(named)
    raise Changed(
        "The note is no longer at that version.",
        current=current,
        hint="Read it again, and send the change with its new ETag.",
    )


def version_required(id: str) -> str:
    """The same, where a version must be named."""
    base = version_named(id)
    if base is None:
        raise BaseMissing(
            "Say which version this change is based on.",
            hint="Send its ETag in If-Match, or If-Match: * for whatever is there.",
        )
    return base
