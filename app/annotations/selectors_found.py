"""Find what the selectors of any client mean in the canonical text of a note.

A client saw the page, or the file, or an older text: its quote may differ in white space, in
quotation marks, in a word or two, and its positions may count units of UTF-16. The quote decides.
First at its place; then wherever it stands, with such differences evened out; then as nearly as it
can be found, above a floor; and only if nothing else comes near.

    >>> found("He said “no”  twice.", Quote('said "no" twice'))
    Anchor(start=3, end=19, grade='exact')
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from app.annotations import utf16
from app.annotations.anchoring import LEAD, ORPHAN, SURROUNDINGS, Anchor, locate, stands
from app.annotations.pieces import Piece, inside_word, weight

WINDOW = 2_000  # characters before and after the position
EVERYWHERE = 200_000  # characters: in a longer text only the window is searched
LONGEST_QUOTE = 5_000  # characters: a longer one is found as it stands, or not
OF_QUOTE, OF_SURROUNDINGS, OF_NEARNESS = 0.5, 0.2, 0.1  # how much each counts in the score
SAME = str.maketrans("‘’‚‛“”„‟«»‹›´`‐‑‒–—―−", "''''\"\"\"\"\"\"''''-------")
# What may have another length when it is evened out, but for one white space by itself.
UNSURE = re.compile(r"[\s\x80-\U0010ffff]{2,}|[\x80-\U0010ffff]")
LONG = 50_000  # characters of a text
NOTES, LONG_NOTES = 128, 4  # kept evened out: who reads closely marks more than one passage
SHOWN_BY_NO_PAGE = {"\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff"}


@dataclass(frozen=True)
class Quote:
    """What a client sent of a passage; `start` in code points or in units of UTF-16."""

    exact: str
    prefix: str = ""
    suffix: str = ""
    start: int | None = None


@dataclass(frozen=True)
class Floors:
    """Below which a passage counts as gone; `python -m bench.anchoring --floors` measures them."""

    lead: float = LEAD  # of what is around it: agrees more than at the second-best place
    quote: float = 0.75  # likeness of a quote that nowhere stands as it is
    score: float = 0.75  # the same with surroundings and nearness
    clearly: float = 0.05  # score above the second best
    letters: int = 12  # of such a quote


FLOORS = Floors()


def found(text: str, quote: Quote, floors: Floors = FLOORS) -> Anchor:
    """Where the quote stands; `changed` where it says nearly that."""
    hint, whole = in_code_points(text, quote), quote.prefix + quote.exact + quote.suffix
    if quote.exact and hint is not None and stands(text, whole, hint - len(quote.prefix)):
        return Anchor(hint, hint + len(quote.exact), "exact")
    quote, hint = trimmed(quote, hint)
    if len(quote.exact) > LONGEST_QUOTE:
        return locate(text, quote.exact, quote.prefix, quote.suffix, hint, floors.lead)
    if hint is None and quote.exact.strip() and stands_once(even_note(text), even(whole)):
        start = text.find(whole) + len(quote.prefix)
        if start >= len(quote.prefix):
            return Anchor(start, start + len(quote.exact), "exact")
    return evened(text, quote, hint, floors) or nearly(text, quote, hint, floors) or ORPHAN


def trimmed(quote: Quote, hint: int | None) -> tuple[Quote, int | None]:
    """White space at its ends is not of a passage, but of what stands around it."""
    words = quote.exact.strip()
    if not words or words == quote.exact:
        return quote, hint
    start = quote.exact.index(words)
    prefix, suffix = quote.exact[:start], quote.exact[start + len(words) :]
    hint = None if hint is None else hint + start
    return Quote(words, quote.prefix + prefix, suffix + quote.suffix, quote.start), hint


def stands_once(text: str, words: str) -> bool:
    at = text.find(words)
    return at >= 0 and text.find(words, at + 1) < 0


def in_code_points(text: str, quote: Quote) -> int | None:
    """The position that was sent: the quote tells in what it counts."""
    start = quote.start
    if start is None or text.isascii() or text.startswith(quote.exact, start):
        return start
    at = utf16.to_code_points(text, start)
    return at if text.startswith(quote.exact, at) else start


class Plain(dict[int, str]):
    """Each character as it is evened out, once it was met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if character in SHOWN_BY_NO_PAGE:
            plain = ""
        elif character.isascii():
            plain = character.translate(SAME)
        else:
            plain = unicodedata.normalize("NFKC", character).translate(SAME)
        self[code] = plain
        return plain


PLAIN = Plain()


def even(text: str) -> str:
    """One space for white space, plain quotes and dashes, characters in their plain form."""
    plain = text.translate(PLAIN)
    words = " ".join(plain.split())  # a third of what a search by pattern takes
    before, after = plain[:1].isspace(), words and plain[-1:].isspace()
    return f"{' ' if before else ''}{words}{' ' if after else ''}"


