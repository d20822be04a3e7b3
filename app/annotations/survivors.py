"""Which characters of a new text are those of an old one, as far as anybody can tell.

A difference says how one text becomes the other; here each character keeps its identity, wherever
it went. Five looks, each at what the ones before left over: lines in their order; sentences that
were hardly changed where they stood; lines that moved; sentences that moved, or whose paragraph was
split or joined; words of sentences that were reworded. What stands several times is taken only
where it is clear which is which; of copies side by side, the first.

    >>> survivors("The first line.\\nAnd the second.", "And the second.\\nThe first line.")
    [Same(old=0, new=16, length=15), Same(old=16, new=0, length=15)]
"""

from __future__ import annotations

from collections import Counter

from app.annotations import pieces, table_rows
from app.annotations.copies import firsts
from app.annotations.finding import Searched
from app.annotations.pieces import Pieces, Same, weight
from app.annotations.rewording import ANYWHERE, IN_PLACE, reworded
from app.annotations.table_rows import CELL, plain
from app.library.history.matching import matching

MOVED_LINE = 12  # letters that say which line it is, wherever it stands
MOVED_SENTENCE = 16
MOST_LINES = 400_000  # of both: what has more is no prose, and marks are found by their words
STEPS = 500_000  # of the comparison by lines
RUN = 3  # lines in a row that stand for each other, even if each stands several times
Pairs = list[tuple[int, int]]  # numbers of pieces: of the old, of the new


def survivors(old: str, new: str) -> list[Same]:
    """What is the same, in the order of the old text. Either may have its rows (table_rows)."""
    old, new = table_rows.alike(old, new)
    if old == new:
        return [Same(0, 0, len(old))] if old else []
    if old.count("\n") + new.count("\n") > MOST_LINES:
        return []
    a, b = by_lines(old), by_lines(new)
    found, a, b = taken(a, b, in_order(a, b))
    if CELL in old:
        a, b, old, new = table_rows.cells(a), table_rows.cells(b), plain(old), plain(new)
        cells, a, b = taken(a, b, in_order(a, b))
        found += cells
    mine, theirs = a.sentences(), b.sentences()
    in_place = reworded(mine, theirs, found, IN_PLACE)
    a_used, b_used = in_place.a_pieces, in_place.b_pieces
    mine, theirs = mine.outside(a_used), theirs.outside(b_used)
    a, b = a.around_none(a_used), b.around_none(b_used)
    both = Searched(old), Searched(new)
    moved, a_left, b_left = taken(a, b, moved_pieces(a, b, both, MOVED_LINE))
    mine, theirs = mine.outside(a.but(a_left)), theirs.outside(b.but(b_left))
    more, mine, theirs = taken(mine, theirs, moved_pieces(mine, theirs, both, MOVED_SENTENCE))
    found += in_place.found + moved + more
    found += reworded(mine, theirs, found, ANYWHERE).found
    return joined(old, new, firsts(old, new, joined(old, new, found)))


def moved_pieces(a: Pieces, b: Pieces, both: tuple[Searched, Searched], least: int) -> Pairs:
    """What stands once in either text, wherever that is."""
    pairs = standing_once(a, b, least)
    return [(i, j) for i, j in pairs if is_alone(*both, a.said[i])]


def is_alone(old: Searched, new: Searched, said: str) -> bool:
    """Whether these words stand once in either text: else a copy might be taken for the one."""
    return old.once(said) is not None and new.once(said) is not None


def by_lines(text: str) -> Pieces:
    return Pieces(text, list(pieces.lines(text)), text.split("\n"))


def taken(a: Pieces, b: Pieces, pairs: Pairs) -> tuple[list[Same], Pieces, Pieces]:
    """The pairs as characters, and what is left of either side."""
    same = [Same(a.all[i].start, b.all[j].start, len(a.said[i])) for i, j in pairs]
    return same, a.without({i for i, _ in pairs}), b.without({j for _, j in pairs})


def in_order(a: Pieces, b: Pieces) -> Pairs:
    """Lines in the order of both; one that stands several times only if it is clear which it is."""
    pairs: Pairs = []
    counts = Counter(a.said), Counter(b.said)
    for match in matching(a.said, b.said, budget=STEPS):
        run = [(match.a + n, match.b + n) for n in range(match.length)]
        said = [a.said[i] for i, _ in run]
        all_sure = len(run) >= RUN or any(is_one(counts, each) for each in said)
        sure = [all_sure or counts[0][each] == counts[1][each] for each in said]
        pairs += [pair for pair, good in zip(run, sure, strict=True) if good]
    return pairs


def is_one(counts: tuple[Counter[str], Counter[str]], said: str) -> bool:
    """Whether the line stands once in both, and says something."""
    return counts[0][said] == counts[1][said] == 1 and weight(said) >= MOVED_LINE


def standing_once(a: Pieces, b: Pieces, least: int) -> Pairs:
    """Pieces that stand once among those left, and say something."""
    mine, theirs = only(a), only(b)
    return [
        (i, theirs[said]) for said, i in mine.items() if said in theirs and weight(said) >= least
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
