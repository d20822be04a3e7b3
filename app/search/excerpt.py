"""The passage of a text that shows best why it was found, with the words marked.

    >>> excerpt("It is <walking>, not walked.", [Word("walk")]).html
    'It is &lt;<mark>walking</mark>&gt;, not <mark>walked</mark>.'

A passage is cut between words and never inside a formula. FTS5's own snippet() takes time that
grows with the square of the hits in one text: 5 s for a note of 210 kB in which a word stands
10,000 times. This looks at so many hits and no more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from app.markup import math_rule
from app.search import sought
from app.search.sought import Part, Span
from app.search.tree import Phrase, Word

LENGTH = 240  # characters of a passage
BEFORE = 70  # of them before its first word
REACH = LENGTH - BEFORE
SHORT = 90  # a passage that is shorter goes on into the next line
LOOKED_AT = 100_000  # characters of the text
LONGEST_FORMULA = 600  # a longer one is left out rather than shown
COMPARED = 200  # hits, as the beginning of a passage
SENTENCE = re.compile(r"[.!?…。！？][\"'”’)\]]*\s*(?=\S)")
NOT_WORDS = re.compile(r"\{\{[^{}\n]*\}\}|!\[\[[^\]\n]*\]\]")  # what the page fills in

Pair = tuple[int, int]


@dataclass(frozen=True)
class Passage:
    """From `start` to `end` in the text. `marks`: what is marked there."""

    html: str
    start: int
    end: int
    marks: tuple[Pair, ...]


def excerpt(
    text: str, leaves: Iterable[Word | Phrase], headings: Sequence[Pair] = ()
) -> Passage | None:
    """The best passage; None if nothing that is looked for stands in the text."""
    return of_parts(text, sought.parts_of(leaves), headings)


def of_parts(text: str, parts: Sequence[Part], headings: Sequence[Pair] = ()) -> Passage | None:
    """The same for what `sought.parts_of` made of the query, once for all hits of a page."""
    looked_at = text[:LOOKED_AT]
    hits = sought.of_parts(looked_at, parts)[:COMPARED]
    if not hits:
        return None
    first = hits[best(looked_at, hits, parts, headings)]
    start = beginning(looked_at, first)
    end = ending(looked_at, start, first)
    marks = tuple(apart((hit.start, hit.end) for hit in hits if start <= hit.start < end))
    marks = tuple(mark for mark in marks if mark[1] <= end)
    return Passage(marked(looked_at, start, end, marks, len(text)), start, end, marks)


def best(
    text: str, hits: Sequence[Span], parts: Sequence[Part], headings: Sequence[Pair] = ()
) -> int:
    """Which hit has most of what is looked for close behind it; side by side counts more."""
    titles = {start for start, _ in headings}
    if len(parts) == 1 and not titles:
        return 0

    def worth(at: int) -> tuple[int, int, int]:
        first, near, met = hits[at], 0, set[int]()
        before = None
        for hit in hits[at : at + 12]:
            if hit.start >= first.start + REACH:
                break
            if before and hit.part == before.part + 1 and is_beside(text, before, hit):
                near += 1
            met.add(hit.part)
            before = hit
        in_title = bool(titles) and text.rfind("\n", 0, first.start) + 1 in titles
        return sum(parts[part].weight for part in met), near, -in_title

    return max(range(len(hits)), key=lambda at: (*worth(at), -at))


def is_beside(text: str, left: Span, right: Span) -> bool:
    return 0 <= right.start - left.end <= 3 and not any(
        map(str.isalnum, text[left.end : right.start])
    )


def beginning(text: str, hit: Span) -> int:
    """Where the line, a sentence or a word begins, a little before the hit."""
    line = text.rfind("\n", 0, hit.start) + 1
    near = max(line, hit.start - BEFORE)
    if near > line:
        sentence = SENTENCE.search(text, near, hit.start)
        space = text.find(" ", near, hit.start)
        near = sentence.end() if sentence else space + 1 if space >= 0 else near
    around = formula_around(text, near)
    if around is None or around[0] == near:
        return near
    is_shown = around[1] > hit.start or around[1] - around[0] <= BEFORE
    return around[0] if is_shown else after_spaces(text, around[1])


def after_spaces(text: str, at: int) -> int:
    while text[at : at + 1] == " ":
        at += 1
    return at


def ending(text: str, start: int, hit: Span) -> int:
    """Where the line ends, or a word, or a formula; a short line goes on into the next."""
    most = max(start + LENGTH, hit.end)
    end = line_end(text, max(hit.end, start))
    while end - start < SHORT and end < len(text):
        end = line_end(text, end + 1)
    if end <= most:
        return end
    space = text.rfind(" ", hit.end, most)
    end = space if space > 0 else most
    around = formula_around(text, end)
    if around is None:
        return end
    if around[0] <= hit.start or around[1] <= most + BEFORE:
        return around[1]
    return len(text[: around[0]].rstrip())


def line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def formula_around(text: str, at: int) -> Pair | None:
    """The formula that a cut at `at` would go through."""
    line = text.rfind("\n", 0, at) + 1
    return next((pair for pair in formulas(text, line, line_end(text, at)) if cuts(pair, at)), None)


def cuts(pair: Pair, at: int) -> bool:
    return pair[0] < at < pair[1] and pair[1] - pair[0] <= LONGEST_FORMULA


def formulas(text: str, start: int, end: int) -> list[Pair]:
    """The formulas of a line of canonical text; what costs dollars is none."""
    found: list[Pair] = []
    at = text.find("$", start, end)
    if at < 0:
        return found
    line = text[start:end]
    at -= start
    while at >= 0:
        is_pair = line.startswith("$$", at)
        close = (
            math_rule.closing_pair(line, at + 2) if is_pair else math_rule.closing_dollar(line, at)
        )
        if close < 0:
            at = line.find("$", at + 1 + is_pair)
            continue
        found.append((start + at, start + close + 1 + is_pair))
        at = line.find("$", close + 1 + is_pair)
    return found


def apart(pairs: Iterable[Pair]) -> list[Pair]:
    """Those that do not lie in one another; of several from one place the longest."""
    found: list[Pair] = []
    for pair in sorted(pairs, key=lambda pair: (pair[0], -pair[1])):
        if not found or pair[0] >= found[-1][1]:
            found.append(pair)
    return found


def marked(text: str, start: int, end: int, marks: Iterable[Pair], length: int) -> str:
    """As HTML. What the page fills in is left out unless it is marked."""
    pieces, at = ["…"] if start and text[start - 1] != "\n" else [], start
    for left, right in marks:
        pieces += [plain(text[at:left]), "<mark>", escape(text[left:right]), "</mark>"]
        at = right
    pieces.append(plain(text[at:end]))
    is_cut = end < length and text[end : end + 1] != "\n"
    return " ".join("".join([*pieces, "…" if is_cut else ""]).split())


def plain(text: str) -> str:
    return escape(NOT_WORDS.sub("…", text) if "{{" in text or "![[" in text else text)
