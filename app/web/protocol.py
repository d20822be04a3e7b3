"""What the Web Annotation Protocol asks of every answer: types, links, ETags, CORS.

https://www.w3.org/TR/annotation-protocol/, sections 3 to 6.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotAcceptable

from app.annotations import model
from app.annotations.kept import Annotation
from app.errors import Changed, GlossError, WrongType
from app.web import access, problems

LD_JSON = "application/ld+json"
TAKEN = (LD_JSON, "application/json")
TYPE = f'{LD_JSON}; profile="{model.CONTEXT}"'
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


def add_to(blueprint: Blueprint) -> None:
    """Give every answer of the protocol its headers, and its errors their form."""
    blueprint.after_request(complete)
    blueprint.after_app_request(advertise)
    blueprint.register_error_handler(GlossError, of_gloss)


def kind() -> str | None:
    """What is asked for; None for the forms, which are pages like any other."""
    view = (request.endpoint or "").rpartition(".")[2]
    if view in ("overview", "create"):
        return "page" if "page" in request.args else "container"
    return "annotation" if view in ("show", "replace", "delete") else None


def complete(response: Response) -> Response:
    asked = kind()
    if asked is None:
        return response
    response.headers.update(CORS)
    response.headers["Allow"] = ALLOW[asked]
    for link in LINKS[asked]:
        response.headers.add("Link", link)
    response.vary.update(["Accept", "Cookie", "Authorization"])
    if asked != "annotation":
        response.vary.add("Prefer")
    if asked == "container":
        response.headers["Accept-Post"] = f"{TYPE}, {', '.join(TAKEN)}"
    response.make_conditional(request)
    return response


def advertise(response: Response) -> Response:
    """A note's page says where its annotations are (section 4.4)."""
    if request.endpoint == "notes.note" and response.mimetype == "text/html":
        response.headers["Link"] = f'</annotations/>; rel="{OA}annotationService"'
    return response


def of_gloss(error: GlossError) -> Response:
    """A program that says nothing in Accept gets a document here, not a page."""
    page, data = liking()
    if kind() is None or page > data:
        return problems.of_gloss(error)
    response = problems.as_document(
        error.status, error.message, error.hint, problems.facts_of(error)
    )
    return problems.with_headers(response, error)


def prefers_html() -> bool:
    """Whether a page is liked better than JSON; NotAcceptable where neither is taken."""
    page, data = liking()
    if not page and not data:
        raise NotAcceptable(f"There is {LD_JSON} here, and text/html.")
    return page > data


def liking() -> tuple[float, float]:
    """How well a page is liked, and how well JSON, by what Accept says."""
    accept = request.accept_mimetypes
    if not accept:
        return 0, 1
    return accept["text/html"], max(accept[kind] for kind in (TYPE, *TAKEN))


def as_ld_json(document: dict[str, Any]) -> Response:
    text = json.dumps(document, ensure_ascii=False, indent=1)
    response = Response(text, content_type=TYPE)
    response.set_etag(hashlib.sha256(text.encode()).hexdigest()[:32])
    return response


def received() -> dict[str, Any]:
    """The annotation in the body of the request, checked."""
    if request.mimetype not in TAKEN:
        raise WrongType(
            f"Send an annotation as {LD_JSON}.",
            field="",
            hint=f"This is {request.mimetype or 'nothing'}.",
        )
    model.check_size(request.content_length or 0)
    return model.parse(request.get_data(cache=False))


def base_version(kept: Annotation) -> str | None:
    """The version that If-Match names: None if any will do."""
    if "If-Match" not in request.headers or request.if_match.star_tag:
        return None
    if kept.version in request.if_match.as_set():
        return kept.version
    raise Changed(
        "This annotation is no longer at that version.",
        current=kept.version,
        hint="Read it again, and send the change with its new ETag.",
    )


def base() -> str:
    """The address of the library for who is asking."""
    return (access.settings().base_url or request.host_url).rstrip("/")


def bases() -> list[str]:
    """Every address that means this library."""
    return list(dict.fromkeys([base(), request.host_url.rstrip("/"), access.settings().address]))
