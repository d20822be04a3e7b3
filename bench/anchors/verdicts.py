"""What a place is worth, where the truth is known from the identities of the characters.

`stands`: all of the passage is there in one piece; right is that piece alone. `changed`: at least
half of its letters are left, but not as they were; right is to say so and to cover at least half,
within a stretch not much longer than the passage. `gone`: less is left; right is an orphan. A copy
of the very words is right where the words themselves are no more, or where it stands with the same
32 characters on either side as they do, so that nobody can tell one from the other. Everything else
that is attached is wrong; an orphan where something stands is an honest orphan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bench.anchors.identities import Block, shown

HALF = 0.5
AROUND = 32
MUCH_LONGER = 40  # characters more than twice the passage
RIGHT, WRONG, ORPHAN = "right", "wrong", "orphan"
STANDS, CHANGED, GONE = "stands", "changed", "gone"


class Place(NamedTuple):
    """Where something says that a passage is; None: nowhere."""

    start: int | None
    end: int | None
    grade: str


@dataclass
class Tally:
    """How often which verdict was given on which kind of passage."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, kind: str, verdict: str, words: str = "") -> None:
        self.counts[kind, verdict] += 1
        if verdict == WRONG and len(self.wrong) < 1000:
            self.wrong.append(f"{kind}: {words}")

    def take(self, other: Tally) -> None:
        self.counts += other.counts
        self.wrong += other.wrong

    def of(self, kind: str, verdict: str) -> int:
        return self.counts[kind, verdict]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def right_of_standing(self) -> float:
        every = sum(self.of(STANDS, verdict) for verdict in (RIGHT, WRONG, ORPHAN))
        return self.of(STANDS, RIGHT) / every if every else 1.0

    @property
    def wrong_of_all(self) -> float:
        wrong = sum(count for (_, verdict), count in self.counts.items() if verdict == WRONG)
        return wrong / self.total if self.total else 0.0

    def lines(self) -> Iterable[str]:
        for kind in (STANDS, CHANGED, GONE):
            parts = [
                f"{self.of(kind, verdict):>9,} {verdict}" for verdict in (RIGHT, ORPHAN, WRONG)
            ]
            yield f"  {kind:<8}" + "".join(parts)


@dataclass(frozen=True)
class Truth:
    """Two texts, and where each character of the first is in the second."""

    before: Block
    after: Block
    where: Mapping[int, int]

    @classmethod
    def of(cls, before: Block, after: Block) -> Truth:
        where = {
            each.of: place
            for place, each in enumerate(after)
            if each.of is not None and not each.copy
        }
        return cls(before, after, where)

    def judge(self, span: tuple[int, int], place: Place) -> tuple[str, str]:
        """The kind of the passage, and the verdict on its place."""
        passage = self.before[span[0] : span[1]]
        standing = self.standing(passage)
        if standing is not None:
            return STANDS, self.on_standing(passage, standing, place)
        kind = CHANGED if self.kept(passage, self.where) >= HALF else GONE
        if place.start is None or place.end is None:
            return kind, RIGHT if kind == GONE else ORPHAN
        return kind, RIGHT if self.is_good(passage, place) else WRONG

    def standing(self, passage: Block) -> int | None:
        """Where all of it stands in one piece."""
        start = self.where.get(passage[0].of if passage[0].of is not None else -1)
        if start is None:
            return None
        there = self.after[start : start + len(passage)]
        same = [each.of for each in there if each.shown.strip()] == [
            each.of for each in passage if each.shown.strip()
        ]
        return start if same and shown(there) == shown(passage) else None

    def on_standing(self, passage: Block, standing: int, place: Place) -> str:
        if place.start is None or place.end is None:
            return ORPHAN
        if shown(self.after[place.start : place.end]) != shown(passage):
            return WRONG
        # «the the»: nobody can tell which of two neighbours was there before.
        near = abs(place.start - standing) <= len(passage) + 1
        copy = self.around(place.start, len(passage)) == self.around(standing, len(passage))
        return RIGHT if near or copy else WRONG

    def around(self, start: int, length: int) -> str:
        """What stands there with its surroundings: of two that are the same, nobody can tell."""
        return shown(self.after[max(0, start - AROUND) : start + length + AROUND])

    def is_good(self, passage: Block, place: Place) -> bool:
        """Whether a place is right for a passage that does not stand as it was."""
        there = self.after[place.start : place.end]
        if shown(there).split() == shown(passage).split():
            return self.kept(passage, {each.of for each in there if each.of is not None}) >= HALF
        inside = {each.of for each in there if each.of is not None}
        fits = len(there) <= 2 * len(passage) + MUCH_LONGER
        return place.grade == CHANGED and fits and self.kept(passage, inside) >= HALF

    @staticmethod
    def kept(passage: Block, there: Iterable[int]) -> float:
        """Which share of its letters is among the characters there."""
        known = there if isinstance(there, Mapping | set) else set(there)
        letters = [each for each in passage if each.shown.isalnum()] or list(passage)
        return sum(each.of in known for each in letters) / len(letters)


def added(tallies: Sequence[Tally]) -> Tally:
    whole = Tally()
    for tally in tallies:
        whole.take(tally)
    return whole
