"""The container of all annotations and its pages, as the Web Annotation Protocol writes them.

https://www.w3.org/TR/annotation-protocol/, section 4. Pages are counted from 0.

    >>> shape = Shape("http://127.0.0.1:8000", "Gloss", size=30)
    >>> collection(shape, Page(0, "", []))["total"]
    0
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import Any, NamedTuple

from app.annotations.kept import as_json
from app.annotations.known_contexts import ANNOTATION, LDP
from app.annotations.listing import Page

PATH = "/annotations/"
MINIMAL = "http://www.w3.org/ns/ldp#PreferMinimalContainer"
IRIS = "http://www.w3.org/ns/oa#PreferContainedIRIs"
DESCRIPTIONS = "http://www.w3.org/ns/oa#PreferContainedDescriptions"


class Preferred(NamedTuple):
    """Whether a page stands within the answer, with addresses only; whether a wish was met."""

    embedded: bool
    iris: bool | None
    applied: bool


@dataclass(frozen=True)
class Shape:
    """How the container is asked for. `iris`: only addresses, whole annotations, or no wish."""

    base: str
    title: str
    size: int
    iris: bool | None = None

    @property
    def id(self) -> str:
        wish = "" if self.iris is None else f"?iris={int(self.iris)}"
        return f"{self.base}{PATH}{wish}"

    def page_id(self, number: int) -> str:
        return f"{self.id}{'?' if self.iris is None else '&'}page={number}"

    def last(self, total: int) -> int:
        return max(0, (total - 1) // self.size)


def preferred(include: Set[str], omit: Set[str]) -> Preferred:
    """What is preferred to be in the answer, and not to be in it.

    >>> preferred({IRIS}, {MINIMAL})
    Preferred(embedded=True, iris=True, applied=True)
    >>> preferred(set(), {DESCRIPTIONS})
    Preferred(embedded=False, iris=None, applied=False)
    """
    wanted = include - omit
    if MINIMAL in wanted or not wanted & {IRIS, DESCRIPTIONS}:
        return Preferred(False, None, MINIMAL in wanted)
    return Preferred(True, IRIS in wanted, True)


def collection(shape: Shape, first: Page, *, embedded: bool = False) -> dict[str, Any]:
    """The container. Its first page stands in it only where that was asked for."""
    whole = {
        "@context": [ANNOTATION, LDP],
        "id": shape.id,
        "type": ["BasicContainer", "AnnotationCollection"],
        "label": f"Annotations in {shape.title}",
        **counted(first),
    }
    if not first.total:
        return whole
    last = shape.page_id(shape.last(first.total))
    inner = items(shape, first, 0) if embedded else shape.page_id(0)
    return {**whole, "first": inner, "last": last}


def page(shape: Shape, found: Page, number: int) -> dict[str, Any]:
    """One page, with the way to the others."""
    part_of = {"id": shape.id, "type": "AnnotationCollection", **counted(found)}
    neighbours = {"prev": number - 1, "next": number + 1}
    present = range(shape.last(found.total) + 1)
    links = {name: shape.page_id(to) for name, to in neighbours.items() if to in present}
    return {"@context": ANNOTATION, **items(shape, found, number), "partOf": part_of, **links}


def items(shape: Shape, found: Page, number: int) -> dict[str, Any]:
    contained = [
        shape.base + kept.address if shape.iris else as_json(kept, shape.base)
        for kept in found.annotations
    ]
    return {
        "id": shape.page_id(number),
        "type": "AnnotationPage",
        "startIndex": number * shape.size,
        "items": contained,
    }


def counted(found: Page) -> dict[str, Any]:
    return {"total": found.total, **({"modified": found.modified} if found.modified else {})}
