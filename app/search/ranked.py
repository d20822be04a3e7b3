"""What a ranking finds: entries, best first, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Ranked:
    """The scores by entry, the best (the least) first; `total`, with those of other pages."""

    total: int
    scores: dict[int, float]
