"""The rows of tables in a text, which its differences must not tear apart.

Each cell is a line of the canonical text. Where the first of two rows that begin with the same
word is taken out, nothing in the lines says which of the two words is left; the rows do.

    >>> text = joined("Gas\\niron\\nhot", [(0, 3, 1, 1), (4, 12, 3, 3)])
    >>> text.split("\\n"), plain(text)
    (['Gas', 'iron\\x1ehot'], 'Gas\\niron\\nhot')
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.annotations.pieces import Piece, Pieces

CELL = "\x1e"  # ends a cell; no canonical text has this character


def joined(text: str, blocks: Iterable[Sequence[int]]) -> str:
    """The same characters, but for the ends of cells within a row: one line of the file.

    `blocks`: start and end in the text, first and last line in the file, as `markup.canonical`
    has them.
    """
    parts, at = [], 0
    for start, end, first, last in blocks:
        if first == last:
            parts += [text[at:start], text[start:end].replace("\n", CELL)]
            at = end
    return "".join([*parts, text[at:]])


def plain(text: str) -> str:
    return text.replace(CELL, "\n")


def alike(old: str, new: str) -> tuple[str, str]:
    """Both with their rows, or neither: of a text that was kept long ago they are not known."""
    return (old, new) if CELL in old and CELL in new else (plain(old), plain(new))


def cells(rows: Pieces) -> Pieces:
    """The lines of the text that rows are made of."""
    every = [piece for row in rows.all for piece in inside(rows.text, row)]
    text = plain(rows.text)
    return Pieces(text, every, [text[start:end] for start, end in every])


def inside(text: str, row: Piece) -> Iterable[Piece]:
    at = row.start
    for cell in text[row.start : row.end].split(CELL):
        yield Piece(at, at + len(cell))
        at += len(cell) + 1
