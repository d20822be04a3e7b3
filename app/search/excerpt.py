"""The passage of a text that shows best why it was found, with the words marked.

    >>> from app.search.tree import Word
    >>> excerpt("It is <walking>, not walked.", [Word("walk")]).html
    'It is &lt;<mark>walking</mark>&gt;, not <mark>walked</mark>.'

A passage is cut between words and never inside a formula. FTS5's own snippet() takes time that
grows with the square of the hits in one text: 5 s for a note of 210 kB in which a word stands
10,000 times. This looks at so many hits and no more.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape

from app.markup import line, math_rule
from app.search import sought
from app.search.sought import Leaf, Part, Span

LENGTH = 240  # characters of a passage
BEFORE = 70  # of them before its first word
REACH = LENGTH - BEFORE
SHORT = 90  # a passage that is shorter goes on into the next line
LOOKED_AT = 100_000  # characters of the text
LONGEST_FORMULA = 1_200  # of a longer one only letters are shown, as many as there is room for
COMPARED = 200  # hits, as the beginning of a passage
SHORTLY = 8  # hits before one of the rarest part
NEAR = 40  # hits that are looked at behind each of them
BORDER = " · "  # between two lines of a passage: the end of one is not the beginning of the other
SENTENCE = re.compile(r"(?:[.!?…][\"'”’)\]]*\s+|[。！？][”’」』）]*)(?=\S)")
# What the page fills in.
NOT_WORDS = re.compile(r"\{\{[^{}\n]*\}\}|!\[\[[^\]\n]*\]\]|\\(?:eq)?ref\{[^{}\n]*\}")
NO_CODE: frozenset[str] = frozenset()

Pair = tuple[int, int]


@dataclass(frozen=True)
class Passage:
    """From `start` to `end` in the text. `marks`: what is marked there, and `parts` what of; `best`
    is where most of what is looked for stands together."""

    html: str
    start: int
    end: int
    marks: tuple[Pair, ...]
    parts: frozenset[int]
    best: Pair


def excerpt(text: str, leaves: Iterable[Leaf], headings: Sequence[Pair] = ()) -> Passage | None:
    """The best passage; None if nothing that is looked for stands in the text."""
    return of_parts(text, sought.parts_of(leaves), headings)


def of_parts(
    text: str,
    parts: Sequence[Part],
    headings: Sequence[Pair] = (),
    code: Collection[str] = NO_CODE,
    at: int = 0,
) -> Passage | None:
    """The same for what `sought.parts_of` made of the query, once for all hits of a page.

    `code`: lines that are shown as such. `at`: where to begin, if the text is too long for once.
    """
    end = at + LOOKED_AT
    looked_at = text[:end]
    found = sought.of_parts(looked_at[at:] if at else looked_at, parts)
    hits = [Span(hit.start + at, hit.end + at, hit.part) for hit in found] if at else found
    if not hits:
        return None
    first = hits[best(looked_at, hits, parts, headings)]
    start = beginning(looked_at, first)
    end = ending(looked_at, start, first, headings)
    shown = [hit for hit in hits if start <= hit.start and hit.end <= end]
    marks = apart((hit.start, hit.end) for hit in shown)
    filled = [gap.span() for gap in NOT_WORDS.finditer(text, start, end)]
    marks = [mark for mark in marks if not any(map(partial(is_in, mark), filled))] or marks
    html = marked(looked_at, start, end, marks, len(text), code)
    met = frozenset(hit.part for hit in shown)
    return Passage(html, start, end, tuple(marks), met, (first.start, first.end))


def is_in(inner: Pair, outer: Pair) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def best(
    text: str, hits: Sequence[Span], parts: Sequence[Part], headings: Sequence[Pair] = ()
) -> int:
    """Which hit has most of what is looked for close behind it; side by side counts more."""
    titles = {start for start, _ in headings}
    if len(parts) == 1 and not titles:
        return 0

    def worth(at: int) -> tuple[int, int, int, int]:
        first, near, met, until = hits[at], 0, set[int](), hits[at].end
        before = None
        for hit in hits[at : at + NEAR]:
            if hit.start >= first.start + REACH:
                break
            if before and hit.part == before.part + 1 and is_beside(text, before, hit):
                near += 1
            until = until if hit.part in met else hit.end
            met.add(hit.part)
            before = hit
        in_title = bool(titles) and text.rfind("\n", 0, first.start) + 1 in titles
        weight = sum(parts[part].weight for part in met)
        return weight, near, -in_title, first.start - until

    return max(compared(hits), key=lambda at: (*worth(at), -at))


def compared(hits: Sequence[Span]) -> Collection[int]:
    """The hits that a passage may begin with: those of the rarest part, and what stands shortly
    before them, ahead of all others."""
    if len(hits) <= COMPARED:
        return range(len(hits))
    times = Counter(hit.part for hit in hits)
    found: dict[int, None] = {}
    for at in sorted(range(len(hits)), key=lambda at: (times[hits[at].part], at)):
        if len(found) >= COMPARED:
            break
        before = range(max(0, at - SHORTLY), at + 1)
        found |= dict.fromkeys(n for n in before if hits[n].start > hits[at].start - REACH)
    return found


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


def ending(text: str, start: int, hit: Span, headings: Sequence[Pair] = ()) -> int:
    """Where the line ends, or a word, or a formula; a short line goes on into the next, unless
    that is the next heading."""
    most = max(start + LENGTH, hit.end)
    end = line_end(text, max(hit.end, start))
    stop = min((begin - 1 for begin, _ in headings if begin > end), default=len(text))
    while end - start < SHORT and end < stop:
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


def marked(
    text: str,
    start: int,
    end: int,
    marks: Sequence[Pair],
    length: int,
    code: Collection[str] = NO_CODE,
) -> str:
    """As HTML, line by line."""
    lines: list[str] = []
    was_code = False
    at = start
    while at < end:
        stop = min(line_end(text, at), end)
        inside = [mark for mark in marks if mark[0] < stop and mark[1] > at]
        is_code = bool(code) and text[begin_of_line(text, at) : line_end(text, at)] in code
        html = with_marks(text, at, stop, inside) if is_code else in_prose(text, at, stop, inside)
        html = html.rstrip() if is_code and was_code else html.strip()
        html = html if is_code else " ".join(html.split())
        if html and is_code and was_code:
            lines[-1] = f"{lines[-1].removesuffix('</code>')}\n{html}</code>"
        elif html:
            lines.append(f"<code>{html}</code>" if is_code else html)
        was_code = is_code if html else was_code
        at = stop + 1
    is_begun = bool(start) and text[start - 1] != "\n"
    is_cut = end < length and text[end : end + 1] != "\n"
    return "…" * is_begun + BORDER.join(lines) + "…" * is_cut


def begin_of_line(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def in_prose(text: str, start: int, end: int, marks: Sequence[Pair]) -> str:
    """Part of a line. A formula is marked as a whole, and if it is cut it has letters only."""
    pieces, at = [], start
    for left, right in formulas(text, begin_of_line(text, start), line_end(text, start)):
        if right <= start or left >= end:
            continue
        pieces.append(with_marks(text, at, max(left, at), marks))
        at = min(right, end)
        is_whole = left >= start and right <= end and right - left <= LONGEST_FORMULA
        tex = text[max(left, start) : at]
        html = escape(tex if is_whole else line.spelt(tex.strip("$"))[:LENGTH])
        is_marked = any(mark[0] < right and mark[1] > left for mark in marks)
        pieces.append(f"<mark>{html}</mark>" if is_marked and html else html)
    return "".join([*pieces, with_marks(text, at, end, marks)])


def with_marks(text: str, start: int, end: int, marks: Sequence[Pair]) -> str:
    """What the page fills in is left out unless it is marked."""
    pieces, at = [], start
    for left, right in clipped(marks, start, end):
        pieces += [plain(text[at:left]), "<mark>", escape(text[left:right]), "</mark>"]
        at = right
    return "".join([*pieces, plain(text[at:end])])


def clipped(marks: Iterable[Pair], start: int, end: int) -> Iterator[Pair]:
    for left, right in marks:
        if left < end and right > start:
            yield max(left, start), min(right, end)


def plain(text: str) -> str:
    has_any = "{{" in text or "![[" in text or "ref{" in text
    return escape(NOT_WORDS.sub("…", text) if has_any else text)
