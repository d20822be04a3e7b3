"""Offsets as browsers and most programs count them: in units of UTF-16, not in code points.

>>> to_code_points("𝒳 and y", 7), to_units("𝒳 and y", 6)
(6, 7)
"""

from __future__ import annotations


def to_code_points(text: str, units: int) -> int:
    """The number of characters in so many units; half of a pair counts as none."""
    if text.isascii():
        return min(units, len(text))
    return len(encoded(text)[: 2 * units].decode("utf-16-le", "ignore"))


def to_units(text: str, code_points: int) -> int:
    return len(encoded(text[:code_points])) // 2


def encoded(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")
