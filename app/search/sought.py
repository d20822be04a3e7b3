"""Where the words of a query stand in a text, exactly as the index would find them there.

>>> text = "Random walks: a random walker walked."
>>> [text[s.start : s.end] for s in spans(text, [Word("walking"), Phrase("random walk")])]
['Random walks', 'walks', 'walked']
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.search import endings, signs
from app.search.tree import Phrase, Word

MOST_PARTS = 24
MOST_SPANS = 400  # of one part in one text
COMBINING = re.compile("[\u0300-\u036f]")
TOKEN = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Part:
    """What must stand together: words by their stems, or a run of signs."""

    stems: tuple[str, ...] = ()
    prefix: bool = False
    run: str = ""

    @property
    def weight(self) -> int:
        return max(1, len(self.stems), len(self.run) // 2)


@dataclass(frozen=True, order=True)
class Span:
    start: int
    end: int
    part: int  # which of the parts


def parts_of(leaves: Iterable[Word | Phrase]) -> list[Part]:
    """Each different thing to look for, in the order of the query."""
    found = [part for leaf in leaves for part in read(leaf)]
    return list(dict.fromkeys(found))[:MOST_PARTS]


def read(leaf: Word | Phrase) -> Iterator[Part]:
    for piece, is_run in signs.parts(leaf.text):
        if is_run:
            yield Part(run=piece)
            continue
        words = TOKEN.findall(piece)
        if words:
            known = endings.of(words)
            is_open = isinstance(leaf, Word) and leaf.prefix
            yield Part(tuple(known[word] or folded(word) for word in words), is_open)


def spans(text: str, leaves: Iterable[Word | Phrase]) -> list[Span]:
    return of_parts(text, parts_of(leaves))


def of_parts(text: str, parts: Sequence[Part]) -> list[Span]:
    """Every place of every part, in the order of the text."""
    if not text.isascii() and COMBINING.search(text):
        return composed(text, parts)
    plain = folded(text)
    words: dict[str, list[tuple[int, int]]] = {}
    for part in parts:
        if part.stems:
            key = part.stems[0][:-1] if len(part.stems[0]) > 2 and not part.prefix else ""
            key = key or part.stems[0]
            words.setdefault(key, begun(plain, key))
    beginnings = {plain[start:end] for places in words.values() for start, end in places}
    known = endings.of(beginnings)
    found: list[Span] = []
    for number, part in enumerate(parts):
        if part.run:
            found += (Span(at, at + len(part.run), number) for at in places_of(text, part.run))
            continue
        key = part.stems[0][:-1] if len(part.stems[0]) > 2 and not part.prefix else part.stems[0]
        for start, end in words[key]:
            last = following(plain, start, end, part, known)
            if last:
                found.append(Span(start, last, number))
    return sorted(found)


def composed(text: str, parts: Sequence[Part]) -> list[Span]:
    """The same where accents are characters of their own: they are looked through."""
    kept = [at for at, character in enumerate(text) if not COMBINING.match(character)]
    found = of_parts("".join(text[at] for at in kept), parts)
    ends = [*kept, len(text)]
    return [Span(kept[span.start], ends[span.end], span.part) for span in found]


def places_of(text: str, run: str) -> Iterator[int]:
    at, seen = text.find(run), 0
    while at >= 0 and seen < MOST_SPANS:
        yield at
        at, seen = text.find(run, at + len(run)), seen + 1


def begun(plain: str, key: str) -> list[tuple[int, int]]:
    """The words that begin so. To find is ten times as fast as a pattern."""
    found: list[tuple[int, int]] = []
    at = plain.find(key)
    while at >= 0 and len(found) < MOST_SPANS:
        end = at + len(key)
        if not at or not plain[at - 1].isalnum():
            word = TOKEN.match(plain, at)
            end = word.end() if word else end
            found.append((at, end))
        at = plain.find(key, end)
    return found


def following(plain: str, start: int, end: int, part: Part, known: dict[str, str]) -> int:
    """Where the part ends that begins with this word; 0 if it is another."""
    last = len(part.stems) - 1
    for number, stem in enumerate(part.stems):
        if number:
            word = TOKEN.search(plain, end, end + 200)
            if word is None:
                return 0
            start, end = word.span()
        is_open = part.prefix and number == last
        own = known.get(plain[start:end]) or endings.of([plain[start:end]])[plain[start:end]]
        if not (own.startswith(stem) if is_open else own == stem):
            return 0
    return end


def folded(text: str) -> str:
    """Without case and accents, and every letter where it was."""
    lower = text.lower()
    if lower.isascii():
        return lower
    if len(lower) != len(text):
        lower = text
    for letter in set(lower):
        if letter > "\x7f" and (base := bare(letter)) != letter:
            lower = lower.replace(letter, base)
    return lower


@lru_cache(maxsize=4096)
def bare(letter: str) -> str:
    found = unicodedata.normalize("NFD", letter)[0].lower()
    return found if len(found) == 1 else letter
