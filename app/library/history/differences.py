"""What differs between two versions of a note, by word, as a page shows it.

    >>> (hunk,) = differences("One short line.", "One long line.").hunks
    >>> [(piece.kind, piece.text) for piece in hunk.pieces]
    [('same', 'One '), ('removed', 'short'), ('added', 'long'), ('same', ' line.')]

Lines are compared first, then the words of lines that changed. Of what is the same, two lines on
either side are shown. Where a passage was written anew, it is not taken to pieces. The time and
what is shown are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from app.library.history.headers import lines
from app.library.history.matching import Match, matching

CONTEXT = 2  # lines of what is the same, on either side of a change
MAX_SHOWN = 200_000  # characters; beyond it, both versions can be read whole
MAX_WORDS = 6_000  # of one changed passage, to be compared by word
WORD_BUDGET = 100_000  # steps, for one passage
LEAST_ALIKE = 0.25  # of the letters of the longer one; else it was written anew
WORD = re.compile(r"\n|[^\S\n]+|\w+|[^\w\s]")
SIGNS = str.maketrans({" ": "·", "\t": "→", "\r": "␍", "\n": "¶\n"})
SAME, REMOVED, ADDED, CHANGED, LEFT_OUT = "same", "removed", "added", "changed", "left out"


@dataclass(frozen=True)
class Piece:
    """Some words. `kind`: same | removed | added."""

    kind: str
    text: str

    @property
    def shown(self) -> str:
        """A change of spaces alone is shown by signs for them."""
        return self.text if self.kind == SAME or self.text.strip() else self.text.translate(SIGNS)


@dataclass(frozen=True)
class Hunk:
    """Lines together. `kind`: same | changed | left out; the lines where they begin, from 1."""

    kind: str
    pieces: tuple[Piece, ...]
    before_line: int
    after_line: int
    lines: int  # how many, of the longer side

    @property
    def before(self) -> list[Piece]:
        return [piece for piece in self.pieces if piece.kind != ADDED]

    @property
    def after(self) -> list[Piece]:
        return [piece for piece in self.pieces if piece.kind != REMOVED]


@dataclass(frozen=True)
class Differences:
    hunks: tuple[Hunk, ...]
    removed: int = 0  # words
    added: int = 0
    is_whole: bool = True  # False: there is more than what is shown

    @property
    def is_empty(self) -> bool:
        return not self.hunks and self.is_whole


def differences(before: str, after: str, *, context: int = CONTEXT) -> Differences:
    """From `before` to `after`; no hunks, if they are the same."""
    if before == after:
        return Differences(())
    hunks: list[Hunk] = []
    left = MAX_SHOWN
    for hunk in with_context(changes(lines(before), lines(after)), context):
        left -= sum(len(piece.text) for piece in hunk.pieces)
        if left < 0:
            break
        hunks.append(hunk)
    return Differences(tuple(hunks), words(hunks, REMOVED), words(hunks, ADDED), left >= 0)


def words(hunks: Sequence[Hunk], kind: str) -> int:
    pieces = (piece for hunk in hunks for piece in hunk.pieces if piece.kind == kind)
    return sum(len(re.findall(r"\w+", piece.text)) for piece in pieces)


def changes(before: list[str], after: list[str]) -> Iterator[Hunk]:
    """Everything, in order: what is the same and what changed."""
    at, own = 0, 0
    for match in [*matching(before, after), Match(len(before), len(after), 0)]:
        if (at, own) != (match.a, match.b):
            old, new = before[at : match.a], after[own : match.b]
            pieces = by_word("".join(old), "".join(new))
            yield Hunk(CHANGED, pieces, at + 1, own + 1, max(len(old), len(new)))
        at, own = match.a + match.length, match.b + match.length
        if match.length:
            text = "".join(before[match.a : at])
            yield Hunk(SAME, (Piece(SAME, text),), match.a + 1, match.b + 1, match.length)


def by_word(before: str, after: str) -> tuple[Piece, ...]:
    """The pieces of a changed passage."""
    anew = tuple(p for p in (Piece(REMOVED, before), Piece(ADDED, after)) if p.text)
    if len(anew) < 2:
        return anew
    old, new = WORD.findall(before), WORD.findall(after)
    if max(len(old), len(new)) > MAX_WORDS:
        return anew
    pieces = joined(apart(old, new))
    same = sum(letters(piece.text) for piece in pieces if piece.kind == SAME)
    return pieces if same >= LEAST_ALIKE * max(letters(before), letters(after), 1) else anew


def letters(text: str) -> int:
    return len(re.sub(r"\W+", "", text))


def apart(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    at, own = 0, 0
    for match in [*matching(old, new, budget=WORD_BUDGET), Match(len(old), len(new), 0)]:
        yield Piece(REMOVED, "".join(old[at : match.a]))
        yield Piece(ADDED, "".join(new[own : match.b]))
        at, own = match.a + match.length, match.b + match.length
        yield Piece(SAME, "".join(old[match.a : at]))


def joined(found: Iterator[Piece]) -> tuple[Piece, ...]:
    """What was removed, then what was added; a space between two changes belongs to them."""
    pieces = [piece for piece in found if piece.text]
    kept: list[Piece] = []
    for number, piece in enumerate(pieces):
        between = 0 < number < len(pieces) - 1
        if piece.kind == SAME and between and not piece.text.strip() and "\n" not in piece.text:
            kept += [Piece(REMOVED, piece.text), Piece(ADDED, piece.text)]
        else:
            kept.append(piece)
    result: list[Piece] = []
    for is_same, group in groupby(kept, key=lambda piece: piece.kind == SAME):
        run = list(group)
        for kind in (SAME,) if is_same else (REMOVED, ADDED):
            text = "".join(piece.text for piece in run if piece.kind == kind)
            result += [Piece(kind, text)] if text else []
    return tuple(result)


def with_context(hunks: Iterator[Hunk], context: int) -> Iterator[Hunk]:
    """Long stretches of what is the same, without their middle."""
    above = 0
    for hunk, is_last in with_end(hunks):
        below = 0 if is_last else context
        # One line is not worth the words that would stand for it.
        if hunk.kind != SAME or hunk.lines <= above + below + 1:
            yield hunk
        else:
            found = lines(hunk.pieces[0].text)
            yield from part(hunk, found, 0, above)
            yield from part(hunk, found, above, hunk.lines - below, LEFT_OUT)
            yield from part(hunk, found, hunk.lines - below, hunk.lines)
        above = context


def with_end(hunks: Iterator[Hunk]) -> Iterator[tuple[Hunk, bool]]:
    """Each, and whether it is the last; one is looked ahead, so that a reader can stop early."""
    last = next(hunks, None)
    for hunk in hunks:
        if last:
            yield last, False
        last = hunk
    if last:
        yield last, True


def part(hunk: Hunk, found: list[str], start: int, end: int, kind: str = SAME) -> Iterator[Hunk]:
    if start < end:
        pieces = (Piece(SAME, "".join(found[start:end])),) if kind == SAME else ()
        yield Hunk(kind, pieces, hunk.before_line + start, hunk.after_line + start, end - start)
