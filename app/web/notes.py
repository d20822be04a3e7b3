"""A note as a page, as its source, and the media that it shows."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, g, make_response, render_template, request, send_file
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Action, Thing, may, visibilities
from app.annotations import former, threads
from app.errors import InTrash, Moved, NotFound, Unreadable
from app.library import documents, identity, names, problems
from app.library import media as known_media
from app.library.citations import citing
from app.library.history import trash
from app.web import access, cache, choices, fillers, headers
from app.web.annotation_forms import macros_of
from app.web.templates import moment

blueprint = Blueprint("notes", __name__)


@blueprint.get("/notes/<path:id>")
@access.needs(Action.READ)
@cache.page
def note(id: str) -> ResponseReturnValue:
    if id.endswith(".md"):
        return source(id.removesuffix(".md"))
    return page(readable(id))


def readable(id: str) -> documents.Document:
    """The note, if there is one that the person may read. One that sync could not read says why."""
    document = documents.get(g.db, names.normal(id))
    if document is None:
        refuse_former(id)
        problem = problems.of_note(g.db, names.normal(id))
        if problem is None:
            refuse_deleted(id)
        if problem is None or not may(g.person, Action.READ, Thing("private")):
            raise no_such_note()
        access.allow(Action.INSPECT)
        raise Unreadable(problem.reason, path=problem.path, line=problem.line)
    if not may(g.person, Action.READ, Thing(document.visibility)):
        raise no_such_note()
    return document


def refuse_former(id: str) -> None:
    """Moved, if this is a former address of a note that the person may read, and might before."""
    seen = visibilities(g.person, Action.READ)
    now = identity.of_former(g.db, names.normal(id), seen)
    document = documents.get(g.db, now) if now else None
    if document and may(g.person, Action.READ, Thing(document.visibility)):
        raise Moved(id, document.path)


def refuse_deleted(id: str) -> None:
    """InTrash, for whoever may bring it back."""
    if not access.can(g.person, Action.WRITE):
        return
    kept = trash.at(g.db, names.normal(id))
    if kept:
        message = f"This note is in the trash since {moment(kept.at)}."
        raise InTrash(message, kept.uid, hint="It comes back with its history and its comments.")


def no_such_note() -> NotFound:
    """The same words for a note that is hidden: nobody learns that it exists."""
    return NotFound("There is no such note.", hint="It may have been moved: search for it.")


def page(document: documents.Document, **more: object) -> str:
    filled = fillers.fill_note(document, choices.of_note(document))
    return render_template(
        "note.html",
        document=document,
        body=filled.html,
        title_notes=filled.title_notes,
        tally=filled.tally,
        stale=filled.stale,
        properties=filled.properties,
        et_al=citing.has_others(document.bibtex, document.authors),
        came_from=moved_from(document),
        backlinks=documents.backlinks(g.db, document, visibilities(g.person)),
        margin=threads.of_note(
            g.db,
            document,
            g.person,
            macros_of(document),
            named=request.args.get("annotation", ""),
        ),
        undoable=undoable(),
        room="Notes",
        **more,
    )


def moved_from(document: documents.Document) -> str:
    """The address that it had before the move that led here, for whoever moved it."""
    before = request.args.get("moved", "")
    moved = before and access.can(g.person, Action.WRITE)
    return before if moved and identity.of_former(g.db, before) == document.path else ""


def undoable() -> str:
    """The annotation that the person deleted just now, where the address says so."""
    deleted = request.args.get("deleted", "")
    return deleted if deleted and former.last(g.db, g.person, deleted) else ""


def source(id: str) -> Response:
    """The file, byte for byte; its strong ETag is the SHA-256 of the file."""
    document = readable(id)
    response = make_response(document.source.encode())
    response.content_type = "text/markdown; charset=utf-8"
    response.set_etag(document.sha256)
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    return headers.as_file(response)


@blueprint.get("/media/<path:path>")
@access.needs(Action.READ)
def media(path: str) -> Response:
    """A file below notes/ that is no note: visible to whoever may read a note that uses it.

    Whoever writes sees all of them: the note that will use it may not be saved yet.
    """
    seen = visibilities(g.person, Action.READ)
    writes = may(g.person, Action.WRITE)
    if not is_media(path) or not (writes or documents.shows_media(g.db, path, seen)):
        raise NotFound("There is no such file, or no note that you may read shows it.")
    file = found(access.settings().notes, path)
    response = headers.as_file(send_file(file, conditional=True))
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def found(root: Path, path: str) -> Path:
    """The file at that path, else the one that a note means by it, wherever it lies."""
    try:
        return inside(root, path)
    except NotFound:
        meant = known_media.resolve(g.db, path)
        if meant is None:
            raise
        return inside(root, meant)


def is_media(path: str) -> bool:
    """A note is no media, whoever embeds it, nor is what folders that start with a dot hold."""
    hidden = any(part.startswith(".") for part in path.split("/"))
    return not hidden and not path.lower().endswith(names.SUFFIX)


def inside(root: Path, path: str) -> Path:
    """The file below root; NotFound for anything that leads out of it."""
    try:
        file = (root / path).resolve(strict=True)
    except (OSError, ValueError):
        raise NotFound("There is no such file.") from None
    if not file.is_relative_to(root.resolve()) or not file.is_file():
        raise NotFound("There is no such file.")
    return file
