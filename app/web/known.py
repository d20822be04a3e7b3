"""What a search is told by the other rooms, once all that was said is in the index."""

from __future__ import annotations

from flask import g

from app.annotations import waiting
from app.lab.shown import lookups
from app.search.settling import Known
from app.web import access


def known_now() -> Known:
    waiting.catch_up(g.db)
    return lookups.known(access.settings(), g.db, g.person)
