"""What a query asks that the index does not know is settled first, and stands in its tree as SQL.

What other rooms know of notes (which are stale, which link to one) comes as functions by the name
of what is asked, since search imports no other room. Regular expressions are tried on the hits
of all the rest, the best (or, where there is no word to rank by, the newest) MOST_TRIED of them.
"""

from __future__ import annotations

import json
import sqlite3
import time
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from app.accounts.permissions import Person, visibilities
from app.errors import Unavailable
from app.search import patterns
from app.search.condition import Condition
from app.search.tree import All, Field, Given, Node, Regex, leaves, replaced

# By "is:stale" or "links": the uids of notes for a value; None where the value means nothing.
Known = Mapping[str, Callable[[str], Collection[int] | None]]
Candidates = Callable[[Node, int], list[int]]  # the first so many entries that a tree finds

MOST_TRIED = 2_000
SECONDS = 2.0
BATCH = 200
MOST_SHOWN = 20  # different texts that a regular expression found, to be marked

NOTHING, ANYTHING = Given(Condition("0")), Given(Condition("1"))
NOTES = "entry.uid IN (SELECT value FROM json_each(?))"
ENTRIES = "entry.id IN (SELECT value FROM json_each(?))"
ANNOTATED = """entry.uid IN (SELECT note_uid FROM annotation WHERE deleted IS NULL
    AND (visibility = 'shared' OR person_id = ?))"""
# A bare @key is a citation only where the key is that of a work, for whoever reads it.
CITES = """entry.uid IN (SELECT cite.uid FROM document_citation AS cite WHERE cite.name = ?
    AND (NOT cite.bare OR EXISTS (SELECT 1 FROM work LEFT JOIN document AS home USING (uid)
        WHERE work.name = cite.name AND (work.uid IS NULL
            OR home.visibility IN (SELECT value FROM json_each(?))))))"""
TEXTS = """SELECT entry.id, entry.title || char(10) || coalesce(substr(
        CASE WHEN entry.body IS NULL THEN document.text ELSE entry.body END, 1, ?), '')
        || char(10) || entry.code AS text
    FROM json_each(?) AS wanted JOIN search_entry AS entry ON entry.id = wanted.value
    LEFT JOIN document ON document.uid = entry.uid"""


@dataclass(frozen=True)
class Settled:
    """`notes`: what to tell the person."""

    tree: Node
    notes: tuple[str, ...] = ()


def settle(
    connection: sqlite3.Connection,
    person: Person,
    tree: Node,
    known: Known,
    candidates: Candidates,
) -> Settled:
    """The tree with conditions for all that only this person, or another room, can answer."""
    notes: list[str] = []

    def settled(leaf: Node, _: bool) -> Node:
        return of_field(person, leaf, known, notes) if isinstance(leaf, Field) else leaf

    tree = replaced(tree, settled)
    asked = list(dict.fromkeys(leaf for leaf in leaves(tree) if isinstance(leaf, Regex)))
    if asked:
        tree = tried(connection, tree, asked, candidates, notes)
    return Settled(tree, tuple(dict.fromkeys(notes)))


def of_field(person: Person, field: Field, known: Known, notes: list[str]) -> Node:
    """The field, or a condition in its place."""
    name, value = field.name, field.value
    if (name, value) == ("has", "annotation"):
        return Given(Condition(ANNOTATED, (-1 if person.id is None else person.id,)))
    if name == "cites":
        return Given(Condition(CITES, (compared(value), json.dumps(visibilities(person)))))
    asked = name if name == "links" else f"{name}:{value}"
    if asked not in ("links", "is:stale", "is:refuted"):
        return field
    if asked not in known:
        notes.append(f"{asked} cannot be answered here, so it finds nothing.")
        return NOTHING
    uids = known[asked](value)
    if uids is None:
        notes.append(f"{name}: no note is called {value}.")
    return Given(Condition(NOTES, (json.dumps(sorted(uids or ())),)))


def compared(key: str) -> str:
    """As library.names.key: neither case nor normalisation count."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", key).casefold())


def tried(
    connection: sqlite3.Connection,
    tree: Node,
    asked: Collection[Regex],
    candidates: Candidates,
    notes: list[str],
) -> Node:
    """The tree within what it can find at most, with the entries in place of each pattern."""
    among = candidates(without_regexes(tree), MOST_TRIED + 1)
    if len(among) > MOST_TRIED:
        del among[MOST_TRIED:]
        notes.append(f"Only the first {MOST_TRIED:,} entries were tried for the pattern.")
    found = {regex: Found(regex) for regex in asked}
    for entry, text in texts(connection, among):
        for those in found.values():
            those.look(entry, text)
    given = {regex: those.given for regex, those in found.items()}
    settled = replaced(tree, lambda leaf, _: given[leaf] if isinstance(leaf, Regex) else leaf)
    return All((*(settled.parts if isinstance(settled, All) else (settled,)), entries(among)))


def without_regexes(tree: Node) -> Node:
    """A tree that finds all that this one can, whatever its patterns match."""

    def loose(leaf: Node, wanted: bool) -> Node:
        return leaf if not isinstance(leaf, Regex) else ANYTHING if wanted else NOTHING

    return replaced(tree, loose)


class Found:
    """The entries that a pattern matches, and some of what it found in them."""

    def __init__(self, regex: Regex) -> None:
        self.pattern = patterns.compiled(regex.pattern)
        self.ids: list[int] = []
        self.words: dict[str, None] = {}

    def look(self, entry: int, text: str) -> None:
        match = patterns.matches(self.pattern, text)
        if match is not None:
            self.ids.append(entry)
            if match.strip() and len(self.words) < MOST_SHOWN:
                self.words[match] = None

    @property
    def given(self) -> Given:
        return entries(self.ids, tuple(self.words))


def entries(ids: Collection[int], words: tuple[str, ...] = ()) -> Given:
    return Given(Condition(ENTRIES, (json.dumps(list(ids)),)), words)


def texts(connection: sqlite3.Connection, ids: list[int]) -> Iterable[tuple[int, str]]:
    """What can be found in each entry: its title, its text and its code."""
    until = time.perf_counter() + SECONDS
    for start in range(0, len(ids), BATCH):
        wanted = json.dumps(ids[start : start + BATCH])
        for row in connection.execute(TEXTS, [patterns.LOOKED_AT, wanted]):
            if time.perf_counter() > until:
                raise Unavailable(
                    "This search takes too long.",
                    hint="Give it a word beside the regular expression, or a simpler one.",
                )
            yield row["id"], row["text"]
