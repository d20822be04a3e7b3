"""Drafts: kept while somebody types, listed and dropped by whoever typed them."""

from __future__ import annotations

import re

from flask import Blueprint, Response, g, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Action
from app.errors import BadInput
from app.library.writing import drafts
from app.web import access, unsaved, writing
from app.web.templates import quoted

blueprint = Blueprint("drafts", __name__)

LONGEST_ID = 1000
NUMBER = re.compile(r"[0-9]{1,18}")


@blueprint.post("/drafts")
@access.needs(Action.WRITE)
def keep() -> Response:
    """The whole form, as it stands: it comes every few seconds while somebody types.

    `at` is empty where the note says all of it already: such a draft is not kept.
    """
    form = writing.sent(request.form, unsaved.present(g.db, note()))
    if not form.draft:
        raise BadInput("The draft has no token.", field="draft", hint="Load the page again.")
    return jsonify({"at": unsaved.keep(g.db, g.person.id, form)})


@blueprint.post("/drafts/drop")
@access.needs(Action.WRITE)
def drop() -> ResponseReturnValue:
    drafts.drop_seen(g.db, g.person.id, seen())
    return back()


@blueprint.post("/drafts/drop-all")
@access.needs(Action.WRITE)
def drop_all() -> ResponseReturnValue:
    """One's own that the page listed, as it listed them."""
    drafts.drop_seen(g.db, g.person.id, seen())
    return back()


def seen() -> dict[str, int]:
    """The drafts that the form names, and how often each had been kept."""
    named = [text.partition(":") for text in request.form.getlist("draft")]
    return {token: int(times) for token, _, times in named if NUMBER.fullmatch(times)}


def back() -> ResponseReturnValue:
    """To the form that the list stood above."""
    return redirect(f"/edit/{quoted(note())}" if note() else "/new", 303)


def note() -> str:
    named = request.form.get("note", "")
    if len(named) > LONGEST_ID or "\0" in named:
        raise BadInput("There is no such note.", field="note")
    return named
