"""Answers to what a sync did not decide by itself; it is asked on /problems, and of either note."""

from __future__ import annotations

from flask import Blueprint, g, redirect, request
from flask.typing import ResponseReturnValue

from app import database
from app.accounts.permissions import Action, may
from app.annotations import anchored, uprooted
from app.library.moving import ambiguous
from app.library.moving.ambiguous import Question
from app.library.syncing import sync
from app.web import access
from app.web.templates import address
from app.web.trash import uid_sent

blueprint = Blueprint("doubts", __name__)


@blueprint.app_template_global()
def doubts_of_missing(uid: int) -> list[Question]:
    """What is asked of a note in the trash, of whoever may answer."""
    return ambiguous.questions(g.db, [uid]) if may(g.person, Action.INSPECT) else []


@blueprint.app_template_global()
def doubts_about(path: str) -> list[Question]:
    """The same of a note that may be one of those."""
    return ambiguous.about(g.db, path) if may(g.person, Action.INSPECT) else []


@blueprint.post("/problems/moved")
@access.needs(Action.INSPECT)
def moved() -> ResponseReturnValue:
    """The missing note is the one at `to`; where that is empty, it is none of them."""
    uid, to = uid_sent(), request.form.get("to", "")
    if not to:
        ambiguous.is_none(g.db, [uid])
        return redirect("/problems", 303)
    with database.transaction(g.db):
        before = ambiguous.is_it(access.settings(), g.db, uid, to)
        uprooted.hand_over(g.db, before, uid)
    anchored.follow_saves(g.db)
    return redirect(address(to), 303)


@blueprint.post("/problems/removals")
@access.needs(Action.INSPECT)
def removals() -> ResponseReturnValue:
    """The notes that are missing were deleted: they go to the trash."""
    sync.sync(access.settings(), g.db, accept_removals=True)
    return redirect("/trash", 303)
