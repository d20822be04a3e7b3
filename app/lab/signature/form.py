"""A form for the parameters of an analysis, as the page and the help at the prompt describe it.

>>> from app.lab.signature.reading import read
>>> signature = read("def main(walkers: Annotated[int, Ge(1), 'how many'] = 10): ...", "walk")
>>> fields(signature, {"walkers": 20})[0]
Field(name='walkers', label='walkers', help='how many', kind='number', value='20', \
minimum='1', maximum='', step='1', choices=(), optional=False)

The page sends `no` (hidden) before a checkbox's `yes`, and of several values the last one counts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from app.lab.signature.parameters import Bound, Parameter, Signature
from app.lab.signature.texts import as_text

Kind = Literal["checkbox", "select", "number", "range", "date", "list", "text"]


@dataclass(frozen=True)
class Field:
    """Everything as the text that stands in the HTML; "" where there is none.

    kind `range` is a number with both bounds, which a slider can show; `list` is a text with
    commas; `select` has choices, the first one empty where None is allowed.
    """

    name: str
    label: str
    help: str
    kind: Kind
    value: str
    minimum: str = ""
    maximum: str = ""
    step: str = ""
    choices: tuple[str, ...] = ()
    optional: bool = False


def fields(signature: Signature, params: Mapping[str, Any]) -> list[Field]:
    """One field for each parameter, showing its bound value."""
    return [
        field(parameter, params.get(parameter.name, parameter.default))
        for parameter in signature.parameters
    ]


def field(parameter: Parameter, value: Any) -> Field:
    return Field(
        name=parameter.name,
        label=parameter.name.replace("_", " "),
        help=parameter.help,
        kind=kind(parameter),
        value=as_text(parameter, value),
        minimum=bound(parameter, -1),
        maximum=bound(parameter, 1),
        step={"int": "1", "float": "any"}.get(parameter.type, "") * (not parameter.many),
        choices=choices(parameter),
        optional=parameter.optional,
    )


def kind(parameter: Parameter) -> Kind:
    if parameter.many:
        return "list"
    match parameter.type:
        case "bool":
            return "select" if parameter.optional else "checkbox"
        case "choice":
            return "select"
        case "int" | "float":
            ends = (nearest(parameter, -1), nearest(parameter, 1))
            return "range" if None not in ends and not parameter.optional else "number"
        case "date":
            return "date"
    return "text"


def bound(parameter: Parameter, side: int) -> str:
    found = nearest(parameter, side)
    return "" if found is None or parameter.many else str(found)


def nearest(parameter: Parameter, side: int) -> Bound | None:
    """The least value that is allowed, or the largest: beside a bound that is not."""
    lower = side < 0
    inclusive = parameter.minimum if lower else parameter.maximum
    exclusive = parameter.above if lower else parameter.below
    if exclusive is None:
        return inclusive
    beside = next_to(parameter, exclusive, side)
    if inclusive is None:
        return beside
    # Both are numbers, or both days, which sort as their texts do.
    return max(inclusive, beside) if lower else min(inclusive, beside)


def next_to(parameter: Parameter, bound: Bound, side: int) -> Bound:
    if isinstance(bound, str):
        return (date.fromisoformat(bound) - timedelta(days=side)).isoformat()
    if parameter.type == "int":
        return math.floor(bound) + 1 if side < 0 else math.ceil(bound) - 1
    return math.nextafter(bound, -math.inf * side)


def choices(parameter: Parameter) -> tuple[str, ...]:
    if parameter.type == "bool" and parameter.optional:
        return ("", "yes", "no")
    known = tuple(as_text(parameter, choice) for choice in parameter.choices)
    return ("", *known) if parameter.optional and known and not parameter.many else known
