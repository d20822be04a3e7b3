"""Of the same words side by side, the first ones are those that were there before.

A difference cannot tell: «A, B, C» that became «A, B, B, C» got a second B before the old one or
after it. Who repeats something writes the copy after it, so what is new is the later one; a
difference that began at the end says the opposite wherever the words before it were changed too.

    >>> old, new = "A\\nSaid several times.\\nB", "X\\nSaid several times.\\n" * 2 + "B"
    >>> firsts(old, new, [Same(old=2, new=24, length=21)])[:2]
    [Same(old=2, new=2, length=4), Same(old=7, new=7, length=7)]
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from app.annotations import pieces
from app.annotations.pieces import Piece, Same, inside_word, weight

SAYS_IT = 12  # letters that are no accident, wherever in a line they stand
WORD = re.compile(r"\S+")


def firsts(old: str, new: str, same: Sequence[Same]) -> list[Same]:
    """The same characters, each taken for the first of its copies that nothing else stands for."""
    found: list[Same] = []
    end = 0
    for each in sorted(same, key=lambda each: each.new):
        moved = earlier(old, new, each, end) if end < each.new else []
        done = moved[-1].old + moved[-1].length - each.old if moved else 0
        rest = Same(each.old + done, each.new + done, each.length - done)
        found += [*moved, rest] if rest.length else moved
        end = each.new + each.length
    return sorted(found)


def earlier(old: str, new: str, same: Same, start: int) -> list[Same]:
    """Its first sentences, as far as they stand in what is new before it as well.

    Where they begin a line as they did, or reach the end of theirs: that a sentence was repeated
    behind another line is no reason to tear it out of its own.
    """
    found: list[Same] = []
    sure = 0
    for piece in inside(old, same):
        goes_on = bool(found)
        place = standing(new, old[piece.start : piece.end], Piece(start, same.new), goes_on)
        if place is None:
            break
        found += words(old, piece, new, place)
        start = place.end
        if sure or begins(old, found[0].old) == begins(new, found[0].new) or ends(old, piece.end):
            sure = len(found)
    return found[:sure]


def begins(text: str, at: int) -> bool:
    """Whether a line begins there."""
    return text[at - 1 : at] in ("", "\n")


def ends(text: str, at: int) -> bool:
    return text[at : at + 1] in ("", "\n")


def inside(text: str, same: Same) -> Iterator[Piece]:
    """The sentences of the old text there; of the first and the last one what belongs to it."""
    start, end = same.old, same.old + same.length
    while start < end:
        line_end = text.find("\n", start, end)
        line = Piece(start, line_end if line_end >= 0 else end)
        yield from pieces.sentences(text, line)
        start = line.end + 1


def standing(text: str, said: str, within: Piece, goes_on: bool) -> Piece | None:
    """Where words stand first there, whatever white space is between them.

    Few ones only as a line of their own, or if they go on where others ended.
    """
    parts = said.split()
    if not parts or text.find(parts[0], *within) < 0:
        return None
    says_it = weight(said) >= SAYS_IT
    for found in re.finditer(r"\s+".join(map(re.escape, parts)), text[within.start : within.end]):
        place = Piece(within.start + found.start(), within.start + found.end())
        is_whole = not inside_word(text, place.start) and not inside_word(text, place.end)
        follows = goes_on and not text[within.start : place.start].strip()
        is_line = begins(text, place.start) and ends(text, place.end)
        if is_whole and (says_it or follows or is_line):
            return place
    return None


def words(old: str, piece: Piece, new: str, place: Piece) -> list[Same]:
    """The words of the two, which are the same ones."""
    mine, theirs = WORD.finditer(old, *piece), WORD.finditer(new, *place)
    return [
        Same(one.start(), other.start(), len(one[0]))
        for one, other in zip(mine, theirs, strict=False)
    ]
