"""Errors as people and programs see them: a page, or an `application/problem+json` document."""

from __future__ import annotations

import secrets
import traceback
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import quote

from flask import Flask, Response, g, jsonify, make_response, redirect, render_template, request
from werkzeug.exceptions import HTTPException

from app.accounts.permissions import PUBLIC
from app.errors import BadInput, Changed, Conflict, GlossError, InTrash, Moved, TooSlow, Unreadable
from app.web import formats, log


def install(app: Flask) -> None:
    app.register_error_handler(GlossError, of_gloss)
    app.register_error_handler(HTTPException, of_http)
    app.register_error_handler(Exception, of_ours)


def of_gloss(error: GlossError) -> Response:
    if isinstance(error, Moved):
        return to_new_address(error)
    response = answer(error.status, error.message, error.hint or place_of(error), facts_of(error))
    return with_headers(response, error)


def to_new_address(error: Moved) -> Response:
    """The same kind of address, for the note where it is now. Old addresses may be used anew."""
    path, suffix = request.path, "" if request.path.endswith(f"/{error.was}") else ".md"
    before = path.removesuffix(suffix).removesuffix(error.was)
    query = f"?{request.query_string.decode()}" if request.query_string else ""
    response = make_response(redirect(f"{before}{quote(error.now)}{suffix}{query}", error.status))
    if for_programs():
        there = response.headers["Location"]
        response = as_document(error.status, error.message, error.hint, {})
        response.headers["Location"] = there
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def with_headers(response: Response, error: GlossError) -> Response:
    """What the protocol asks beside the status."""
    if error.status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TooSlow):
        response.headers["Connection"] = "close"
    return response


def facts_of(error: GlossError) -> dict[str, str | int]:
    """What a program can use: which field, which version, which place."""
    match error:
        case BadInput(field=field) | Conflict(field=field) if field:
            return {"field": field}
        case Changed(current=current) if current:
            return {"current": current}
        case InTrash(uid=uid):
            return {"trash": uid}
        case Unreadable(path=path, line=line):
            return {"path": path, "line": line}
    return {}


def place_of(error: GlossError) -> str:
    """The file and the line of what cannot be read."""
    if not isinstance(error, Unreadable) or not error.path:
        return ""
    return f"It is in {error.path}{f', line {error.line}' if error.line else ''}."


def of_http(error: HTTPException) -> Response:
    """Flask's own: no such address, no such method, a body too large, a host not trusted."""
    status = HTTPStatus(error.code or 500)
    words = {
        HTTPStatus.NOT_FOUND: "There is nothing at this address.",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "That is more than is taken at once.",
        HTTPStatus.METHOD_NOT_ALLOWED: f"{request.method} is not something to do here.",
    }
    response = answer(status, words.get(status, error.description or status.phrase), "", {})
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed: list[str] = getattr(error, "valid_methods", None) or []
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def of_ours(error: Exception) -> Response:
    """A mistake of ours: the log has all of it, under a number that the page shows."""
    number = secrets.token_hex(4)
    log.line("error", number=number, trace="".join(traceback.format_exception(error)))
    hint = f"The log has the details under {number}."
    return answer(HTTPStatus.INTERNAL_SERVER_ERROR, "Gloss made a mistake.", hint, {})


def answer(status: HTTPStatus, message: str, hint: str, facts: dict[str, str | int]) -> Response:
    if for_programs():
        return as_document(status, message, hint, facts)
    g.setdefault("person", PUBLIC)
    page = render_template(
        "problem.html", status=status, message=message, hint=hint, facts=facts, back=back()
    )
    return make_response(page, status)


def back() -> str:
    """Where a form was sent from, if that is a page of ours."""
    came_from = request.referrer or ""
    ours = request.method == "POST" and came_from.startswith(request.host_url)
    return came_from if ours else ""


def for_programs() -> bool:
    if request.path.startswith("/api/"):
        return True
    if request.path.startswith("/annotations/"):
        return formats.asked(request.accept_mimetypes) != "html"
    best = request.accept_mimetypes.best_match(
        ["text/html", "application/json", "application/ld+json", "application/problem+json"]
    )
    return best is not None and best != "text/html"


def as_document(
    status: HTTPStatus, message: str, hint: str, facts: Mapping[str, object]
) -> Response:
    document = {"type": "about:blank", "title": status.phrase, "status": status, "detail": message}
    response = jsonify({**document, **({"hint": hint} if hint else {}), **facts})
    response.status_code = status
    response.content_type = "application/problem+json"
    return response
