"""Annotations in the search: what was said, with the passage that it is about."""

from __future__ import annotations

import sqlite3

from app.annotations.kept import Annotation
from app.annotations.reading import Reading, read
from app.search import index
from app.search.index import Entry

TITLE = 100


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
        title=shortened(annotation.quote or annotation.body or annotation.note_title),
        tags=" ".join(reading.tags),
        body="\n".join(filter(None, (annotation.body, annotation.quote))),
    )
    index.put(connection, entry)


def remove(connection: sqlite3.Connection, id: str) -> None:
    index.remove(connection, "annotation", id)


def shortened(text: str) -> str:
    """One line, cut between words."""
    line = " ".join(text.split())
    return line if len(line) <= TITLE else line[:TITLE].rsplit(" ", 1)[0] + "…"
