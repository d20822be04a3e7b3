"""Selectors and states: which part of a thing is meant, and in which state of it.

Model, sections 4.2 and 4.3: https://www.w3.org/TR/annotation-model/#selectors

    >>> check_selector({"type": "TextPositionSelector", "start": 9, "end": 3}, "target.selector")
    Traceback (most recent call last):
    app.errors.BadInput: The end lies before the start.
"""

from __future__ import annotations

from typing import Any

from app.annotations import checks
from app.annotations.checks import Faults, below, every, fields, needed, single
from app.errors import BadInput

ONE_IRI = single(checks.iri)
ONE_TEXT = single(checks.text)


def check_selector(value: Any, path: str) -> None:
    """One selector: an address, or an object of a known type; what refines it is checked too."""
    part(value, path, SELECTORS)


def check_state(value: Any, path: str) -> None:
    """One state of the source; it may be refined by a state or by a selector."""
    part(value, path, STATES)


def part(value: Any, path: str, known: dict[str, Any]) -> None:
    if not isinstance(value, dict):
        checks.iri(value, path)
        return
    faults = Faults()
    with faults:
        fields(value, {"id": ONE_IRI, "refinedBy": every(check_refinement)}, path)
    with faults:
        check_kind(value, path, known)
    faults.settle()


def check_kind(value: dict[str, Any], path: str, known: dict[str, Any]) -> None:
    named = [name for name in checks.types(value, path) if name in known]
    if len(named) != 1 and not ("id" in value and "type" not in value):
        raise BadInput(f"The type is one of {', '.join(known)}.", field=below(path, "type"))
    if named:
        known[named[0]](value, path)


def check_refinement(value: Any, path: str) -> None:
    part(value, path, SELECTORS | STATES)


def valued(value: dict[str, Any], path: str) -> None:
    needed(value, "value", path, "This selector needs a «value».")
    fields(value, {"value": ONE_TEXT, "conformsTo": ONE_IRI}, path)


def quote(value: dict[str, Any], path: str) -> None:
    faults = Faults()
    with faults:
        needed(value, "exact", path, "A quote needs the words themselves in «exact».")
    with faults:
        fields(value, {"exact": ONE_TEXT, "prefix": ONE_TEXT, "suffix": ONE_TEXT}, path)
    faults.settle()


def position(value: dict[str, Any], path: str) -> None:
    faults = Faults()
    for key in ("start", "end"):
        with faults:
            needed(value, key, path, "A position needs «start» and «end».")
            checks.count(value[key], below(path, key))
    faults.settle()
    if value["end"] < value["start"]:
        raise BadInput("The end lies before the start.", field=below(path, "end"))


def svg(value: dict[str, Any], path: str) -> None:
    if "id" not in value:
        needed(value, "value", path, "An SVG selector needs a «value» or an «id».")
    fields(value, {"value": ONE_TEXT}, path)


def between(value: dict[str, Any], path: str) -> None:
    faults = Faults()
    for key in ("startSelector", "endSelector"):
        with faults:
            needed(value, key, path, "A range needs «startSelector» and «endSelector».")
            single(check_selector)(value[key], below(path, key))
    faults.settle()


def time(value: dict[str, Any], path: str) -> None:
    ends = [key for key in ("sourceDateStart", "sourceDateEnd") if key in value]
    if ("sourceDate" in value) == bool(ends) or len(ends) == 1:
        raise BadInput(
            "A time is a «sourceDate», or a «sourceDateStart» with its «sourceDateEnd».",
            field=below(path, "sourceDate"),
        )
    one = single(checks.moment)
    dates = {"sourceDate": every(checks.moment), "sourceDateStart": one, "sourceDateEnd": one}
    fields(value, {**dates, "cached": every(checks.iri)}, path)


def request(value: dict[str, Any], path: str) -> None:
    needed(value, "value", path, "The headers of the request stand in «value».")
    fields(value, {"value": ONE_TEXT}, path)


SELECTORS = {
    "FragmentSelector": valued,
    "CssSelector": valued,
    "XPathSelector": valued,
    "TextQuoteSelector": quote,
    "TextPositionSelector": position,
    "DataPositionSelector": position,
    "SvgSelector": svg,
    "RangeSelector": between,
}
STATES = {"TimeState": time, "HttpRequestState": request}
