"""The threads in the margin of a note, in the order of its text, a part at a time.

A page shows the first of them; how many queries that takes does not grow with how many there are.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from app.accounts.permissions import Person
from app.annotations import anchored, errata, lost
from app.annotations.anchored import Annotated, Placed
from app.annotations.anchors import MADE_BY_THIS_CODE
from app.annotations.errata import Erratum
from app.annotations.kept import TOLD
from app.annotations.margin import Comment, comment
from app.annotations.reading import read_stored
from app.annotations.shown import as_html
from app.markup.note import NO_MACROS
from app.search.readable import readable

FIRST = 20  # threads, on the page itself
PART = 200  # threads, in what it asks for after that

# What was deleted leaves its place to who may read an answer to it: to nobody else, whom that place
# would tell of an answer that is private.
ALIVE = """(annotation.deleted IS NULL OR EXISTS (SELECT 1 FROM annotation AS reply
    WHERE reply.thread = annotation.id AND reply.deleted IS NULL
    AND {readable}))"""
# The plus: by the note, not by what began a thread, which is nearly every annotation there is.
COUNT = """SELECT count(*) FROM annotation
    WHERE note_uid = ? AND +thread = '' AND {shown}"""
IS_TODAYS = f"""SELECT 1 FROM anchored_text
    WHERE note_uid = ? AND file_sha256 = ? AND {MADE_BY_THIS_CODE}"""
PLACED = """SELECT annotation.id AS annotation_id, start, "end", grade, said FROM anchor
    JOIN annotation ON annotation.id = anchor.annotation_id
    WHERE anchor.note_uid = ? AND {where} AND thread = '' AND {shown}
    ORDER BY start, annotation.created, annotation.rowid LIMIT ? OFFSET ?"""
REPLIES = f"""{TOLD} WHERE annotation.thread IN (SELECT value FROM json_each(?))
    AND annotation.deleted IS NULL AND {{readable}} ORDER BY annotation.created, annotation.rowid"""

SHOWN = "SELECT id, html FROM annotation_shown WHERE id IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True)
class Thread:
    comment: Comment
    replies: tuple[Comment, ...]
    erratum: Erratum | None = None


@dataclass(frozen=True)
class Margin:
    """`total` is of the whole note; `after`: how many there are before those of this part.

    `named`: the one that the address of the page names, if it is not among these.
    """

    total: int
    threads: list[Thread]
    after: int = 0
    named: Thread | None = None
    lacks: bool = False

    @property
    def next(self) -> int | None:
        """Where the next part begins, if there is one."""
        end = self.after + len(self.threads)
        return end if self.threads and end < self.total else None


def of_note(
    connection: sqlite3.Connection,
    document: Annotated,
    person: Person,
    macros: Mapping[str, str] = NO_MACROS,
    *,
    limit: int = FIRST,
    after: int = 0,
    named: str = "",
) -> Margin:
    """What `person` may read: passages in the order of the text, then the rest."""
    total = count(connection, document.uid, person)
    if not total:
        return Margin(0, [], lacks=bool(named))
    part = places(connection, document, person, limit, after)
    found = loaded(connection, person, part, macros)
    first = root(connection, document.uid, person, named) if named else None
    is_there = first is None or first in {each.comment.id for each in found}
    apart = None if is_there or first is None else one(connection, document, person, first, macros)
    return Margin(total, found, after, apart, bool(named) and first is None)


def count(connection: sqlite3.Connection, uid: int, person: Person) -> int:
    sql = COUNT.format(shown=began(person))
    return int(connection.execute(sql, [uid]).fetchone()[0])


def began(person: Person) -> str:
    """The condition of SQL on what began a thread that `person` is shown."""
    return f"{ALIVE.format(readable=readable(person, of='reply'))} AND {readable(person)}"


def root(connection: sqlite3.Connection, uid: int, person: Person, id: str) -> str | None:
    """What the thread of an annotation began with, if the margin of this note shows it."""
    row = connection.execute(
        f"""SELECT id FROM annotation WHERE note_uid = ? AND {began(person)}
            AND id = (SELECT CASE thread WHEN '' THEN id ELSE thread END
                FROM annotation AS meant WHERE meant.id = ? AND meant.note_uid = ?)""",
        [uid, id, uid],
    ).fetchone()
    return row["id"] if row else None


def one(
    connection: sqlite3.Connection,
    document: Annotated,
    person: Person,
    id: str,
    macros: Mapping[str, str] = NO_MACROS,
) -> Thread | None:
    """The thread that began with the annotation `id`."""
    known = {each.annotation_id: each for each in anchored.of_note(connection, document)}
    place = known.get(id, Placed(id, None, None, "exact", ""))
    return next(iter(loaded(connection, person, [place], macros)), None)


def places(
    connection: sqlite3.Connection, document: Annotated, person: Person, limit: int, after: int
) -> list[Placed]:
    if not connection.execute(IS_TODAYS, [document.uid, document.sha256]).fetchone():
        return followed(connection, document, person)[after : after + limit]
    found = placed(connection, document, person, "start IS NOT NULL", limit, after)
    if len(found) < limit:
        before = len(found) or len(
            placed(connection, document, person, "start IS NOT NULL", after, 0)
        )
        skip = max(0, after - before) if not found else 0
        left = limit - len(found)
        found += placed(connection, document, person, "start IS NULL", left, skip)
    return found


def placed(
    connection: sqlite3.Connection,
    document: Annotated,
    person: Person,
    where: str,
    limit: int,
    offset: int,
) -> list[Placed]:
    sql = PLACED.format(where=where, shown=began(person))
    return [Placed(**row) for row in connection.execute(sql, [document.uid, limit, offset])]


def followed(connection: sqlite3.Connection, document: Annotated, person: Person) -> list[Placed]:
    """Where they stand in a text that is newer than what is kept."""
    rows = connection.execute(
        f"SELECT id FROM annotation WHERE note_uid = ? AND +thread = '' AND {readable(person)}",
        [document.uid],
    )
    mine = {row["id"] for row in rows}
    return [each for each in anchored.of_note(connection, document) if each.annotation_id in mine]


def loaded(
    connection: sqlite3.Connection,
    person: Person,
    part: list[Placed],
    macros: Mapping[str, str],
) -> list[Thread]:
    """The threads that began at these places."""
    ids = json.dumps([each.annotation_id for each in part])
    chosen = "annotation.id IN (SELECT value FROM json_each(?))"
    found = rows(connection, f"{TOLD} WHERE {chosen} AND {readable(person)}", ids)
    replies = rows(connection, REPLIES.format(readable=readable(person)), ids)
    names = json.dumps([row["id"] for row in (*found, *replies)])
    kept = rows(connection, SHOWN, names)
    shown = {row["id"]: row["html"] for row in kept}
    proposed = errata.of_rows(connection, [row for row in found if row["deleted"] is None])
    for row in found:
        if row["id"] in proposed and proposed[row["id"]].evidence:
            said = errata.without_evidence(read_stored(row["stored"]))
            shown[row["id"]] = as_html(said, macros)

    twice = lost.twice(connection, [each.annotation_id for each in part if each.grade == "orphan"])

    def told(row: sqlite3.Row, place: Placed | None = None) -> Comment:
        is_twice = row["id"] in twice
        return comment(row, person, place, shown.get(row["id"]), macros, is_twice=is_twice)

    answers: dict[str, list[Comment]] = {}
    for row in replies:
        answers.setdefault(row["thread"], []).append(told(row))
    roots = {row["id"]: row for row in found}
    return [
        Thread(told(roots[name], each), tuple(answers.get(name, ())), proposed.get(name))
        for each in part
        if (name := each.annotation_id) in roots
    ]


def rows(connection: sqlite3.Connection, sql: str, ids: str) -> list[sqlite3.Row]:
    return connection.execute(sql, [ids]).fetchall()
