"""A table of results as a page shows it: its first rows, in the order that the reader asks for.

>>> ordered([["b"], ["nan"], [2], [None], [10]], 0, descending=False)
[[2], [10], ['b'], ['nan'], [None]]
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.web.columns import columns as cells_of

MOST_ROWS = 30
WORDS_FOR_NUMBERS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}

Rows = list[list[Any]]


@dataclass(frozen=True)
class Column:
    """`order` is none, ascending or descending; `sort` is what its heading asks for."""

    name: str
    order: str
    sort: str
    is_number: bool = False


@dataclass(frozen=True)
class Table:
    name: str
    columns: Sequence[Column]
    rows: Rows
    told: str  # where these are not all rows
    cells: Sequence[Sequence[str]] = ()  # the rows as text, as their columns write them


def table(name: str, value: Mapping[str, Any], sort: str, every: Callable[[], Rows]) -> Table:
    """`sort`: a column, with a minus before it in descending order. `every` reads all kept rows."""
    columns = [str(column) for column in value["columns"]]
    column, descending = wanted(columns, sort)
    rows: Rows = value["rows"]
    total = int(value.get("total", len(rows)))
    kept = int(value.get("kept", total))
    if column is not None:
        rows = ordered(every() if kept > len(rows) else rows, column, descending=descending)
    first = rows[:MOST_ROWS]
    written = cells_of(first, len(columns))
    headings = [
        Column(
            each,
            order_of(place == column, descending),
            asked(each, place == column, descending),
            written[place].is_number,
        )
        for place, each in enumerate(columns)
    ]
    cells = list(zip(*(each.cells for each in written), strict=True))
    return Table(name, headings, first, bounds(total, kept, len(first)), cells)


def wanted(columns: Sequence[str], sort: str) -> tuple[int | None, bool]:
    """The place of the column to sort by, and whether the largest comes first."""
    if sort in columns:
        return columns.index(sort), False
    if sort.startswith("-") and sort[1:] in columns:
        return columns.index(sort[1:]), True
    return None, False


def order_of(is_sorted: bool, descending: bool) -> str:
    if not is_sorted:
        return "none"
    return "descending" if descending else "ascending"


def asked(column: str, is_sorted: bool, descending: bool) -> str:
    """Ascending first, then descending, then as it was returned."""
    if is_sorted:
        return "" if descending else f"-{column}"
    return column


def ordered(rows: Rows, column: int, *, descending: bool) -> Rows:
    """Numbers before words; what is not a number, or missing, comes last in either order."""
    numbers, words, rest = [], [], []
    for row in rows:
        value = row[column] if column < len(row) else None
        value = WORDS_FOR_NUMBERS.get(value, value) if isinstance(value, str) else value
        if value is None or (isinstance(value, float) and math.isnan(value)):
            rest.append(row)
        elif isinstance(value, int | float):
            numbers.append((value, row))
        else:
            words.append((str(value).casefold(), row))
    numbers.sort(key=lambda pair: pair[0], reverse=descending)
    words.sort(key=lambda pair: pair[0], reverse=descending)
    return [row for _, row in numbers] + [row for _, row in words] + rest


def bounds(total: int, kept: int, shown: int) -> str:
    """What is left out, in words.

    >>> bounds(20_000, 10_000, 30), bounds(5, 5, 5)
    ('the first 30 of 20,000 rows; the first 10,000 are kept', '')
    """
    if total <= shown:
        return ""
    cut = f"; the first {kept:,} are kept" if kept < total else ""
    return f"the first {shown:,} of {total:,} rows{cut}"
