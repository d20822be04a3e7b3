"""Writing: a form for a new note, the file itself for one that exists, and a preview.

What was typed is always in the answer, whatever went wrong; base is the version that the person
started from (the SHA-256 of the file), and a save over a newer one is refused and shown.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app import clock
from app.accounts.permissions import Action
from app.errors import BadInput, Changed, GlossError, Unreadable
from app.library import front_matter, macros, names, save
from app.markup import render
from app.web import access, fillers
from app.web.templates import address

blueprint = Blueprint("editor", __name__)

VISIBILITIES = ("private", "unlisted", "public")
KINDS = ("note", "paper", "post", "journal")
FOLDERS = {"paper": "papers/", "journal": "journal/", "post": "posts/", "note": ""}
FIELDS = ("title", "kind", "visibility", "tags", "id", "markdown")


@blueprint.get("/new")
@access.needs(Action.WRITE)
def new() -> str:
    form = {name: request.args.get(name, "") for name in FIELDS}
    form["visibility"] = form["visibility"] or "private"
    form["kind"] = form["kind"] or "note"
    return blank(form)


@blueprint.post("/new")
@access.needs(Action.WRITE)
def create() -> ResponseReturnValue:
    form = {name: request.form.get(name, "") for name in FIELDS}
    if request.form.get("do") == "preview":
        return blank(form, preview=previewed(form["markdown"]))
    try:
        document = save.create(
            access.settings(), g.db, id_for(form), source_of(form), person_id=g.person.id
        )
    except GlossError as error:
        return make_response(blank(form, wrong(error)), error.status)
    return redirect(address(document.path), 303)


@blueprint.get("/edit/<path:id>")
@access.needs(Action.WRITE)
def edit(id: str) -> str:
    source, base = save.read(access.settings(), id)
    return opened(id, source, base)


@blueprint.post("/edit/<path:id>")
@access.needs(Action.WRITE)
def update(id: str) -> ResponseReturnValue:
    typed = with_newlines(request.form.get("markdown", ""))
    base = request.form.get("base", "")
    if request.form.get("do") == "preview":
        return opened(id, typed, base, preview=previewed(typed, id))
    try:
        # As browsers send it: save gives each file the newlines that it had.
        sent = typed.replace("\n", "\r\n")
        saved = save.update(access.settings(), g.db, id, sent, base, person_id=g.person.id)
    except Changed as error:
        page = opened(id, typed, error.current, wrong(error), theirs=error.theirs)
        return make_response(page, error.status)
    except GlossError as error:
        return make_response(opened(id, typed, base, wrong(error)), error.status)
    return redirect(address(saved.path) + ("?kept=theirs" if saved.merged else ""), 303)


@blueprint.post("/delete/<path:id>")
@access.needs(Action.WRITE)
def delete(id: str) -> ResponseReturnValue:
    save.delete(
        access.settings(), g.db, id, request.form.get("base") or None, person_id=g.person.id
    )
    return redirect("/", 303)


@blueprint.post("/preview")
@access.needs(Action.WRITE)
def preview() -> str:
    """The note as it would read, for the page that is open; the renderer is the one and only."""
    return previewed(request.form.get("markdown", ""), request.form.get("id", ""))


def previewed(source: str, id: str = "") -> str:
    try:
        header = front_matter.parse(with_newlines(source), f"{id}.md")
    except Unreadable as error:
        return render_template("_wrong.html", message=str(error))
    known, _ = macros.of_library(access.settings().notes)
    rendered = render(
        header.body, path=id, first_line=header.body_line, macros={**known, **header.macros}
    )
    return fillers.fill_preview(rendered, id)


def blank(form: dict[str, str], wrong: dict[str, str] | None = None, preview: str = "") -> str:
    return render_template(
        "editor.html",
        heading="A new note",
        action="/new",
        form=form,
        kinds=KINDS,
        wrong=wrong or {},
        preview=preview,
    )


def opened(
    id: str,
    source: str,
    base: str,
    wrong: dict[str, str] | None = None,
    preview: str = "",
    theirs: str | None = None,
) -> str:
    return render_template(
        "editor.html",
        heading=f"Editing {id}",
        action=f"/edit/{id}",
        id=id,
        base=base,
        form={"markdown": source},
        wrong=wrong or {},
        preview=preview or previewed(source, id),
        theirs=theirs,
    )


def wrong(error: GlossError) -> dict[str, str]:
    """The message, at the field that it is about."""
    fields = {"id": "id", "title": "title", "markdown": "markdown"}
    field = getattr(error, "field", "")
    if isinstance(error, Unreadable):
        field = "markdown"
    return {fields.get(field, "form"): str(error)}


def id_for(form: dict[str, str]) -> str:
    """The id that the person chose, else one from the kind and the title (a journal: today)."""
    if form["id"].strip():
        return form["id"].strip()
    today = clock.now().date().isoformat()
    name = today if form["kind"] == "journal" else names.slug(form["title"])
    if not name:
        raise BadInput("Give the note a title, or a file name.", field="title")
    return FOLDERS.get(form["kind"], "") + name


def source_of(form: dict[str, str]) -> str:
    """The file: what the form asked as front matter, unless the text brings its own."""
    body = with_newlines(form["markdown"])
    if body.startswith("---\n"):
        return body
    if form["kind"] not in KINDS:
        raise BadInput(f"{form['kind']!r} is no kind of note.", field="kind")
    if form["visibility"] not in ("", *VISIBILITIES):
        raise BadInput(f"{form['visibility']!r} is no visibility.", field="visibility")
    tags = [tag.strip() for tag in form["tags"].split(",") if tag.strip()]
    values: dict[str, Any] = {
        "title": form["title"].strip(),
        "kind": form["kind"],
        "date": clock.now().date(),
        "tags": tags,
        "visibility": form["visibility"],
    }
    return front_matter.compose({key: value for key, value in values.items() if value}, body)


def with_newlines(text: str) -> str:
    """Browsers send CRLF; the files have what the rest of the world has, and end with one."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return lines if lines.endswith("\n") or not lines else f"{lines}\n"
