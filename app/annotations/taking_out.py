"""Words taken out of a note, with the one space too many that they would leave.

>>> without("A very long walk.", 2, 6), without("A walk, again.", 6, 13), without("(So a)", 1, 3)
('A long walk.', 'A walk.', '(a)')
"""

from __future__ import annotations

from app.annotations.corrections import Lines, meant, standing
from app.annotations.surroundings import Cut
from app.markup import Rendered

SPACES, OPENING, CLOSING = " \t", "([{“‘«„", ".,;:!?)]}”’»…"


def without(text: str, start: int, end: int) -> str:
    """The text without text[start:end]."""
    start, end = tidied(text, start, end)
    return text[:start] + text[end:]


def tidied(text: str, start: int, end: int) -> tuple[int, int]:
    """The same place, with the space that would stand beside another one, or beside nothing."""
    before, after = text[:start][-1:], text[end:][:1]
    if after and after in SPACES and (not before or before.isspace() or before in OPENING):
        return start, end + 1
    if before and before in SPACES and (not after or after.isspace() or after in CLOSING):
        return start - 1, end
    return start, end


def taken_out(source: str, lines: Lines, words: str) -> str | None:
    """The source without the words that stand once in these lines; None if they do not."""
    span = standing(source, lines, words)
    return None if span is None else without(source, *span)


def is_all_that_went(before: Rendered, after: Rendered, start: int, end: int) -> bool:
    """Whether the note reads as it did without text[start:end], and nothing else went with it."""
    start, end = tidied(before.text, start, end)
    return (
        after.text == before.text[:start] + before.text[end:]
        and meant(before) == meant(after)
        and Cut.of(before, start, end).is_without(Cut.of(after, start, start))
    )
