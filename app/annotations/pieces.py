"""A text in pieces, each with where it stands: lines, sentences, words; and how much one says.

>>> [text for text in cut("One. Two two! 3.14 is π.", sentences)]
['One.', 'Two two!', '3.14 is π.']
>>> cut("因为。所以", sentences), cut("因为 $a b$!", words)
(['因为。', '所以'], ['因', '为', ' ', '$a b$', '!'])
"""

from __future__ import annotations

import re
from collections import Counter
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
SHORT = 40  # characters
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

        >>> [tuple(piece) for piece in sentences("One. 3.14 is π. 因为。所以", Piece(0, 21))]
    [(0, 4), (5, 15), (16, 19), (19, 21)]
        >>> words("因为 $a b$!")
        ['因', '为', ' ', '$a b$', '!']
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


@dataclass(frozen=True)
class Pieces:
    """Pieces of one text, what stands in each, and how often that stands in the whole text."""

    text: str
    all: Sequence[Piece]
    said: Sequence[str]
    counts: Counter[str]

    def without(self, taken: set[int]) -> Pieces:
        rest = [n for n in range(len(self.all)) if n not in taken]
        kept = [self.all[n] for n in rest]
        return Pieces(self.text, kept, [self.said[n] for n in rest], self.counts)

    def sentences(self, counts: Counter[str]) -> Pieces:
        every = [piece for line in self.all for piece in sentences(self.text, line)]
        return Pieces(self.text, every, [self.text[start:end] for start, end in every], counts)
