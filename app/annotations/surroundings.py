"""What stands around a passage in the HTML of a note, which no correction of the passage changes.

The HTML is cut at the passage, by counting the characters before and after it that are no white
space. What is outside is to be the same to the last tag; of the tags that touch the passage none
may go; and where words take its place, only what marks words up (`WORDS`) may come with them. So
no kind of block can begin or end there, and nothing can be emphasised or linked beside.

    >>> from app.markup import render
    >>> def cut(source: str, start: int, end: int) -> Cut:
    ...     return Cut.of(render(source), start, end)
    >>> before = cut("walk b.\\nAnd c.", 0, 4)
    >>> before.says(cut("*path* b.\\nAnd c.", 0, 4)), before.says(cut("> path b.\\nAnd c.", 0, 4))
    (True, False)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from app.annotations.html_parts import Part, dense, parts
from app.markup import Rendered
from app.markup.page_text import VOID

WORDS = frozenset({"em", "strong", "s", "mark", "code", "span", "br"})  # what Markdown writes


@dataclass(frozen=True)
class Cut:
    """`lead` and `trail` are the tags between the passage and the next words."""

    before: list[Part]
    lead: list[Part]
    passage: list[Part]
    trail: list[Part]
    after: list[Part]

    @classmethod
    def of(cls, rendered: Rendered, start: int, end: int) -> Cut:
        """Around text[start:end]; a formula of which only some is meant belongs to the passage."""
        every = parts(rendered)
        first = len(dense(rendered.text[:start]))
        last = len(dense(rendered.text)) - len(dense(rendered.text[end:]))
        before, rest = divided(every, first)
        here, after = divided(rest, last - sum(len(part.text) for part in before), whole=True)
        lead = list(takewhile(is_silent, here))
        trail = list(takewhile(is_silent, after))
        return cls(before, lead, here[len(lead) :], trail, after[len(trail) :])

    def says(self, now: Cut) -> bool:
        """Whether `now` is the same but for the words of the passage, and their marking up."""
        begun = now.lead[len(self.lead) :]
        ended = now.trail[: max(len(now.trail) - len(self.trail), 0)]
        return (
            (self.before, self.after) == (now.before, now.after)
            and [*self.lead, *begun] == now.lead
            and [*ended, *self.trail] == now.trail
            and all(is_word(part) and part.kind == "<" and part.name != "br" for part in begun)
            and all(is_word(part) and part.kind == ">" for part in ended)
            and others(self.passage) == others(now.passage)
        )

    def is_without(self, now: Cut) -> bool:
        """Whether `now` is the same without the passage, and no element of it is left empty."""
        around = [*self.lead, *self.trail]
        return (
            (self.before, self.after) == (now.before, now.after)
            and around == [*now.lead, *now.passage, *now.trail]
            and pairs(around) == pairs(self.lead) + pairs(self.trail)
            and not others(self.passage)
        )


def is_silent(part: Part) -> bool:
    return not part.text


def is_word(part: Part) -> bool:
    return part.kind == "text" or part.name in WORDS


def others(passage: Sequence[Part]) -> list[tuple[str, ...]]:
    """What a passage has besides words, as the block that a formula is."""
    return [(part.kind, part.name, str(part.attributes)) for part in passage if not is_word(part)]


def pairs(tags: Sequence[Part]) -> int:
    """How many elements begin and end among these tags."""
    found = is_open = 0
    for tag in tags:
        if tag.kind == "<" and tag.name not in VOID:
            is_open += 1
        elif tag.kind == ">" and is_open:
            is_open -= 1
            found += 1
    return found


def divided(
    every: list[Part], length: int, *, whole: bool = False
) -> tuple[list[Part], list[Part]]:
    """The parts to so many characters, and those from there on, with the tags between.

    What cannot be cut is of the second ones, or with `whole` of the first.
    """
    for at, part in enumerate(every):
        if length <= 0:
            return every[:at], every[at:]
        if len(part.text) <= length:
            length -= len(part.text)
        elif part.kind == "text":
            first, second = part.text[:length], part.text[length:]
            ends = part._replace(text=first), part._replace(text=second)
            return [*every[:at], ends[0]], [ends[1], *every[at + 1 :]]
        else:
            cut = at + whole
            return every[:cut], every[cut:]
    return every, []
