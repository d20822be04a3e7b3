"""`GET /healthz`: what is running."""

from __future__ import annotations

from importlib.metadata import version

from flask import Blueprint, Response, g, jsonify

from app import database
from app.accounts.permissions import Action
from app.lab import runner
from app.web import access

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@access.needs(Action.VISIT)
def health() -> Response:
    """Nothing in here tells what the library holds."""
    return jsonify(
        status="ok",
        version=version("gloss"),
        schema=database.applied(g.db),
        runner="running" if runner.is_running(access.settings()) else "not running",
    )
