"""A note as the rows of the derived tables."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from hashlib import blake2b

from app.library.citations import bibtex
from app.library.citations.bibtex import Work
from app.library.front.fields import unique
from app.library.names import key, last, normal
from app.library.note import Note

Values = tuple[object, ...]

# The columns of `document` by which it is found: they stand in its indexes.
INDEXED = (
    *("path", "file", "folder", "kind", "date", "year", "visibility"),
    *("path_key", "name_key"),
)


@dataclass(frozen=True)
class Row:
    """A row of `document`, in the order of its columns."""

    uid: int
    path: str
    file: str
    folder: str
    name: str
    sha256: str
    title: str
    kind: str
    date: str
    updated: str
    year: int | None
    visibility: str
    front: str
    source: str
    html: str
    summary: str
    text: str
    headings: str
    path_key: str
    name_key: str
    lines: str
    parts: str

    @property
    def values(self) -> Values:
        return tuple(vars(self).values())

    @property
    def indexed(self) -> Values:
        """The uid, and the values by which the row is found."""
        return (self.uid, *(getattr(self, name) for name in INDEXED))


OTHERS = tuple(each.name for each in fields(Row) if each.name not in ("uid", *INDEXED))


def row(uid: int, note: Note, parts: str = "") -> Row:
    """`parts`: the checksum of its child rows."""
    front, rendered = note.front, note.rendered
    folder, _, name = note.id.rpartition("/")
    return Row(
        uid=uid,
        path=note.id,
        file=note.file,
        folder=folder,
        name=name,
        sha256=note.contents.sha256,
        title=note.title,
        kind=front.kind,
        date=note.date,
        updated=front.updated,
        year=note.year,
        visibility=front.visibility,
        front=note.fields,
        source=note.source,
        html=rendered.html,
        summary=rendered.summary,
        text=rendered.text,
        headings=note.headings,
        path_key=key(note.id),
        name_key=key(name),
        lines=json.dumps(rendered.lines, separators=(",", ":")),
        parts=parts,
    )


Children = dict[str, list[Values]]  # by table


def children(uid: int, note: Note) -> Children:
    """The rows of the tables that belong to `document`."""
    front, rendered = note.front, note.rendered
    return {
        "document_tag": [(normal(tag), uid) for tag in with_parents(note.tags)],
        "document_author": [(normal(author), uid) for author in note.authors],
        "document_alias": [(alias, uid, key(alias)) for alias in front.aliases],
        "document_media": [(path, uid) for path in rendered.media],
        "document_link": [
            (uid, n, link.target, link.sentence, key(last(link.target)), link.fragment)
            for n, link in enumerate(note.links)
        ],
        "document_block": [
            (
                *(uid, block.name, block.script, as_json(block.params), as_json(block.show)),
                *(block.line, as_json(block.sweep), block.plot),
            )
            for block in rendered.blocks
        ],
        "document_claim": [(uid, *astuple(claim)) for claim in rendered.claims],
        "document_citation": [
            (uid, n, cite.key, key(cite.key), cite.line, cite.bare)
            for n, cite in enumerate(rendered.cites)
        ],
        "document_has": [(what, uid) for what in traits(rendered.html)],
        "document_about": [(name, uid) for name in sorted(note.about)],
        "work": [work_row(uid, note.file, each.rank, each.work) for each in note.works],
    }


# How the page of a note shows what a search may ask for; authors' own words are escaped there.
TRAITS = {
    "todo": re.compile('<input type="checkbox" disabled(?: data-task="/")? aria-label='),
    "math": re.compile('class="katex"'),
    "figure": re.compile("<img "),
    "value": re.compile("<!--gloss:value "),
}


def traits(html: str) -> list[str]:
    """What a note has of these: an open task, a formula, a picture, a computed value."""
    return [what for what, shown in TRAITS.items() if shown.search(html)]


def checksum(children: Children) -> str:
    """The same for the same rows only."""
    return blake2b(repr(children).encode("utf-8", "replace"), digest_size=12).hexdigest()


def with_parents(tags: Iterable[str]) -> tuple[str, ...]:
    """`maths/algebra` counts for `maths`, too.

    >>> with_parents(["maths/algebra/rings", "Maths"])
    ('maths/algebra/rings', 'maths/algebra', 'maths')
    """
    found = []
    for tag in tags:
        parts = tag.split("/")
        found += ["/".join(parts[:depth]) for depth in range(len(parts), 0, -1)]
    return unique(found)


def work_row(uid: int | None, file: str, rank: int, work: Work) -> Values:
    """A row of `work`, in the order of its columns."""
    csl = as_json(work.csl)
    name, sort = key(work.key), bibtex.sort_key(work.csl)
    return (None, uid, file, work.line, rank, work.key, name, sort, csl, work.bibtex)


def as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
