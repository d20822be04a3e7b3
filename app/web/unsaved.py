"""Drafts as a person meets them: by note, the newest first; none that says what its note says."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from textwrap import shorten

from app.errors import GlossError
from app.library import documents
from app.library.writing import drafts
from app.library.writing.drafts import Draft
from app.web import writing
from app.web.writing import Form

LOOKED_AT = 2000  # characters of a draft, to find its first words in
WORDS = 90  # characters of them that are shown


@dataclass(frozen=True)
class OfNote:
    """What is not saved of one note; with an empty id, of notes that are not there yet.

    `is_there`: whether the note is indexed now.
    """

    id: str
    title: str
    is_there: bool
    drafts: list[Draft]

    @property
    def count(self) -> int:
        return len(self.drafts)


def by_note(connection: sqlite3.Connection, every: Iterable[Draft]) -> list[OfNote]:
    """In the order of what is the newest of each."""
    grouped: dict[str, list[Draft]] = {}
    for draft in every:
        grouped.setdefault(draft.id, []).append(draft)
    found = []
    for note, group in grouped.items():
        document = documents.get(connection, note) if note else None
        source = document.source if document else None
        left = [draft for draft in group if not says(writing.of_draft(draft), source)]
        if left:
            found.append(OfNote(note, document.title if document else note, bool(document), left))
    return found


def says(form: Form, source: str | None) -> bool:
    """Whether the form, saved now, would be the note that it is already."""
    if source is None:
        return False
    now = writing.ended(writing.normal(source))
    if not now.endswith(writing.ended(form.markdown)):  # mostly, and without looking further
        return False
    try:
        return writing.source_of(form) == now
    except GlossError:
        return False


def keep(connection: sqlite3.Connection, person_id: int | None, form: Form) -> str:
    """Keep it as a draft; the time of that, or nothing, where all of it is saved already."""
    person = person_id or 0
    document = documents.get(connection, form.id) if form.id else None
    if document and says(form, document.source):
        drafts.drop(connection, person, form.id, form.draft)
        return ""
    return drafts.put(connection, person, form.id, form.draft, form.base, form.kept())


def drop_saved(connection: sqlite3.Connection, person_id: int | None, id: str) -> None:
    """The note was saved: whatever other draft of it says the same goes."""
    person = person_id or 0
    document = documents.get(connection, id)
    for draft in drafts.of_note(connection, person, id):
        if document and says(writing.of_draft(draft), document.source):
            drafts.drop(connection, person, id, draft.token)


def first_words(text: str) -> str:
    """
    >>> first_words("# Walks\\n\\nA walk of some steps."), first_words(" ")
    ('# Walks A walk of some steps.', '')
    """
    given = " ".join(text[:LOOKED_AT].split())
    return shorten(given, WORDS, placeholder=" …") if " " in given[:WORDS] else given[:WORDS]
