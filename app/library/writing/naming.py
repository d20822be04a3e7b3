"""A new note without an address: it gets one from its title."""

from __future__ import annotations

import sqlite3

from app.errors import BadInput, Conflict
from app.library import names
from app.library.front import front_matter
from app.library.writing import save
from app.library.writing.save import Saved
from app.markup import render
from app.settings import Settings

MOST_NAMESAKES = 100


def create(
    settings: Settings,
    connection: sqlite3.Connection,
    markdown: str,
    *,
    person_id: int | None = None,
) -> Saved:
    """Save a new note as `its-title.md`; where that is taken, as `its-title-2.md` and so on."""
    name = names.slug(title_of(markdown))
    for number in range(1, MOST_NAMESAKES):
        try:
            numbered = f"{name}-{number}" if number > 1 else name
            return save.create(settings, connection, numbered, markdown, person_id=person_id)
        except Conflict:
            continue
    raise Conflict(f"There are too many notes named {name}.", hint="Send an id of your own.")


def title_of(markdown: str) -> str:
    """The title in the front matter, else the first heading."""
    front = front_matter.parse(markdown, "new.md")
    title = front.title or render(front.body).title
    if not title:
        raise BadInput(
            "The note has no title to make an id of.",
            field="id",
            hint="Send an id, or start the text with a heading: # Title.",
        )
    return title
