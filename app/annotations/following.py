"""The marks of a note, followed from one text of it to the next.

What carries a mark is the difference of the two texts. What keeps it honest is the passage as it
was first marked: however many small edits there were, a mark stands on words that are still mostly
those, or it is an orphan. One that was lost or cut comes back when its words do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import Indel

from app.annotations import pieces
from app.annotations.anchoring import Anchor, Grade, surroundings
from app.annotations.carrying import ALONE, HALF, Carrier
from app.annotations.finding import Searched
from app.annotations.pieces import weight

ALIKE = 0.75  # of the characters: one word that was misspelt; two different ones seldom have half


@dataclass(frozen=True)
class Mark:
    """`text[start:end]`, or None: about the whole note (`said` is empty), or an orphan.

    `said` is what was first marked; `before` and `after` are the characters around it, as the mark
    last stood.
    """

    start: int | None
    end: int | None
    grade: Grade
    said: str
    before: str = ""
    after: str = ""


def marked(text: str, start: int, end: int) -> Mark:
    """A mark as it is made."""
    return Mark(start, end, "exact", text[start:end], *surroundings(text, start, end))


def follow(old: str, new: str, marks: Sequence[Mark]) -> list[Mark]:
    """The marks of `old` as they stand in `new`; either may have its rows (table_rows)."""
    spans = [(each.start, each.end) for each in marks if each.start is not None]
    carrier = Carrier(old, new)
    carried = iter(carrier.carry([(start, end) for start, end in spans if end is not None]))
    return [followed(carrier, each, carried) for each in marks]


def followed(carrier: Carrier, mark: Mark, carried: Iterator[Anchor]) -> Mark:
    if not mark.said:
        return mark
    anchor = next(carried) if mark.start is not None else None
    found = None
    if anchor is not None and anchor.start is not None and anchor.end is not None:
        found = settled(carrier.new, mark, anchor.start, anchor.end)
    return found or restored(carrier, mark) or returned(carrier.in_new, mark)


def settled(text: str, mark: Mark, start: int, end: int) -> Mark | None:
    """The mark at its new place, if that still says what was marked."""
    now = text[start:end]
    if now == mark.said:
        same = mark.grade == "exact" and start == mark.start
        return at(text, mark, start, end, "exact" if same else "moved")
    whole = around(text, mark.said, start, end)
    if whole is not None:
        return at(text, mark, whole, whole + len(mark.said), "moved")
    if resembles(mark.said, now):
        return at(text, mark, start, end, "changed")
    return None


def at(text: str, mark: Mark, start: int, end: int, grade: Grade) -> Mark:
    before, after = surroundings(text, start, end)
    return Mark(start, end, grade, mark.said, before, after)


def around(text: str, said: str, start: int, end: int) -> int | None:
    """Where all of what was marked stands over this place again, if that is one place."""
    first, last = max(0, start - len(said) + 1), end + len(said) - 1
    found = text.find(said, first, last)
    return found if found >= 0 and text.find(said, found + 1, last) < 0 else None


def restored(carrier: Carrier, mark: Mark) -> Mark | None:
    """The mark that stood on other words, where its own are again what is between its neighbours.

    However little of what was written in their place is in them.
    """
    if mark.grade != "changed" or mark.start is None or mark.end is None:
        return None
    gap = carrier.gap(mark.start, mark.end)
    if gap is None or carrier.new.count(mark.said, *gap) != 1:
        return None
    start = carrier.new.index(mark.said, *gap)
    return at(carrier.new, mark, start, start + len(mark.said), "moved")


def returned(new: Searched, mark: Mark) -> Mark:
    """An orphan, unless its words stand once with what was around them, or are many and stand once.

    So a version that is restored brings its marks back.
    """
    for words, skipped in (
        (mark.before + mark.said + mark.after, len(mark.before)),
        (mark.said, 0),
    ):
        found = new.once(words) if weight(words) >= ALONE else None
        if found is not None:
            start = found + skipped
            return at(new.text, mark, start, start + len(mark.said), "moved")
    return replace(mark, start=None, end=None, grade="orphan")


def resembles(said: str, now: str) -> bool:
    """Whether at least half of what was said is still there, in its order.

    >>> resembles("a walk of N steps", "a walk of many steps"), resembles("a walk", "no proof")
    (True, False)
    >>> resembles("recieve", "receive")
    True
    """
    if Indel.normalized_similarity(said, now) >= ALIKE:
        return True
    mine, theirs = (pieces.words(each) for each in (said, now))
    steps = Indel.opcodes(mine, theirs)
    kept = [mine[step.src_start : step.src_end] for step in steps if step.tag == "equal"]
    return sum(weight("".join(words)) for words in kept) >= max(1, HALF * weight(said))
