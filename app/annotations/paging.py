"""A collection of annotations and its pages, as the model writes them.

https://www.w3.org/TR/annotation-model/#collections. Gloss answers them; nobody can send one.
"""

from __future__ import annotations

from typing import Any

from app.annotations import checks
from app.annotations.checks import Check, Faults, below, every, fields, needed, single
from app.annotations.resources import described
from app.errors import BadInput

COLLECTION = "AnnotationCollection"
PAGE = "AnnotationPage"
IRI = single(checks.iri)


def check_collection(value: dict[str, Any], annotation: Check, path: str = "") -> None:
    """BadInput if it is not as it must be; `annotation` checks the items of its first page."""

    def page(value: Any, place: str) -> None:
        if isinstance(value, dict):
            check_page(value, annotation, place)
        else:
            checks.iri(value, place)

    named(value, COLLECTION, path)
    known = {**described, "total": single(checks.count), "first": single(page), "last": IRI}
    fields(value, known, path)


def check_page(value: dict[str, Any], annotation: Check, path: str = "") -> None:
    def item(value: Any, place: str) -> None:
        (annotation if isinstance(value, dict) else checks.iri)(value, place)

    faults = Faults()
    with faults:
        named(value, PAGE, path)
    with faults:
        ways = {"next": IRI, "prev": IRI, "partOf": single(checks.resource)}
        fields(value, {**ways, "startIndex": single(checks.count)}, path)
    with faults:
        items = value.get("items")
        if not isinstance(items, list) or not items:
            raise BadInput("A page lists at least one annotation.", field=below(path, "items"))
        every(item)(items, below(path, "items"))
    faults.settle()


def named(value: dict[str, Any], kind: str, path: str) -> None:
    if kind not in checks.types(value, path):
        raise BadInput(f"The type is «{kind}».", field=below(path, "type"))
    needed(value, "id", path, "Collections and pages have an address in «id».")
    checks.iri(value["id"], below(path, "id"))
