"""Annotations in the search: what was said, as it reads, and the passage that it is about.

The passage stands by itself, where the code of other entries does: it is shown as a quotation, and
only if what was said does not have the words.
"""

from __future__ import annotations

import sqlite3

from app.annotations.kept import Annotation
from app.annotations.reading import Reading, read
from app.annotations.shown import words_html
from app.markup import page_text
from app.search import index
from app.search.index import Entry


def put(
    connection: sqlite3.Connection, annotation: Annotation, reading: Reading | None = None
) -> None:
    """Make or replace its entry; who may meet it is decided by the search."""
    reading = reading or read(annotation.stored)
    entry = Entry(
        "annotation",
        annotation.id,
        annotation.note_uid,
        annotation.created,
        tags=" ".join(reading.tags),
        body=page_text.read(words_html(reading)).text,
        code=annotation.quote,
    )
    index.put(connection, entry)


def remove(connection: sqlite3.Connection, id: str) -> None:
    index.remove(connection, "annotation", id)
