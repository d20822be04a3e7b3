"""The trash: notes whose files are gone, to be brought back or to be forgotten."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app import database
from app.accounts.permissions import Action
from app.annotations import uprooted
from app.errors import BadInput
from app.library.history import restoring, trash
from app.web import access
from app.web.templates import address

blueprint = Blueprint("trash", __name__)

SHOWN = 500
BATCH = 100  # notes forgotten in one transaction, so that nobody who writes waits long


@blueprint.get("/trash")
@access.needs(Action.INSPECT)
def page() -> str:
    every = trash.every(g.db)
    return render_template("trash.html", kept=every[:SHOWN], total=len(every))


@blueprint.post("/trash/restore")
@access.needs(Action.WRITE)
def restore() -> ResponseReturnValue:
    """Bring one back; to its page, or where it cannot be read, to what is wrong with it."""
    document = restoring.restore(access.settings(), g.db, uid_sent(), person_id=g.person.id)
    return redirect(address(document.path) if document else "/problems", 303)


@blueprint.post("/trash/empty")
@access.needs(Action.WRITE)
def empty() -> ResponseReturnValue:
    """Forget what was in the trash when the page was made, and what was said of it."""
    seen = request.form.get("until", "")
    uids = [kept.uid for kept in trash.every(g.db) if kept.at <= seen]
    for start in range(0, len(uids), BATCH):
        batch = uids[start : start + BATCH]
        with database.transaction(g.db):
            still = trash.among(g.db, batch)
            uprooted.forget(g.db, still)
            trash.forget(g.db, still)
    return redirect("/trash", 303)


def uid_sent() -> int:
    text = request.form.get("note", "")
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise BadInput("Say which note.", field="note")
    return int(text)