even_short = lru_cache(maxsize=NOTES)(even)
even_long = lru_cache(maxsize=LONG_NOTES)(even)


def even_note(text: str) -> str:
    return even_short(text) if len(text) < LONG else even_long(text)


@lru_cache(maxsize=LONG_NOTES)
def places_in(text: str) -> list[int]:
    """Where each character of the evened text stood."""
    places: list[int] = []
    last = 0
    for run in UNSURE.finditer(text):
        places += range(last, run.start())
        places += places_of(run)
        last = run.end()
    places += range(last, len(text))
    return places


def places_of(run: re.Match[str]) -> Iterator[int]:
    after_space = False
    for place, character in enumerate(run[0], run.start()):
        for one in PLAIN[ord(character)]:
            if not (after_space and one.isspace()):
                yield place
            after_space = one.isspace()


def evened(text: str, quote: Quote, hint: int | None, floors: Floors) -> Anchor | None:
    """Where it stands but for differences that no reader sees."""
    if len(quote.exact) > LONGEST_QUOTE:
        return None
    exact, prefix, suffix = map(even, (quote.exact, quote.prefix, quote.suffix))
    exact = exact.strip()
    at = None if hint is None else bisect_left(places_in(text), hint)
    anchor = locate(even_note(text), exact, prefix, suffix, at, floors.lead)
    if anchor.start is None or anchor.end is None:
        return None
    places = places_in(text)
    start, end = places[anchor.start], places[anchor.end - 1] + 1
    return Anchor(start, end, "exact" if hint in (None, start) else "moved")


def nearly(text: str, quote: Quote, hint: int | None, floors: Floors) -> Anchor | None:
    """The passage that is most like it, if it is like enough and no other comes near."""
    if weight(quote.exact) < floors.letters or len(quote.exact) > LONGEST_QUOTE:
        return None
    best: list[tuple[float, Piece]] = []
    for place in likely(text, quote.exact, hint, floors.quote):
        if not any(place.start < other.end and other.start < place.end for _, other in best):
            best.append((score(text, quote, hint, place), place))
    best.sort(reverse=True)
    if not best or best[0][0] < floors.score:
        return None
    if len(best) > 1 and best[1][0] > best[0][0] - floors.clearly:
        return None
    return Anchor(*best[0][1], "changed")


def likely(text: str, exact: str, hint: int | None, least: float) -> Iterator[Piece]:
    """The passages most like a quote: the best, and the best beside it."""
    start, end = 0, len(text)
    if end > EVERYWHERE:
        if hint is None:
            return
        start, end = max(0, hint - WINDOW), hint + len(exact) + WINDOW
    first = alike(text, exact, start, end, least)
    if first is None:
        return
    yield first
    beside = (start, first.start), (first.end, end)
    yield from filter(None, (alike(text, exact, *each, least) for each in beside))


def alike(text: str, exact: str, start: int, end: int, least: float) -> Piece | None:
    """The stretch most like the quote, in whole words."""
    within = text[start:end]
    if len(within) < len(exact):
        return None
    place = fuzz.partial_ratio_alignment(exact, within, score_cutoff=100 * least - 10)
    if place is None:
        return None
    near = Piece(start + place.dest_start, start + place.dest_end)
    found = max(in_words(text, near), key=lambda each: likeness(exact, text[slice(*each)]))
    return found if likeness(exact, text[slice(*found)]) >= least else None


def in_words(text: str, piece: Piece) -> list[Piece]:
    """The piece with its ends moved to those of words, to either side."""
    starts, ends = edges(text, piece.start), edges(text, piece.end)
    return [Piece(start, end) for start in starts for end in ends if start < end] or [piece]


def edges(text: str, at: int) -> tuple[int, int]:
    """The next places before and after, or here, where no word goes on."""
    before = after = at
    while inside_word(text, before):
        before -= 1
    while inside_word(text, after):
        after += 1
    return before, after


def likeness(one: str, other: str) -> float:
    return Indel.normalized_similarity(one, other)


def score(text: str, quote: Quote, hint: int | None, place: Piece) -> float:
    """From 0 to 1: the quote, what is known of its surroundings, and how near it is."""
    parts = [(OF_QUOTE, likeness(quote.exact, text[place.start : place.end]))]
    prefix, suffix = quote.prefix[-SURROUNDINGS:], quote.suffix[:SURROUNDINGS]
    if prefix:
        before = text[max(0, place.start - len(prefix)) : place.start]
        parts.append((OF_SURROUNDINGS, likeness(prefix, before)))
    if suffix:
        after = text[place.end : place.end + len(suffix)]
        parts.append((OF_SURROUNDINGS, likeness(suffix, after)))
    if hint is not None:
        far = min(1.0, abs(place.start - hint) / max(1, len(text)))
        parts.append((OF_NEARNESS, 1 - far))
    return sum(share * value for share, value in parts) / sum(share for share, _ in parts)
