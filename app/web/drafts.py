"""Drafts: kept while somebody types, listed and dropped by whoever typed them."""

from __future__ import annotations

from flask import Blueprint, Response, g, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Action
from app.errors import BadInput
from app.library.writing import drafts
from app.web import access, unsaved, writing
from app.web.templates import quoted

blueprint = Blueprint("drafts", __name__)

LONGEST_ID = 1000


@blueprint.post("/drafts")
@access.needs(Action.WRITE)
def keep() -> Response:
    """The whole form, as it stands: it comes every few seconds while somebody types.

    `at` is empty where the note says all of it already: such a draft is not kept.
    """
    form = writing.sent(request.form, note())
    if not form.draft:
        raise BadInput("The draft has no token.", field="draft", hint="Load the page again.")
    return jsonify({"at": unsaved.keep(g.db, g.person.id, form)})


@blueprint.post("/drafts/drop")
@access.needs(Action.WRITE)
def drop() -> ResponseReturnValue:
    drafts.drop(g.db, g.person.id, note(), request.form.get("draft", ""))
    return back()


@blueprint.post("/drafts/drop-all")
@access.needs(Action.WRITE)
def drop_all() -> ResponseReturnValue:
    """One's own that were listed when the page was made, of one note where it is named.

    Not that of the form on that page.
    """
    until, but = request.form.get("until", ""), request.form.get("but", "")
    drafts.drop_all(g.db, g.person.id, until, id=note() or None, but=but)
    return back()


def back() -> ResponseReturnValue:
    """To the form that the list stood above."""
    return redirect(f"/edit/{quoted(note())}" if note() else "/new", 303)


def note() -> str:
    named = request.form.get("note", "")
    if len(named) > LONGEST_ID or "\0" in named:
        raise BadInput("There is no such note.", field="note")
    return named
