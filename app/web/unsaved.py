"""Drafts as a person meets them: by note, the newest first; none that says what its note says."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from textwrap import shorten

from app.errors import GlossError
from app.library import documents, identity, names
from app.library.writing import drafts
from app.library.writing.drafts import Draft
from app.web import writing
from app.web.writing import Form

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
        now = fingerprint(document.source) if document else None
        left = [draft for draft in group if draft.says != now]
        if left:
            found.append(OfNote(note, document.title if document else note, bool(document), left))
    return found


def present(connection: sqlite3.Connection, id: str) -> str:
    """Where the note is now: it may have moved since its form was opened."""
    if not id or documents.get(connection, names.normal(id)):
        return id
    return identity.of_former(connection, names.normal(id)) or id


def fingerprint(source: str) -> str:
    """Of what a form makes of a text: newlines are no difference."""
    return hashlib.sha256(writing.ended(writing.normal(source)).encode()).hexdigest()


def says(form: Form) -> str:
    """The fingerprint of the note that the form would be, saved now; nothing, if it can be none."""
    try:
        return fingerprint(writing.source_of(form)) if form.id else ""
    except GlossError:
        return ""


def keep(connection: sqlite3.Connection, person_id: int | None, form: Form) -> str:
    """Keep it as a draft; the time of that, or nothing, where all of it is saved already."""
    person, said = person_id or 0, says(form)
    document = documents.get(connection, form.id) if form.id else None
    if document and said == fingerprint(document.source):
        drafts.drop(connection, person, form.draft)
        return ""
    return drafts.put(connection, person, form.id, form.draft, form.base, form.kept(), says=said)


def drop_saved(connection: sqlite3.Connection, person_id: int | None, id: str) -> None:
    """The note was saved: whatever other draft of it says the same goes."""
    person = person_id or 0
    document = documents.get(connection, id)
    now = fingerprint(document.source) if document else None
    for draft in drafts.of_note(connection, person, id):
        if draft.says == now:
            drafts.drop_seen(connection, person, {draft.token: draft.times})


def first_words(text: str) -> str:
    """
    >>> first_words("# Walks\\n\\nA walk of some steps."), first_words(" ")
    ('# Walks A walk of some steps.', '')
    """
    given = " ".join(text.split())
    return shorten(given, WORDS, placeholder=" …") if " " in given[:WORDS] else given[:WORDS]
