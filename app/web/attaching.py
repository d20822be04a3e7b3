"""Images, PDF and BibTeX that somebody brings into a note that is being written.

With scripts a file is stored when it is chosen. Without, it comes with the form, whatever button
was pressed: a browser forgets which file it was, so it is taken then or never.
"""

from __future__ import annotations

import posixpath
from dataclasses import replace
from urllib.parse import quote

from flask import Blueprint, Response, g, jsonify, request
from werkzeug.datastructures import FileStorage

from app.accounts.permissions import Action
from app.errors import BadInput
from app.library.writing import attach, attachment
from app.web import access, filling, writing
from app.web.writing import Form

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
    """What to fill in the form from its BibTeX: the fields, the kind, and what to say of it."""
    filled = filling.fill(writing.sent(request.form, request.form.get("note", "")))
    kind = filled.form.values.get("kind", "")
    return jsonify({"fields": filled.fields, "kind": kind, "told": filled.told})


def brought(form: Form, file: FileStorage | None) -> tuple[Form, str]:
    """The form with the file that came with it, as a link below the text; what is to be said.

    The entries of a .bib file go into the field BibTeX, and fill what is empty.
    """
    if file is None or not file.filename:
        return form, ""
    if file.filename.lower().endswith(".bib"):
        filled = filling.fill(with_entries(form, file))
        return filled.form, filled.told
    link = markdown_of(stored(file), writing.place_of(form))
    text = writing.ended(form.markdown)
    return replace(form, markdown=f"{text}\n{link}\n" if text else f"{link}\n"), ""


def with_entries(form: Form, file: FileStorage) -> Form:
    """The form with the BibTeX of a file in its field, if that is empty."""
    if form.values.get("bibtex", "").strip():
        raise BadInput("The field BibTeX holds an entry already.", field="file")
    text = writing.normal(file.stream.read().decode("utf-8", "replace"))
    return replace(form, values={**form.values, "bibtex": text})


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
