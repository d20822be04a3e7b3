"""What an analysis returned, piece by piece in its order, as a page shows it.

>>> [piece.kind for piece in grouped([Output("a", "value", 1, {}), Output("b", "value", 2, {}),
...                                   Output("c", "text", "x\\ny", {})])]
['values', 'text']
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import unescape
from itertools import groupby
from typing import Any
from urllib.parse import quote

from markupsafe import Markup, escape

from app.lab.runs import Output
from app.lab.signature import visible
from app.markup import line
from app.web.spoken_math import without_boxes
from app.web.tables import Table
from app.web.words import short

SHORT = 60  # characters of a text that stands beside its name
FORMATS = {"svg": "SVG", "png": "PNG", "data": "data", "csv": "CSV"}
MATHEMATICS = re.compile(r"<math\b.*?<annotation[^>]*>(.*?)</annotation>.*?</math>", re.DOTALL)
TAG = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)


@dataclass(frozen=True)
class Piece:
    """An output, or the values that follow each other (`kind` is then `values`)."""

    kind: str
    name: str = ""
    output: Output | None = None
    values: Sequence[tuple[str, Markup]] = ()
    alt: str = ""
    table: Table | None = None
    files: Sequence[tuple[str, str, str]] = ()  # what it is called, where it is, what it has

    @property
    def label(self) -> str:
        return self.name.replace("_", " ")


def grouped(outputs: Iterable[Output]) -> list[Piece]:
    found: list[Piece] = []
    for is_value, group in groupby(outputs, is_short):
        if is_value:
            pairs = [(each.name.replace("_", " "), written(each)) for each in group]
            found.append(Piece("values", values=pairs))
        else:
            found += [Piece(each.kind, each.name, each) for each in group]
    return found


def is_short(output: Output) -> bool:
    """What fits beside its name: a number, or a text of a few words."""
    if output.kind != "text" or output.files:
        return output.kind == "value"
    return len(output.value) <= SHORT and "\n" not in output.value.strip("\n")


def written(output: Output) -> Markup:
    if output.value is None or output.value == "":
        words = "none" if output.value is None else "empty"
        return Markup('<span class="quiet">{}</span>').format(words)
    if output.kind == "text":
        return Markup("<bdi>{}</bdi>").format(visible(output.value))
    return escape(short(output.value))


def furnished(
    pieces: Iterable[Piece], run_id: int, caption: str, tables: Callable[[Output], Table]
) -> list[Piece]:
    """With what the page needs besides: words for a figure, files to take along, the rows."""
    every = list(pieces)
    alone = sum(piece.kind == "figure" for piece in every) == 1
    return [
        replace(
            piece,
            alt=alt(piece.output, plain(caption), alone=alone) if piece.kind == "figure" else "",
            table=tables(piece.output) if piece.kind == "table" else None,
            files=files(piece.output, run_id),
        )
        if piece.output
        else piece
        for piece in every
    ]


def alt(output: Output, caption: str, *, alone: bool) -> str:
    """The caption's words; of several figures each is told apart by its own."""
    own = line.readable(str(output.value.get("alt") or "")) or output.name.replace("_", " ")
    if caption and not alone:
        return f"{caption.rstrip('.')}: {own}"
    return caption or own


def plain(html: str) -> str:
    r"""The words of a caption; a formula in letters.

    >>> plain('A <i>thousand</i> walkers &amp; more')
    'A thousand walkers & more'
    """
    spoken = MATHEMATICS.sub(lambda found: f"${found[1]}$", without_boxes(html))
    return line.readable(unescape(TAG.sub("", spoken)).strip())


def files(output: Output, run_id: int) -> list[tuple[str, str, str]]:
    """What can be downloaded of it."""
    found = [(kind, output.files[kind]) for kind in FORMATS if kind in output.files]
    return [
        (FORMATS[kind], f"/outputs/{run_id}/{quote(file)}", bounded(kind, output.value))
        for kind, file in found
    ]


def bounded(kind: str, value: Any) -> str:
    """What is said of a file that does not hold everything."""
    told: Mapping[str, Any] = value if isinstance(value, dict) else {}
    total, kept = told.get("total"), told.get("kept")
    if (
        kind in ("data", "csv")
        and isinstance(total, int)
        and isinstance(kept, int)
        and kept < total
    ):
        return f"the first {kept:,} of {total:,} rows"
    return ""
