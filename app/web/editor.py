"""Writing: one form for a new note and for one that exists, and a preview.

What was typed is always in the answer, whatever went wrong, and kept as a draft. `base` is the
version that the person started from (the SHA-256 of the file): a save over a newer one that cannot
be brought together with it is refused, and both are shown. Only a POST renders anything.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from urllib.parse import urlencode

from flask import Blueprint, g, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app import clock
from app.accounts.permissions import Action, visibilities
from app.annotations import anchored
from app.errors import (
    BadInput,
    BaseMissing,
    Changed,
    Conflict,
    GlossError,
    Moved,
    NotFound,
    Unreadable,
)
from app.library import documents, macros, names
from app.library.front import front_matter
from app.library.history import differences, trash
from app.library.history.versions import Version
from app.library.writing import completion, drafts, newlines, save, starts
from app.markup import Rendered, render
from app.web import access, attaching, deleting, errata, fillers, filling, notes, unsaved, writing
from app.web.templates import address, quoted, worded
from app.web.writing import Form

blueprint = Blueprint("editor", __name__)

ASKED = ("title", "tags", "aliases")  # what an address may fill in, beside what a kind begins with
MOST_TAGS = 40
SHOWN = {*writing.FIELDS, "header", "markdown", "file"}  # fields that show what is wrong


@blueprint.get("/new")
@access.needs(Action.WRITE)
def new() -> ResponseReturnValue:
    if draft := asked_draft():
        return page(writing.of_draft(draft))
    if written := entry_of_today():
        return redirect(f"/edit/{quoted(written.path)}", 303)
    place = request.args.get("id", "")
    kind = request.args.get("kind", front_matter.kind_of(place or "new"))
    today = front_matter.day_of(place) or clock.now().date().isoformat()
    given = starts.start(kind if kind in writing.KINDS else "note", today)
    own = {name: request.args[name] for name in request.args if name in (*given, *ASKED)}
    form = writing.sent({**given, **own, "id": place or given.get("id", "")})
    namesake = (
        documents.titled(g.db, [place, form.values.get("title", "")], seen()) if place else None
    )
    return page(replace(form, draft=drafts.new_token()), namesake=namesake, wanted=place)


def entry_of_today() -> documents.Document | None:
    """The journal has one entry a day: whoever begins another goes on with it."""
    if request.args.get("kind") != "journal" or {"id", "title", "date"} & request.args.keys():
        return None
    return documents.of_day(g.db, clock.now().date().isoformat(), seen())


def seen() -> tuple[str, ...]:
    return visibilities(g.person)


@blueprint.post("/new")
@access.needs(Action.WRITE)
def create() -> ResponseReturnValue:
    return answered(writing.sent(request.form), created)


def created(form: Form) -> str:
    wanted, source = writing.id_for(form), writing.source_of(form)
    return address(save.create(access.settings(), g.db, wanted, source, person_id=g.person.id).path)


@blueprint.get("/edit/<path:id>")
@access.needs(Action.WRITE)
def edit(id: str) -> ResponseReturnValue:
    if draft := asked_draft():
        return page(writing.of_draft(draft))
    if (now := unsaved.present(g.db, id)) != id:
        raise Moved(id, now)
    try:
        source, base = save.read(access.settings(), id)
    except NotFound:
        notes.refuse_deleted(id)
        raise
    return page(writing.of_source(id, source, base))


@blueprint.post("/edit/<path:id>")
@access.needs(Action.WRITE)
def update(id: str) -> ResponseReturnValue:
    return answered(writing.sent(request.form, unsaved.present(g.db, id)), updated)


def updated(form: Form) -> str:
    settings, person = access.settings(), g.person.id
    before = save.version(settings, g.db, form.id, form.base)
    source, about = newlines.like(before, writing.source_of(form)), errata.accepted(form.id)
    try:
        saved = save.update(settings, g.db, form.id, source, form.base, person_id=person,
                            credit=errata.credit_of(about))  # fmt: skip
    except NotFound:
        if not request.form.get("anew"):  # it has not been said yet that the note is gone
            raise
        return address(save.create(settings, g.db, form.id, source, person_id=person).path)
    anchored.follow_save(g.db, saved.uid)
    errata.refuse_unmade(about)
    return place_of(saved)


def place_of(saved: save.Saved) -> str:
    """The note; its page says whether somebody else's change is in it, too."""
    return address(saved.path) + ("?kept=theirs" if saved.merged else "")


def asked_draft() -> drafts.Whole | None:
    """The draft that the address names, wherever its note is by now; None, if it was dropped."""
    token = request.args.get("draft", "")
    return drafts.get(g.db, g.person.id, token) if token else None


def answered(form: Form, saved: Callable[[Form], str]) -> ResponseReturnValue:
    """What the button asked: another look at the form, or the note saved; `saved` says where."""
    try:
        form, told = attaching.brought(form, request.files.get("file"))
        if told:  # BibTeX filled its fields: to be looked at before it is saved
            keep_draft(form)
            return page(form, told=told)
        if step := STEPS.get(request.form.get("do", "")):
            keep_draft(form)
            return step(form)
        place = saved(form)
    except NotFound as error:
        keep_draft(form)
        trashed = trash.at(g.db, names.normal(form.id))
        return make_response(page(form, wrong(error), gone=True, trashed=trashed), error.status)
    except Changed as error:
        keep_draft(form)  # as typed, on the version that it was typed on
        return make_response(in_conflict(form, error), error.status)
    except GlossError as error:
        keep_draft(form)
        return make_response(page(form, wrong(error)), error.status)
    if form.draft:
        drafts.drop(g.db, g.person.id, form.draft)
    if form.id:
        unsaved.drop_saved(g.db, g.person.id, form.id)
    return redirect(place, 303)


