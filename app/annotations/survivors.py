"""Which characters of a new text are those of an old one, as far as anybody can tell.

A difference says how one text becomes the other; here each character keeps its identity, wherever
it went. Four looks, each at what the ones before left over: lines in their order; lines that moved;
sentences that moved, or whose paragraph was split or joined; words of sentences that were reworded.
What stands several times is taken only where it is clear which is which.

    >>> survivors("The first line.\\nAnd the second.", "And the second.\\nThe first line.")
    [Same(old=0, new=16, length=15), Same(old=16, new=0, length=15)]
"""

from __future__ import annotations

from collections import Counter

from app.annotations import pieces
from app.annotations.pieces import Pieces, Same, weight
from app.annotations.rewording import reworded
from app.library.history.matching import matching

MOVED_LINE = 12  # letters that say which line it is, wherever it stands
MOVED_SENTENCE = 16
RUN = 3  # lines in a row that stand for each other, even if each stands several times
Pairs = list[tuple[int, int]]  # numbers of pieces: of the old, of the new


def survivors(old: str, new: str) -> list[Same]:
    """What is the same, in the order of the old text."""
    if old == new:
        return [Same(0, 0, len(old))] if old else []
    found, a, b = whole_pieces(old, new)
    return joined(old, new, found + reworded(a, b, found))


def whole_pieces(old: str, new: str) -> tuple[list[Same], Pieces, Pieces]:
    """Lines and sentences that are the same; the sentences of either text that are left."""
    a, b = by_lines(old), by_lines(new)
    pairs = in_order(a, b)
    found, a_left, b_left = taken(a, b, pairs)
    more, a_left, b_left = taken(a_left, b_left, standing_once(a_left, b_left, MOVED_LINE))
    found += more
    a_left = a_left.sentences(sentence_counts(a))
    b_left = b_left.sentences(sentence_counts(b))
    once = standing_once(a_left, b_left, MOVED_SENTENCE)
    more, a_left, b_left = taken(a_left, b_left, once)
    return found + more, a_left, b_left


def by_lines(text: str) -> Pieces:
    every = list(pieces.lines(text))
    said = text.split("\n")
    return Pieces(text, every, said, Counter(said))


def sentence_counts(lines: Pieces) -> Counter[str]:
    return Counter(
        lines.text[start:end]
        for line in lines.all
        for start, end in pieces.sentences(lines.text, line)
    )


def taken(a: Pieces, b: Pieces, pairs: Pairs) -> tuple[list[Same], Pieces, Pieces]:
    """The pairs as characters, and what is left of either side."""
    same = [Same(a.all[i].start, b.all[j].start, len(a.said[i])) for i, j in pairs]
    return same, a.without({i for i, _ in pairs}), b.without({j for _, j in pairs})


def in_order(a: Pieces, b: Pieces) -> Pairs:
    """Lines in the order of both; one that stands several times only if it is clear which it is."""
    pairs: Pairs = []
    for match in matching(a.said, b.said):
        run = [(match.a + n, match.b + n) for n in range(match.length)]
        sure = [clear(a, b, i, j) for i, j in run]
        if match.length >= RUN or any(is_one(a, b, i) for i, _ in run):
            sure = [True] * len(run)
        pairs += [pair for pair, good in zip(run, sure, strict=True) if good]
    return pairs


def clear(a: Pieces, b: Pieces, i: int, j: int) -> bool:
    return a.counts[a.said[i]] == b.counts[b.said[j]]


def is_one(a: Pieces, b: Pieces, i: int) -> bool:
    """Whether the line stands once in both, and says something."""
    said = a.said[i]
    return a.counts[said] == b.counts[said] == 1 and weight(said) >= MOVED_LINE


def standing_once(a: Pieces, b: Pieces, least: int) -> Pairs:
    """Pieces that stand once among those left, as often in either text, and say something."""
    mine, theirs = only(a), only(b)
    return [
        (i, theirs[said])
        for said, i in mine.items()
        if said in theirs and a.counts[said] == b.counts[said] and weight(said) >= least
    ]


def only(side: Pieces) -> dict[str, int]:
    """The number of each piece that stands there once."""
    counts = Counter(side.said)
    return {said: n for n, said in enumerate(side.said) if counts[said] == 1}


def joined(old: str, new: str, found: list[Same]) -> list[Same]:
    """In the order of the old text; what follows each other, also over a line's end, is one."""
    whole: list[Same] = []
    for same in sorted(same for same in found if same.length):
        last = whole[-1] if whole else Same(-2, -2, 0)
        gap = same.old - last.old - last.length
        follows = gap == same.new - last.new - last.length and gap in (0, 1) and bool(whole)
        if follows and old[same.old - gap : same.old] == new[same.new - gap : same.new]:
            whole[-1] = Same(last.old, last.new, last.length + gap + same.length)
        else:
            whole.append(same)
    return whole
