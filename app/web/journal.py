"""The journal: entries by day."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, g, redirect
from flask.typing import ResponseReturnValue

from app.accounts.permissions import Action, visibilities
from app.errors import NotFound
from app.library import documents
from app.web import access, cache, lists, notes

blueprint = Blueprint("journal", __name__)


@blueprint.get("/journal")
@access.needs(Action.LIST)
@cache.page
def feed() -> str:
    return lists.listing("Journal", kind="journal")


@blueprint.get("/journal/<day>")
@access.needs(Action.READ)
@cache.page
def entry(day: str) -> ResponseReturnValue:
    """The entry of a day; on an empty one, those who write are taken to the form.

    Days can be guessed: an unlisted entry is found by its own address alone.
    """
    try:
        date.fromisoformat(day)
    except ValueError:
        raise NotFound(f"{day!r} is no day.", hint="Write it as 2026-11-21.") from None
    document = documents.of_day(g.db, day, visibilities(g.person))
    if document is not None:
        return notes.page(document)
    if access.can(g.person, Action.WRITE):
        return redirect(f"/new?kind=journal&title={day}&id=journal/{day}", 303)
    raise NotFound("Nothing was written on this day.")
