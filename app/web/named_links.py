"""The `[[links]]` of what is said outside of notes, filled in for who reads it.

One that leads to no note that the person may see is its words: so nothing tells a hidden note from
none at all. However many texts a page shows, they take one query; none where nothing is linked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import partial
from html import escape
from urllib.parse import quote

from flask import g

from app.accounts.permissions import Action, Person, visibilities
from app.library import links, macros
from app.library.links import Linked
from app.markup.line import typeset_line
from app.web import access
from app.web.templates import address

LINK = re.compile(r"<!--gloss:link (\{[^<>]*\})-->([^<>]*)</a>")


def filled(texts: Iterable[tuple[str, str]], person: Person | None = None) -> list[str]:
    """HTML with its links; before each the path of the note that it is about, or nothing.

    A link means what it would mean in that note, to `person` (None: to who asks).
    """
    every = list(texts)
    wanted: dict[str, list[str]] = {}
    for path, html in every:
        found = [json.loads(given)["target"] for given, _ in LINK.findall(html)]
        wanted.setdefault(path, []).extend(found)
    if not any(wanted.values()):
        return [html for _, html in every]
    seen = visibilities(person or g.person, Action.READ)
    known = links.resolve_many(g.db, wanted, seen)

    return [
        LINK.sub(partial(one, known[path]), html) if wanted[path] else html for path, html in every
    ]


def one(known: Mapping[str, Linked], found: re.Match[str]) -> str:
    given, words = json.loads(found[1]), found[2]
    target, fragment = known.get(given["target"]), given["fragment"]
    if target is None:
        return words
    if given.get("titled"):
        words = typeset_line(target.title, macros.of_library(access.settings().notes)[0])
    part = f"#{quote(fragment)}" if fragment else ""
    return f'<a href="{escape(address(target.path) + part)}">{words}</a>'
