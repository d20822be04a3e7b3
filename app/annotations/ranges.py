"""The passage that selectors mean without a quote of their own: a range, a part of a part.

>>> ends = {"type": "RangeSelector",
...     "startSelector": {"type": "TextQuoteSelector", "exact": "walk"},
...     "endSelector": {"type": "TextQuoteSelector", "exact": "far"}}
>>> meant("A walk goes far.", {"source": "/notes/a", "selector": ends})
Piece(start=2, end=12)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any
from urllib.parse import unquote

from app.annotations.pieces import Piece
from app.annotations.reading import first, parts
from app.annotations.selectors_found import Quote, found

APART = 10_000  # characters between the two ends of a range
CHARACTERS = re.compile(r"char=(\d{1,9}),(\d{1,9})")  # RFC 5147
DEEPEST = 5
MOST = 50  # selectors that are looked for, at 3 ms one whose words do not stand there
Named = Mapping[str, Piece]  # headings, and where they stand


def meant(text: str, target: Any, named: Callable[[], Named] = dict) -> Piece | None:
    """The first passage that a selector of the targets means, refined as far as it says.

    `named`: asked for the headings of the note, where a selector names one.
    """
    for selector in islice(selectors(target), MOST):
        piece = resolved(text, selector, DEEPEST) or heading(text, selector, named)
        if piece is not None:
            return piece
    return None


def selectors(target: Any) -> Iterator[Any]:
    for thing in parts(target):
        found = thing.get("selector")
        yield from found if isinstance(found, list) else [found]


def heading(text: str, selector: Any, named: Callable[[], Named]) -> Piece | None:
    """The heading that a fragment of the page's address names."""
    if not isinstance(selector, dict) or "FragmentSelector" not in str(selector.get("type")):
        return None
    name = unquote(first(selector.get("value"))).removeprefix("#")
    return refined(text, named().get(name), selector.get("refinedBy"), DEEPEST)


def resolved(text: str, selector: Any, depth: int) -> Piece | None:
    """What a selector means in a text; None for what is not found, or of another kind."""
    if not isinstance(selector, dict) or depth == 0:
        return None
    named = selector.get("type")
    known = [
        KINDS[each] for each in (named if isinstance(named, list) else [named]) if each in KINDS
    ]
    piece = known[0](text, selector, depth) if known else None
    return refined(text, piece, selector.get("refinedBy"), depth)


def refined(text: str, piece: Piece | None, by: Any, depth: int) -> Piece | None:
    """What is meant inside a piece; the piece itself, where nothing or no part of a text is."""
    if piece is None:
        return None
    for inner in by if isinstance(by, list) else [by]:
        part = resolved(text[piece.start : piece.end], inner, depth - 1)
        if part is not None:
            return Piece(piece.start + part.start, piece.start + part.end)
    return piece


def quote(text: str, selector: dict[str, Any], _depth: int) -> Piece | None:
    exact, prefix, suffix = (first(selector.get(name)) for name in ("exact", "prefix", "suffix"))
    anchor = found(text, Quote(exact, prefix, suffix))
    return None if anchor.start is None or anchor.end is None else Piece(anchor.start, anchor.end)


def position(text: str, selector: dict[str, Any], _depth: int) -> Piece | None:
    return inside(text, selector.get("start"), selector.get("end"))


def inside(text: str, start: Any, end: Any) -> Piece | None:
    good = isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(text)
    return Piece(start, end) if good else None


def between(text: str, selector: dict[str, Any], depth: int) -> Piece | None:
    """From the start of the one to the start of the other, as the model has it."""
    ends = [
        resolved(text, selector.get(name), depth - 1) for name in ("startSelector", "endSelector")
    ]
    if ends[0] is None or ends[1] is None:
        return None
    start, end = ends[0].start, ends[1].start
    return Piece(start, end) if 0 < end - start <= APART else None


def fragment(text: str, selector: dict[str, Any], _depth: int) -> Piece | None:
    asked = CHARACTERS.fullmatch(first(selector.get("value")))
    return inside(text, int(asked[1]), int(asked[2])) if asked else None


KINDS: dict[Any, Callable[[str, dict[str, Any], int], Piece | None]] = {
    "TextQuoteSelector": quote,
    "TextPositionSelector": position,
    "RangeSelector": between,
    "FragmentSelector": fragment,
}
