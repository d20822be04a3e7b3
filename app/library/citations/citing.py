"""What a note says of works: the one that it is about, and those that it defines for others.

A note is about the work that its `citekey` names, or the first of its `bibtex`. Where the front
matter has BibTeX, fields that the note leaves out are filled from it.

>>> written = FrontMatter(bibtex="@misc{a, title={Walks}, author={Roe, Ann}}")
>>> front, found = with_bibtex(written, line=2)
>>> front.authors, front.citekey, title_of(found.works)
(('Ann Roe',), 'a', 'Walks')
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from app.library.citations import bibtex, csl
from app.library.citations.bibtex import Read, Work
from app.library.front.front_matter import FrontMatter, Remark
from app.library.names import key as compared
from app.markup.rendered import Bibtex

# Of several definitions of a key the first counts: that of the note about the work, of any note,
# of a file, and in the end what the fields of the front matter say.
FRONT, FENCE, FILE, FIELDS = range(4)
LINE = re.compile(r"^bibtex\s*:\s*(?P<block>[|>])?", re.MULTILINE)


@dataclass(frozen=True)
class Defined:
    """A work as a note defines it."""

    rank: int
    work: Work


def line_of(source: str) -> int:
    """The line of the file where the BibTeX of the front matter begins."""
    match = LINE.search(source)
    return source.count("\n", 0, match.start()) + (2 if match["block"] else 1) if match else 1


def with_bibtex(front: FrontMatter, line: int) -> tuple[FrontMatter, Read]:
    """The front matter with what its BibTeX, which begins in `line`, adds to it."""
    found = bibtex.read(front.bibtex, line) if front.bibtex.strip() else Read()
    if not found.works:
        return front, found
    values = fields_of(found.works[0])
    missing = {name: value for name, value in values.items() if value and not getattr(front, name)}
    return replace(front, **missing), found


def fields_of(work: Work) -> dict[str, Any]:
    """A work as fields of the front matter; its title is not among them (see `title_of`)."""
    item = work.csl
    years = item.get("issued", {}).get("date-parts", [[None]])
    return {
        "authors": tuple(name for each in item.get("author", []) if (name := full_name(each))),
        "year": years[0][0],
        "venue": item.get("container-title") or publisher(item),
        "doi": item.get("DOI", ""),
        "arxiv": item.get("archive_location", ""),
        "url": item.get("URL", ""),
        "citekey": work.key,
    }


def publisher(item: dict[str, Any]) -> str:
    """A preprint is kept by arXiv under its number, which is a field of its own."""
    name = str(item.get("publisher", ""))
    return "" if name.startswith("arXiv:") else name


def title_of(works: Iterable[Work]) -> str:
    return next((str(work.csl["title"]) for work in works if work.csl.get("title")), "")


def has_others(bibtex_source: str, authors: Iterable[str]) -> bool:
    """Whether the authors are those of the first work, and its list ends in «and others».

    >>> has_others("@misc{a, author={Roe, Ann and others}}", ["Ann Roe"])
    True
    """
    if "others" not in bibtex_source:
        return False
    works = bibtex.read(bibtex_source).works
    people = works[0].csl.get("author", []) if works else []
    named = [name for each in people if (name := full_name(each))]
    return len(named) < len(people) and named == list(authors)


def full_name(person: dict[str, str]) -> str:
    if person.get("literal") == "others":
        return ""
    names = ("given", "non-dropping-particle", "family", "literal", "suffix")
    return " ".join(person[name] for name in names if person.get(name))


def defined(
    front: FrontMatter, own: Read, fences: Iterable[Bibtex], title: str
) -> tuple[tuple[Defined, ...], tuple[Remark, ...]]:
    """Every work that a note defines, and what is wrong with its BibTeX."""
    found = [Defined(FRONT, work) for work in own.works]
    remarks = list(own.problems)
    for fence in fences:
        read = bibtex.read(fence.source, fence.line)
        found += [Defined(FENCE, work) for work in read.works]
        remarks += read.problems
    known = {compared(each.work.key) for each in found}
    if front.citekey and compared(front.citekey) not in known and title:
        found.append(Defined(FIELDS, from_fields(front, title)))
    return tuple(found), tuple(remarks)


def from_fields(front: FrontMatter, title: str) -> Work:
    """The work that a note without BibTeX is about."""
    given = {
        "title": title,
        "author": " and ".join(front.authors),
        "journal": front.venue,
        "year": str(front.year or ""),
        "doi": front.doi,
        "eprint": front.arxiv,
        "archiveprefix": "arXiv" if front.arxiv else "",
        "url": front.url,
    }
    values = {name: escaped(value) for name, value in given.items() if value}
    kind = "article" if front.venue else "misc"
    item = {"id": front.citekey, **csl.item(kind, values)}
    return Work(front.citekey, item, bibtex.written(kind, front.citekey, values), 1)


def escaped(value: str) -> str:
    """Text as BibTeX writes it; formulas stay."""
    return re.sub(r"(?<!\\)([&%#])", r"\\\1", value)


def names_of(front: FrontMatter, own: Read) -> set[str]:
    """The keys, as compared, of the work that the note is about."""
    keys = [front.citekey, *(work.key for work in own.works[:1])]
    return {compared(key) for key in keys if key}
