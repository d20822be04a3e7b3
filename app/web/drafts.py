"""Drafts: kept while somebody types, listed and dropped by whoever typed them."""

from __future__ import annotations

from flask import Blueprint, Response, g, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Action
from app.errors import BadInput
from app.library.writing import drafts
from app.web import access, writing
from app.web.templates import quoted

blueprint = Blueprint("drafts", __name__)

LONGEST_ID = 1000


@blueprint.post("/drafts")
@access.needs(Action.WRITE)
def keep() -> Response:
    """The whole form, as it stands: it comes every few seconds while somebody types."""
    form = writing.sent(request.form, note())
    if not form.draft:
        raise BadInput("The draft has no token.", field="draft", hint="Load the page again.")
    at = drafts.put(g.db, g.person.id, form.id, form.draft, form.base, form.kept())
    return jsonify({"at": at})


@blueprint.post("/drafts/drop")
@access.needs(Action.WRITE)
def drop() -> ResponseReturnValue:
    drafts.drop(g.db, g.person.id, note(), request.form.get("draft", ""))
    return redirect(f"/edit/{quoted(note())}" if note() else "/new", 303)


def note() -> str:
    named = request.form.get("note", "")
    if len(named) > LONGEST_ID or "\0" in named:
        raise BadInput("There is no such note.", field="note")
    return named
