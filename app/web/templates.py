"""What every template may use: addresses, days in words, and what the person may do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from html import escape
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, g, has_request_context, request
from markupsafe import Markup
from markupsafe import escape as escaped

from app import clock
from app.accounts.permissions import PUBLIC, Action, Person, Role
from app.errors import Conflict, GlossError
from app.lab.runs.statuses import STATUSES
from app.lab.signature import visible
from app.library import macros, note
from app.library.report_words import many
from app.markup import fill, line
from app.settings import Settings
from app.web import access, assets
from app.web.unsaved import first_words
from app.web.words import lacking, short

MOST_KEPT = 4096  # addresses and days, as templates have them


def install(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters |= {
        "day": day,
        "moment": moment,
        "ago": ago,
        "first_words": first_words,
        "seconds": seconds,
        "shown": shown,
        "given": given,
        "lacking": lacking,
        "visible": visible,
        "sentence": lambda text: text[:1].upper() + text[1:],
        "without_links": without_links,
        "readable": line.readable,
        **typesetting(settings),
        "quoted": quoted,
        "at_least": max,
    }
    app.jinja_env.globals |= {
        "library": settings.title,
        "is_text": note.is_text,
        "asset": assets.address,
        "words_of": STATUSES,
        "address": address,
        "tag_address": lambda tag: f"/tags/{quoted(tag)}",
        "author_address": lambda author: f"/authors/{quote(author, safe='')}",
        "folder_address": lambda folder: f"/folders/{quoted(folder)}",
    }
    app.context_processor(of_person)


def typesetting(settings: Settings) -> dict[str, Callable[..., str]]:
    """The filters for titles, and sentences and passages of notes, with the library's macros."""

    def typeset(text: str, *, code: bool = False) -> str:
        return line.typeset_line(str(text), macros.of_library(settings.notes)[0], code=code)

    def typeset_passage(html: str) -> str:
        return line.typeset_passage(str(html), macros.of_library(settings.notes)[0])

    return {"typeset": typeset, "typeset_passage": typeset_passage}


def of_person() -> dict[str, Any]:
    person = g.get("person", PUBLIC) if has_request_context() else PUBLIC
    return {
        "person": person,
        "drafts_of": drafts_of(person),
        "inside": person.role is not Role.PUBLIC,
        "may": lambda action: access.can(person, Action(action)),
        "through": lambda note: through(note) if person is PUBLIC else "",
    }


def drafts_of(person: Person) -> str:
    """Whose words a browser keeps: other people's, and another library's at this address, are not.

    Nothing for who is not signed in.
    """
    if person.id is None or not has_request_context():
        return ""
    owner = f"{access.settings().database}\n{person.id}\n{person.name}"
    return sha256(owner.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def through(note: str) -> str:
    """The end of a run's address by which the public comes to it from a note (see runs.visible)."""
    named = note or (request.args.get("note", "") if has_request_context() else "")
    return f"?{urlencode({'note': named})}" if named else ""


def address(path: str) -> str:
    """The address of a note."""
    return f"/notes/{quoted(path)}"


def worded(error: GlossError) -> str:
    """What a person is told of an error; a note that it names as being there is linked."""
    there = error.there if isinstance(error, Conflict) else ""
    before, named, after = str(error).partition(there) if there else (str(error), "", "")
    link = Markup('<a href="{}">{}</a>').format(address(there), named) if named else ""
    return escaped(before) + link + escaped(after)


@lru_cache(maxsize=MOST_KEPT)
def quoted(path: str) -> str:
    """As a part of an address; a feed has some hundred, mostly those of the page before."""
    return quote(path)


@lru_cache(maxsize=MOST_KEPT)
def day(text: str) -> str:
    """`2026-11-08` as `8 Nov 2026`; what is no date stays as it is."""
    try:
        known = date.fromisoformat(text[:10])
    except ValueError:
        return text
    return f"{known.day} {known:%b %Y}"


def moment(text: str) -> str:
    """`2026-11-08T14:02:05Z` as `8 Nov 2026, 14:02`."""
    return f"{day(text)}, {text[11:16]}" if len(text) > 11 else day(text)


def ago(text: str) -> str:
    """How long since, in words; what is a month old has its day."""
    passed = clock.now() - datetime.fromisoformat(text)
    minutes = max(0, int(passed.total_seconds())) // 60
    for kind, length, most in (("minute", 1, 60), ("hour", 60, 24), ("day", 1440, 30)):
        if minutes < length * most:
            return f"{many(minutes // length, kind)} ago" if minutes else "just now"
    return day(text)


def without_links(html: str) -> str:
    """A claim's sentence outside of its note: its links stay words."""
    return fill(html.replace("</a>", ""), {"cite": lambda given: escape(given["text"])})


def seconds(number: float | None) -> str:
    """A number and its unit stay together.

    >>> seconds(1.634), seconds(22.5)
    ('1.63\xa0s', '22\xa0s')
    """
    return "" if number is None else f"{number:.{2 if number < 10 else 0}f}\N{NO-BREAK SPACE}s"


def shown(value: Any) -> str:
    """A value as text: a number with the digits that matter, a list with commas, None as a dash."""
    if value is None:
        return "–"
    if isinstance(value, list):
        return ", ".join(shown(item) for item in value)
    return short(value)


def given(value: Any) -> str:
    """A parameter's value: a text is as it was written, also where it is `nan`; None is none.

    >>> given("nan"), given(["a", None]), given(0.5), given("")
    ('nan', 'a, none', '0.5', 'empty')
    """
    if isinstance(value, list):
        return ", ".join(map(given, value)) or "[]"
    if value is None:
        return "none"
    return (visible(value) or "empty") if isinstance(value, str) else shown(value)
