"""The newest public notes for feed readers: Atom (RFC 4287) and JSON Feed 1.1.

Whoever asks gets what is public: readers of feeds keep and share what they fetch.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree

from flask import Blueprint, Response, g, request

from app.accounts.permissions import PUBLIC, Action, visibilities
from app.library import documents
from app.library.documents import Entry
from app.markup.line import readable
from app.web import access
from app.web.root import root
from app.web.spoken_math import without_boxes
from app.web.templates import address

blueprint = Blueprint("feeds", __name__)

NOTES = 30
ATOM = "http://www.w3.org/2005/Atom"
JSON_FEED = "https://jsonfeed.org/version/1.1"
BEGINNING = "1970-01-01T00:00:00Z"
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@blueprint.get("/feed.atom")
@access.needs(Action.LIST)
def atom() -> Response:
    text = as_atom(access.settings().title, root(), newest())
    return conditional(text, "application/atom+xml")


@blueprint.get("/feed.json")
@access.needs(Action.LIST)
def json_feed() -> Response:
    document = as_json_feed(access.settings().title, root(), newest())
    text = json.dumps(document, ensure_ascii=False, indent=1).encode()
    return conditional(text, "application/feed+json")


def newest() -> list[Entry]:
    return documents.page(g.db, visibilities(PUBLIC), limit=NOTES).documents


def conditional(text: bytes, content_type: str) -> Response:
    """Feed readers ask often: 304 where nothing changed."""
    response = Response(text, content_type=f"{content_type}; charset=utf-8")
    response.set_etag(hashlib.sha256(text).hexdigest()[:32])
    response.headers["Cache-Control"] = "public, no-cache"
    response.make_conditional(request)
    return response


def as_atom(title: str, base: str, notes: Sequence[Entry]) -> bytes:
    ElementTree.register_namespace("", ATOM)
    feed = ElementTree.Element(tag("feed"))
    add(feed, "id", f"{base}/feed.atom")
    add(feed, "title", title)
    add(feed, "updated", max(map(updated, notes), default=BEGINNING))
    add(feed, "link", rel="self", type="application/atom+xml", href=f"{base}/feed.atom")
    add(feed, "link", rel="alternate", type="text/html", href=f"{base}/")
    add(add(feed, "author"), "name", title)
    for note in notes:
        add_entry(feed, base, note)
    text: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return text


def add_entry(feed: ElementTree.Element, base: str, note: Entry) -> None:
    entry = add(feed, "entry")
    add(entry, "id", identity(base, note))
    add(entry, "title", readable(note.title))
    add(entry, "published", moment(note.date))
    add(entry, "updated", updated(note))
    add(entry, "link", rel="alternate", type="text/html", href=base + address(note.path))
    for name in note.authors:
        add(add(entry, "author"), "name", name)
    for name in note.tags:
        add(entry, "category", term=name)
    add(entry, "summary", without_boxes(note.summary), type="html")


def add(
    parent: ElementTree.Element, name: str, text: str = "", **attributes: str
) -> ElementTree.Element:
    clean = {key: NOT_XML.sub("", value) for key, value in attributes.items()}
    element = ElementTree.SubElement(parent, tag(name), clean)
    element.text = NOT_XML.sub("", text) or None
    return element


def tag(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def as_json_feed(title: str, base: str, notes: Sequence[Entry]) -> dict[str, Any]:
    return {
        "version": JSON_FEED,
        "title": title,
        "home_page_url": f"{base}/",
        "feed_url": f"{base}/feed.json",
        "items": [item(base, note) for note in notes],
    }


def item(base: str, note: Entry) -> dict[str, Any]:
    return {
        "id": identity(base, note),
        "url": base + address(note.path),
        "title": readable(note.title),
        "content_html": without_boxes(note.summary),
        "date_published": moment(note.date),
        "date_modified": updated(note),
        "authors": [{"name": name} for name in note.authors],
        "tags": note.tags,
    }


def identity(base: str, note: Entry) -> str:
    """The same for as long as the note exists, though its name and text may change."""
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'{base}/#{note.uid}')}"


def updated(note: Entry) -> str:
    return max(moment(note.updated), moment(note.date))


def moment(text: str) -> str:
    """A day, or a day with its time, as RFC 3339 wants it, in UTC.

    >>> moment("2026-11-08"), moment("2026-11-08T14:02+02:00"), moment("soon")
    ('2026-11-08T00:00:00Z', '2026-11-08T12:02:00Z', '1970-01-01T00:00:00Z')
    """
    try:
        known = datetime.fromisoformat(text)
        known = known.astimezone(UTC) if known.tzinfo else known
        return known.strftime("%Y-%m-%dT%H:%M:%SZ") if known.year >= 1000 else BEGINNING
    except (ValueError, OverflowError):
        pass
    try:
        return f"{date.fromisoformat(text[:10])}T00:00:00Z"
    except ValueError:
        return BEGINNING
