"""Carry passages from one text of a note to the next: the same characters, wherever they went.

Unlike a search for the words this knows both texts. A passage whose words all survive is found
again even where the same words stand elsewhere too; one that was reworded in part is *changed* and
covers what is left of it; one that is gone is an orphan, and is never given other words.

    >>> carry("A walk goes far.", "Here a walk. A walk goes far.", [(2, 6)])
    [Anchor(start=15, end=19, grade='moved')]
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Literal

from app.annotations.anchoring import ORPHAN, Anchor
from app.annotations.finding import Searched
from app.annotations.pieces import Same, inside_word, weight
from app.annotations.survivors import survivors
from app.annotations.table_rows import plain

Span = tuple[int, int]

AROUND = 32  # characters on either side that say which of several is meant
SURE = 20  # characters that are the same in a row: no need to look at what is around
ALONE = 20  # letters of a quote that are enough without anything around
NEAR = 40  # characters that may have come between two parts of a short passage
HALF = 0.55  # of the letters of a passage: with fewer left, it is another one


def carry(old: str, new: str, spans: Sequence[Span]) -> list[Anchor]:
    """Where each passage of the old text stands in the new one.

    `exact`: the same words at the same place, `moved`: elsewhere.
    """
    return Carrier(old, new).carry(spans)


class Carrier:
    """Two texts, with their rows or without, and what is the same in both."""

    def __init__(self, old: str, new: str) -> None:
        self.old = plain(old)
        self.new = plain(new)
        self.same = survivors(old, new)
        self.starts = [same.old for same in self.same]
        self.in_old, self.in_new = Searched(self.old), Searched(self.new)

    def carry(self, spans: Sequence[Span]) -> list[Anchor]:
        return [self.carried(start, end) for start, end in spans]

    def carried(self, start: int, end: int) -> Anchor:
        """The place that the surest of several ways finds."""
        parts = self.parts(start, end)
        found = (
            self.together(parts, start, end)
            or self.surrounded(start, end)
            or self.remains(parts, start, end)
            or self.quoted(start, end)
        )
        if found is None:
            return ORPHAN
        same_words = self.new[found[0] : found[1]] == self.old[start:end]
        return Anchor(*found, self.grade(start, found[0], same_words=same_words))

    @staticmethod
    def grade(before: int, now: int, *, same_words: bool) -> Literal["exact", "moved", "changed"]:
        if not same_words:
            return "changed"
        return "exact" if now == before else "moved"

    def parts(self, start: int, end: int) -> list[Same]:
        """What is left of the passage, in the order of the old text."""
        number = max(0, bisect_right(self.starts, start) - 1)
        found = []
        while number < len(self.same) and self.same[number].old < end:
            same = self.same[number]
            first, last = max(same.old, start), min(same.old + same.length, end)
            if first < last:
                found.append(Same(first, same.new + first - same.old, last - first))
            number += 1
        return found

    def together(self, parts: Sequence[Same], start: int, end: int) -> Span | None:
        """All of it in one piece with what is around it, so that nothing else can be meant."""
        if len(parts) != 1 or parts[0].length != end - start:
            return None
        at = parts[0].new
        whole = self.same[max(0, bisect_right(self.starts, start) - 1)]
        around = self.old[max(0, start - AROUND) : end + AROUND]
        first = at - min(start, AROUND)
        if whole.length >= SURE or (first >= 0 and self.new.startswith(around, first)):
            return at, at + end - start
        return None

    def surrounded(self, start: int, end: int) -> Span | None:
        """With what is around it, it stands once in both texts."""
        first = max(0, start - AROUND)
        at = self.once(self.old[first : end + AROUND])
        return None if at is None else (at + start - first, at + end - first)

    def quoted(self, start: int, end: int) -> Span | None:
        """A long quote that stands once in both texts."""
        quote = self.old[start:end]
        at = self.once(quote) if weight(quote) >= ALONE else None
        return None if at is None else (at, at + end - start)

    def gap(self, start: int, end: int) -> Span | None:
        """Where what stood between two that are still neighbours was rewritten, and not by much."""
        first, last = self.now_before(start), self.now_after(end)
        if first is None or last is None or not 0 < last - first <= 2 * (end - start) + NEAR:
            return None
        return first, last

    def now_before(self, place: int) -> int | None:
        """Where the last characters before a place of the old text end now; None: far from it."""
        number = bisect_right(self.starts, place - 1) - 1
        if number < 0:
            return 0 if place <= NEAR else None
        same = self.same[number]
        end = min(place, same.old + same.length)
        return same.new + end - same.old if place - end <= NEAR else None

    def now_after(self, place: int) -> int | None:
        """Where the first ones after it begin now."""
        number = max(0, bisect_right(self.starts, place) - 1)
        for same in self.same[number : number + 2]:
            if same.old + same.length > place:
                begin = max(place, same.old)
                return same.new + begin - same.old if begin - place <= NEAR else None
        return len(self.new) if len(self.old) - place <= NEAR else None

    def once(self, words: str) -> int | None:
        """Where words stand in the new text, if they stand once in either."""
        at = self.in_new.once(words)
        return at if at is not None and self.in_old.once(words) is not None else None

    def remains(self, parts: Sequence[Same], start: int, end: int) -> Span | None:
        """The largest group of its parts that stayed near each other, if it is most of it."""
        if not parts:
            return None
        near = max(NEAR, end - start)
        group = max(groups(parts, near), key=self.letters)
        if not self.letters(group) or self.letters(group) < HALF * weight(self.old[start:end]):
            return None
        return self.to_words(start, end, group[0].new, group[-1].new + group[-1].length)

    def letters(self, group: Sequence[Same]) -> int:
        return sum(weight(self.old[same.old : same.old + same.length]) for same in group)

    def to_words(self, start: int, end: int, first: int, last: int) -> Span:
        """Whole words, where the passage had whole words: an end may have been misspelt.

        What came between words and is left at an end says nothing.
        """
        if first != last and not inside_word(self.old, start):
            while inside_word(self.new, first):
                first -= 1
        if not inside_word(self.old, end):
            while inside_word(self.new, last):
                last += 1
        said = self.new[first:last]
        first += len(said) - len(said.lstrip())
        return first, first + len(said.strip())


def groups(parts: Sequence[Same], near: int) -> list[list[Same]]:
    """The parts that follow each other in both texts with little between them."""
    in_new = sorted(parts, key=lambda same: same.new)
    found = [[in_new[0]]]
    for same in in_new[1:]:
        last = found[-1][-1]
        if same.old > last.old and same.new - last.new - last.length <= near:
            found[-1].append(same)
        else:
            found.append([same])
    return found
