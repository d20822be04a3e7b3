"""Gloss: a knowledge base whose claims are checked.

`create_app` makes the web application. It imports the pages when it is called: an analysis or
the runner that needs `app.lab` alone does not load the web.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.settings import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """The application of one library; settings come from GLOSS_* variables where not given."""
    from app import database, web
    from app.settings import load

    settings = settings or load()
    with database.opened(settings.database):
        return web.application(settings)
