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
from itertools import islice
from typing import Any

from app.search import endings, folding, identifiers, patterns, signs
from app.search.identifiers import PART
from app.search.relaxed import COMMON
from app.search.tree import All, Either, Node, Phrase, Regex, Word

MOST_PARTS = 24
MOST_SPANS = 400  # of one part in one text
MOST_LOOKED_AT = 5_000  # words that begin like one that is looked for
COMBINING = re.compile("[\u0300-\u036f]")
TOKEN = re.compile(r"[^\W_]+")
HUMP = re.compile("[a-z][A-Z]")
CHANGED = "eil"  # as which a stem may end and the word goes on otherwise: hope, skies, sensibility

Leaf = Word | Phrase | Regex


@dataclass(frozen=True)
class Part:
    """What must stand together: words by their stems, or a run of signs, or what fits a pattern."""

    stems: tuple[str, ...] = ()
    prefix: bool = False
    run: str = ""
    pattern: str = ""

    @property
    def weight(self) -> int:
        return max(1, len(self.stems), len(self.run) // 2)

    @property
    def key(self) -> str:
        """How each word begins that may be the first of it."""
        first = self.stems[0]
        is_whole = self.prefix or len(first) < 3 or first[-1] not in CHANGED
        return first if is_whole else first[:-1]


@dataclass(frozen=True, order=True)
class Span:
    start: int
    end: int
    part: int  # which of the parts


def patterns_of(typed: Node | None) -> Iterator[Regex]:
    """The patterns that were typed, in whose place a settled tree has their entries; not those of
    what must not stand there."""
    if isinstance(typed, All | Either):
        for part in typed.parts:
            yield from patterns_of(part)
    elif isinstance(typed, Regex):
        yield typed


def parts_of(leaves: Iterable[Leaf]) -> list[Part]:
    """Each different thing to look for, in the order of the query; little words only if there are
    no others."""
    given = list(leaves)
    telling = [leaf for leaf in given if not is_little(leaf)] or given
    found = [part for leaf in telling for part in read(leaf)]
    return list(dict.fromkeys(found))[:MOST_PARTS]


def is_little(leaf: Leaf) -> bool:
    return isinstance(leaf, Word) and not leaf.prefix and leaf.text.lower() in COMMON


def read(leaf: Leaf) -> Iterator[Part]:
    if isinstance(leaf, Regex):
        yield Part(pattern=leaf.pattern)
        return
    for piece, is_run in signs.parts(folding.folded(leaf.text)):
        if is_run:
            yield Part(run=piece)
            continue
        words = TOKEN.findall(piece)
        if words:
            known = endings.of(words)
            is_open = isinstance(leaf, Word) and leaf.prefix
            yield Part(tuple(known[word] or folded(word) for word in words), is_open)


def spans(text: str, leaves: Iterable[Leaf]) -> list[Span]:
    return of_parts(text, parts_of(leaves))


def of_parts(text: str, parts: Sequence[Part]) -> list[Span]:
    """Every place of every part, in the order of the text."""
    fitting = [number for number, part in enumerate(parts) if part.pattern]
    found = [span for number in fitting for span in matched(text, parts[number].pattern, number)]
    if len(fitting) < len(parts):
        found += in_words(text, parts)
    return sorted(found)


def matched(text: str, pattern: str, number: int) -> Iterator[Span]:
    """What fits the pattern, as the search tried it: on the bytes of the text."""
    data = text.encode("utf-8", "replace")[: patterns.LOOKED_AT]
    at = before = 0
    for seen, match in enumerate(compiled(pattern).finditer(data)):
        if seen == MOST_SPANS:
            return
        at += len(data[before : match.start()].decode("utf-8", "ignore"))
        length = len(match[0].decode("utf-8", "ignore"))
        before = match.start()
        if length:
            yield Span(at, at + length, number)


@lru_cache(maxsize=32)
def compiled(pattern: str) -> Any:
    return patterns.compiled(pattern)


def in_words(text: str, parts: Sequence[Part]) -> list[Span]:
    new, origins = spelt(text)
    plain = folded(new)
    is_humped = bool(HUMP.search(new))
    keys = {part.key for part in parts if part.stems}
    places = {key: begun(new, plain, key, is_humped) for key in keys}
    known = endings.of({plain[start:end] for pairs in places.values() for start, end in pairs})
    found: list[Span] = []
    for number, part in enumerate(parts):
        if part.run:
            found += (Span(at, at + len(part.run), number) for at in places_of(new, part.run))
        elif part.stems:
            ends = (
                (start, following(new, plain, start, end, part, known))
                for start, end in places[part.key]
            )
            whole = (Span(start, end, number) for start, end in ends if end)
            found += islice(whole, MOST_SPANS)
    return [in_origin(span, new, origins) for span in found] if origins else found


def spelt(text: str) -> tuple[str, list[int] | None]:
    """The text as the index has it, without accents that are characters of their own, and where
    each character stands in `text`, if that is elsewhere."""
    if text.isascii():
        return text, None
    origins: list[int] | None = None
    new = text
    if folding.is_odd(text):
        new, origins = folding.mapped(text)
    if COMBINING.search(new):
        kept = [at for at, character in enumerate(new) if not COMBINING.match(character)]
        origins = [*(origins[at] if origins else at for at in kept), len(text)]
        new = "".join(new[at] for at in kept)
    return new, origins


def in_origin(span: Span, new: str, origins: Sequence[int]) -> Span:
    """Up to the end of what stands there for several letters."""
    end = span.end
    while end < len(new) and origins[end] == origins[span.end - 1]:
        end += 1
    return Span(origins[span.start], origins[end], span.part)


def places_of(text: str, run: str) -> Iterator[int]:
    at, seen = text.find(run), 0
    while at >= 0 and seen < MOST_SPANS:
        yield at
        at, seen = text.find(run, at + len(run)), seen + 1


def begun(text: str, plain: str, key: str, is_humped: bool) -> list[tuple[int, int]]:
    """The words that begin so, and parts of names. To find is ten times as fast as a pattern."""
    found: list[tuple[int, int]] = []
    at = plain.find(key)
    while at >= 0 and len(found) < MOST_LOOKED_AT:
        end = at + len(key)
        if not at or not plain[at - 1].isalnum() or (is_humped and begins_part(text, at)):
            word = TOKEN.match(plain, at)
            last = word.end() if word else end
            found += ((at, each) for each in ends_of(text, at, last, end, is_humped))
            end = end if is_humped else last
        at = plain.find(key, end)
    return found


def begins_part(text: str, at: int) -> bool:
    """Whether a part of a name as `meanSquare` begins there."""
    before, here, behind = text[at - 1], text[at], text[at + 1 : at + 2]
    return here.isupper() and (before.islower() or (before.isupper() and behind.islower()))


def ends_of(text: str, start: int, end: int, least: int, is_humped: bool) -> list[int]:
    """Where the word ends that begins there, or parts of it."""
    if not is_humped:
        return [end]
    ends = [part.end() for part in PART.finditer(text, start, end) if part.end() >= least]
    few = ends[: identifiers.MOST_PARTS]
    return few if end in few else [*few, end]


def following(
    text: str, plain: str, start: int, end: int, part: Part, known: dict[str, str]
) -> int:
    """Where the part ends that begins with this word; 0 if it is another."""
    last = len(part.stems) - 1
    for number, stem in enumerate(part.stems):
        ends = [end]
        if number:
            word = TOKEN.search(plain, end, end + 200)
            if word is None:
                return 0
            start = word.start()
            ends = ends_of(
                text, start, word.end(), start + 1, not text[start : word.end()].islower()
            )
        is_open = part.prefix and number == last
        end = next((each for each in ends if is_it(plain[start:each], stem, is_open, known)), 0)
        if not end:
            return 0
    return end


def is_it(word: str, stem: str, is_open: bool, known: dict[str, str]) -> bool:
    own = known.get(word) or endings.of([word])[word]
    return own.startswith(stem) if is_open else own == stem


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
    """As the index has it: of some alphabets it keeps the accents."""
    found = unicodedata.normalize("NFD", letter)[0].lower()
    if found == letter or len(found) != 1:
        return letter
    return endings.of([letter])[letter][:1] or letter
