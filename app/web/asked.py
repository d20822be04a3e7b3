"""What a program asks for: numbers in the address, one JSON object in the body.

    >>> checked({"id": "a", "markdown": 3}, {"id": Wanted(str), "markdown": Wanted(str, True)})
    Traceback (most recent call last):
    app.errors.BadInput: markdown must be a text.

Nothing is guessed or left aside: a field that is not known is refused by its name.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from flask import request

from app.errors import BadInput, WrongType

KINDS = {str: "a text", bool: "true or false", dict: "an object"}
MAX_DEPTH = 32
MAX_LIMIT = 200
MAX_OFFSET = 1_000_000_000
SHOWN = 60


@dataclass(frozen=True)
class Wanted:
    kind: type
    required: bool = False


def body(wanted: Mapping[str, Wanted]) -> dict[str, Any]:
    """The fields of the request's JSON object, each of the kind that is wanted."""
    if request.mimetype != "application/json":
        raise WrongType(
            f"Send application/json, not {request.mimetype or 'a body without a type'}.",
            hint="Set the header Content-Type: application/json.",
        )
    return checked(parsed(request.get_data(cache=False)), wanted)


def parsed(data: bytes) -> Any:
    try:
        return json.loads(data.decode(), parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, json.JSONDecodeError) else "it cannot be read"
        raise BadInput(f"The body is not JSON: {reason}.") from None


def refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number in JSON")


def checked(value: Any, wanted: Mapping[str, Wanted]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadInput("The body must be one JSON object.")
    for name in value:
        check_known(name, wanted)
    for name, want in wanted.items():
        if want.required and name not in value:
            raise BadInput(f"{name} is missing.", field=name)
        if name in value and type(value[name]) is not want.kind:
            raise BadInput(f"{name} must be {KINDS[want.kind]}.", field=name)
    for name, inner in value.items():
        check_storable(inner, name)
    return value


def check_known(name: str, wanted: Mapping[str, Wanted]) -> None:
    if name in wanted:
        return
    shown = printable(name)
    near = get_close_matches(shown, wanted, 1)
    hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(wanted)}."
    raise BadInput(f"There is no field {shown!r}.", field=shown, hint=hint)


def check_storable(value: Any, place: str, depth: int = 0) -> None:
    """Refuse what JSON can say and a database or a file cannot hold."""
    if depth > MAX_DEPTH:
        raise BadInput(f"Nested deeper than {MAX_DEPTH} levels.", field=place)
    if isinstance(value, str) and not is_text(value):
        raise BadInput("A text cannot hold NUL or half a character.", field=place)
    if isinstance(value, float) and not math.isfinite(value):
        raise BadInput("This number is too large.", field=place)
    if isinstance(value, dict):
        for name, inner in value.items():
            check_storable(name, place)
            check_storable(inner, f"{place}.{printable(name)}", depth + 1)
    if isinstance(value, list):
        for number, inner in enumerate(value):
            check_storable(inner, f"{place}[{number}]", depth + 1)


def is_text(text: str) -> bool:
    return "\0" not in text and printable(text, len(text)) == text


def printable(text: str, length: int = SHOWN) -> str:
    return text[:length].encode("utf-8", "replace").decode()


def limit(default: int = 50) -> int:
    return whole("limit", default, least=1, most=MAX_LIMIT)


def offset() -> int:
    return whole("offset", 0, least=0, most=MAX_OFFSET)


def year() -> int | None:
    return whole("year", 0, least=0, most=9999) if "year" in request.args else None


def whole(name: str, default: int, *, least: int, most: int) -> int:
    """A whole number from the address."""
    text = request.args.get(name, str(default))
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else -1
    if not least <= number <= most:
        raise BadInput(f"{name} is a whole number from {least} to {most}.", field=name)
    return number


def word(name: str, known: Collection[str]) -> str | None:
    """One of the known words from the address, if it is there."""
    found = request.args.get(name)
    if found is not None and found not in known:
        raise BadInput(f"{name} is one of {', '.join(sorted(known))}.", field=name)
    return found
