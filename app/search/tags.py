"""The tags of notes, and those of annotations, which are their own and their notes'.

    >>> of_entries("later").values
    ('later', 'later', 'later', 'later', 'later', 'later')

A tag stands for those below it, too: `walks` for `walks/random`. All of them are one stretch of an
index ("0" comes after "/"), so that what has a tag is found without a look at other tags.
"""

from __future__ import annotations

import json
import sqlite3

from app.accounts.permissions import Person, visibilities
from app.search.condition import Condition, both
from app.search.folding import spellings
from app.search.visible import visible

MEANT = "(tag = ? OR tag >= ? || '/' AND tag < ? || '0')"
OF_NOTES = f"SELECT uid FROM document_tag WHERE {MEANT}"
OF_ANNOTATIONS = f"SELECT id FROM annotation_tag WHERE {MEANT}"
OF_ENTRIES = f"""entry.uid IN ({OF_NOTES})
    OR entry.type = 'annotation' AND entry.key IN ({OF_ANNOTATIONS})"""
SEEN = "SELECT value FROM json_each(?)"
HAS_NOTE = f"""SELECT 1 FROM document_tag JOIN document USING (uid)
    WHERE visibility IN ({SEEN}) AND {MEANT} LIMIT 1"""
# From the tag to what has it: SQLite would begin with all entries.
SAID = """SELECT 1 FROM annotation_tag CROSS JOIN search_entry AS entry
    ON entry.type = 'annotation' AND entry.key = annotation_tag.id
    WHERE {meant} AND ({seen}) LIMIT 1"""
# One step of the index for each tag, however many annotations have it.
ALL = f"""SELECT * FROM (SELECT DISTINCT tag FROM document_tag JOIN document USING (uid)
        WHERE visibility IN ({SEEN}) LIMIT ?)
    UNION ALL SELECT * FROM (
        WITH RECURSIVE said(tag) AS (SELECT min(tag) FROM annotation_tag UNION ALL
            SELECT (SELECT min(tag) FROM annotation_tag WHERE tag > said.tag) FROM said
            WHERE said.tag IS NOT NULL LIMIT ?)
        SELECT tag FROM said WHERE EXISTS ({{said}}))"""


def of_entries(value: str) -> Condition:
    """What has the tag, in any case: a note with all that is of it, or an annotation itself."""
    return in_spellings(OF_ENTRIES, value)


def of_annotations(value: str) -> Condition:
    """The same on `annotation`, by the tags that it has itself."""
    return in_spellings(f"annotation.id IN ({OF_ANNOTATIONS})", value)


def in_spellings(sql: str, value: str) -> Condition:
    each = [Condition(sql, (as_is,) * sql.count("?")) for as_is in spellings(value)]
    return each[0] if len(each) == 1 else both(each, "OR")


def is_met(connection: sqlite3.Connection, person: Person, value: str) -> bool:
    """Whether anything that `person` may list has the tag."""
    seen = json.dumps(visibilities(person))
    return any(
        connection.execute(HAS_NOTE, [seen, as_is, as_is, as_is]).fetchone()
        for as_is in spellings(value)
    ) or is_said(connection, person, value)


def is_said(connection: sqlite3.Connection, person: Person, value: str) -> bool:
    """Whether an annotation that `person` may meet has the tag itself."""
    met = visible(person, "entry.id")
    sql = SAID.format(meant=MEANT, seen=met.sql)
    return any(
        connection.execute(sql, [as_is, as_is, as_is, *met.values]).fetchone()
        for as_is in spellings(value)
    )


def known(connection: sqlite3.Connection, person: Person, most: int) -> list[str]:
    """Tags that `person` may know of: nothing is said of one that only hidden things have."""
    met = visible(person, "entry.id")
    said = SAID.format(meant="annotation_tag.tag = said.tag", seen=met.sql)
    seen = json.dumps(visibilities(person))
    rows = connection.execute(ALL.format(said=said), [seen, most, most, *met.values])
    return [tag for (tag,) in rows]
