"""What the query language asks of annotations: who wrote one, what it is for, how it is marked.

    >>> meant("motivation", "question"), meant("motivation", "Tagging"), meant("colour", "red")
    ('questioning', 'tagging', '')

Whoever may meet an entry may know this of it; what is no annotation has none of it. It is asked of
the narrow rows that are kept of annotations (kept_remarks.py): of a hit by its id, and where
nothing else is asked, of these rows alone.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from app.search import persons
from app.search.condition import Condition, both
from app.search.tree import All, Either, Given, Node, Not

# By the words of the page; those of the standard are understood, too.
KINDS = {
    "comment": "commenting",
    "question": "questioning",
    "erratum": "editing",
    "link": "linking",
    "highlight": "highlighting",
    "reply": "replying",
}
WORDS = {motivation: kind for kind, motivation in KINDS.items()}
STANDARD = (*KINDS.values(), "assessing", "bookmarking", "classifying", "describing")
STANDARD += ("identifying", "moderating", "tagging")
COLOURS = ("yellow", "green", "blue", "rose", "violet")
GRADES = ("orphan", "changed")

OF_ONE = "EXISTS (SELECT 1 FROM search_remark AS remark WHERE remark.id = entry.id AND {what})"
# What was accepted is as it was proposed: of its passage nothing is gone and nothing changed.
TAKEN = "SELECT annotation_id FROM erratum WHERE status = 'accepted'"
# A grade in the words of its index: SQLite takes that for no value that is bound.
GRADED = f"""entry.type = 'annotation' AND entry.key NOT IN ({TAKEN})
    AND entry.key IN (SELECT annotation_id FROM anchor WHERE grade = '{{grade}}')"""
BY_ONE = "remark.person_id = ?"
BY_SEVERAL = "remark.person_id IN (SELECT value FROM json_each(?))"
ANY = Condition("1")


@dataclass(frozen=True)
class OfRemark(Condition):
    """On an entry: that it is an annotation, of which `remark` says the same by its narrow row."""

    remark: Condition = ANY


def of_remark(sql: str, *values: str | int) -> OfRemark:
    return OfRemark(OF_ONE.format(what=sql), values, Condition(sql, values))


def meant(name: str, value: str) -> str:
    """What is stored of that value; empty, which nothing is, where there is no such."""
    asked = value.lower()
    if name == "colour":
        return asked if asked in COLOURS else ""
    found = KINDS.get(asked, asked)
    return found if found in STANDARD else ""


def condition(name: str, value: str) -> Condition | None:
    """On entries; None where it is another field's."""
    if name == "is" and value in GRADES:
        return Condition(GRADED.format(grade=value))
    if name in ("colour", "motivation"):
        return of_remark(f"remark.{name} = ?", meant(name, value))
    return None


def by(connection: sqlite3.Connection, name: str) -> OfRemark:
    """Of those who are called so."""
    return by_people(persons.called(connection, name))


def by_people(ids: Sequence[int]) -> OfRemark:
    if len(ids) == 1:
        return of_remark(BY_ONE, ids[0])
    return of_remark(BY_SEVERAL, json.dumps(ids)) if ids else of_remark("0")


def apart(parts: Sequence[Node]) -> tuple[Condition | None, list[Node]]:
    """What all of these ask of an annotation, on `remark`, and those that ask anything else.

    None where nothing but annotations is asked for, or not these alone.
    """
    asked = {part: on for part in parts if (on := asked_of(part))}
    said = [on for on in asked.values() if on != ANY]
    if not said or not any(map(is_of_annotations, asked)):
        return None, list(parts)
    return both(said), [part for part in parts if part not in asked]


def is_of_annotations(tree: Node) -> bool:
    """Whether such fields alone make sure of it."""
    if isinstance(tree, All):
        return any(map(is_of_annotations, tree.parts))
    if isinstance(tree, Either):
        return all(map(is_of_annotations, tree.parts))
    return isinstance(tree, Given) and isinstance(tree.condition, OfRemark)


def asked_of(tree: Node) -> Condition | None:
    """The same on `remark`; None where that cannot say it."""
    if isinstance(tree, Given) and isinstance(tree.condition, OfRemark):
        return tree.condition.remark
    if isinstance(tree, Not):
        inner = asked_of(tree.part)
        return inner and Condition(f"({inner.sql}) IS NOT TRUE", inner.values)
    if isinstance(tree, All | Either):
        parts = [part for each in tree.parts if (part := asked_of(each))]
        operator = "AND" if isinstance(tree, All) else "OR"
        return both(parts, operator) if len(parts) == len(tree.parts) else None
    return None
