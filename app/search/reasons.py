"""Why a note was found whose title and passage do not show it: a tag, a name, its address.

>>> from app.search.tree import Word
>>> of_note('{"tags": ["random walk"], "year": 2023}', "a", sought.parts_of([Word("walking")]))
'tag: random walk'
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from app.search import sought
from app.search.sought import Part

NAMES = {
    "tags": "tag", "authors": "author", "author": "author", "aliases": "also called",
    "venue": "venue", "year": "year", "citekey": "key", "arxiv": "arXiv", "doi": "DOI",
}  # fmt: skip
MOST = 2


def of_note(front: str, path: str, parts: Sequence[Part]) -> str:
    """The first things said of it that have one of the parts; empty if none has."""
    found: list[str] = []
    for name, value in said(front, path):
        if any(span for span in sought.of_parts(value, parts)):
            found.append(f"{name}: {value}")
            if len(found) == MOST:
                break
    return ", ".join(found)


def said(front: str, path: str) -> Iterator[tuple[str, str]]:
    values: dict[str, Any] = json.loads(front) if front else {}
    values = {**values.get("extra", {}), **values}
    for name, shown in NAMES.items():
        given = values.get(name)
        for value in given if isinstance(given, list) else [given]:
            if isinstance(value, str | int) and value:
                yield shown, str(value)
    yield "file", path
