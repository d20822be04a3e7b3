"""Where the headings of a note stand in its canonical text, by the names that addresses give them.

>>> found = [{"level": 2, "id": "walks", "html": "Walks"}, {"level": 2, "id": "x", "html": "Gone"}]
>>> places("One.\\nWalks\\nThey go on.", found)
{'walks': Piece(start=5, end=10)}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.annotations import pieces
from app.annotations.pieces import Piece
from app.library import headings


def places(text: str, found: Iterable[Mapping[str, Any]]) -> dict[str, Piece]:
    """The line of each heading; they stand in the text in their order, a line each."""
    lines = [(piece, words(text[piece.start : piece.end])) for piece in pieces.lines(text)]
    known: dict[str, Piece] = {}
    at = 0
    for heading in found:
        said = words(headings.plain(heading["html"]))
        number = next((n for n in range(at, len(lines)) if lines[n][1] == said), None)
        if said and number is not None:
            known[heading["id"]] = lines[number][0]
            at = number + 1
    return known


def words(line: str) -> str:
    """A line without the signs of its formulas, which a heading's words do not have."""
    return " ".join(line.replace("$", " ").split())
