"""Giving a note another address."""

from __future__ import annotations

from flask import Blueprint, g, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Action
from app.errors import BadInput, Conflict
from app.library import names
from app.library.moving import moving
from app.library.writing import save
from app.web import access
from app.web.templates import address

blueprint = Blueprint("moves", __name__)


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
        return make_response(page(id, typed, rewrite, wrong=str(error)), error.status)
    if found.left:
        return page(found.id, found.id, rewrite, left=found.left)
    return redirect(address(found.id), 303)


def page(id: str, typed: str, rewrite: bool, *, wrong: str = "", left: tuple[str, ...] = ()) -> str:
    return render_template("move.html", id=id, typed=typed, rewrite=rewrite, wrong=wrong, left=left)
