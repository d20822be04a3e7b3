"""Many numbers of runs in few words: what a runner is told to work through.

>>> spans([5, 3, 4, 9, 3])
((3, 5), (9, 9))
>>> as_text(spans([5, 3, 4, 9])), read("3-5,9")
('3-5,9', ((3, 5), (9, 9)))
"""

from __future__ import annotations

import json
from collections.abc import Iterable

Spans = tuple[tuple[int, int], ...]  # first and last, in order

AMONG = (
    "EXISTS (SELECT 1 FROM json_each(?) AS span"
    " WHERE run.id BETWEEN span.value ->> 0 AND span.value ->> 1)"
)


def spans(ids: Iterable[int]) -> Spans:
    found: list[tuple[int, int]] = []
    for number in sorted(set(ids)):
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return tuple(found)


def as_text(given: Spans) -> str:
    return ",".join(f"{first}-{last}" if first < last else f"{first}" for first, last in given)


def read(text: str) -> Spans:
    ends = [part.partition("-") for part in text.split(",") if part]
    return tuple((int(first), int(last or first)) for first, _, last in ends)


def parameter(given: Spans) -> str:
    """What AMONG takes."""
    return json.dumps(given)
