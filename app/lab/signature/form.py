"""A form for the parameters of an analysis, as the page and the help at the prompt describe it.

>>> from app.lab.signature.reading import read
>>> signature = read("def main(walkers: Annotated[int, Ge(1), 'how many'] = 10): ...", "walk")
>>> fields(signature, {"walkers": 20})[0]
Field(name='walkers', label='walkers', help='how many', kind='number', value='20', \
minimum='1', maximum='', step='1', choices=(), optional=False)

The page sends `no` (hidden) before a checkbox's `yes`, and of several values the last one counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
        minimum=bound(parameter, parameter.minimum, parameter.above),
        maximum=bound(parameter, parameter.maximum, parameter.below),
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
            both = parameter.minimum is not None and parameter.maximum is not None
            return "range" if both and not parameter.optional else "number"
        case "date":
            return "date"
    return "text"


def bound(parameter: Parameter, inclusive: Bound | None, exclusive: Bound | None) -> str:
    found = exclusive if inclusive is None else inclusive
    return "" if found is None or parameter.many else str(found)


def choices(parameter: Parameter) -> tuple[str, ...]:
    if parameter.type == "bool" and parameter.optional:
        return ("", "yes", "no")
    known = tuple(map(str, parameter.choices))
    return ("", *known) if parameter.optional and known and not parameter.many else known
