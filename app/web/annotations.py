"""The annotations: for programs a W3C container with its pages, for people a list and forms.

https://www.w3.org/TR/annotation-protocol/. Which of the two is answered is decided by Accept.
The headers that every answer here carries are in `protocol`, the forms in `annotation_forms`.
"""

from __future__ import annotations

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import MethodNotAllowed

from app.accounts.permissions import Action
from app.annotations import container, listing, renames, store
from app.annotations.container import Shape
from app.annotations.kept import Annotation, as_json
from app.errors import NotFound
from app.web import access, annotation_forms, annotation_overview, prefer, protocol
from app.web.permalinks import permalink
from app.web.root import root, roots

blueprint = Blueprint("annotations", __name__)
annotation_forms.add_to(blueprint)
protocol.add_to(blueprint)


@blueprint.get("/annotations/")
@access.needs(Action.READ)
def overview() -> Response:
    """The container, one page of it, or the list for people."""
    if protocol.prefers_html():
        return annotation_overview.for_people()
    if "page" in request.args:
        return one_page()
    asked = prefer.of_representation(request.headers.get("Prefer", ""))
    preferred = container.preferred(*asked)
    shape = asked_shape(preferred.iris)
    first = listing.page(g.db, g.person, limit=shape.size)
    whole = container.collection(shape, first, embedded=preferred.embedded)
    response = protocol.answer(whole)
    response.headers["Content-Location"] = whole["id"]
    if preferred.applied:
        response.headers["Preference-Applied"] = "return=representation"
    return response


@blueprint.post("/annotations/")
@access.needs(Action.ANNOTATE)
def create() -> Response:
    if "page" in request.args:
        raise MethodNotAllowed(valid_methods=["GET", "HEAD", "OPTIONS"])
    sent = protocol.received(bases := roots())
    slug = request.headers.get("Slug", "")
    kept = store.create(g.db, g.person, sent, bases=bases, slug=slug)
    response = as_one(kept)
    response.status_code = 201
    response.headers["Location"] = root() + kept.address
    return response


@blueprint.get("/annotations/<id>")
@access.needs(Action.READ)
def show(id: str) -> Response:
    """The annotation; a person who follows its address comes to the passage, or to a page of it."""
    kept = store.get(g.db, id, g.person)
    if not protocol.prefers_html():
        return as_one(kept)
    return redirected(kept) if kept.path is not None else annotation_overview.alone(kept)


@blueprint.put("/annotations/<id>")
@access.needs(Action.ANNOTATE)
def replace(id: str) -> Response:
    base = protocol.base_version(store.get(g.db, id, g.person))
    sent = protocol.received(bases := roots())
    kept = store.update(g.db, g.person, id, sent, base=base, bases=bases)
    return as_one(kept)


@blueprint.delete("/annotations/<id>")
@access.needs(Action.ANNOTATE)
def delete(id: str) -> Response:
    base = protocol.base_version(store.get(g.db, id, g.person))
    store.delete(g.db, g.person, id, base=base)
    return Response(status=204)


def one_page() -> Response:
    shape, number = asked_shape(None), annotation_overview.asked_page()
    found = listing.page(g.db, g.person, limit=shape.size, offset=number * shape.size)
    if not found.annotations:
        raise NotFound("There is no such page.", hint="Start at the container: /annotations/.")
    return protocol.answer(container.page(shape, found, number))


def redirected(kept: Annotation) -> Response:
    response = Response(status=303)
    response.headers["Location"] = permalink(kept)
    return response


def as_one(kept: Annotation) -> Response:
    (kept,) = renames.followed(g.db, g.person, [kept])
    return protocol.answer(as_json(kept, root()), kept.version)


def asked_shape(wish: bool | None) -> Shape:
    """How the container is asked for: by `iris` in the address, else by what Prefer wishes."""
    settings = access.settings()
    iris = {"0": False, "1": True}.get(request.args.get("iris", ""), wish)
    return Shape(root(), settings.title, settings.page_size, iris)
