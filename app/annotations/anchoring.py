"""Find where a quoted passage stands in the canonical text of a note, as the text is now.

Only the words themselves are a place: a passage that was rewritten is an orphan, never attached
to other words. Positions count code points.

    >>> locate("one two three two", "two", prefix="three ", suffix="", position=4)
    Anchor(start=14, end=17, grade='moved')
    >>> locate("one two", "three")
    Anchor(start=None, end=None, grade='orphan')
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

Grade = Literal["exact", "moved", "changed", "orphan"]

# How much must stand as it was, quote and surroundings together, to be sure of a place: a single
# «however» stands everywhere, and the one that was meant may be gone.
SURE = 32
# Where it stands several times, and nowhere with all that was around it: how much more of that must
# agree than at the second-best place.
LEAD = 0.375
SURROUNDINGS = 64  # characters of prefix and suffix that are compared
MOST = 10_000  # places that are looked at, the likeliest first


@dataclass(frozen=True)
class Anchor:
    """Where the passage stands: `text[start:end]`, or nowhere (`orphan`)."""

    start: int | None
    end: int | None
    grade: Grade


ORPHAN = Anchor(None, None, "orphan")
Agreement = tuple[int, int, int]  # around it, nearness, place
NOWHERE: Agreement = -1, 0, 0


def locate(
    text: str,
    quote: str,
    prefix: str = "",
    suffix: str = "",
    position: int | None = None,
    lead: float = LEAD,
) -> Anchor:
    """The place of `quote`: of several, the one whose surroundings agree best, then the nearest.

    `exact` stands at `position` (or wherever, when none is known), `moved` elsewhere.
    """
    prefix, suffix = prefix[-SURROUNDINGS:], suffix[:SURROUNDINGS]
    if not quote:
        return ORPHAN
    if position is not None and stands(text, prefix + quote + suffix, position - len(prefix)):
        return Anchor(position, position + len(quote), "exact")
    known: dict[int, Agreement] = {}
    for start in islice(places(text, quote, prefix, suffix, position), MOST):
        agreed = agreement(text, start, start + len(quote), prefix, suffix)
        nearness = -abs(start - position) if position is not None else -start
        known[start] = agreed, nearness, start
    best, second = (*sorted(known.values(), reverse=True)[:2], NOWHERE, NOWHERE)[:2]
    around, (agreed, _, start) = len(prefix) + len(suffix), best
    if agreed < 0 or len(quote) + agreed < min(SURE, around + len(quote)):
        return ORPHAN
    if not is_clear(agreed, second[0], around, lead):
        return ORPHAN
    grade: Grade = "exact" if position in (None, start) else "moved"
    return Anchor(start, start + len(quote), grade)


def is_clear(best: int, second: int, around: int, lead: float) -> bool:
    """Whether the best place is the one that is meant; of two with all that was around: the nearer.

    `second` is below 0 where there is no other place.
    """
    if second < 0 or second < best >= second + lead * around:
        return True
    return best == around and (second < best or around >= SURE)


def stands(text: str, words: str, start: int) -> bool:
    """Whether these words stand just there; nearly every passage does, and needs no search."""
    return start >= 0 and text.startswith(words, start)


def places(text: str, quote: str, prefix: str, suffix: str, position: int | None) -> Iterator[int]:
    """Where the quote stands: at its old place, with its surroundings, then everywhere."""
    if position is not None and stands(text, quote, position):
        yield position
    whole = text.find(prefix + quote + suffix)
    if whole >= 0:
        yield whole + len(prefix)
    yield from occurrences(text, quote)


def occurrences(text: str, quote: str) -> Iterator[int]:
    start = text.find(quote)
    while start >= 0:
        yield start
        start = text.find(quote, start + 1)


def agreement(text: str, start: int, end: int, prefix: str, suffix: str) -> int:
    """How many characters before and after the passage stand as they did."""
    agreed = 0
    if start and prefix and text[start - 1] == prefix[-1]:  # nearly never
        agreed += common(prefix[::-1], text[max(0, start - len(prefix)) : start][::-1])
    if suffix and text[end : end + 1] == suffix[0]:
        agreed += common(suffix, text[end : end + len(suffix)])
    return agreed


def common(one: str, other: str) -> int:
    """How many characters they begin with alike."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def words(text: str, typed: str) -> list[tuple[int, int]]:
    """Every place where the words that a person typed or pasted stand; white space is alike.

    >>> words("a walk\\nin many dimensions", " walk in  many ")
    [(2, 14)]
    """
    parts = [re.escape(part) for part in typed.split()]
    if not parts:
        return []
    return [found.span() for found in re.finditer(r"\s+".join(parts), text)]


def surroundings(text: str, start: int, end: int, length: int = SURE) -> tuple[str, str]:
    """The text before and after a passage, as a quote keeps it."""
    return text[max(0, start - length) : start], text[end : end + length]
