"""The search page, the same with and without scripts."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request

from app.accounts.permissions import Action
from app.errors import BadInput
from app.lab import lookups
from app.search import find
from app.web import access

blueprint = Blueprint("search", __name__)

HITS = 20


@blueprint.get("/search")
@access.needs(Action.LIST)
def page() -> str:
    return shown("search.html")


@blueprint.get("/search/more")
@access.needs(Action.LIST)
def more() -> str:
    """The next hits alone, for «Load more»."""
    if not request.args.get("q", "").strip():
        raise BadInput("Say what to search for: q=words.", field="q")
    return shown("_hits.html")


def shown(template: str) -> str:
    asked = request.args.get("q", "").strip()
    offset = whole(request.args.get("offset", "0"))
    known = lookups.known(access.settings(), g.db, g.person)
    results = (
        find.search(g.db, g.person, asked, limit=HITS, offset=offset, known=known)
        if asked
        else None
    )
    return render_template(template, asked=asked, results=results, offset=offset)


def whole(text: str) -> int:
    """An offset from an address."""
    if not text.isdecimal() or len(text) > 9:
        raise BadInput("The offset in the address is no number.", field="offset")
    return int(text)
