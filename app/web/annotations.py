"""The annotations: for programs a W3C container with its pages, for people a list and forms.

https://www.w3.org/TR/annotation-protocol/. Which of the two is answered is decided by Accept.
The headers that every answer here carries are in `protocol`, the forms in `annotation_forms`.
"""

from __future__ import annotations

from flask import Blueprint, Response, g, render_template, request
from werkzeug.exceptions import MethodNotAllowed

from app.accounts.permissions import Action
from app.annotations import container, listing, store
from app.annotations.addresses import of_note
from app.annotations.container import Shape
from app.annotations.kept import Annotation, as_json, may_change
from app.annotations.reading import read
from app.annotations.shown import as_html
from app.errors import BadInput, NotFound
from app.library import macros
from app.web import access, annotation_forms, protocol

blueprint = Blueprint("annotations", __name__)
annotation_forms.add_to(blueprint)
protocol.add_to(blueprint)


@blueprint.get("/annotations/")
@access.needs(Action.READ)
def overview() -> Response:
    """The container, one page of it, or the list for people."""
    if protocol.prefers_html():
        return for_people()
    if "page" in request.args:
        return one_page()
    prefer = request.headers.get("Prefer", "")
    embedded, wish = container.preferred(prefer)
    shape = asked_shape(wish)
    first = listing.page(g.db, g.person, limit=shape.size)
    whole = container.collection(shape, first, embedded=embedded)
    response = protocol.answer(whole)
    response.headers["Content-Location"] = whole["id"]
    if embedded or container.MINIMAL in prefer:
        response.headers["Preference-Applied"] = "return=representation"
    return response


@blueprint.post("/annotations/")
@access.needs(Action.ANNOTATE)
def create() -> Response:
    if "page" in request.args:
        raise MethodNotAllowed(valid_methods=["GET", "HEAD", "OPTIONS"])
    sent = protocol.received()
    slug = request.headers.get("Slug", "")
    kept = store.create(g.db, g.person, sent, bases=protocol.bases(), slug=slug)
    response = as_one(kept)
    response.status_code = 201
    response.headers["Location"] = protocol.base() + kept.address
    return response


@blueprint.get("/annotations/<id>")
@access.needs(Action.READ)
def show(id: str) -> Response:
    """The annotation; a person who follows its address comes to the passage in the note."""
    kept = store.get(g.db, id, g.person)
    if protocol.prefers_html() and kept.path is not None:
        return redirected(kept)
    return as_one(kept)


@blueprint.put("/annotations/<id>")
@access.needs(Action.ANNOTATE)
def replace(id: str) -> Response:
    base = protocol.base_version(store.get(g.db, id, g.person))
    sent = protocol.received()
    kept = store.update(g.db, g.person, id, sent, base=base, bases=protocol.bases())
    return as_one(kept)


@blueprint.delete("/annotations/<id>")
@access.needs(Action.ANNOTATE)
def delete(id: str) -> Response:
    base = protocol.base_version(store.get(g.db, id, g.person))
    store.delete(g.db, g.person, id, base=base)
    return Response(status=204)


def one_page() -> Response:
    shape, number = asked_shape(None), asked_page()
    found = listing.page(g.db, g.person, limit=shape.size, offset=number * shape.size)
    if not found.annotations:
        raise NotFound("There is no such page.", hint="Start at the container: /annotations/.")
    return protocol.answer(container.page(shape, found, number))


def for_people() -> Response:
    number, size = asked_page(), access.settings().page_size
    found = listing.page(g.db, g.person, limit=size, offset=number * size, newest_first=True)
    known, _ = macros.of_library(access.settings().notes)
    comments = [
        (kept, as_html(read(kept.stored), known), may_change(g.person, kept))
        for kept in found.annotations
    ]
    page = render_template(
        "annotations/overview.html",
        room="Margin",
        total=found.total,
        comments=comments,
        newer=number - 1 if number else None,
        older=number + 1 if (number + 1) * size < found.total else None,
    )
    return Response(page, mimetype="text/html")


def redirected(kept: Annotation) -> Response:
    response = Response(status=303)
    response.headers["Location"] = f"{of_note(kept.path or '')}#annotation-{kept.id}"
    return response


def as_one(kept: Annotation) -> Response:
    return protocol.answer(as_json(kept, protocol.base()), kept.version)


def asked_shape(wish: bool | None) -> Shape:
    """How the container is asked for: by `iris` in the address, else by what Prefer wishes."""
    settings = access.settings()
    iris = {"0": False, "1": True}.get(request.args.get("iris", ""), wish)
    return Shape(protocol.base(), settings.title, settings.page_size, iris)


def asked_page() -> int:
    """The number of the page that is asked for, from 0."""
    number = request.args.get("page", "0")
    if not (number.isascii() and number.isdecimal() and len(number) <= 9):
        raise BadInput("A page is a whole number, from 0.", field="page")
    return int(number)
