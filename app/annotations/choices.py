"""Who wrote and which tags there are, to choose from: of the newest that a person may meet.

Two queries that look at a thousand annotations each, however many there are; what others keep
private is passed over first, so that nobody's notes to himself are all that is looked at.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from app.accounts.permissions import Person
from app.annotations.listing import listed
from app.search.readable import SEEN, number

LOOKED_AT = 1_000
OFFERED = 12
NEWEST = f"""FROM (SELECT * FROM annotation WHERE deleted IS NULL AND {SEEN}
        ORDER BY created DESC LIMIT {LOOKED_AT}) AS annotation
    LEFT JOIN document ON document.uid = annotation.note_uid
    JOIN {{named}} WHERE {{where}} GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT {OFFERED}"""
PEOPLE = f"SELECT person.name {NEWEST}"
TAGS = f"SELECT annotation_tag.tag {NEWEST}"


@dataclass(frozen=True)
class Choices:
    """Names, the most frequent first."""

    people: list[str]
    tags: list[str]


def choices(connection: sqlite3.Connection, person: Person) -> Choices:
    where, values = listed(person)

    def found(sql: str, named: str) -> list[str]:
        asked = {"named": named, "where": where, "of": "annotation", "who": number(person)}
        rows = connection.execute(sql.format(**asked), values)
        return [name for (name,) in rows]

    return Choices(
        found(PEOPLE, "person ON person.id = annotation.person_id"),
        found(TAGS, "annotation_tag ON annotation_tag.id = annotation.id"),
    )
