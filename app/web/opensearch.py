"""Gloss as a search engine of the browser: its description, and titles while somebody types."""

from __future__ import annotations

import json

from flask import Blueprint, Response, g, render_template, request

from app.accounts.permissions import Action
from app.markup.line import readable
from app.search import find
from app.web import access, cache
from app.web.known import known_now
from app.web.root import root

blueprint = Blueprint("opensearch", __name__)

SHORT_NAME = 16  # characters, as the specification says
SUGGESTIONS = 8


@blueprint.get("/opensearch.xml")
@access.needs(Action.VISIT)
@cache.page
def description() -> Response:
    title = access.settings().title
    text = render_template("opensearch.xml", short=title[:SHORT_NAME].strip(), root=root())
    return Response(text, content_type="application/opensearchdescription+xml; charset=utf-8")


@blueprint.get("/search/suggestions")
@access.needs(Action.LIST)
def suggestions() -> Response:
    """What the browser offers below its own box: titles, and where they lead."""
    text = request.args.get("q", "")
    known = known_now()
    found = find.search(g.db, g.person, text, SUGGESTIONS, typing=True, known=known).results
    hits = [hit for hit in found if hit.type == "note"]
    notes = {readable(hit.title): f"{root()}{hit.url}" for hit in hits}
    answer = [text, list(notes), [""] * len(notes), list(notes.values())]
    return Response(
        json.dumps(answer, ensure_ascii=False), content_type="application/x-suggestions+json"
    )
