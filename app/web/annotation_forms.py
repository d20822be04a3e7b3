"""Commenting without scripts: a form, and what is wrong in it beside each field."""

from __future__ import annotations

import re
from http import HTTPStatus
from urllib.parse import quote

from flask import Blueprint, Response, g, make_response, render_template, request
from werkzeug.datastructures import MultiDict

from app import clock
from app.accounts.permissions import Action, Thing
from app.annotations import composing, store
from app.annotations.addresses import of_note
from app.annotations.composing import Typed
from app.errors import BadInput, NotFound
from app.library import documents, names
from app.library.documents import Document
from app.web import access

FORMULA = re.compile(r"\$+[^$]*\$+")
ENDS = 6  # words: a longer passage is named by its beginning and its end
FIELDS = ("note", "quote", "comment", "visibility")


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_app_template_filter(passage, "passage")
    blueprint.add_url_rule("/annotations/form", view_func=form, methods=["GET"])
    blueprint.add_url_rule("/annotations/form", view_func=add, methods=["POST"])
    blueprint.add_url_rule("/annotations/<id>/delete", view_func=take_away, methods=["POST"])


@access.needs(Action.ANNOTATE)
def form() -> Response:
    """The empty form of a note, on a page of its own; `quote` may be in the address."""
    typed = typed_in(request.args)
    return shown(asked_note(typed["note"]), typed, {}, HTTPStatus.OK)


@access.needs(Action.ANNOTATE)
def add() -> Response:
    """Keep the comment and go to it; else the form again, with what was typed."""
    typed = typed_in(request.form)
    note = asked_note(typed["note"])
    words = Typed(typed["quote"], typed["comment"], typed["visibility"])
    try:
        composed = composing.compose(note.path, note.text, g.person, clock.stamp(), words)
    except BadInput as error:
        field = error.field if error.field in FIELDS else "other"
        return shown(note, typed, {field: str(error)}, error.status)
    kept = store.create(g.db, g.person, composed)
    return to(f"{of_note(note.path)}#annotation-{kept.id}")


@access.needs(Action.ANNOTATE)
def take_away(id: str) -> Response:
    """Delete an annotation and go back to its note."""
    kept = store.delete(g.db, g.person, id)
    return to("/annotations/" if kept.path is None else f"{of_note(kept.path)}#margin")


def typed_in(values: MultiDict[str, str]) -> dict[str, str]:
    """What was typed into each field."""
    clean = {name: values.get(name, "").replace("\0", "") for name in FIELDS}
    return {**clean, "visibility": clean["visibility"] or "shared"}


def asked_note(path: str) -> Document:
    """The note that the comment is about; a note that may not be read is not found."""
    note = documents.get(g.db, names.normal(path))
    if note is None:
        raise NotFound("There is no such note.", hint="It may have been moved or deleted.")
    access.allow(Action.READ, Thing(note.visibility))
    return note


def shown(
    note: Document, typed: dict[str, str], wrong: dict[str, str], status: HTTPStatus
) -> Response:
    page = render_template(
        "annotations/form.html", room="Margin", document=note, form=typed, wrong=wrong
    )
    return make_response(page, status)


def to(address: str) -> Response:
    response = Response(status=HTTPStatus.SEE_OTHER)
    response.headers["Location"] = address
    return response


def passage(words: str) -> str:
    """A fragment with which a browser marks the passage in its page, without scripts.

    A formula's TeX does not stand in the page, so such a passage is named by the words around.

    >>> passage("a walk, in many dimensions"), passage("after $N$ steps")
    ('#:~:text=a%20walk%2C%20in%20many%20dimensions', '#:~:text=after,steps')
    """
    pieces = [piece.split() for piece in FORMULA.split(words) if piece.strip()] or [words.split()]
    first, last = pieces[0], pieces[-1]
    whole = len(pieces) == 1 and len(first) <= 2 * ENDS
    ends = [first] if whole else [first[:ENDS], last[-ENDS:]]
    return "#:~:text=" + ",".join(quote(" ".join(end), safe="").replace("-", "%2D") for end in ends)
