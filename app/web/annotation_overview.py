"""The annotations for people: a list with filters that are links, a feed of it, and the export."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import urlencode
from xml.etree import ElementTree

from flask import Blueprint, Response, g, render_template, request

from app.accounts.permissions import PUBLIC, Action, Person, visibilities
from app.annotations import addresses, export, overview
from app.annotations.bodies import MAX_TAG, MAX_TAGS
from app.annotations.choices import choices
from app.annotations.kept import Annotation, may_change
from app.annotations.overview import Filter, Row
from app.annotations.reading import COLOURS
from app.errors import BadInput, NotFound
from app.library import documents, macros
from app.library.history import trash
from app.library.history.trash import Trashed
from app.web import access, headers, named_links, notes, protocol
from app.web.feeds import ATOM, BEGINNING, add, conditional, moment, tag
from app.web.root import root
from app.web.spoken_math import without_boxes
from app.web.templates import address, quoted

blueprint = Blueprint("annotation_overview", __name__)

NEWEST = 30
LAST = 10_000  # page: whoever wants older ones narrows down
XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
KINDS = {"question": "Questions", "erratum": "Errata", "comment": "Comments", "link": "Links",
         "highlight": "Highlights", "reply": "Replies"}  # fmt: skip
STATES = {
    "unanswered": "Unanswered questions",
    "open": "Open errata",
    "changed": "Passage changed",
    "orphan": "Passage gone",
    "private": "Mine alone",
}


def for_people() -> Response:
    wanted, number = overview.asked(request.args), min(asked_page(), LAST)
    size = access.settings().page_size
    found = overview.page(g.db, g.person, wanted, limit=size, offset=number * size,
                          macros=known_macros())  # fmt: skip
    page = render_template(
        "annotations/overview.html",
        room="Margin",
        wanted=wanted,
        is_beyond=bool(number) and not found.rows,
        rows=[(row, may_change(g.person, row.kept)) for row in with_links(found.rows, g.person)],
        trashed=in_trash(found.rows),
        newer=place(wanted, number - 1) if number else None,
        older=place(wanted, number + 1) if found.has_more and number < LAST else None,
        place=place,
        exported=wanted.note if is_readable(wanted.note) else "",
        kinds=KINDS,
        states={name: said for name, said in STATES.items() if g.person.id or name != "private"},
        colours={colour: colour.capitalize() for colour in COLOURS},
        choices=choices(g.db, g.person),
        verbs=export.VERBS,
        feed=f"/annotations/feed.atom{query(wanted)}",
    )
    is_there = found.rows or not number
    return Response(page, 200 if is_there else 404, mimetype="text/html")


def alone(kept: Annotation) -> Response:
    """A page of one that no page of a note shows: its note is in the trash, or it has none."""
    (row,) = with_links([overview.one(g.db, kept.id, known_macros())], g.person)
    page = render_template(
        "annotations/alone.html",
        room="Margin",
        row=row,
        may_change=may_change(g.person, kept),
        wanted=Filter(),
        trashed=in_trash([row]),
        about=list(dict.fromkeys(addresses.targets(kept.stored))),
        place=place,
        verbs=export.VERBS,
    )
    return Response(page, mimetype="text/html")


def in_trash(rows: list[Row]) -> dict[int, Trashed]:
    """The notes of these that are there, by their numbers."""
    away = {row.kept.note_uid for row in rows if row.kept.path is None}
    return trash.among_notes(g.db, [uid for uid in away if uid is not None])


def with_links(rows: list[Row], person: Person) -> list[Row]:
    """With what `person` may follow of the links in what was said."""
    filled = named_links.filled([(row.kept.path or "", row.html) for row in rows], person)
    return [replace(row, html=html) for row, html in zip(rows, filled, strict=True)]


def is_readable(note: str) -> bool:
    """Whether there is a note to export, for who asks."""
    found = documents.get(g.db, note) if note else None
    return found is not None and found.visibility in visibilities(g.person, Action.READ)


def known_macros() -> dict[str, str]:
    return dict(macros.of_library(access.settings().notes)[0])


def place(wanted: Filter, number: int = 0) -> str:
    """The address of a page of what is asked."""
    return f"/annotations/{query(wanted, number)}"


def query(wanted: Filter, number: int = 0) -> str:
    asked = {**wanted.chosen, **({"page": str(number)} if number else {})}
    return f"?{urlencode(asked)}" if asked else ""


@blueprint.app_template_global("annotation_exports")
def exports(note: str) -> dict[str, str]:
    """The names and the addresses of a note's export."""
    made = {"Markdown": "md", "JSON-LD": "jsonld", "CSV": "csv"}
    return {name: f"/annotations/export/{quoted(note)}.{ending}" for name, ending in made.items()}


