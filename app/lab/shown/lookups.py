"""What a search asks the other rooms: which notes are stale or refuted, which link to a note.

Nothing of this is kept: whether a result still holds depends on files as they are now.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence

from app.accounts.permissions import Person, visibilities
from app.lab.shown import board
from app.lab.shown.board import Board
from app.library import documents, links
from app.search.settling import Known
from app.settings import Settings

COMPUTING = """SELECT uid FROM document
    WHERE visibility IN (SELECT value FROM json_each(?)) AND uid IN (
        SELECT uid FROM document_block UNION SELECT uid FROM document_claim
        UNION SELECT uid FROM document_has WHERE what = 'value')"""


def known(settings: Settings, connection: sqlite3.Connection, person: Person) -> Known:
    """Answers about the notes that `person` may list, each found when it is asked for."""
    seen = visibilities(person)

    def those(matches: Callable[[Board], bool]) -> Callable[[str], list[int]]:
        return lambda _: [uid for uid, each in boards(settings, connection, seen) if matches(each)]

    return {
        "is:stale": those(is_stale),
        "is:refuted": those(is_refuted),
        "links": lambda target: linking(connection, target, seen),
    }


def boards(
    settings: Settings, connection: sqlite3.Connection, seen: Sequence[str]
) -> list[tuple[int, Board]]:
    """The computed side of every note that has one; the number of queries does not grow."""
    uids = [uid for (uid,) in connection.execute(COMPUTING, [json.dumps(list(seen))])]
    notes = documents.embedded(connection, uids)
    found = board.of_notes(settings, connection, notes)
    return [(note.uid, each) for note, each in zip(notes, found, strict=True)]


def is_stale(each: Board) -> bool:
    return any(cell.stale for cell in each.cells.values())


def is_refuted(each: Board) -> bool:
    """Also where that is what was expected."""
    return any(claim.state == "refuted" for claim in each.claims.values())


def linking(connection: sqlite3.Connection, target: str, seen: Sequence[str]) -> list[int] | None:
    """The notes that link to what `target` means as a link; None where it means no note."""
    note = links.resolve(connection, [target], "", seen).get(target)
    if note is None:
        return None
    paths = [each.path for each in links.backlinks(connection, note.uid, seen)]
    rows = connection.execute(
        "SELECT uid FROM document WHERE path IN (SELECT value FROM json_each(?))",
        [json.dumps(paths)],
    )
    return [uid for (uid,) in rows]
