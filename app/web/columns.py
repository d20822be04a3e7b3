"""The cells of a column: numbers with one number of decimals, so that their points stand in line.

>>> column([14, 16.1, 17.15]).cells
('14.00', '16.10', '17.15')
>>> column([1.02437, 0.992921, None]).cells
('1.02437', '0.99292', '–')
>>> column(["Jahr 1990", 2]).is_number, column(["nan", -2]).cells
(False, ('NaN', '−2'))
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.lab.claims.values import WORDS
from app.web.templates import shown

DIGITS = 6  # that matter, as in `words.short`
LEAST_DIGITS = 2  # of the smallest number
MOST_DECIMALS = 9
LARGEST = 1e15  # from here on a float has no decimals left

Number = int | float


@dataclass(frozen=True)
class Column:
    """`is_number`: it stands at the right, under the end of its heading."""

    cells: tuple[str, ...]
    is_number: bool


def column(values: Sequence[Any]) -> Column:
    """The values of a column as text; where one of them is a word, all stand as words do."""
    is_number = any(is_plain(value) for value in values) and all(map(is_fitting, values))
    if not is_number:
        return Column(tuple(map(shown, values)), is_number=False)
    decimals = alike([value for value in values if is_plain(value)])
    return Column(tuple(cell(value, decimals) for value in values), is_number=True)


def columns(rows: Sequence[Sequence[Any]], width: int) -> list[Column]:
    """Of a table's rows; a row that is too short has nothing in its last cells."""
    return [
        column([row[place] if place < len(row) else "" for row in rows]) for place in range(width)
    ]


def is_plain(value: Any) -> bool:
    """A number that can be written out; outputs keep NaN and the infinities as words."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isinstance(value, int) or math.isfinite(value)


def is_fitting(value: Any) -> bool:
    """What may stand among numbers: another, or that there is none."""
    if isinstance(value, float):
        return True
    return value is None or value == "" or is_plain(value) or is_word(value)


def is_word(value: Any) -> bool:
    return isinstance(value, str) and value in WORDS


def alike(numbers: Sequence[Number]) -> str:
    """The format that all of them have; empty for whole numbers and what fits in none."""
    if all(isinstance(number, int) for number in numbers):
        return ""
    sizes = [abs(number) for number in numbers if number]
    if not sizes:
        return ".0f"
    if max(sizes) >= LARGEST:
        return "" if max(sizes) > LARGEST**20 else f".{mantissa(numbers)}e"
    wanted = max(decimals_of(number) for number in numbers)
    largest, smallest = power(max(sizes)), power(min(sizes))
    decimals = min(wanted, max(0, DIGITS - 1 - largest))
    decimals = max(decimals, min(wanted, LEAST_DIGITS - 1 - smallest))
    return f".{decimals}f" if decimals <= MOST_DECIMALS else f".{mantissa(numbers)}e"


def power(size: Number) -> int:
    return math.floor(math.log10(size))


def decimals_of(number: Number) -> int:
    """How many decimals it needs with the digits that matter.

    >>> decimals_of(16.10), decimals_of(30), decimals_of(1 / 3)
    (1, 0, 6)
    """
    exponent = Decimal(f"{number:.{DIGITS}g}").normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def mantissa(numbers: Sequence[Number]) -> int:
    """The decimals before the exponent that the longest of them needs.

    >>> mantissa([1e-10, 2.5e-7])
    1
    """
    longest = (
        len(Decimal(f"{number:.{DIGITS}g}").normalize().as_tuple().digits) for number in numbers
    )
    return max(longest) - 1


def cell(value: Any, spec: str) -> str:
    if value is None or not is_plain(value):
        return shown(value)
    text = format(value, spec) if spec else shown(value)
    return text.replace("-", "−")
