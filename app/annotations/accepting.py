"""To accept an erratum: the one change of the note that it proposes, or the editor at its line.

The change is made only if the passage stands where it was marked, its words stand exactly once in
the lines of that block, and the note, rendered with it, reads there as was proposed and otherwise
as before.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, replace

from app import database
from app.accounts.permissions import Person
from app.annotations import anchored, anchors, corrections, errata, taking_out
from app.annotations.anchored import Placed
from app.annotations.corrections import Lines
from app.annotations.errata import Erratum
from app.annotations.following import marked
from app.errors import BadInput, Changed, Conflict, GlossError
from app.library import documents
from app.library.documents import Document
from app.library.writing import save, typed
from app.markup.canonical import collapse
from app.settings import Settings

SURE = ("exact", "moved")
NOTHING_TO_CHANGE = "There is nothing to change: the note says already what was proposed."
STAYS_OPEN = "Decline the erratum, and say why: until then it stays open."


@dataclass(frozen=True)
class Accepted:
    path: str
    merged: bool = False


@dataclass(frozen=True)
class MustEdit:
    """`line` of the note's file, from 1; 0: nobody knows where the passage was."""

    path: str
    line: int


def accept(
    settings: Settings, connection: sqlite3.Connection, person: Person, id: str, seen: str
) -> Accepted | MustEdit:
    """Change the note as the erratum proposes, if it is still what `person` has `seen`."""
    kept, found = errata.get(connection, person, id)
    document = documents.get(connection, kept.path) if kept.path is not None else None
    if document is None:
        raise BadInput("This is about no note of this library.")
    if found.status == "accepted":  # pressed twice
        return Accepted(document.path)
    errata.check_seen(found, seen)
    place = placed(connection, document, id)
    lines = block(connection, document, place) if place else None
    if place is None or lines is None:
        return MustEdit(document.path, 0)
    words = document.text[place.start : place.end]
    source = proposed(document.source, lines, words, found)
    if source == document.source or says_it(words, found):
        raise Conflict(NOTHING_TO_CHANGE, hint=STAYS_OPEN)
    if source is None or not is_meant(settings, document, source, place, found):
        return MustEdit(document.path, corrections.line_of(document.source, lines, words))
    try:
        credit = errata.credit(person, kept, found)
        saved = save.update(settings, connection, document.path, source, document.sha256,
                            person_id=person.id, credit=credit)  # fmt: skip
    except Changed:
        return MustEdit(document.path, lines.first)
    is_made = errata.is_accepted(connection, kept.id)
    anchored.follow_save(connection, saved.uid)
    if is_made and not found.takes_out:
        stay(connection, document, saved.document, id, place)
    return Accepted(saved.path, saved.merged)


def says_it(words: str, found: Erratum) -> bool:
    """Whether the passage is already what was proposed, so that no save could credit anybody."""
    return bool(found.replacement) and collapse(words) == collapse(found.replacement)


def proposed(source: str, lines: Lines, words: str, found: Erratum) -> str | None:
    if found.takes_out:
        return taking_out.taken_out(source, lines, words)
    written = corrections.fitted(source, lines, found.replacement)
    return corrections.corrected(source, lines, words, written)


def written(connection: sqlite3.Connection, path: str, found: Erratum) -> str:
    """The replacement as it would be written where the passage stands today."""
    document = documents.get(connection, path) if "|" in found.replacement else None
    place = placed(connection, document, found.id) if document else None
    lines = block(connection, document, place) if document and place else None
    if document is None or lines is None:
        return found.replacement
    return corrections.fitted(document.source, lines, found.replacement)


def stay(
    connection: sqlite3.Connection, before: Document, now: Document, id: str, place: Placed
) -> None:
    """The mark is on the words that took the place of the passage, however few it shares."""
    start, end = place.start or 0, (place.end or 0) + len(now.text) - len(before.text)
    same = before.text[:start], before.text[place.end or 0 :]
    with database.transaction(connection):
        if (now.text[:start], now.text[end:]) == same and anchors.stand_in(
            connection, now.uid, now.sha256
        ):
            mark = replace(marked(now.text, start, end), grade="changed")
            anchors.keep(connection, now.uid, [(id, mark)])


def placed(connection: sqlite3.Connection, document: Document, id: str) -> Placed | None:
    """Where its passage stands today, changed or not."""
    for each in anchored.of_note(connection, document):
        if each.annotation_id == id and each.start is not None:
            return each
    return None


def block(connection: sqlite3.Connection, document: Document, place: Placed) -> Lines | None:
    row = connection.execute(
        "SELECT lines FROM document WHERE uid = ? AND sha256 = ?", [document.uid, document.sha256]
    ).fetchone()
    known = json.loads(row["lines"]) if row else []
    return corrections.lines_of(known, place.start or 0, place.end or 0)


def is_meant(
    settings: Settings, document: Document, source: str, place: Placed, found: Erratum
) -> bool:
    """Whether the note would read as proposed in the passage, and otherwise as before."""
    if place.grade not in SURE or place.start is None or place.end is None:
        return False
    try:
        before = typed.checked(settings, document.file, document.source)
        after = typed.checked(settings, document.file, source)
    except GlossError:
        return False
    passage = before.rendered, after.rendered, place.start, place.end
    if found.takes_out:
        is_right = taking_out.is_all_that_went(*passage)
    else:
        is_right = corrections.is_only_there(*passage) and corrections.reads_as(
            *passage, found.replacement
        )
    return (
        is_right
        and before.rendered.text == document.text
        and before.front.visibility == after.front.visibility
    )
