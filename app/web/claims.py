"""Every claim of the library, the unexpected first."""

from __future__ import annotations

from flask import Blueprint, g, render_template

from app.accounts.permissions import Action, visibilities
from app.lab.shown import board
from app.web import access, cache

blueprint = Blueprint("claims", __name__)


@blueprint.get("/claims")
@access.needs(Action.LIST)
@cache.page
def page() -> str:
    claims = board.claims(access.settings(), g.db, visibilities(g.person))
    return render_template(
        "claims.html",
        claims=claims,
        unexpected=sum(not claim.expected for claim in claims),
        room="Claims",
    )
