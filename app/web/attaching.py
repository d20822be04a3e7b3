"""Images, PDF and BibTeX that somebody brings into a note that is being written."""

from __future__ import annotations

import posixpath
from urllib.parse import quote

from flask import Blueprint, Response, g, jsonify, request
from werkzeug.datastructures import FileStorage

from app.accounts.permissions import Action
from app.errors import BadInput
from app.library.writing import attach, attachment
from app.web import access, writing

blueprint = Blueprint("attaching", __name__)


@blueprint.post("/media")
@access.needs(Action.WRITE)
def put() -> Response:
    """Store the file of the form; answered with its path and with the Markdown that shows it."""
    path = stored(request.files.get("file"))
    markdown = markdown_of(path, request.form.get("note", ""), request.form.get("words", ""))
    response = jsonify({"path": path, "markdown": markdown})
    response.status_code = 201
    response.headers["Location"] = f"/media/{quote(path)}"
    return response


@blueprint.post("/bibtex")
@access.needs(Action.WRITE)
def bibtex() -> Response:
    """What some BibTeX says of a paper, as the fields of the form have it."""
    return jsonify(writing.of_bibtex(request.form.get("bibtex", "")))


def link(file: FileStorage | None, note: str) -> str:
    return markdown_of(stored(file), note)


def stored(file: FileStorage | None) -> str:
    if file is None or not file.filename:
        raise BadInput("There is no file.", field="file", hint="Choose an image or a PDF.")
    name = posixpath.basename(file.filename.replace("\\", "/"))
    return attach.put(access.settings(), g.db, file.stream.read(), name)


def markdown_of(path: str, note: str, words: str = "") -> str:
    """The link to a file, from the folder of a note, as every Markdown reader understands it.

    >>> markdown_of("media/a-plot.png", "papers/shannon"), markdown_of("media/a.pdf", "walk")
    ('![](../media/a-plot.png)', '[a.pdf](media/a.pdf)')
    """
    address = quote(posixpath.relpath(path, posixpath.dirname(note) or "."))
    said = "".join(letter for letter in words if letter not in "[]\\\n")
    if path.rpartition(".")[2] in attachment.IMAGES:
        return f"![{said}]({address})"
    return f"[{said or posixpath.basename(path)}]({address})"
