"""The passage of a text that shows best why it was found, with the words marked.

>>> excerpt("It is <walking>, not walked.", ["walk"])
'It is &lt;<mark>walking</mark>&gt;, not <mark>walked</mark>.'

FTS5's own snippet() takes time that grows with the square of the hits in one text: 5 s for a
note of 210 kB in which a word stands 10,000 times. This looks at so many hits and no more.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from html import escape

LENGTH = 240  # characters of a passage
BEFORE = 70  # of them before its first word
LOOKED_AT = 100_000  # characters of the text
HITS = 400
WORDS = 24
ENDINGS = re.compile(r"(?<=\w{3})(?:ations?|ings?|edly|ed|ies|es|ly|s|e|y)$")
GROWTH = 6  # letters that an inflected form may have more than its stem


def excerpt(text: str, words: Iterable[str]) -> str | None:
    """HTML of the best passage; None if none of the words stands in the text."""
    plain = folded(text[:LOOKED_AT])
    found = re.compile("|".join(patterns(words)) or r"(?!)")
    hits = [hit for hit, _ in zip(found.finditer(plain), range(HITS), strict=False)]
    if not hits:
        return None
    start = beginning(plain, best(hits).start())
    end = ending(plain, start + LENGTH)
    inside = [hit.span() for hit in hits if start <= hit.start() and hit.end() <= end]
    return marked(text, start, end, inside, more=len(text) > end)


def patterns(words: Iterable[str]) -> list[str]:
    """Each word with its inflections, roughly as the index stems them."""
    parts = [part for word in words for part in re.findall(r"\w+", folded(word))]
    stems = {ENDINGS.sub("", part) for part in parts}
    return [rf"\b{re.escape(stem)}\w{{0,{GROWTH}}}\b" for stem in sorted(stems)[:WORDS]]


def folded(text: str) -> str:
    """Without case and accents, and every letter where it was."""
    if text.isascii():
        return text.lower()
    bare = {ord(letter): unicodedata.normalize("NFD", letter)[0].lower() for letter in set(text)}
    lower = text.translate(bare)
    return lower if len(lower) == len(text) else text


def best(hits: list[re.Match[str]]) -> re.Match[str]:
    """The first of the hits that have the most different words close behind them."""

    def near(at: int) -> int:
        begin = hits[at].start()
        close = (hit[0] for hit in hits[at : at + 12] if hit.start() < begin + LENGTH - BEFORE)
        return len(set(close))

    return hits[max(range(len(hits)), key=lambda at: (near(at), -at))]


def beginning(text: str, hit: int) -> int:
    """A little before the hit, where a word begins."""
    start = max(0, hit - BEFORE)
    space = text.find(" ", start, hit)
    return start if start == 0 else space + 1 if space >= 0 else hit


def ending(text: str, end: int) -> int:
    space = text.rfind(" ", end - 40, end)
    return min(len(text), end if space < 0 else space) if end < len(text) else len(text)


def marked(text: str, start: int, end: int, spans: list[tuple[int, int]], *, more: bool) -> str:
    pieces, at = ["…"] if start else [], start
    for left, right in spans:
        pieces += [escape(text[at:left]), "<mark>", escape(text[left:right]), "</mark>"]
        at = right
    pieces += [escape(text[at:end]), "…" if more else ""]
    return " ".join("".join(pieces).split())
