"""JSON as it must be written here: no name twice in an object, no number that JSON does not have.

Of two values under one name every program takes another, so what was shown would not be what was
sent.

    >>> loads(b'{"target": {"id": "a:b", "id": "a:c"}}')
    Traceback (most recent call last):
    app.errors.BadInput: «id» stands here twice.
"""

from __future__ import annotations

import json
from typing import Any

from app.annotations.checks import below
from app.errors import BadInput


def loads(raw: bytes) -> Any:
    """The value; BadInput, at its place, where a name stands twice; ValueError: no JSON."""
    twice: list[tuple[dict[str, Any], str]] = []

    def made(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        whole = dict(pairs)
        if len(whole) < len(pairs):
            twice.append((whole, repeated(pairs)))
        return whole

    value = json.loads(raw, object_pairs_hook=made, parse_constant=refuse_constant)
    if twice:
        refuse(value, *twice[0])
    return value


def repeated(pairs: list[tuple[str, Any]]) -> str:
    """The first name that stands a second time."""
    keys = [key for key, _ in pairs]
    return next(key for place, key in enumerate(keys) if key in keys[:place])


def refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number in JSON")


def refuse(value: Any, holder: dict[str, Any], key: str) -> None:
    """A part that was replaced by the second of its name stands nowhere: then the name alone."""
    path = place(value, holder, "")
    named = key.encode(errors="replace").decode()
    field = named if path is None else below(path, named)
    raise BadInput(f"«{named[:60]}» stands here twice.", field=field)


def place(value: Any, holder: dict[str, Any], path: str) -> str | None:
    if value is holder:
        return path
    if isinstance(value, dict):
        inside = [(below(path, key), inner) for key, inner in value.items()]
    elif isinstance(value, list):
        inside = [(f"{path}[{index}]", inner) for index, inner in enumerate(value)]
    else:
        return None
    found = (place(inner, holder, name) for name, inner in inside)
    return next((name for name in found if name is not None), None)
