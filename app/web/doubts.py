"""Answers to what a sync did not decide by itself; the questions stand on /problems."""

from __future__ import annotations

from flask import Blueprint, g, redirect, request
from flask.typing import ResponseReturnValue

from app import database
from app.accounts.permissions import Action
from app.annotations import anchored, uprooted
from app.library.moving import ambiguous
from app.library.syncing import sync
from app.web import access
from app.web.templates import address
from app.web.trash import uid_sent

blueprint = Blueprint("doubts", __name__)


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
