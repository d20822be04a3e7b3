"""Where in a note a link leads that names a heading by those above it: `[[note#Proof#First step]]`.

Of several headings of one name the path decides, which the linking note cannot know. All that a
page needs, its embeds included, is read in one query, and in none where no link has such a path.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from flask import g

from app.library import documents
from app.markup import fill, sections

Place = tuple[str, tuple[str, ...]]  # the target as written, and the path of headings
Links = Mapping[str, documents.Linked]
Notes = Mapping[int, str]  # stored HTML, by uid


def found(html: str, whole: str, links: Links, notes: Notes) -> dict[Place, str]:
    """The anchors of the links in `html`, a part of the note `whole`, that have such a path."""
    anchors = {}
    for target, path in paths(html):
        note = notes.get(links[target].uid, "") if target in links else whole
        anchor = sections.anchor_of(note, list(path)) if target in links or not target else None
        if anchor:
            anchors[target, path] = anchor
    return anchors


def paths(html: str) -> list[Place]:
    places: list[Place] = []

    def collect(given: dict[str, Any]) -> str:
        if given.get("above"):
            places.append(place(given))
        return ""

    if '"above":' in html:
        fill(html, {"link": collect})
    return list(dict.fromkeys(places))


def read(parts: Iterable[tuple[str, Links]]) -> Notes:
    """The notes that links with a path of headings lead to, in these parts of a page."""
    return stored(
        {links[target].uid for html, links in parts for target, _ in paths(html) if target in links}
    )


def place(given: Mapping[str, Any]) -> Place:
    return given["target"], (*given.get("above", ()), given["fragment"])


def stored(uids: set[int]) -> dict[int, str]:
    if not uids:
        return {}
    rows = g.db.execute(
        "SELECT uid, html FROM document WHERE uid IN (SELECT value FROM json_each(?))",
        [json.dumps(sorted(uids))],
    )
    return dict(rows.fetchall())
