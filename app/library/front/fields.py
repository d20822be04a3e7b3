"""Values of the front matter as its fields want them; ValueError says why one cannot be taken.

>>> day("2026-3-1"), tags("#maths, random walks"), people("Shannon, C. and Weaver, W.")
('2026-03-01', ('maths', 'random walks'), ('Shannon, C.', 'Weaver, W.'))
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime

import yaml

from app.library.front import header
from app.library.names import key

VISIBILITIES = ("public", "unlisted", "private")
KINDS = ("paper", "note", "post", "journal")
DAY = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2})(?=\D|\Z).*)?)?\Z", re.ASCII)
FOUR_DIGITS = re.compile(r"(?<!\d)\d{4}(?!\d)", re.ASCII)
# As programs have it: 20260301, with a time or without, and the milliseconds since 1970.
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?\d{4}(?:\d{2})?)?\Z", re.ASCII)
MILLISECONDS = re.compile(r"1\d{12}\Z", re.ASCII)
ADDRESS = re.compile(r"https?://\S+\Z", re.IGNORECASE)
LINKED = re.compile(r"\[[^\[\]]*\]\((\S+)\)\Z|<(\S+)>\Z")  # an address as Markdown has it
DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.\d{4,9}/\S+)\Z", re.IGNORECASE)
ARXIV = re.compile(
    r"(?:https?://arxiv\.org/(?:abs|pdf)/|arxiv:\s*)?"
    r"(\d{4}\.\d{4,5}(?:v\d+)?|[a-z-]+(?:\.[a-z]{2})?/\d{7}(?:v\d+)?)(?:\.pdf)?\Z",
    re.IGNORECASE | re.ASCII,
)
NAME_KEYS = ("name", "family", "literal")


def day(value: str) -> str:
    """An ISO day; a month or a year alone is its first day, a time of day is left out.

    >>> day("2024-05-01T10:00:00Z"), day("2024"), day("20240501"), day("1714557600000")
    ('2024-05-01', '2024-01-01', '2024-05-01', '2024-05-01')
    """
    if MILLISECONDS.match(value):
        return datetime.fromtimestamp(int(value) / 1000, UTC).date().isoformat()
    written = value.strip("[]")  # Obsidian's link to a day: [[2026-03-01]]
    match = COMPACT.match(written) or DAY.match(written)
    try:
        year, month, number = (int(part or 1) for part in match.groups()) if match else (0, 0, 0)
        return date(year, month, number).isoformat()
    except ValueError:
        raise ValueError(f"{shown(value)} is no day: write it as 2026-11-21") from None


def year(value: str) -> int:
    """A year of four digits, alone or in a phrase such as `c. 1748`."""
    found = FOUR_DIGITS.search(value)
    if found is None:
        raise ValueError(f"{shown(value)} is no year")
    return int(found[0])


def kind(value: str) -> str:
    return one_of(value, KINDS)


def visibility(value: str) -> str:
    return one_of(value, VISIBILITIES)


def one_of(value: str, known: tuple[str, ...]) -> str:
    if value.lower() not in known:
        raise ValueError(f"{shown(value)} is none of {', '.join(known)}")
    return value.lower()


def address(value: str) -> str:
    """An address that a page may link to: `javascript:` is none.

    >>> address("[a film](https://example.org/film)")
    'https://example.org/film'
    """
    if linked := LINKED.match(value):
        value = linked[1] or linked[2]
    if not ADDRESS.match(value):
        raise ValueError(f"{shown(value)} is no web address: it starts with https://")
    return value


def doi(value: str) -> str:
    """
    >>> doi("https://doi.org/10.1002/j.1538-7305.1948.tb01338.x")
    '10.1002/j.1538-7305.1948.tb01338.x'
    """
    if not (match := DOI.match(value)):
        raise ValueError(f"{shown(value)} is no DOI: it starts with 10.")
    return match[1]


def arxiv(value: str) -> str:
    if not (match := ARXIV.match(value)):
        raise ValueError(f"{shown(value)} is no arXiv number, such as 2301.00010")
    return match[1]


def shown(value: str) -> str:
    return f"«{value if len(value) <= 60 else value[:60] + '…'}»"


def texts(node: yaml.Node) -> list[str]:
    """The texts of a list, or of one value; an author may be a mapping with a name."""
    if isinstance(node, yaml.SequenceNode):
        return [found for item in node.value for found in texts(item)]
    if isinstance(node, yaml.MappingNode):
        named = {str(header.text(k)): header.text(v) for k, v in node.value}
        name = next((named[k] for k in NAME_KEYS if named.get(k)), None)
        given = named.get("given")
        return (
            [f"{given} {name}" if given and named.get("family") == name else name] if name else []
        )
    found = header.text(node)
    return [found] if found else []


def people(value: str) -> tuple[str, ...]:
    """The names in one string: as BibTeX has them, or as a sentence does.

    >>> people("Ada Lovelace, Alan Turing and Emmy Noether")
    ('Ada Lovelace', 'Alan Turing', 'Emmy Noether')
    """
    if ";" in value:
        return unique(value.split(";"))
    parts = re.split(r",?\s+and\s+", value)
    if len(parts) > 1 and all("," in part for part in parts):
        return unique(parts)
    if len(parts) > 1 or all(" " in part.strip() for part in value.split(",")):
        return unique(name for part in parts for name in part.split(","))
    return unique([value])


def tags(value: str) -> tuple[str, ...]:
    """Tags in one string: between commas, where there are any, else between spaces."""
    return unique(
        part.strip().lstrip("#") for part in re.split(r"," if "," in value else r"\s", value)
    )


def unique(values: Iterable[str]) -> tuple[str, ...]:
    """In their order, without the empty and without repetitions in another case."""
    found: dict[str, str] = {}
    for value in values:
        # Obsidian writes links in properties: "[[Claude Shannon]]".
        bare = value.strip().removeprefix("[[").removesuffix("]]").strip()
        if bare:
            found.setdefault(key(bare), bare)
    return tuple(found.values())
