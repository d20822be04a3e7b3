"""What a search asks the other rooms: which notes are stale or refuted, which link to a note.

Nothing of this is kept: whether a result still holds depends on files as they are now.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence

from app.accounts.permissions import Person, visibilities
from app.lab.shown import groups
from app.lab.shown.board import Board
from app.library import links
from app.search.settling import Known
from app.settings import Settings


def known(settings: Settings, connection: sqlite3.Connection, person: Person) -> Known:
    """Answers about the notes that `person` may list, each found when it is asked for."""
    seen = visibilities(person)

    def those(matches: Callable[[Board], bool]) -> Callable[[str], list[int]]:
        def found(_: str) -> list[int]:
            every = groups.boards(settings, connection, seen)
            return [note.uid for note, each in every if matches(each)]

        return found

    return {
        "is:stale": those(is_stale),
        "is:refuted": those(is_refuted),
        "links": lambda target: linking(connection, target, seen),
    }


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
