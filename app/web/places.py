"""Where in a note a link leads that names a heading by those above it: `[[note#Proof#First step]]`.

Of several headings of one name the path decides, which the linking note cannot know. All that a
page needs is read in one query, and in none where no link has such a path.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import g

from app.library import documents
from app.markup import fill, sections

Place = tuple[str, tuple[str, ...]]  # the target as written, and the path of headings


def found(html: str, links: Mapping[str, documents.Linked]) -> dict[Place, str]:
    """The anchors of the links in `html` that have a path of headings."""
    wanted = paths(html)
    targets = {links[target].uid for target, _ in wanted if target in links}
    notes = stored(targets)
    anchors = {}
    for target, path in wanted:
        note = notes.get(links[target].uid, "") if target in links else html
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
