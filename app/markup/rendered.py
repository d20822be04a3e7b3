"""What `render` returns: a note as HTML, as canonical text, and as the things found in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Heading:
    """A heading below the title. `level` is 2 to 6, `id` its anchor on the page.

    `text`: its line of the canonical text.
    """

    level: int
    id: str
    html: str
    text: str = field(default="", compare=False)


@dataclass(frozen=True)
class Link:
    """A link to another note, with the sentence it stands in."""

    target: str
    fragment: str
    sentence: str


@dataclass(frozen=True)
class Cite:
    """A work that the note cites. `bare`: without brackets, where it may be no citation at all."""

    key: str
    line: int
    bare: bool


@dataclass(frozen=True)
class Bibtex:
    """BibTeX in a fence. `line` is where it begins in the file."""

    source: str
    line: int


@dataclass(frozen=True)
class Block:
    """An analysis block: which script, with which parameters, showing which outputs."""

    name: str
    script: str
    params: dict[str, Any]
    show: list[str] | None
    line: int
    caption: str = ""  # Markdown; its HTML is in the placeholder of the block
    sweep: dict[str, Any] | None = None  # over which values which parameters go
    plot: str = ""  # `value against parameter by parameter`, of a sweep


@dataclass(frozen=True)
class Claim:
    """A sentence bound to a check over what the analyses returned."""

    id: str
    html: str
    check: str
    expect: str
    line: int


@dataclass(frozen=True)
class Problem:
    """Something of the note that could not be taken. `line` counts from 1 in the file."""

    line: int
    reason: str


@dataclass(frozen=True)
class Rendered:
    html: str
    text: str
    title: str | None
    summary: str
    headings: list[Heading]
    links: list[Link]
    media: list[str]
    blocks: list[Block]
    claims: list[Claim]
    code: str
    problems: list[Problem]
    lines: list[tuple[int, int, int, int]]  # blocks: start and end in text, first and last line
    cites: list[Cite] = field(default_factory=list)
    bibtex: list[Bibtex] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