def in_conflict(form: Form, error: Changed, *, restored: Version | None = None) -> str:
    """Both versions, and in the form both changes: where they clash, that of the form.

    Saved again, what stands in the form takes the place of the other one. `restored`: the earlier
    version that the form holds, where it is not what somebody typed.
    """
    mine = error.merged or writing.source_of(form)
    later = replace(form, base=error.current)
    if error.merged:
        later = writing.of_source(form.id, mine, error.current, form.draft)
    found = differences.differences(error.theirs, mine)
    more = {"theirs": error.theirs, "is_merged": bool(error.merged), "differences": found}
    return page(later, wrong(error), restored=restored, **more)


def with_preview(form: Form) -> str:
    again = writing.applied(form)
    return page(again, preview=previewed(writing.source_of(again), again)[0])


def filled(form: Form) -> str:
    found = filling.fill(form)
    return page(found.form, told=found.told)


def attached(form: Form) -> str:
    """Without scripts: the link to what was brought stands below the text already."""
    if not request.files.get("file"):
        raise BadInput("There is no file.", field="file", hint="Choose an image or a PDF.")
    return page(form)


STEPS = {"preview": with_preview, "bibtex": filled, "attach": attached}


def keep_draft(form: Form) -> None:
    """Whatever becomes of the form, what was typed is there again."""
    if not form.draft:
        return
    # There are too many, or the disk is full: the form still has it.
    with suppress(Conflict, sqlite3.Error):
        unsaved.keep(g.db, g.person.id, form)


@blueprint.post("/delete/<path:id>")
@access.needs(Action.WRITE)
def delete(id: str) -> ResponseReturnValue:
    base = request.form.get("base", "")
    if not base:
        raise BaseMissing("It is not said which version is to go.", hint="Load the note again.")
    save.delete(access.settings(), g.db, id, base, person_id=g.person.id)
    return redirect(f"/?{urlencode({'deleted': id})}", 303)


@blueprint.post("/preview")
@access.needs(Action.WRITE)
def preview() -> str:
    """The note as it would read, for the page that is open; the renderer is the one and only."""
    form = writing.sent(request.form, request.form.get("note", ""))
    try:
        source = writing.source_of(form)
    except GlossError as error:
        return render_template("_wrong.html", message=str(error))
    html, lines = previewed(source, form)
    top = source.count("\n") - writing.ended(form.markdown).count("\n")
    places = [[start, first - top] for start, _, first, _ in lines]
    return render_template("_preview.html", html=html, places=places)


def previewed(source: str, form: Form) -> tuple[str, list[tuple[int, int, int, int]]]:
    """The page, and which part of its text stands on which lines of the source."""
    place = writing.place_of(form)
    try:
        header = front_matter.parse(source, f"{place}.md")
    except Unreadable as error:
        return render_template("_wrong.html", message=str(error)), []
    known, _ = macros.of_library(access.settings().notes)
    rendered = render(
        header.body, path=place, first_line=header.body_line, macros={**known, **header.macros}
    )
    return fillers.fill_preview(rendered, saved_place(form.id, rendered)), rendered.lines


def saved_place(id: str, rendered: Rendered) -> str:
    """The note that its analyses run for; one with a block that is not saved yet is none."""
    document = documents.get(g.db, id) if id else None
    known = {block.name for block in documents.blocks(g.db, document.uid)} if document else set()
    return id if all(block.name in known for block in rendered.blocks) else ""


def page(form: Form, wrong: dict[str, str] | None = None, **more: object) -> str:
    others = drafts.of_note(g.db, g.person.id, form.id) if form.id else []
    if not form.id:
        others = drafts.of_person(g.db, g.person.id)
    return render_template(
        "editor.html",
        form=form,
        kinds=[(kind, kind) for kind in writing.KINDS],
        is_day=writing.is_day,
        starts=starts.bodies(),
        folders=writing.FOLDERS,
        today=documents.of_day(g.db, clock.now().date().isoformat(), seen()),
        known_tags=known_tags(),
        drafts=unsaved.by_note(g.db, [each for each in others if each.token != form.draft]),
        wrong=wrong or {},
        going=deleting.of(g.db, g.person, form.id) if form.id else None,
        **errata.in_editor(form.id),
        at_line=errata.line_of(form.header),
        **more,
    )


def known_tags() -> list[str]:
    """The most used, named to whoever writes without scripts; scripts suggest them all."""
    seen = visibilities(g.person, Action.READ)
    return [each.insert for each in completion.tags(g.db, "", seen, MOST_TAGS)]


def wrong(error: GlossError) -> dict[str, str]:
    """The message, at the field that it is about."""
    field = getattr(error, "field", "")
    if isinstance(error, Unreadable):
        in_header = 0 < error.line <= request.form.get("header", "").count("\n")
        field = "header" if in_header else "markdown"
    shown = SHOWN | ({"id"} if "id" in request.form else set())
    found = {field if field in shown else "form": worded(error)}
    if isinstance(error, writing.SaidTwice):
        found["header"] = f"It says «{error.said}», and the field another one."
    return found
