"""What a query asks that the index does not know is settled first, and stands in its tree as SQL.

What other rooms know of notes (which are stale, which link to one) comes with what is asked, since
search imports no other room. Each different field is settled once. Regular expressions are tried
on the hits of all the rest, the best (or, where there is no word to rank by, the newest)
MOST_TRIED of them.
"""

from __future__ import annotations

import json
import sqlite3
import time
import unicodedata
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

from app.accounts.permissions import Action, Person, visibilities
from app.errors import Unavailable
from app.search import fts, patterns, remarks, values
from app.search.condition import Condition, both
from app.search.deadline import Clock
from app.search.fields import OF_NOTE
from app.search.readable import readable
from app.search.tree import Field, Given, Node, Regex, leaves, polar, replaced


class Known(Protocol):
    """What other rooms know: the uids of notes; None where the target means no note.

    `stale` and `refuted` are kept as long as nothing changes, so they may take their time.
    """

    def stale(self) -> Collection[int]: ...
    def refuted(self) -> Collection[int]: ...
    def linking(self, target: str) -> Collection[int] | None: ...


Candidates = Callable[[Node, int], list[int]]  # the first so many entries that a tree finds

MOST_TRIED = 2_000
SECONDS = 2.0
BATCH = 200
MOST_SHOWN = 20  # different texts that a regular expression found, to be marked

NOTHING, ANYTHING = Given(Condition("0")), Given(Condition("1"))
NOTES = "entry.uid IN (SELECT value FROM json_each(?))"
ENTRIES = "entry.id IN (SELECT value FROM json_each(?))"
NO_OUTPUT = Condition("entry.type <> 'output'")
ANNOTATED = """entry.uid IN (SELECT note_uid FROM annotation WHERE deleted IS NULL
    AND {readable})"""
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
    """`notes`: what to tell the person. `unmet`: fields with a value that nothing has."""

    tree: Node
    notes: tuple[str, ...] = ()
    unmet: frozenset[Field] = frozenset()


def settle(
    connection: sqlite3.Connection,
    person: Person,
    tree: Node,
    known: Known | None,
    candidates: Candidates,
    clock: Clock,
) -> Settled:
    """The tree with conditions for all that only this person, or another room, can answer."""
    fields = dict.fromkeys(leaf for leaf in leaves(tree) if isinstance(leaf, Field))
    notes: list[str] = []
    unmet = set()
    given: dict[Field, Condition] = {}
    for field in fields:
        clock.check()
        if said := values.unmet(connection, person, field):
            notes.append(said)
            unmet.add(field)
        if field.name == "by":
            given[field] = remarks.by(connection, field.value)
        else:
            given[field] = of_field(person, field, known, notes, clock)
    with_outputs = asks_for_outputs(tree)

    def settled(leaf: Node, wanted: bool) -> Node:
        if not isinstance(leaf, Field):
            return leaf
        is_narrow = wanted and leaf.name in OF_NOTE and not with_outputs
        return Given(both([given[leaf], NO_OUTPUT]) if is_narrow else given[leaf])

    clock.check()
    tree = replaced(tree, settled)
    asked = list(dict.fromkeys(leaf for leaf in leaves(tree) if isinstance(leaf, Regex)))
    if asked:
        tree = tried(connection, tree, asked, candidates, notes)
    return Settled(tree, tuple(dict.fromkeys(notes)), frozenset(unmet))


def asks_for_outputs(tree: Node) -> bool:
    return (Field("in", "outputs"), True) in polar(tree)


def of_field(
    person: Person, field: Field, known: Known | None, notes: list[str], clock: Clock
) -> Condition:
    name, value = field.name, field.value
    if (name, value) == ("has", "annotation"):
        return Condition(ANNOTATED.format(readable=readable(person, Action.LIST)))
    if name == "cites":
        return Condition(CITES, (compared(value), json.dumps(visibilities(person))))
    if name != "links" and (name, value) not in (("is", "stale"), ("is", "refuted")):
        return fts.field(field)
    if known is None:
        asked = name if name == "links" else f"{name}:{value}"
        notes.append(f"{asked} cannot be answered here, so it finds nothing.")
        return NOTHING.condition
    if name == "links":
        uids = known.linking(value)
    else:
        with clock.stopped():
            uids = known.stale() if value == "stale" else known.refuted()
    if uids is None:
        notes.append(f"{name}: no note is called {value}.")
    return Condition(NOTES, (json.dumps(sorted(uids or ())),))


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
    """The tree with the entries that were tried in place of each pattern.

    What was not tried is not found by a pattern, and not left out by one either.
    """
    among = candidates(without_regexes(tree), MOST_TRIED + 1)
    if len(among) > MOST_TRIED:
        del among[MOST_TRIED:]
        notes.append(f"Only the first {MOST_TRIED:,} entries were tried for the pattern.")
    found = {regex: Found(regex) for regex in asked}
    for entry, text in texts(connection, among):
        for those in found.values():
            those.look(entry, text)
    given = {regex: those.given for regex, those in found.items()}
    return replaced(tree, lambda leaf, _: given[leaf] if isinstance(leaf, Regex) else leaf)


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
        return Given(Condition(ENTRIES, (json.dumps(self.ids),)), tuple(self.words))


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
