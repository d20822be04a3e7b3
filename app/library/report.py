"""What was understood of a folder of notes, and what was not, by reason: for who points at a vault.

    >>> kind_of("\\\\ohm is not defined: define it in this note."), kind_of("Expected 'EOF'")
    ('macro', 'remark')

Each group names the notes that it was found in, up to a bound. A fixed number of queries.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.library import lost, media, problems, unresolved
from app.library.citations import bibliography
from app.library.moving import ambiguous
from app.library.names import SUFFIX, id_of

MOST_PLACES = 40
MACRO = re.compile(r"(\\\S+) is not defined")
POSITION = re.compile(r" at position \d+.*| at end of input.*", re.DOTALL)
DETAIL = re.compile(r"«[^»]*»|\b(line|column) \d+")


@dataclass(frozen=True)
class Place:
    """A note (or a file, where `is_note` is not), and the line; 0 where none is known."""

    path: str
    line: int
    is_note: bool


@dataclass(frozen=True)
class Group:
    """What was not understood for one reason: how often, and in which notes."""

    reason: str
    count: int
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Section:
    """What was not understood of one kind, the most frequent first."""

    kind: str
    groups: tuple[Group, ...]

    @property
    def count(self) -> int:
        return sum(group.count for group in self.groups)


@dataclass(frozen=True)
class Report:
    """`counts`: what there is, by its name; `kinds`, `tags`: notes of each."""

    counts: dict[str, int]
    kinds: list[tuple[str, int]]
    tags: list[tuple[str, int]]
    sections: list[Section]

    def found(self, kind: str) -> int:
        """How much of a kind was not understood."""
        return sum(section.count for section in self.sections if section.kind == kind)

    def reached(self, name: str) -> int:
        """How many of the links lead to a note, of the files shown are there."""
        return self.counts[name] - sum(self.found(kind) for kind in MISSED[name])


WORDS = {
    "failed": "files that could not be read",
    "moved": "files that went missing and may have another name now",
    "link": "links that lead to no note",
    "place": "links to headings or blocks that a note does not have",
    "file": "links to files that another program shows",
    "media": "files that notes show and that are not there",
    "macro": "commands in formulas that are not defined",
    "formula": "formulas that could not be typeset",
    "citation": "citations of works that are not defined",
    "value": "values and claims that name what there is not",
    "remark": "other remarks",
}
MISSED = {"links": ("link", "file"), "media": ("media",)}
COUNTS = {
    "notes": "SELECT COUNT(*) FROM document",
    "tags": "SELECT COUNT(DISTINCT tag) FROM document_tag",
    "links": "SELECT COUNT(*) FROM document_link WHERE target <> ''",
    "media": "SELECT COUNT(*) FROM document_media",
    "files": "SELECT COUNT(*) FROM media_file",
    "citations": "SELECT COUNT(DISTINCT name) FROM document_citation WHERE NOT bare",
    "works": "SELECT COUNT(DISTINCT name) FROM work",
    "analyses": "SELECT COUNT(*) FROM document_block",
    "claims": "SELECT COUNT(*) FROM document_claim",
}


def take(connection: sqlite3.Connection) -> Report:
    """The report of the library as the last sync has it."""
    counts = {name: int(connection.execute(sql).fetchone()[0]) for name, sql in COUNTS.items()}
    kinds = connection.execute(
        "SELECT kind, COUNT(*) AS number FROM document GROUP BY kind ORDER BY number DESC, kind"
    )
    tags = connection.execute(
        "SELECT min(tag COLLATE BINARY), COUNT(*) AS number FROM document_tag"
        " GROUP BY tag ORDER BY number DESC, tag LIMIT 24"
    )
    grouped = list(sections(findings(connection)))
    return Report(counts, list(map(tuple, kinds)), list(map(tuple, tags)), grouped)


Finding = tuple[str, str, Place]  # its kind, the reason, the place


def findings(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Everything that was not understood."""
    for problem in problems.every(connection):
        kind = "failed" if problem.failed else kind_of(problem.reason)
        yield kind, general(kind, problem.reason), place_of(problem.path, problem.line)
    for question in ambiguous.questions(connection):
        yield "moved", question.missing.path, Place(question.candidates[0], 0, True)
    yield from links(connection)
    for missing in media.missing(connection):
        yield "media", missing.file, Place(missing.path, 0, True)
    for cited in bibliography.missing(connection):
        yield "citation", cited.reason.partition(": ")[0], place_of(cited.path, cited.line)


def links(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Links that mean no note; a canvas or the like may be there all the same."""
    every = unresolved.every(connection)
    files = media.named(connection, (link.target for link in every))
    for link in every:
        kind = "file" if media.choose(files, link.target) else "link"
        yield kind, f"[[{link.target}]]", Place(link.path, 0, True)
    for link_to in lost.every(connection):
        yield "place", link_to.words, Place(link_to.path, 0, True)


def place_of(file: str, line: int) -> Place:
    is_note = file.lower().endswith(SUFFIX)
    return Place(id_of(file) if is_note else file, line, is_note)


def kind_of(reason: str) -> str:
    """Of a remark on a note: a macro, another formula, or anything else."""
    if MACRO.match(reason):
        return "macro"
    return "formula" if POSITION.search(reason) else "remark"


def general(kind: str, reason: str) -> str:
    """The reason without what is different in each note.

    >>> general("formula", "Expected '}', got '#' at position 52: x + #"), general("failed", "«x»")
    ("Expected '}', got '#'", '…')
    """
    if kind == "macro":
        return reason.partition(" ")[0]
    if kind == "formula":
        return POSITION.sub("", reason)
    return DETAIL.sub("…", reason)


def sections(found: Iterable[Finding]) -> Iterator[Section]:
    """By kind and reason."""
    places: dict[str, dict[str, list[Place]]] = {kind: {} for kind in WORDS}
    for kind, reason, place in found:
        places[kind].setdefault(reason, []).append(place)
    for kind, reasons in places.items():
        groups = [Group(why, len(at), first(at)) for why, at in reasons.items()]
        groups.sort(key=lambda group: (-group.count, group.reason))
        if groups:
            yield Section(kind, tuple(groups))


def first(places: list[Place]) -> tuple[Place, ...]:
    """The first of each note."""
    by_note = {place.path: place for place in reversed(places)}
    return tuple(sorted(by_note.values(), key=lambda place: place.path)[:MOST_PLACES])
