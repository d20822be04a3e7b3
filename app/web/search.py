"""The search page: with scripts as you type, and the same page without."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, make_response, render_template, request

from app.accounts.permissions import Action, visibilities
from app.errors import BadInput
from app.library import documents
from app.search import facets, find, tries
from app.search.find import DATE, ORDERS, RELEVANCE, Results
from app.web import access, asked, examples, hit_notes
from app.web.known import known_now

blueprint = Blueprint("search", __name__)

HITS = 20
MOST_AT_ONCE = asked.MAX_LIMIT  # so many are there again after Back
LATIN = re.compile(r"[\u0000-\u024f\u1e00-\u1eff\u2010-\u201f]*")
SIGNS = re.compile(r"[\\/{}^_$<>=#@|+~*:()\[\]]")


@dataclass(frozen=True)
class Asked:
    """What the address asks for. `typing`: somebody is still at it.

    `shown`: hits at once, more than usual where some were added by «Load more».
    """

    text: str
    order: str
    offset: int = 0
    typing: bool = False
    shown: int = HITS

    def address(self, path: str = "/search", **other: Any) -> str:
        """The address of the same search from its first hit, or of one that differs from it."""
        given = {"q": self.text.strip(), "order": self.order, **other}
        if self.typing and path == "/search/facets":
            given["typing"] = 1
        usual = {"order": RELEVANCE, "offset": 0, "shown": HITS}
        return f"{path}?{urlencode({k: v for k, v in given.items() if v != usual.get(k)})}"

    @staticmethod
    def voice_of(text: str) -> str:
        """How a query is set: words in italics, what has signs as code, other scripts upright.

        >>> [Asked.voice_of(text) for text in ("café au lait", "a^2", "随机")]
        ['i', 'code', 'span']
        """
        if SIGNS.search(text):
            return "code"
        return "i" if LATIN.fullmatch(text) else "span"


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
def more() -> Response:
    """The next hits alone, for «Load more»; the address says how many there are now."""
    wanted = required()
    response = make_response(shown("_hits.html", wanted, part=True))
    there = wanted.offset + HITS
    if there <= MOST_AT_ONCE:
        response.headers["HX-Replace-Url"] = wanted.address(shown=there)
    return response


@blueprint.get("/search/facets")
@access.needs(Action.LIST)
def facets_of_search() -> Response:
    """What the hits may be narrowed down to: a part of the page, or a page of its own."""
    wanted = required()
    known = known_now()
    typing = "typing" in request.args
    found = facets.of_search(g.db, g.person, wanted.text, known=known, typing=typing)
    is_part = "HX-Request" in request.headers
    template = "_facets.html" if is_part else "facets.html"
    response = make_response(
        render_template(template, wanted=wanted, asked=wanted.text, found=found, is_part=is_part)
    )
    response.headers["Vary"] = "Cookie, Authorization, HX-Request"
    return response


def shown(template: str, wanted: Asked, *, part: bool = False) -> str:
    """`part`: hits that are put behind those that are there."""
    results, others = None, []
    if wanted.text.strip():
        known = known_now()
        results = find.search(
            *(g.db, g.person, wanted.text, wanted.shown, wanted.offset),
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
        hits=hit_notes.of_hits(g.db, results.results) if results else [],
        typing=wanted.typing,
        part=part,
        DATE=DATE,
        RELEVANCE=RELEVANCE,
        HITS=HITS,
        MOST_AT_ONCE=MOST_AT_ONCE,
        number=number(results) if results else "",
        said=said(results) if results else "",
        tries=others,
        is_empty=not (results and results.total) and not has_notes(),
        language=examples.of_library(g.db, g.person) if not results else [],
    )


def has_notes() -> bool:
    return documents.page(g.db, visibilities(g.person), limit=1).total > 0


def from_address() -> Asked:
    text = request.args.get("q", "").strip()
    at_once = asked.whole("shown", HITS, least=1, most=MOST_AT_ONCE)
    return Asked(text, order_asked(), asked.offset(), shown=at_once)


def required() -> Asked:
    wanted = from_address()
    if not wanted.text:
        raise BadInput("Say what to search for: q=words.", field="q")
    return wanted


def order_asked() -> str:
    return asked.word("order", ORDERS) or RELEVANCE


def number(results: Results) -> str:
    """
    >>> number(Results("q", 1234, 1, False, None, []))
    '1,234 hits'
    >>> number(Results("q", 20, 1, False, None, [], is_exact=False))
    'More than 20 hits'
    """
    if not results.total:
        return "Nothing"
    least = "" if results.is_exact else "More than "
    return f"{least}{results.total:,} {'hit' if results.total == 1 and not least else 'hits'}"


def said(results: Results) -> str:
    """What a screen reader says when the hits have changed."""
    if not results.total:
        return "Nothing found"
    return number(results) + (", with some of the words" * results.relaxed)
