"""The search page: with scripts as you type, and the same page without."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, make_response, render_template, request

from app.accounts.permissions import Action, visibilities
from app.errors import BadInput
from app.lab import lookups
from app.library import documents
from app.search import facets, find, typed
from app.search.common import SHORTEST
from app.search.endings import WORD, stem
from app.search.find import DATE, ORDERS, RELEVANCE, Results
from app.search.query import parse
from app.search.tree import All, Word, every, written
from app.web import access, asked, examples, hit_notes

blueprint = Blueprint("search", __name__)

HITS = 20
MOST_AT_ONCE = asked.MAX_LIMIT  # so many are there again after Back
LAST_WORD = re.compile(r'(?:\A|(?<=[\s(-]))(?:title:)?[^\s()":]*\w\Z')
LATIN = re.compile(r"[\u0000-\u024f\u1e00-\u1eff\u2010-\u201f]*")
SIGNS = re.compile(r"[\\/{}^_$<>=#@|+~*:()\[\]]")


@dataclass(frozen=True)
class Asked:
    """What the address asks for. `query` is what is searched for, `text` what was typed.

    `shown`: hits at once, more than usual where some were added by «Load more».
    """

    text: str
    query: str
    order: str
    offset: int = 0
    shown: int = HITS

    def address(self, path: str = "/search", **other: Any) -> str:
        """The address of the same search from its first hit, or of one that differs from it."""
        given = {"q": self.query, "order": self.order, **other}
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
    text = request.args.get("q", "")
    wanted = Asked(text.strip(), as_typed(text, typed.shortest(g.db)), order_asked())
    response = make_response(shown("_found.html", wanted, typing=True))
    address = Asked(wanted.text, wanted.text, wanted.order).address() if wanted.text else "/search"
    response.headers["HX-Replace-Url"] = address
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
    found = facets.of_search(g.db, g.person, wanted.query)
    is_part = "HX-Request" in request.headers
    template = "_facets.html" if is_part else "facets.html"
    response = make_response(
        render_template(template, wanted=wanted, asked=wanted.text, found=found, is_part=is_part)
    )
    response.headers["Vary"] = "Cookie, Authorization, HX-Request"
    return response


def shown(template: str, wanted: Asked, *, typing: bool = False, part: bool = False) -> str:
    """`part`: hits that are put behind those that are there."""
    results = None
    if wanted.query:
        known = lookups.known(access.settings(), g.db, g.person)
        results = find.search(
            # What goes on has its * already: the space says that nothing else does.
            *(g.db, g.person, wanted.query + " " * typing, wanted.shown, wanted.offset),
            order=wanted.order,
            typing=typing,
            known=known,
        )
    return render_template(
        template,
        wanted=wanted,
        asked=wanted.text,
        results=results,
        hits=hit_notes.of_hits(g.db, results.results) if results else [],
        typing=typing,
        part=part,
        DATE=DATE,
        RELEVANCE=RELEVANCE,
        HITS=HITS,
        MOST_AT_ONCE=MOST_AT_ONCE,
        number=number(results) if results else "",
        said=said(results) if results else "",
        tries=tries(wanted.query) if results and not results.total else [],
        is_empty=not (results and results.total) and not has_notes(),
        language=examples.of_library(g.db, g.person) if not results else [],
    )


def has_notes() -> bool:
    return documents.page(g.db, visibilities(g.person), limit=1).total > 0


def from_address() -> Asked:
    text = request.args.get("q", "").strip()
    at_once = asked.whole("shown", HITS, least=1, most=MOST_AT_ONCE)
    return Asked(text, text, order_asked(), asked.offset(), at_once)


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
