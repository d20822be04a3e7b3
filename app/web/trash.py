"""The trash: notes whose files are gone, to be brought back or to be forgotten."""

from __future__ import annotations

from flask import Blueprint, g, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app import database
from app.accounts.permissions import Action
from app.annotations import anchored, uprooted
from app.errors import BadInput, Conflict
from app.library.history import restoring, reverting, titles, trash, versions
from app.library.history.versions import History
from app.library.moving import ambiguous
from app.library.writing.save import Saved
from app.web import access, asked, history
from app.web.templates import address, worded

blueprint = Blueprint("trash", __name__)

SHOWN = 500
BATCH = 100  # notes forgotten in one transaction, so that nobody who writes waits long


@blueprint.get("/trash")
@access.needs(Action.INSPECT)
def page() -> str:
    every = trash.every(g.db)
    kept = every[:SHOWN]
    return render_template(
        "trash.html",
        kept=kept,
        total=len(every),
        taken=trash.taken(g.db, kept),
        questions={each.missing.uid: each for each in ambiguous.questions(g.db)},
        titles={note.uid: titles.of_trashed(g.db, note) for note in kept},
    )


@blueprint.get("/trash/<int:uid>")
@access.needs(Action.HISTORY)
def one(uid: int) -> ResponseReturnValue:
    """The history of a note in the trash, by its number; one that came back has its own address."""
    found = versions.of_uid(g.db, min(uid, asked.MAX_OFFSET))
    return history.shown(found) if found.trashed else history.there(found, 303)


@blueprint.post("/trash/<int:uid>")
@access.needs(Action.WRITE)
def bring_back(uid: int) -> ResponseReturnValue:
    """Bring it back, perhaps to another address, perhaps as it was in an earlier version."""
    given = request.form.get("id", "").strip()
    return back(min(uid, asked.MAX_OFFSET), given, request.form.get("version", ""))


@blueprint.post("/trash/restore")
@access.needs(Action.WRITE)
def restore() -> ResponseReturnValue:
    return back(uid_sent())


def back(uid: int, to: str = "", key: str = "") -> ResponseReturnValue:
    """To the note's page, or where it cannot be read, to what is wrong with it.

    Where its address is taken, the answer asks for another one.
    """
    trash.get(g.db, uid)
    found = versions.of_uid(g.db, uid)
    try:
        saved = brought(found, to, key)
    except (BadInput, Conflict) as error:
        typed = to or restoring.free(access.settings(), g.db, found.path)
        way = history.WayBack(typed, key, worded(error))
        return make_response(history.listed(found, way), error.status)
    anchored.follow_saves(g.db)
    return redirect(address(saved.path) if saved else "/problems", 303)


def brought(found: History, to: str, key: str) -> Saved | None:
    settings, person = access.settings(), g.person.id
    if not key:
        return restoring.restore(settings, g.db, found.uid, to=to, person_id=person)
    version = versions.get(g.db, found, key)
    return reverting.revert(settings, g.db, found, version, "", to=to, person_id=person)


@blueprint.post("/trash/empty")
@access.needs(Action.WRITE)
def empty() -> ResponseReturnValue:
    """Forget the notes that the page showed, and what was said of them.

    Not one that came back since, even if it went again.
    """
    seen = [text.partition(":") for text in request.form.getlist("note")]
    every = [(uid_of(number), at) for number, _, at in seen]
    for start in range(0, len(every), BATCH):
        with database.transaction(g.db):
            still = trash.among(g.db, every[start : start + BATCH])
            uprooted.forget(g.db, still)
            trash.forget(g.db, still)
    return redirect("/trash", 303)


def uid_sent() -> int:
    return uid_of(request.form.get("note", ""))


def uid_of(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise BadInput("Say which note.", field="note")
    return int(text)
