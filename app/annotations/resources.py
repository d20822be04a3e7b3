"""Bodies and targets: an address, a text, a thing elsewhere, a part of a thing, or a set of these.

Model, sections 3.2 and 4: https://www.w3.org/TR/annotation-model/#bodies-and-targets

    >>> check_body({"type": "TextualBody", "value": ["two", "texts"]}, "body")
    Traceback (most recent call last):
    app.errors.BadInput: There must be exactly one value here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.annotations import checks
from app.annotations.checks import (
    Check,
    Faults,
    below,
    every,
    fields,
    needed,
    single,
    without,
    word_of,
)
from app.annotations.own_addresses import OURS
from app.annotations.selectors import check_selector, check_state
from app.errors import BadInput

MOTIVATIONS = (
    "assessing", "bookmarking", "classifying", "commenting", "describing", "editing",
    "highlighting", "identifying", "linking", "moderating", "questioning", "replying",
    "reviewing", "tagging",
)  # fmt: skip
MOTIVATION = word_of(MOTIVATIONS, or_iri=True)
SETS = ("Choice", "Composite", "List", "Independents")

# What may be said of an annotation, of a body and of a target alike (sections 3.3.1 to 3.3.7).
described: dict[str, Check] = {
    "created": single(checks.moment),
    "modified": single(checks.moment),
    "generated": single(checks.moment),
    "creator": every(checks.resource),
    "generator": every(checks.resource),
    "audience": every(checks.resource),
    "rights": every(checks.iri),
    "canonical": single(checks.iri),
    "via": every(checks.iri),
}
OF_RESOURCES: dict[str, Check] = {
    **described,
    "format": every(checks.text),
    "language": every(checks.text),
    "processingLanguage": single(checks.text),
    "textDirection": single(word_of(("ltr", "rtl", "auto"))),
    "accessibility": every(checks.text),
}
OF_TEXTS: dict[str, Check] = {
    "id": single(checks.iri),
    "value": single(checks.text),
    "purpose": every(MOTIVATION),
}
OF_PARTS: dict[str, Check] = {
    "id": single(checks.iri),
    "selector": every(check_selector),
    "state": every(check_state),
    "purpose": every(MOTIVATION),
    "styleClass": every(checks.text),
    "renderedVia": every(checks.resource),
    "scope": every(checks.resource),
}


def check_body(value: Any, path: str) -> None:
    check_resource(value, path, own_or_iri, texts=True)


def check_target(value: Any, path: str) -> None:
    check_resource(value, path, own_or_iri, texts=False)


def own_or_iri(value: Any, path: str) -> None:
    """An address; one of this library may be relative: `/notes/papers/a`, `/annotations/b`."""
    if isinstance(value, str) and value.startswith(OURS) and value not in OURS:
        value = f"own:{value}"
    checks.iri(value, path)


def check_resource(value: Any, path: str, address: Check, *, texts: bool) -> None:
    if not isinstance(value, dict):
        address(value, path)
        return
    faults = Faults()
    with faults:
        fields(value, OF_RESOURCES, path)
    with faults:
        kind(value, path, texts=texts)(value, path, address)
    faults.settle()


def kind(value: dict[str, Any], path: str, *, texts: bool) -> Callable[..., None]:
    """Which of the four forms an object has."""
    named = checks.types(value, path)
    if ("items" in value and "id" not in value) or any(name in SETS for name in named):
        return check_texts if texts else check_set
    if "source" in value or "SpecificResource" in named:
        return check_part
    if "TextualBody" in named or ("value" in value and "id" not in value):
        if not texts:
            raise BadInput("A text can be a body, not a target.", field=path)
        return check_text
    return check_elsewhere


def check_texts(value: dict[str, Any], path: str, address: Check) -> None:
    check_set(value, path, address, texts=True)


def check_set(value: dict[str, Any], path: str, address: Check, *, texts: bool = False) -> None:
    named = [name for name in checks.types(value, path) if name in SETS]
    if len(named) != 1:
        raise BadInput(f"A set is exactly one of {', '.join(SETS)}.", field=below(path, "type"))
    faults = Faults()
    with faults:
        without(value, ("value", "source", "purpose"), path, "A set")
    with faults:
        fields(value, {"id": single(checks.iri)}, path)
    with faults:
        check_items(value, path, address, texts=texts)
    faults.settle()


def check_items(value: dict[str, Any], path: str, address: Check, *, texts: bool) -> None:
    needed(value, "items", path, "A set has its members in «items».")
    if not isinstance(value["items"], list) or not value["items"]:
        raise BadInput("A set lists at least one member.", field=below(path, "items"))

    def check(item: Any, place: str) -> None:
        check_resource(item, place, address, texts=texts)

    every(check)(value["items"], below(path, "items"))


def check_part(value: dict[str, Any], path: str, address: Check) -> None:
    faults = Faults()
    with faults:
        needed(value, "source", path, "A part needs the thing it is part of in «source».")
        check_source(value["source"], below(path, "source"), address)
    with faults:
        without(value, ("value", "items"), path, "A part of a thing")
    with faults:
        fields(value, OF_PARTS, path)
    faults.settle()


def check_source(source: Any, path: str, address: Check) -> None:
    if not isinstance(source, dict):
        single(address)(source, path)
        return
    faults = Faults()
    with faults:
        fields(source, OF_RESOURCES, path)
    with faults:
        check_elsewhere(source, path, address)
    faults.settle()


def check_text(value: dict[str, Any], path: str, _address: Check) -> None:
    faults = Faults()
    with faults:
        needed(value, "value", path, "A text needs its words in «value».")
    with faults:
        without(value, ("items", "source"), path, "A text")
    with faults:
        fields(value, OF_TEXTS, path)
    faults.settle()


def check_elsewhere(value: dict[str, Any], path: str, address: Check) -> None:
    faults = Faults()
    with faults:
        needed(value, "id", path, "A thing elsewhere needs its address in «id».")
        single(address)(value["id"], below(path, "id"))
    with faults:
        without(value, ("items", "purpose", "source"), path, "A thing elsewhere")
    faults.settle()
