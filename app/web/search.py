"""The search page: with scripts as you type, and the same page without."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, make_response, render_template, request

from app.accounts.permissions import Action
from app.errors import BadInput
from app.lab.shown import lookups
from app.library.report_words import many
from app.search import facets, find, typed
from app.search.common import SHORTEST
from app.search.endings import WORD, stem
from app.search.find import DATE, ORDERS, RELEVANCE, Results
from app.search.query import parse
from app.search.tree import All, Word, every, written
from app.web import access, asked

blueprint = Blueprint("search", __name__)

HITS = 20
LAST_WORD = re.compile(r'(?:\A|(?<=[\s(-]))(?:title:)?[^\s()":]*\w\Z')


@dataclass(frozen=True)
class Asked:
    """What the address asks for. `query` is what is searched for, `text` what was typed."""

    text: str
    query: str
    order: str
    offset: int = 0

    def address(self, path: str = "/search", **other: Any) -> str:
        """The address of the same search, or of one that differs from it."""
        given = {"q": self.query, "order": self.order, **other}
        if given["order"] == RELEVANCE:
            del given["order"]
        return f"{path}?{urlencode(given)}"


@blueprint.get("/search")
@access.needs(Action.LIST)
def page() -> str:
    return shown("search.html", from_address())


@blueprint.get("/search/typing")
@access.needs(Action.LIST)
def typing() -> Response:
    """The hits alone, while somebody types: the last word may go on."""
    text = request.args.get("q", "")
    wanted = Asked(text.strip(), as_typed(text, typed.shortest(g.db)), order_asked())
    response = make_response(shown("_found.html", wanted, typing=True))
    address = Asked(wanted.text, wanted.text, wanted.order).address() if wanted.text else "/search"
    response.headers["HX-Replace-Url"] = address
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
    found = facets.of_search(g.db, g.person, wanted.query)
    is_part = "HX-Request" in request.headers
    template = "_facets.html" if is_part else "facets.html"
    response = make_response(
        render_template(template, wanted=wanted, asked=wanted.text, found=found)
    )
    response.headers["Vary"] = "Cookie, Authorization, HX-Request"
    return response


def shown(template: str, wanted: Asked, *, typing: bool = False) -> str:
    results = None
    if wanted.query:
        known = lookups.known(access.settings(), g.db, g.person)
        results = find.search(
            # What goes on has its * already: the space says that nothing else does.
            *(g.db, g.person, wanted.query + " " * typing, HITS, wanted.offset),
            order=wanted.order,
            typing=typing,
            known=known,
        )
    return render_template(
        template,
        wanted=wanted,
        asked=wanted.text,
        results=results,
        typing=typing,
        DATE=DATE,
        RELEVANCE=RELEVANCE,
        size=HITS,
        said=said(results) if results else "",
        tries=tries(wanted.query) if results and not results.total else [],
    )


def from_address() -> Asked:
    text = request.args.get("q", "").strip()
    return Asked(text, text, order_asked(), asked.offset())


def required() -> Asked:
    wanted = from_address()
    if not wanted.text:
        raise BadInput("Say what to search for: q=words.", field="q")
    return wanted


def order_asked() -> str:
    return asked.word("order", ORDERS) or RELEVANCE


def as_typed(text: str, letters: int = SHORTEST) -> str:
    """What somebody means who is still typing: the last word may go on, a quotation may end.

    >>> as_typed("random wal"), as_typed("random "), as_typed("tag:wal"), as_typed('"random wal')
    ('random wal*', 'random', 'tag:wal', '"random wal"')
    """
    if text.count('"') % 2:
        return f'{text.strip()}"'
    last = LAST_WORD.search(text)
    is_long = last is not None and len(stem(WORD.findall(last[0])[-1])) >= letters
    return f"{text}*".lstrip() if is_long else text.strip()


def said(results: Results) -> str:
    """What a screen reader says when the hits have changed."""
    if not results.total:
        return "Nothing found"
    return many(results.total, "result") + (", with some of the words" * results.relaxed)


def tries(text: str) -> list[tuple[str, str]]:
    """Searches that may find something where this one did not, in words."""
    tree = parse(text).tree
    if tree is None:
        return []
    found = [
        (f"without {written(field)}", rest)
        for field in facets.chosen_fields(tree)
        if (rest := facets.without_field(tree, field))
    ]
    parts = tree.parts if isinstance(tree, All) else (tree,)
    words = [part for part in parts if isinstance(part, Word) and len(part.text) > 4]
    if words and not all(word.prefix for word in words):
        begun = every(
            Word(shortened(part.text), prefix=True) if part in words else part for part in parts
        )
        found += [("words that only begin so", written(begun))] if begun else []
    return found


def shortened(word: str) -> str:
    """Enough of a long word to find its relatives."""
    return word[: max(4, len(word) * 2 // 3)]
