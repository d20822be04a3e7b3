"""Annotations in the search: what was said, as it reads, and the passage that it is about.

The passage stands by itself, where the code of other entries does: it is shown as a quotation, and
only if what was said does not have the words.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from app import markup
from app.annotations.kept import Annotation
from app.annotations.reading import Reading, Said, read
from app.annotations.shown import LONGEST, cost, is_plain
from app.markup import canonical
from app.search import index
from app.search.index import Entry
from app.search.numbers import NOTHING_KNOWN, Place, of_annotation


def put(
    connection: sqlite3.Connection, annotation: Annotation, reading: Reading | None = None
) -> None:
    """Make or replace its entry; who may meet it is decided by the search."""
    reading = reading or read(annotation.stored)
    index.put(connection, entry_of(annotation, reading))
    connection.execute("DELETE FROM annotation_tag WHERE id = ?", [annotation.id])
    put_tags(connection, annotation, reading)


def put_tags(connection: sqlite3.Connection, annotation: Annotation, reading: Reading) -> None:
    """Each as the tag of a note is found: by itself, in any case."""
    rows = [(index.storable(tag), annotation.id) for tag in reading.tags]
    if rows:
        connection.executemany("INSERT OR IGNORE INTO annotation_tag VALUES (?, ?)", rows)


def entry_of(annotation: Annotation, reading: Reading) -> Entry:
    place = place_of(annotation)
    return Entry(
        "annotation",
        annotation.id,
        annotation.note_uid,
        annotation.created,
        tags=" ".join(reading.tags),
        body="\n".join(filter(None, texts_of(reading))),
        code=annotation.quote,
        audience=place.audience,
        writer=place.writer,
    )


def place_of(annotation: Annotation) -> Place:
    """Who may meet it, as far as its entry's id can say it."""
    if annotation.reader_id is not None or annotation.further_visibility is not None:
        return NOTHING_KNOWN
    seen: list[tuple[str | None, int | None]] = [(annotation.visibility, annotation.person_id)]
    if annotation.thread:
        seen.append((annotation.root_visibility, annotation.root_person_id))
    about = annotation.note_visibility if annotation.note_uid is not None else ""
    return of_annotation(about, seen)


def texts_of(reading: Reading) -> Iterator[str]:
    """What is said, as it reads, as far as pages show that too; the rest as it was typed."""
    left = LONGEST
    for said in reading.said:
        left -= cost(said)
        yield text_of(said) if left >= 0 else as_typed(said)


def text_of(said: Said) -> str:
    """As it reads, which needs no HTML.

    >>> text_of(Said("Why\\n*not*?", "", "")), text_of(Said("*A*\\n", "text/plain", ""))
    ('Why not?', '*A*')
    """
    return as_typed(said) if is_plain(said) else markup.as_text(said.value, named=True)


def as_typed(said: Said) -> str:
    paragraphs = map(canonical.collapse, said.value.strip().split("\n\n"))
    return "\n".join(filter(None, paragraphs))


def remove(connection: sqlite3.Connection, id: str) -> None:
    index.remove(connection, "annotation", id)
    connection.execute("DELETE FROM annotation_tag WHERE id = ?", [id])


def follow_thread(connection: sqlite3.Connection, root: str) -> None:
    """Others may meet it now, and so what answers it."""
    index.follow_thread(connection, root)
