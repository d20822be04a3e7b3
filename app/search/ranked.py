"""A page of a list of entries, as it is asked for and as it is found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Scores: TypeAlias = dict[int, float]
RELEVANCE, DATE = "relevance", "date"  # by date: the newest first


@dataclass(frozen=True)
class Page:
    """`order` is relevance or date."""

    limit: int
    offset: int = 0
    order: str = RELEVANCE


@dataclass(frozen=True)
class Ranked:
    """`scores` of one page by entry, the lowest first, as bm25() has them; `total` of all pages.

    `is_exact`: if not, these are quickly found and there are more than `total`. `begun`: the word
    that was taken for a beginning; `whole` entries have it as it stands. `relaxed`: the last ones
    have some of the words.
    """

    total: int
    scores: Scores
    relaxed: bool = False
    is_exact: bool = True
    begun: str = ""
    whole: int = 0


NOTHING = Ranked(0, {})
