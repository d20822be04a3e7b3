"""Gloss as a search engine of the browser: its description, and titles while somebody types."""

from __future__ import annotations

import json

from flask import Blueprint, Response, g, render_template, request

from app.accounts.permissions import Action
from app.lab import lookups
from app.markup.line import readable
from app.search import facets, find
from app.search.query import parse
from app.search.tree import Field
from app.web import access, cache
from app.web.root import root
from app.web.search import as_typed

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
    known = lookups.known(access.settings(), g.db, g.person)
    query = of_notes(as_typed(text))
    found = find.search(g.db, g.person, query, SUGGESTIONS, known=known) if query else None
    hits = found.results if found else []
    notes = {readable(hit.title): f"{root()}{hit.url}" for hit in hits}
    answer = [text, list(notes), [""] * len(notes), list(notes.values())]
    return Response(
        json.dumps(answer, ensure_ascii=False), content_type="application/x-suggestions+json"
    )


def of_notes(query: str) -> str:
    """The query for notes alone: a title that is offered stands for its note.

    >>> of_notes("wal* OR dog"), of_notes("")
    ('(wal* OR dog) in:notes', '')
    """
    tree = parse(query).tree
    return facets.with_field(query, tree, Field("in", "notes")) if tree else ""
