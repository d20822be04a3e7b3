"""A text in pieces, each with where it stands: lines, sentences, words; and how much one says.

>>> said = "One. 3.14 is π. 因为。所以"
>>> [said[start:end] for start, end in sentences(said, Piece(0, len(said)))]
['One.', '3.14 is π.', '因为。', '所以']
>>> words("因为 $a b$!")
['因', '为', ' ', '$a b$', '!']
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

# Written without spaces between words: each character is a word, and says as much as three letters.
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
UNSPACED += "\U00020000-\U0003ffff"
HEAVY = re.compile(f"[{UNSPACED}]")
LETTER = re.compile(r"\w")
WORD = re.compile(
    rf"\$\$[^$\n]*\$\$|\$[^$\n]*\$|[{UNSPACED}]|[^\W{UNSPACED}]+|\s+|[^\w\s]", re.UNICODE
)
SPACED = re.compile(rf"[^\W{UNSPACED}]")  # a character of a word that ends at a space or sign
SHORT = 40  # characters
SHORT_LINE = 4  # characters: no sentence in it but itself
SENTENCE_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s)|[。！？]+[」』”’）]*")


class Piece(NamedTuple):
    """text[piece.start : piece.end]"""

    start: int
    end: int


def lines(text: str) -> Iterator[Piece]:
    """Every line, empty ones too, without its end."""
    at = 0
    for line in text.split("\n"):
        yield Piece(at, at + len(line))
        at += len(line) + 1


def sentences(text: str, line: Piece) -> Iterator[Piece]:
    """The sentences of a line, without the white space around them."""
    start = line.start
    if line.end - start <= SHORT_LINE:
        yield from stripped(text, start, line.end)
        return
    for found in SENTENCE_END.finditer(text, line.start, line.end):
        yield from stripped(text, start, found.end())
        start = found.end()
    yield from stripped(text, start, line.end)


def stripped(text: str, start: int, end: int) -> Iterator[Piece]:
    """The piece without white space at its ends, unless nothing is left."""
    inner = text[start:end]
    start += len(inner) - len(inner.lstrip())
    end = start + len(inner.strip())
    if start < end:
        yield Piece(start, end)


def words(text: str) -> list[str]:
    """Words, white space and signs, which together are the text; a formula is one."""
    found: list[str] = WORD.findall(text)
    return found


def weight(text: str) -> int:
    """How much a text says, in letters.

    >>> weight("two words!"), weight("因为")
    (8, 6)
    """
    return counted_once(text) if len(text) <= SHORT else counted(text)


def counted(text: str) -> int:
    letters = len(LETTER.findall(text))
    return letters if text.isascii() else letters + 2 * len(HEAVY.findall(text))


@lru_cache(maxsize=20_000)
def counted_once(text: str) -> int:
    """Words come again and again."""
    return counted(text)


class Same(NamedTuple):
    """old_text[old:][:length] and new_text[new:][:length] are the same characters."""

    old: int
    new: int
    length: int


def inside_word(text: str, at: int) -> bool:
    """Whether a word goes on across this place."""
    return 0 < at < len(text) and bool(SPACED.match(text[at - 1]) and SPACED.match(text[at]))


@dataclass(frozen=True)
class Pieces:
    """Pieces of one text, in their order, and what stands in each."""

    text: str
    all: Sequence[Piece]
    said: Sequence[str]

    def without(self, taken: set[int]) -> Pieces:
        rest = [n for n in range(len(self.all)) if n not in taken]
        kept = [self.all[n] for n in rest]
        return Pieces(self.text, kept, [self.said[n] for n in rest])

    def outside(self, taken: Sequence[Piece]) -> Pieces:
        """Those that lie in none of these."""
        every = sorted(taken)
        starts = [piece.start for piece in every]
        inside = {
            n
            for n, piece in enumerate(self.all)
            if (before := bisect_right(starts, piece.start)) and every[before - 1].end >= piece.end
        }
        return self.without(inside)

    def around_none(self, taken: Sequence[Piece]) -> Pieces:
        """Those in which none of these lies."""
        starts = sorted(piece.start for piece in taken)
        holding = {
            n
            for n, piece in enumerate(self.all)
            if bisect_left(starts, piece.start) < bisect_left(starts, piece.end)
        }
        return self.without(holding)

    def but(self, others: Pieces) -> list[Piece]:
        """Those that are not among the others."""
        known = set(others.all)
        return [piece for piece in self.all if piece not in known]

    def sentences(self) -> Pieces:
        every = [piece for line in self.all for piece in sentences(self.text, line)]
        return Pieces(self.text, every, [self.text[start:end] for start, end in every])
