"""All the annotations that a person may meet, page by page.

SQL says here what `kept.may_read` says of one annotation; a test holds the two against each other.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from app.accounts.permissions import Action, Person, Role, visibilities
from app.annotations.kept import TOLD, Annotation, as_annotation
from app.annotations.renames import followed
from app.search.readable import readable


@dataclass(frozen=True)
class Page:
    """`total` and `modified` (the newest change) are of all, `annotations` of this page."""

    total: int
    modified: str
    annotations: list[Annotation]


def page(
    connection: sqlite3.Connection,
    person: Person,
    *,
    limit: int,
    offset: int = 0,
    newest_first: bool = False,
) -> Page:
    """One page in the order of their making, which does not shift while others are added."""
    where, values = listed(person)
    order = "DESC" if newest_first else "ASC"
    count = connection.execute(
        "SELECT count(*) AS total, max(annotation.modified) AS modified FROM annotation"
        f" LEFT JOIN document ON document.uid = annotation.note_uid WHERE {where}",
        values,
    ).fetchone()
    rows = connection.execute(
        f"{TOLD} WHERE annotation.rowid IN ({of_page(where, order)})"
        f" ORDER BY annotation.created {order}, annotation.rowid {order}",
        [*values, limit, offset],
    )
    found = followed(connection, person, map(as_annotation, rows))
    return Page(count["total"], count["modified"] or "", found)


def of_page(where: str, order: str = "DESC") -> str:
    """The query for the rows of a page, whose LIMIT and OFFSET follow the values of `where`.

    What is shown of an annotation is looked up for these alone, not for those that are left out.
    """
    return f"""SELECT annotation.rowid FROM annotation
        LEFT JOIN document ON document.uid = annotation.note_uid WHERE {where}
        ORDER BY annotation.created {order}, annotation.rowid {order} LIMIT ? OFFSET ?"""


def listed(person: Person) -> tuple[str, list[str | int | None]]:
    """The condition on annotations that `person` may meet in a list."""
    allowed = visibilities(person)
    signed_in = int(person.role is not Role.PUBLIC)
    where = f"""annotation.deleted IS NULL
        AND {readable(person, Action.LIST)}
        AND (document.visibility IN ({", ".join("?" * len(allowed))})
             OR (document.uid IS NULL AND ?))"""
    return where, [*allowed, signed_in]
