"""A correction of a passage, as a change of the lines of the source that it stands in.

    >>> source = "# Walks\\n\\nA walk of\\nN steps. A walk.\\n"
    >>> corrected(source, Lines(3, 4), "walk of N", "path of $N$")
    '# Walks\\n\\nA path of $N$ steps. A walk.\\n'
    >>> corrected(source, Lines(3, 4), "walk", "path") is None
    True

It is made only where there is no doubt which words are meant: they stand exactly once in these
lines. Whether the page then says what was meant is asked of the rendered note.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from app.annotations.surroundings import Cut
from app.markup import Rendered, canonical, render
from app.unseen import visible

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
FENCE = re.compile(r"\s*(?:```|~~~)")
ROW_BELOW_HEAD = re.compile(r"[\s>]*(?=[^|]*\|)\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*")
BARE_PIPE = re.compile(r"(?<!\\)\|")
# What a page does not show of a proposal: HTML, a remark, what a formula defines for later ones.
UNSEEN = re.compile(
    r"<[a-z/!?]|%%|\\(?:[egx]?def|(?:future)?let|(?:re|provide)?(?:new)?command|label"
    r"|DeclareMathOperator|global)(?![a-z])",
    re.IGNORECASE,
)
LONGEST = 20_000  # characters, all of which the page shows as they would be written
LEADS = re.compile(r' (?:href|src|id)="#?([^"]*)"|<!--gloss:([a-z]+)')
Map = Sequence[tuple[int, int, int, int]]


class Lines(NamedTuple):
    """Of a file, from 1; the last one, too."""

    first: int
    last: int


def lines_of(known: Map, start: int, end: int) -> Lines | None:
    """The lines of the block that has all of text[start:end]; `known` is the note's map."""
    for from_, to, first, last in known:
        if from_ <= start and end <= to:
            return Lines(first, last)
    return None


def corrected(source: str, lines: Lines, words: str, replacement: str) -> str | None:
    """The source with the words replaced that stand once in these lines; None if they do not."""
    span = standing(source, lines, words)
    if span is None or not is_plain(replacement):
        return None
    return source[: span[0]] + replacement + source[span[1] :]


def standing(source: str, lines: Lines, words: str) -> tuple[int, int] | None:
    """Where the words stand in the source, if it is once in these lines."""
    every = LINE.findall(source)
    start = sum(map(len, every[: lines.first - 1]))
    piece = "".join(every[lines.first - 1 : lines.last])
    pattern = r"\s+".join(map(re.escape, words.split()))
    found = list(re.finditer(f"(?=({pattern}))", piece)) if pattern else []
    if len(found) != 1:
        return None
    return start + found[0].start(1), start + found[0].end(1)


def line_of(source: str, lines: Lines, words: str) -> int:
    """The line at which somebody who makes the change begins to look."""
    span = standing(source, lines, words)
    if span is None:
        return lines.first
    return len(LINE.findall(source[: span[0]] + "x"))


def is_plain(replacement: str) -> bool:
    """Whether it may stand within a block, and all of it is seen by who accepts it: some words,
    no other block, no fence, no sign or part that a page does not show."""
    parts = replacement.splitlines()
    is_seen = visible(replacement) == replacement and not UNSEEN.search(replacement)
    has_words = any(map(str.isalnum, replacement)) and is_seen and len(replacement) <= LONGEST
    return has_words and all(part.strip() and not FENCE.match(part) for part in parts)


def fitted(source: str, lines: Lines, replacement: str) -> str:
    """The replacement as it is written in these lines: in a table a bare `|` would end the cell.

    >>> fitted("| a | b |\\n|---|---|\\n| x | y |\\n", Lines(3, 3), "x | z")
    'x \\\\| z'
    """
    every = LINE.findall(source)
    above = [*every[: lines.first][::-1], ""]
    head = next(at for at, line in enumerate(above) if not line.strip("> \t\r\n"))
    near = [*above[:head], *every[lines.first : lines.first + 1]]
    in_table = any(ROW_BELOW_HEAD.fullmatch(line) for line in near)
    return BARE_PIPE.sub(r"\\|", replacement) if in_table else replacement


def reads_as(before: Rendered, after: Rendered, start: int, end: int, replacement: str) -> bool:
    """Whether the passage that was text[start:end] says what was proposed, to the last word.

    Of Markdown that is what its own page would say; in code, and where a sign is no markup, it is
    the signs themselves.
    """
    now = after.text[start : end + len(after.text) - len(before.text)]
    return canonical.collapse(now) in (
        canonical.collapse(replacement),
        canonical.collapse(render(replacement, path="").text),
    )


def is_only_there(before: Rendered, after: Rendered, start: int, end: int) -> bool:
    """Whether nothing but text[start:end] reads otherwise, and all around it is what it was."""
    grown = len(after.text) - len(before.text)
    return (
        end + grown > start
        and after.text.startswith(before.text[:start])
        and after.text.endswith(before.text[end:])
        and meant(before) == meant(after)
        and Cut.of(before, start, end).says(Cut.of(after, start, end + grown))
    )


def meant(rendered: Rendered) -> list[object]:
    """What the note is besides its words, which no correction of a text may change unasked.

    What it computes and claims, the tags that it has, the values that it shows, and where it leads:
    these are read off the source, and do not stand on the page as they would be written.
    """
    claims = [(claim.id, claim.check, claim.expect) for claim in rendered.claims]
    links = [(link.target, link.fragment) for link in rendered.links]
    names = [sorted(rendered.tags), [cite.key for cite in rendered.cites], rendered.media]
    blocks = [replace(block, line=0) for block in rendered.blocks]
    headings = {heading.id for heading in rendered.headings}  # they follow their words
    leads = [found for found in LEADS.findall(rendered.html) if found[0] not in headings]
    return [claims, blocks, links, names, leads, len(rendered.problems)]
