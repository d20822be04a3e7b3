"""Every work of the library, with the notes that cite it; and the same as BibTeX."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, g, make_response, render_template

from app.accounts.permissions import Action, visibilities
from app.library.citations import bibliography
from app.web import access, asked, cache, citing

blueprint = Blueprint("references", __name__)

SIZE = 100  # a work that was not set since the start of the process takes some 3 ms


@blueprint.get("/references")
@access.needs(Action.LIST)
@cache.page
def page() -> str:
    offset = asked.offset()
    found = bibliography.page(g.db, visibilities(g.person), limit=SIZE, offset=offset)
    return render_template(
        "references.html",
        entries=citing.entries(found.works),
        total=found.total,
        offset=offset,
        size=SIZE,
        page_address=lambda start: f"/references?{urlencode({'offset': start})}",
        room="References",
    )


@blueprint.get("/references.bib")
@access.needs(Action.LIST)
def download() -> Response:
    """What the reader may see, for a program that writes papers."""
    found = bibliography.page(g.db, visibilities(g.person))
    response = make_response("\n".join(work.bibtex for work in found.works))
    response.content_type = "application/x-bibtex; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="references.bib"'
    return response
