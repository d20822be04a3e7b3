"""The notes that a note is related to: fetched late by its page, and a page of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, Response, g, make_response, render_template, request

from app.accounts.permissions import Action, visibilities
from app.library import documents
from app.library.citations import bibliography
from app.library.document import Document
from app.library.report_words import many
from app.search import related
from app.search.related import Reason, Related
from app.web import access
from app.web.notes import readable

blueprint = Blueprint("related", __name__)

SHOWN = 2  # works or titles of one reason
REASONS = 3
MOST_LINKS = 200


@blueprint.get("/related/<path:id>")
@access.needs(Action.READ)
def page(id: str) -> Response:
    document = readable(id)
    is_part = "HX-Request" in request.headers
    response = make_response(
        render_template(
            "_related.html" if is_part else "related.html",
            document=document,
            related=shown(document, is_part=is_part),
            room="Notes",
        )
    )
    response.headers["Vary"] = "Cookie, Authorization, HX-Request"
    return response


def shown(document: Document, *, is_part: bool = False) -> list[tuple[Related, list[str]]]:
    """Each related note with its reasons in words; as a part of its page without those that link
    to it, which stand there already."""
    seen = visibilities(g.person)
    here = documents.backlinks(g.db, document, seen)[:MOST_LINKS]
    targets = documents.targets(g.db, document.uid)
    there = documents.resolve(g.db, targets[:MOST_LINKS], document.path, seen)
    found = related.of_note(
        g.db,
        g.person,
        document.uid,
        here=[link.path for link in here],
        there=sorted({linked.uid for linked in there.values()} - {document.uid}),
        without=[link.path for link in here] if is_part else [],
    )
    works = labels(name for each in found for name in works_of(each.reasons))
    return [
        (each, [in_words(reason, works) for reason in each.reasons[:REASONS]]) for each in found
    ]


def works_of(reasons: Iterable[Reason]) -> Iterable[str]:
    kinds = ("cites", "about", "cites_this")
    return (name for reason in reasons if reason.kind in kinds for name in reason.names)


def labels(names: Iterable[str]) -> dict[str, str]:
    """Each work as `Knuth 1968`, as far as the reader may see what it is; two queries at most."""
    wanted = list(dict.fromkeys(names))
    known = bibliography.of_keys(g.db, wanted, visibilities(g.person)) if wanted else {}
    return {name: label(known[name].item) if name in known else f"@{name}" for name in wanted}


def label(item: Mapping[str, Any]) -> str:
    """
    >>> label({"author": [{"family": "Knuth"}], "issued": {"date-parts": [[1968]]}})
    'Knuth 1968'
    """
    people = item.get("author") or item.get("editor") or []
    names = [each.get("family") or each.get("literal") or "" for each in people]
    names = [name for name in names if name and name != "others"]
    who = " and ".join(names) if len(names) < 3 else f"{names[0]} et al."
    years = item.get("issued", {}).get("date-parts", [[None]])
    year = years[0][0] if years and years[0] else None
    return f"{who or item.get('title', 'a work')} {year or ''}".strip()


def in_words(reason: Reason, works: Mapping[str, str]) -> str:
    """
    >>> in_words(Reason("cites", ("a", "b", "c")), {"a": "Roe 1999", "b": "Doe 2001", "c": ""})
    'cites Roe 1999, Doe 2001 and 1 other work too'
    >>> in_words(Reason("words", ("tempered", "posterior")), {})
    'shares: tempered, posterior'
    """
    names = [works.get(name, name) for name in reason.names]
    rest = len(names) - SHOWN
    few = " and ".join(names[:SHOWN])
    if rest > 0:
        noun = "other note" if reason.kind in ("too", "beside") else "other work"
        few = f"{', '.join(names[:SHOWN])} and {many(rest, noun)}"
    return {
        "here": "links here",
        "there": "linked from here",
        "cites": f"cites {few} too",
        "about": f"is about {few}, cited here",
        "cites_this": f"cites {few}, which this is about",
        "too": f"links to {few} too",
        "beside": f"linked beside this in {few}",
        "words": f"shares: {', '.join(names)}",
    }[reason.kind]
