"""A page of a list of entries, as it is asked for and as it is found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Scores: TypeAlias = dict[int, float]


@dataclass(frozen=True)
class Page:
    """`order` is relevance or date."""

    limit: int
    offset: int = 0
    order: str = "relevance"


@dataclass(frozen=True)
class Ranked:
    """`scores` of one page by entry, the lowest first, as bm25() has them; `total` of all pages."""

    total: int
    scores: Scores
    relaxed: bool = False


NOTHING = Ranked(0, {})
