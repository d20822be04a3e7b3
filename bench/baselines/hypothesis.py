"""How Hypothesis finds a quote again, as its client publishes it (`match-quote.ts`).

The text at the old position, if it says the quote; else the quote wherever it stands as it is;
else the stretches that need the fewest changes, up to half of its length. Of several the one with
the best score: 50 parts the quote, 20 the prefix, 20 the suffix, 2 the nearness, over 92. No floor.
Lengths and offsets count characters. The search by bits is that of Myers (1999), as there.
"""

from __future__ import annotations

from typing import NamedTuple

MOST_ERRORS = 256
OF_QUOTE, OF_PREFIX, OF_SUFFIX, OF_POSITION = 50, 20, 20, 2


class Match(NamedTuple):
    start: int
    end: int
    errors: int


def anchor(
    text: str, quote: str, prefix: str = "", suffix: str = "", hint: int | None = None
) -> tuple[int, int] | None:
    """Where the quote is anchored.

    >>> anchor("one two three", "one to", "", " three", 0)
    (0, 7)
    """
    if not quote:
        return None
    if hint is not None and text.startswith(quote, hint):
        return hint, hint + len(quote)
    matches = search(text, quote, min(MOST_ERRORS, len(quote) // 2))
    if not matches:
        return None
    best = max(matches, key=lambda match: score(text, match, quote, prefix, suffix, hint))
    return best.start, best.end


def score(text: str, match: Match, quote: str, prefix: str, suffix: str, hint: int | None) -> float:
    before = text[max(0, match.start - len(prefix)) : match.start]
    after = text[match.end : match.end + len(suffix)]
    near = 1.0 if hint is None else 1.0 - abs(match.start - hint) / len(text)
    return (
        OF_QUOTE * (1 - match.errors / len(quote))
        + OF_PREFIX * (likeness(before, prefix) if prefix else 1.0)
        + OF_SUFFIX * (likeness(after, suffix) if suffix else 1.0)
        + OF_POSITION * near
    ) / (OF_QUOTE + OF_PREFIX + OF_SUFFIX + OF_POSITION)


def likeness(text: str, wanted: str) -> float:
    if not text or not wanted:
        return 0.0
    return 1 - search(text, wanted, len(wanted))[0].errors / len(wanted)


def search(text: str, pattern: str, most: int) -> list[Match]:
    """Where the pattern stands; if nowhere, where with the fewest errors, up to so many."""
    exact = []
    at = text.find(pattern)
    while at >= 0:
        exact.append(Match(at, at + len(pattern), 0))
        at = text.find(pattern, at + 1)
    return exact or [with_start(text, pattern, *end) for end in ends(text, pattern, most)]


def with_start(text: str, pattern: str, end: int, errors: int) -> Match:
    """The match that ends there, as far to the left as it goes."""
    least = max(0, end - len(pattern) - errors)
    back = ends(text[least:end][::-1], pattern[::-1], errors)
    return Match(min((end - length for length, _ in back), default=end), end, errors)


def ends(text: str, pattern: str, most: int) -> list[tuple[int, int]]:
    """The ends of the stretches with the fewest errors, with how many."""
    places: dict[str, int] = {}
    for number, character in enumerate(pattern):
        places[character] = places.get(character, 0) | 1 << number
    mask, last = (1 << len(pattern)) - 1, 1 << (len(pattern) - 1)
    more, fewer, errors = mask, 0, len(pattern)
    found = [(0, errors)] if errors <= most else []
    for end, character in enumerate(text, 1):
        equal = places.get(character, 0)
        down = equal | fewer
        across = (((equal & more) + more) ^ more) | equal
        up = fewer | (~(across | more) & mask)
        off = more & across
        errors += bool(up & last) - bool(off & last)
        up, off = up << 1, off << 1
        more, fewer = (off | ~(down | up)) & mask, up & down & mask
        if errors <= most:
            if errors < most:
                found, most = [], errors
            found.append((end, errors))
    return found
