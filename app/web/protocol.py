"""What the Web Annotation Protocol asks of every answer: types, links, ETags, CORS.

https://www.w3.org/TR/annotation-protocol/, sections 3 to 6.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, g, request

from app.annotations import container, model, rdf, renames
from app.annotations.kept import Annotation
from app.errors import BadInput, Changed, GlossError, NotExpressible, WrongType
from app.web import access, formats, problems

TAKEN = formats.JSON
TYPE = formats.TYPES["json"]
TURTLE_MARK = "-turtle"  # behind the version in the ETag
LDP = "http://www.w3.org/ns/ldp#"
OA = "http://www.w3.org/ns/oa#"
LINKS = {
    "container": (
        f'<{LDP}BasicContainer>; rel="type"',
        f'<{OA}AnnotationCollection>; rel="type"',
        f'<http://www.w3.org/TR/annotation-protocol/>; rel="{LDP}constrainedBy"',
    ),
    "page": (f'<{LDP}Resource>; rel="type"',),
    "annotation": (f'<{LDP}Resource>; rel="type"', f'<{OA}Annotation>; rel="type"'),
}
ALLOW = {
    "container": "GET, HEAD, OPTIONS, POST",
    "page": "GET, HEAD, OPTIONS",
    "annotation": "GET, HEAD, OPTIONS, PUT, DELETE",
}
# Any site may read what the public may; none is ever given the reader's session.
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS, POST, PUT, DELETE",
    "Access-Control-Allow-Headers": "Accept, Authorization, Content-Type, If-Match,"
    " If-None-Match, Prefer, Slug",
    "Access-Control-Expose-Headers": "ETag, Allow, Vary, Link, Content-Type, Location,"
    " Content-Location, Prefer, Preference-Applied, Accept-Post",
    "Access-Control-Max-Age": "600",
}
VARY = "Accept, Cookie, Authorization"
HEADERS = {
    asked: [
        *CORS.items(),
        *(("Link", link) for link in LINKS[asked]),
        ("Allow", ALLOW[asked]),
        ("Vary", VARY if asked == "annotation" else f"{VARY}, Prefer"),
    ]
    for asked in LINKS
}
HEADERS["container"].append(("Accept-Post", f"{TYPE}, {', '.join(TAKEN)}"))


def add_to(blueprint: Blueprint) -> None:
    """Give every answer of the protocol its headers, and its errors their form."""
    blueprint.after_request(complete)
    blueprint.after_app_request(advertise)
    blueprint.after_app_request(complete_refusal)
    blueprint.register_error_handler(GlossError, of_gloss)


def kind() -> str | None:
    """What is asked for; None for the forms, which are pages like any other."""
    view = (request.endpoint or "").rpartition(".")[2]
    if view in ("overview", "create"):
        return "page" if "page" in request.args else "container"
    return "annotation" if view in ("show", "replace", "delete") else None


def complete(response: Response) -> Response:
    """With the headers of what is answered: that is the annotation, once one was made (5.1)."""
    asked = kind()
    if asked is None:
        return response
    if response.status_code == HTTPStatus.CREATED:
        asked = "annotation"
    response.headers.pop("Allow", None)  # of a refusal
    response.headers.extend(HEADERS[asked])
    response.make_conditional(request)
    return response


def complete_refusal(response: Response) -> Response:
    """A method that the container does not know (405) finds no view, and its answer has its links.

    So a browser's program on another site, too, is told why.
    """
    path = request.path
    if request.endpoint is None and path.startswith(container.PATH):
        response.headers.update(CORS)
        if path == container.PATH and "page" not in request.args:
            for link in LINKS["container"]:
                response.headers.add("Link", link)
    return response


def advertise(response: Response) -> Response:
    """A note's page says where its annotations are (section 4.4)."""
    if request.endpoint == "notes.note" and response.mimetype == "text/html":
        response.headers["Link"] = f'</annotations/>; rel="{OA}annotationService"'
    return response


def of_gloss(error: GlossError) -> Response:
    """A program that says nothing in Accept gets a document here, not a page."""
    if kind() is None or formats.asked(request.accept_mimetypes) == "html":
        return problems.of_gloss(error)
    facts: dict[str, Any] = dict(problems.facts_of(error))
    if isinstance(error, BadInput) and error.field:
        faults = [{"field": each.field, "detail": each.message} for each in error.all]
        facts["errors"] = faults
    response = problems.as_document(error.status, error.message, error.hint, facts)
    return problems.with_headers(response, error)


def prefers_html() -> bool:
    """Whether a page is liked best; NotAcceptable where nothing that there is is taken."""
    return formats.best(request.accept_mimetypes) == "html"


def answer(document: dict[str, Any], version: str = "") -> Response:
    """The document in the form asked for, each form with an ETag of its own."""
    text = json.dumps(document, ensure_ascii=False)
    version = version or hashlib.sha256(text.encode()).hexdigest()[:32]
    turtle = as_turtle(document)
    if turtle is None:
        response = Response(text, content_type=TYPE)
    else:
        response = Response(turtle, content_type=formats.TYPES["turtle"])
        version += TURTLE_MARK
    response.set_etag(version)
    return response


def as_turtle(document: dict[str, Any]) -> str | None:
    """The document in Turtle, if that is asked for; what was written already is answered anyway."""
    if "Accept" not in request.headers or formats.asked(request.accept_mimetypes) != "turtle":
        return None
    try:
        return rdf.turtle(document)
    except NotExpressible:
        if request.method in access.SAFE:
            raise
        return None


def received(bases: Sequence[str]) -> dict[str, Any]:
    """The annotation in the body of the request, checked. `bases` are our own addresses."""
    if request.mimetype not in TAKEN:
        raise WrongType(
            f"Send an annotation as {formats.LD_JSON}.",
            field="",
            hint=f"This is {request.mimetype or 'nothing'}.",
        )
    model.check_size(request.content_length or 0)
    return model.parse(request.get_data(cache=False), bases)


def base_version(kept: Annotation) -> str | None:
    """The version that If-Match names: None if any will do."""
    if "If-Match" not in request.headers or request.if_match.star_tag:
        return None
    (answered,) = renames.followed(g.db, g.person, [kept])
    if {answered.version, answered.version + TURTLE_MARK} & request.if_match.as_set():
        return kept.version
    raise Changed(
        "This annotation is no longer at that version.",
        current=answered.version,
        hint="Read it again, and send the change with its new ETag.",
    )
