"""All annotations that a person may meet, the newest first, by what is asked of them.

One query for a page, whatever it shows: the page is found first, then what is shown of its rows.
(And one for its orphans, if there are any.)
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from app.accounts.permissions import Action, Person
from app.annotations import lost
from app.annotations.composing import MOTIVATIONS, OF_KINDS
from app.annotations.kept import TOLD, Annotation, as_annotation
from app.annotations.listing import listed, of_page
from app.annotations.margin import KINDS
from app.annotations.reading import COLOURS, read_stored
from app.annotations.sent import Sent, sent
from app.annotations.shown import as_html
from app.errors import BadInput
from app.search import tags
from app.search.index import storable
from app.search.readable import readable
from app.search.remarks import TAKEN

ROWS = """SELECT asked.*, kept_html.html, anchor.grade, anchor.start, erratum.status
    FROM ({inner}) AS asked
    LEFT JOIN annotation_shown AS kept_html ON kept_html.id = asked.id
    LEFT JOIN anchor ON anchor.annotation_id = asked.id AND anchor.target = 0
    LEFT JOIN erratum ON erratum.annotation_id = asked.id
    ORDER BY asked.created DESC, asked.place DESC"""
COLOUR = (
    "CASE WHEN annotation.colour <> '' THEN annotation.colour ELSE CASE annotation.motivation "
    + " ".join(f"WHEN '{MOTIVATIONS[kind]}' THEN '{colour}'" for kind, colour in OF_KINDS.items())
    + " ELSE 'yellow' END END = ?"
)
# From the few that are graded so, of which there is an index, to what is shown of them.
GRADED = f"""annotation.id IN (SELECT annotation_id FROM anchor
        WHERE grade = '{{grade}}' AND target = 0)
    AND annotation.id NOT IN ({TAKEN})"""
# Nobody else has answered, for whoever asks.
UNANSWERED = f"""annotation.motivation = '{MOTIVATIONS["question"]}' AND annotation.thread = ''
    AND NOT EXISTS (SELECT 1 FROM annotation AS reply WHERE reply.thread = annotation.id
        AND reply.deleted IS NULL AND reply.person_id IS NOT annotation.person_id
        AND {{readable}})"""
OPEN = f"""annotation.motivation = '{MOTIVATIONS["erratum"]}'
    AND NOT EXISTS (SELECT 1 FROM erratum AS decided
        WHERE decided.annotation_id = annotation.id AND decided.status <> 'open')"""
STATES = {
    "unanswered": UNANSWERED,
    "open": OPEN,
    "changed": GRADED.format(grade="changed"),
    "orphan": GRADED.format(grade="orphan"),
    "private": "annotation.visibility = 'private'",
}


@dataclass(frozen=True)
class Filter:
    """What is asked; empty is anything. `by` is a name, `note` the path of a note, `tag`
    one that it has itself, or one above that."""

    kind: str = ""
    colour: str = ""
    state: str = ""
    by: str = ""
    note: str = ""
    tag: str = ""

    @property
    def chosen(self) -> dict[str, str]:
        return {name: value for name, value in asdict(self).items() if value}

    def with_(self, **other: str) -> Filter:
        return replace(self, **other)


@dataclass(frozen=True)
class Row:
    """`html`: what it says. `lost`: why its passage has no place, in words.

    `status`: what became of an erratum; empty for anything else.
    """

    kept: Annotation
    kind: str
    colour: str
    tags: tuple[str, ...]
    html: str
    grade: str
    status: str
    sent: Sent
    lost: str


@dataclass(frozen=True)
class Page:
    rows: list[Row]
    has_more: bool


def asked(given: Mapping[str, str]) -> Filter:
    """A filter from an address; BadInput for what nobody could choose."""

    def one(name: str, allowed: tuple[str, ...]) -> str:
        value = given.get(name, "").strip().lower()
        if value and value not in allowed:
            words = f"{', '.join(allowed[:-1])} or {allowed[-1]}"
            raise BadInput(f"Here a {name} is {words}.", field=name)
        return value

    by, note, tag = (given.get(key, "").replace("\0", "").strip() for key in ("by", "note", "tag"))
    return Filter(
        one("kind", tuple(MOTIVATIONS)), one("colour", COLOURS), one("state", tuple(STATES)),
        by, note, storable(tag),
    )  # fmt: skip


def page(
    connection: sqlite3.Connection,
    person: Person,
    wanted: Filter,
    *,
    limit: int,
    offset: int = 0,
    macros: Mapping[str, str] | None = None,
) -> Page:
    """One more is read than is shown: so it is known that there are more, and none is counted."""
    where, values = condition(person, wanted)
    inner = f"{TOLD} WHERE annotation.rowid IN ({of_page(where)})"
    rows = connection.execute(ROWS.format(inner=inner), [*values, limit + 1, offset]).fetchall()
    twice = lost.twice(connection, [row["id"] for row in rows if row["grade"] == "orphan"])
    shown = [as_row(row, macros or {}, is_twice=row["id"] in twice) for row in rows[:limit]]
    return Page(shown, len(rows) > limit)


def one(connection: sqlite3.Connection, id: str, macros: Mapping[str, str] | None = None) -> Row:
    """The annotation of that id, which whoever asks may read: `store.get` said so."""
    inner = f"{TOLD} WHERE annotation.id = ?"
    row = connection.execute(ROWS.format(inner=inner), [id]).fetchone()
    return as_row(row, macros or {})


def is_any(connection: sqlite3.Connection, person: Person, wanted: Filter) -> bool:
    """Whether there is one that `person` may meet."""
    where, values = condition(person, wanted)
    row = connection.execute(f"{TOLD} WHERE {where} LIMIT 1", values).fetchone()
    return row is not None


def condition(person: Person, wanted: Filter) -> tuple[str, list[str | int | None]]:
    where, values = listed(person)
    if wanted.kind == "comment":  # as the margin calls what is nothing else
        others = ", ".join(f"'{name}'" for kind, name in MOTIVATIONS.items() if kind != "comment")
        where += f" AND annotation.motivation NOT IN ({others})"
    elif wanted.kind:
        where += " AND annotation.motivation = ?"
        values.append(MOTIVATIONS[wanted.kind])
    if wanted.colour:
        where += f" AND {COLOUR}"
        values.append(wanted.colour)
    if wanted.state:
        where += (
            f" AND {STATES[wanted.state].format(readable=readable(person, Action.LIST, 'reply'))}"
        )
    if wanted.by:
        where += " AND annotation.person_id = (SELECT id FROM person WHERE name = ? COLLATE NOCASE)"
        values.append(wanted.by)
    if wanted.note:
        where += " AND annotation.note_uid = (SELECT uid FROM note WHERE path = ?)"
        values.append(wanted.note)
    if wanted.tag:
        tagged = tags.of_annotations(wanted.tag)
        where += f" AND ({tagged.sql})"
        values += tagged.values
    return where, values


def as_row(row: sqlite3.Row, macros: Mapping[str, str], *, is_twice: bool = False) -> Row:
    reading = read_stored(row["stored"])
    kind = KINDS.get(row["motivation"], "comment")
    grade = row["grade"]
    is_taken = row["status"] == "accepted"
    stands = lost.state(reading, grade, row["start"], is_twice=is_twice) if grade else ""
    return Row(
        kept=(kept := as_annotation(row)),
        sent=sent(reading, kept.person_id, kept.who, kept.created),
        kind=kind,
        colour=row["colour"] or OF_KINDS.get(kind, "yellow"),
        tags=reading.tags,
        html=as_html(reading, macros) if row["html"] is None else row["html"],
        grade=grade or "exact",
        lost="" if is_taken else lost.words(stands, reading),
        status=(row["status"] or "open") if kind == "erratum" else "",
    )
