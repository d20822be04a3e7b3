"""The search page: with scripts as you type, and the same page without."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, make_response, render_template, request

from app.accounts.permissions import Action
from app.errors import BadInput
from app.lab.shown import lookups
from app.library.report_words import many
from app.search import facets, find, tries
from app.search.find import DATE, ORDERS, RELEVANCE, Results
from app.web import access, asked

blueprint = Blueprint("search", __name__)

HITS = 20


@dataclass(frozen=True)
class Asked:
    """What the address asks for. `typing`: somebody is still at it."""

    text: str
    order: str
    offset: int = 0
    typing: bool = False

    def address(self, path: str = "/search", **other: Any) -> str:
        """The address of the same search, or of one that differs from it."""
        given = {"q": self.text.strip(), "order": self.order, **other}
        if given["order"] == RELEVANCE:
            del given["order"]
        if self.typing and path == "/search/facets":
            given["typing"] = 1
        return f"{path}?{urlencode(given)}"


@blueprint.get("/search")
@access.needs(Action.LIST)
def page() -> str:
    return shown("search.html", from_address())


@blueprint.get("/search/typing")
@access.needs(Action.LIST)
def typing() -> Response:
    """The hits alone, while somebody types: the last word may go on."""
    wanted = Asked(request.args.get("q", ""), order_asked(), typing=True)
    response = make_response(shown("_found.html", wanted))
    response.headers["HX-Replace-Url"] = wanted.address() if wanted.text.strip() else "/search"
    return response


@blueprint.get("/search/more")
@access.needs(Action.LIST)
def more() -> str:
    """The next hits alone, for «Load more»."""
    return shown("_hits.html", required())


@blueprint.get("/search/facets")
@access.needs(Action.LIST)
def facets_of_search() -> Response:
    """What the hits may be narrowed down to: a part of the page, or a page of its own."""
    wanted = required()
    known = lookups.known(access.settings(), g.db, g.person)
    typing = "typing" in request.args
    found = facets.of_search(g.db, g.person, wanted.text, known=known, typing=typing)
    is_part = "HX-Request" in request.headers
    template = "_facets.html" if is_part else "facets.html"
    response = make_response(
        render_template(template, wanted=wanted, asked=wanted.text, found=found)
    )
    response.headers["Vary"] = "Cookie, Authorization, HX-Request"
    return response


def shown(template: str, wanted: Asked) -> str:
    results, others = None, []
    if wanted.text.strip():
        known = lookups.known(access.settings(), g.db, g.person)
        results = find.search(
            *(g.db, g.person, wanted.text, HITS, wanted.offset),
            order=wanted.order,
            typing=wanted.typing,
            known=known,
        )
        if not results.total and not wanted.typing:
            others = tries.of(g.db, g.person, wanted.text, known)
    return render_template(
        template,
        wanted=wanted,
        asked=wanted.text.strip(),
        results=results,
        typing=wanted.typing,
        DATE=DATE,
        RELEVANCE=RELEVANCE,
        size=HITS,
        said=said(results) if results else "",
        tries=others,
    )


def from_address() -> Asked:
    text = request.args.get("q", "").strip()
    return Asked(text, order_asked(), asked.offset())


def required() -> Asked:
    wanted = from_address()
    if not wanted.text:
        raise BadInput("Say what to search for: q=words.", field="q")
    return wanted


def order_asked() -> str:
    return asked.word("order", ORDERS) or RELEVANCE


def said(results: Results) -> str:
    """What a screen reader says when the hits have changed."""
    if not results.total:
        return "Nothing found"
    return many(results.total, "result") + (", with some of the words" * results.relaxed)