def asked_page() -> int:
    """The number of the page that is asked for, from 0."""
    number = request.args.get("page", "0")
    if not (number.isascii() and number.isdecimal() and len(number) <= 9):
        raise BadInput("A page is a whole number, from 0.", field="page")
    return int(number)


@blueprint.get("/annotations/feed.atom")
@access.needs(Action.LIST)
def feed() -> Response:
    """The newest that everybody may read, by the same filters."""
    wanted = overview.asked(request.args)
    found = overview.page(g.db, PUBLIC, wanted, limit=NEWEST, macros=known_macros())
    rows = with_links(found.rows, PUBLIC)
    return conditional(as_atom(rows, root(), wanted), "application/atom+xml")


def as_atom(rows: list[Row], base: str, wanted: Filter) -> bytes:
    ElementTree.register_namespace("", ATOM)
    whole = ElementTree.Element(tag("feed"), {XML_BASE: f"{base}/"})
    itself = f"{base}/annotations/feed.atom{query(wanted)}"
    add(whole, "id", itself)
    add(whole, "title", f"In the margins of {access.settings().title}")
    add(whole, "updated", max((moment(row.kept.modified) for row in rows), default=BEGINNING))
    add(whole, "link", rel="self", type="application/atom+xml", href=itself)
    add(whole, "link", rel="alternate", type="text/html", href=base + place(wanted))
    add(add(whole, "author"), "name", access.settings().title)
    for row in rows:
        add_entry(whole, base, row)
    text: bytes = ElementTree.tostring(whole, encoding="utf-8", xml_declaration=True)
    return text


def add_entry(whole: ElementTree.Element, base: str, row: Row) -> None:
    kept, entry = row.kept, add(whole, "entry")
    where = address(kept.path) + f"#annotation-{kept.id}" if kept.path else kept.address
    add(entry, "id", base + kept.address)
    add(
        entry,
        "title",
        f"{kept.who} {export.VERBS[row.kind]}" + f" on {kept.note_title}" * bool(kept.path),
    )
    add(entry, "published", moment(kept.created))
    add(entry, "updated", moment(kept.modified))
    add(entry, "link", rel="alternate", type="text/html", href=base + where)
    add(add(entry, "author"), "name", kept.who)
    for name in row.tags[:MAX_TAGS]:
        add(entry, "category", term=name[:MAX_TAG])
    said = render_template("annotations/_said.html", row=row)
    add(entry, "content", without_boxes(said), type="html")


@blueprint.get("/annotations/export/<path:name>")
@access.needs(Action.READ)
def exported(name: str) -> Response:
    """A note's annotations as a file: `.md` with the note, `.jsonld` or `.csv`."""
    path, _, ending = name.rpartition(".")
    if not path or ending not in ("md", "jsonld", "csv"):
        raise NotFound("A note is exported as .md, .jsonld or .csv.")
    note = notes.readable(path)
    found, base = export.of_note(g.db, note, g.person), root()
    if ending == "md":
        text, kind = export.as_markdown(found, note.source, note.title), "text/markdown"
    elif ending == "csv":
        text, kind = export.as_csv(found, base), "text/csv"
    else:
        page = export.as_page(found, base, request.path)
        text, kind = json.dumps(page, ensure_ascii=False, indent=1), "application/ld+json"
    response = Response(text.encode("utf-8", "replace"))
    response.content_type = f"{kind}; charset=utf-8" if ending != "jsonld" else protocol.TYPE
    response.headers["Content-Disposition"] = disposition(note.name, ending)
    return headers.as_file(response)


def disposition(name: str, ending: str) -> str:
    """The name under which a browser keeps it (RFC 6266).

    >>> disposition('é"', "md")
    'attachment; filename="note-margin.md"; filename*=UTF-8\\'\\'%C3%A9%22-margin.md'
    """
    plain = name if name.isascii() and name.replace("-", "").replace("_", "").isalnum() else "note"
    full = quoted(f"{name}-margin.{ending}").replace("/", "%2F")
    return f"attachment; filename=\"{plain}-margin.{ending}\"; filename*=UTF-8''{full}"
