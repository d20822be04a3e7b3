"""The W3C Web Annotation model: take what is right, refuse what is wrong at its place.

https://www.w3.org/TR/annotation-model/. Keys that Gloss does not know are kept as they are.

    >>> check({"@context": CONTEXT, "type": "Annotation", "target": "not an address"})
    Traceback (most recent call last):
    app.errors.BadInput: «not an address» is no address (IRI).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.annotations import addresses, alone, checks, json_text, known_contexts
from app.annotations.checks import Check, Faults, below, every, fields, needed, single, word_of
from app.annotations.paging import COLLECTION, PAGE
from app.annotations.resources import MOTIVATION, check_body, check_target, described
from app.errors import BadInput, TooLarge, WrongType

CONTEXT = known_contexts.ANNOTATION
MAX_BYTES = 256 * 1024
VISIBILITIES = ("shared", "private")


def parse(raw: bytes, bases: Sequence[str] = ()) -> dict[str, Any]:
    """The annotation that stands in a request's body, checked. `bases`: see `check`."""
    check_size(len(raw))
    try:
        return check(json_text.loads(raw), bases)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"This is not JSON: {error}.", hint="Send an annotation in JSON-LD.") from (
            error
        )


def check_size(length: int) -> None:
    if length > MAX_BYTES:
        raise TooLarge(
            f"An annotation has at most {MAX_BYTES:,} bytes; this one has {length:,}.",
            hint="Say less, or write a note and link to it.",
        )


def check(value: Any, bases: Sequence[str] = ()) -> dict[str, Any]:
    """`value` itself, if it is an annotation; else BadInput with the path of what is wrong.

    The error knows every fault. An «id» is ours to give, so a wrong one is named last. `bases` are
    the addresses of this library, of whose other annotations it must not speak.
    """
    if not isinstance(value, dict):
        raise BadInput("An annotation is a JSON object.")
    keys = checks.bounded(value)
    check_kind(value)
    is_plain = value["@context"] == CONTEXT and keys.count("@context") == 1
    own = known_contexts.check(value) if not is_plain or "@import" in keys else set[str]()
    check_parts(value)
    if own or not alone.is_plain(value, keys):
        alone.check(value, own, bases)
    return value


def check_parts(value: dict[str, Any]) -> None:
    faults = Faults()
    with faults:
        fields(value, OF_ANNOTATIONS, "")
    with faults:
        if "body" in value and "bodyValue" in value:
            raise BadInput("Either «body» or «bodyValue», not both.", field="bodyValue")
    with faults:
        check_targets(value)
    faults.settle(last="id")


def check_kind(value: dict[str, Any]) -> None:
    context = value.get("@context")
    if CONTEXT not in (context if isinstance(context, list) else [context]):
        raise WrongType(f"The context of an annotation is {CONTEXT}.", field="@context")
    named = checks.types(value, "")
    if "Annotation" not in named:
        raise WrongType(
            "Only an «Annotation» is taken here.",
            field="type",
            hint="Send its annotations one by one." if {PAGE, COLLECTION} & {*named} else "",
        )


def check_inner(value: Any, path: str) -> None:
    """An annotation that stands in a page, whose context counts for it."""
    try:
        check({"@context": CONTEXT, **value})
    except BadInput as error:
        for fault in error.all:
            fault.field = below(path, fault.field)
        raise


def check_stylesheet(value: Any, path: str) -> None:
    checks.resource(value, path)
    if isinstance(value, dict) and ("id" in value) == ("value" in value):
        raise BadInput("A style sheet has either an «id» or a «value».", field=path)


def check_targets(value: dict[str, Any]) -> None:
    needed(value, "target", "", "An annotation says what it is about in «target».")
    if value["target"] == []:
        raise BadInput("An annotation has at least one target.", field="target")
    faults = Faults()
    with faults:
        every(check_target)(value["target"], "target")
    if "stylesheet" not in value:
        for key in ("body", "target"):
            for thing, path in addresses.things(value.get(key), key):
                with faults:
                    checks.without(thing, ("styleClass",), path, "Without a «stylesheet» a part")
    faults.settle()


OF_ANNOTATIONS: dict[str, Check] = {
    **described,
    "id": checks.iri,
    "motivation": every(MOTIVATION),
    "visibility": word_of(VISIBILITIES),
    "stylesheet": single(check_stylesheet),
    "bodyValue": single(checks.text),
    "body": every(check_body),
}
