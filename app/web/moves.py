"""Giving a note another address."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, g, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Action
from app.annotations import anchored
from app.errors import BadInput, Conflict
from app.library import names
from app.library.moving import moving
from app.library.writing import save
from app.web import access, asked
from app.web.api import answer, version_required
from app.web.asked import Wanted
from app.web.templates import address, worded

blueprint = Blueprint("moves", __name__)

NEW_ADDRESS = {"id": Wanted(str, required=True), "rewrite_links": Wanted(bool)}


@blueprint.get("/move/<path:id>")
@access.needs(Action.WRITE)
def form(id: str) -> str:
    save.read(access.settings(), id)
    return page(id, typed=names.normal(id), rewrite=True)


@blueprint.post("/move/<path:id>")
@access.needs(Action.WRITE)
def move(id: str) -> ResponseReturnValue:
    typed, rewrite = request.form.get("id", "").strip(), "links" in request.form
    try:
        found = moving.move(
            access.settings(), g.db, id, typed, person_id=g.person.id, rewrite_links=rewrite
        )
    except (BadInput, Conflict) as error:
        return make_response(page(id, typed, rewrite, wrong=worded(error)), error.status)
    anchored.follow_saves(g.db)
    if found.left:
        return page(found.id, found.id, rewrite, left=found.left)
    said = {"moved": names.normal(id), "links": len(found.rewritten) or None}
    return redirect(
        f"{address(found.id)}?{urlencode({name: each for name, each in said.items() if each})}", 303
    )


@blueprint.post("/api/moves/<path:id>")
@access.needs(Action.WRITE)
def move_note(id: str) -> Response:
    """Only the version that is named: who moves a note by what it says has read it."""
    base, settings = version_required(id), access.settings()
    sent = asked.body(NEW_ADDRESS)
    found = moving.move(
        settings,
        g.db,
        id,
        sent["id"],
        base_sha256=base,
        person_id=g.person.id,
        rewrite_links=sent.get("rewrite_links", False),
    )
    anchored.follow_saves(g.db)
    sha256 = save.version_now(settings, found.id)
    there = {"id": found.id, "url": address(found.id), "sha256": sha256}
    response = answer({**there, "rewritten": found.rewritten, "left": found.left})
    response.set_etag(sha256)
    return response


def page(id: str, typed: str, rewrite: bool, *, wrong: str = "", left: tuple[str, ...] = ()) -> str:
    return render_template("move.html", id=id, typed=typed, rewrite=rewrite, wrong=wrong, left=left)
