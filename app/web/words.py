"""Runs and values in words, as every page has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.lab.claims import values
from app.lab.signature import visible

# How points of a sweep ended that gave no result; of one, of several.
LACKING = {
    "excepted": ("at 1 the analysis failed", "at {:,} the analysis failed"),
    "timed_out": ("1 took too long", "{:,} took too long"),
    "cancelled": ("1 was cancelled", "{:,} were cancelled"),
    "interrupted": ("1 was interrupted", "{:,} were interrupted"),
    "errored": ("Gloss failed to run 1", "Gloss failed to run {:,}"),
}


def lacking(counts: Mapping[str, int]) -> str:
    """What became of the points of a sweep that have no result.

    >>> lacking({"succeeded": 4, "excepted": 714, "cancelled": 1})
    'at 714 the analysis failed, 1 was cancelled'
    """
    told = [(LACKING[status], counts.get(status, 0)) for status in LACKING]
    return ", ".join(several.format(n) if n > 1 else one for (one, several), n in told if n)


def short(value: Any) -> str:
    r"""A value with the digits that a reader wants; claims and downloads have all of them.

    >>> short(0.1234567), short(True), short(1234567)
    ('0.123457', 'true', '1234567')
    >>> short("a\u202eb")
    'a[U+202E]b'
    """
    spec = ".6g" if isinstance(value, float) else ""
    return visible(values.format(value, spec) or str(value))
