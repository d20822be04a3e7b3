"""Which parts of two sequences are the same: what every difference and every merge stands on.

    >>> matching(["a", "b", "c"], ["a", "x", "c"])
    [Match(a=0, b=0, length=1), Match(a=2, b=2, length=1)]

Equal ends are taken first. Between them, lines that stand once on either side are the anchors
(patience); what is left between two anchors is compared by the shortest way from one to the other
(Myers), for as long as the budget lasts: where it ends, the rest counts as different. So the time
is bounded, whatever the texts are.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

MAX_CHANGES = 1_000  # of one gap; the memory grows with its square
BUDGET = 1_500_000  # steps of all gaps together, about a second
PASSES = 8  # how often each line may be looked at for anchors, beyond that


class Match(NamedTuple):
    """a[match.a:][:length] is b[match.b:][:length]."""

    a: int
    b: int
    length: int


class Gap(NamedTuple):
    """A stretch of both that is not compared yet."""

    a: int
    a_end: int
    b: int
    b_end: int


@dataclass
class Budget:
    steps: int


def matching(a: Sequence[str], b: Sequence[str], *, budget: int = BUDGET) -> list[Match]:
    """What is the same, in the order of both; neighbours are one match."""
    left = Budget(budget + PASSES * (len(a) + len(b)))
    found: list[Match] = []
    waiting = [Gap(0, len(a), 0, len(b))]
    while waiting:
        gap, ends = trimmed(a, b, waiting.pop())
        found += ends
        if gap.a == gap.a_end or gap.b == gap.b_end:
            continue
        left.steps -= gap.a_end - gap.a + gap.b_end - gap.b
        anchors = unique_matches(a, b, gap) if left.steps >= 0 else []
        if anchors:
            waiting += between(gap, anchors)
            found += anchors
        else:
            found += shortest(a, b, gap, left)
    return joined(found)


def trimmed(a: Sequence[str], b: Sequence[str], gap: Gap) -> tuple[Gap, list[Match]]:
    """The gap without its equal ends, and those."""
    a0, a1, b0, b1 = gap
    while a0 < a1 and b0 < b1 and a[a0] == b[b0]:
        a0, b0 = a0 + 1, b0 + 1
    while a0 < a1 and b0 < b1 and a[a1 - 1] == b[b1 - 1]:
        a1, b1 = a1 - 1, b1 - 1
    ends = [Match(gap.a, gap.b, a0 - gap.a), Match(a1, b1, gap.a_end - a1)]
    return Gap(a0, a1, b0, b1), [end for end in ends if end.length]


def unique_matches(a: Sequence[str], b: Sequence[str], gap: Gap) -> list[Match]:
    """The lines that stand once on either side, as many as come in the same order."""
    places = once(b, gap.b, gap.b_end)
    mine = once(a, gap.a, gap.a_end)
    pairs = [(place, places[line]) for line, place in mine.items() if line in places]
    return [Match(i, j, 1) for i, j in rising(pairs)]


def once(lines: Sequence[str], start: int, end: int) -> dict[str, int]:
    """The place of each line that stands there once, in their order."""
    counts = Counter(lines[start:end])
    return {lines[n]: n for n in range(start, end) if counts[lines[n]] == 1}


def rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part of pairs, sorted by the first, that is sorted by the second as well.

    >>> rising([(0, 5), (1, 1), (2, 2), (3, 0)])
    [(1, 1), (2, 2)]
    """
    ends: list[int] = []  # the smallest end of a run of each length
    piles: list[int] = []
    before: list[int] = []
    for n, (_, second) in enumerate(pairs):
        length = bisect_left(ends, second)
        before.append(piles[length - 1] if length else -1)
        ends[length : length + 1] = [second]
        piles[length : length + 1] = [n]
    found = []
    n = piles[-1] if piles else -1
    while n >= 0:
        found.append(pairs[n])
        n = before[n]
    return found[::-1]


def between(gap: Gap, anchors: Sequence[Match]) -> Iterator[Gap]:
    """The gaps before, between and after anchors."""
    a, b = gap.a, gap.b
    for anchor in anchors:
        yield Gap(a, anchor.a, b, anchor.b)
        a, b = anchor.a + 1, anchor.b + 1
    yield Gap(a, gap.a_end, b, gap.b_end)


def shortest(a: Sequence[str], b: Sequence[str], gap: Gap, budget: Budget) -> list[Match]:
    """Myers: the way from one to the other with the fewest changes; nothing, if it is too long.

    After n changes the way may be on the diagonals -n, -n + 2 … n; `reached` says how far into a.
    """
    width, height = gap.a_end - gap.a, gap.b_end - gap.b
    trace: list[list[int]] = [[]]
    for changes in range(min(width + height, MAX_CHANGES) + 1):
        reached: list[int] = []
        for number in range(changes + 1):
            diagonal = 2 * number - changes
            x = start = entered(trace[-1], number)[0]
            while x < width and x - diagonal < height and same(a, b, gap, x, x - diagonal):
                x += 1
            reached.append(x)
            budget.steps -= x - start + 1
            if x >= width and x - diagonal >= height:
                return walked_back(trace, gap)
        trace.append(reached)
        if budget.steps < 0:
            break
    return []


def same(a: Sequence[str], b: Sequence[str], gap: Gap, x: int, y: int) -> bool:
    return a[gap.a + x] == b[gap.b + y]


def entered(before: list[int], number: int) -> tuple[int, bool]:
    """Where a diagonal begins, and whether b has a line more there (else a has)."""
    if not before:
        return 0, False
    more = number == 0 or (number < len(before) and before[number - 1] < before[number])
    return (before[number] if more else before[number - 1] + 1), more


def walked_back(trace: list[list[int]], gap: Gap) -> list[Match]:
    """The equal parts of the way, from its end to its beginning."""
    x, y = gap.a_end - gap.a, gap.b_end - gap.b
    found = []
    for before in reversed(trace):
        start, more = entered(before, (x - y + len(before)) // 2)
        if x > start:
            found.append(Match(gap.a + start, gap.b + start - x + y, x - start))
        x, y = (start, start - x + y - 1) if more else (start - 1, start - x + y)
    return found


def joined(matches: list[Match]) -> list[Match]:
    """In order, neighbours as one."""
    found: list[Match] = []
    for match in sorted(matches):
        last = found[-1] if found else Match(-1, -1, 0)
        if (last.a + last.length, last.b + last.length) == (match.a, match.b) and found:
            found[-1] = Match(last.a, last.b, last.length + match.length)
        else:
            found.append(match)
    return found
