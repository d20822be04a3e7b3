"""Values for the parameters of an analysis: checked, completed with the defaults, in one form.

>>> walk = Signature("walk", "", "", (Parameter("walkers", "int", 1000, minimum=1),))
>>> bind(walk, {}), bind(walk, {"walkers": 5})
({'walkers': 1000}, {'walkers': 5})
>>> bind(walk, {"walker": 5})
Traceback (most recent call last):
app.errors.BadInput: There is no parameter 'walker'. Did you mean walkers?
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

from app.errors import BadInput
from app.lab.signature.parameters import (
    LARGEST_WHOLE,
    LONGEST_TEXT,
    MOST_ITEMS,
    Parameter,
    Signature,
)
from app.unseen import CONTROLS, visible


def bind(signature: Signature, given: Mapping[str, Any]) -> dict[str, Any]:
    """Every parameter with its value as JSON, in the order of `main`; BadInput names the field."""
    if not isinstance(given, Mapping):
        raise BadInput("The parameters are no mapping of names to values.", field="params")
    for name in given:
        check_name(signature, name)
    return {
        parameter.name: checked(parameter, given[parameter.name])
        if parameter.name in given
        else parameter.default
        for parameter in signature.parameters
    }


def canonical(params: Mapping[str, Any]) -> str:
    """The one text of these parameters: by it runs are found again."""
    return json.dumps(
        params, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def arguments(signature: Signature, params: Mapping[str, Any]) -> dict[str, Any]:
    """What `main` is called with: bound parameters, where dates are dates again."""
    found = dict(params)
    for parameter in signature.parameters:
        value = found.get(parameter.name)
        if parameter.type == "date" and value is not None:
            found[parameter.name] = (
                [date.fromisoformat(item) for item in value]
                if parameter.many
                else date.fromisoformat(value)
            )
    return found


def check_name(signature: Signature, name: Any) -> None:
    if name in signature.names:
        return
    near = get_close_matches(shown(name), signature.names, 1)
    known = f"{signature.name} takes {', '.join(signature.names) or 'no parameters'}."
    raise BadInput(
        f"There is no parameter {shown(name)!r}.",
        field=f"params.{shown(name)}",
        hint=f"Did you mean {near[0]}?" if near else known,
    )


def checked(parameter: Parameter, value: Any) -> Any:
    """`value` in its canonical form, if the parameter can take it."""
    if value is None and parameter.optional:
        return None
    if not parameter.many:
        return one(parameter, value)
    if not isinstance(value, list | tuple):
        raise wrong(parameter, value, f"is a list of {plural(parameter)}")
    check_length(parameter, len(value), "items", MOST_ITEMS)
    return [one(parameter, item) for item in value]


def one(parameter: Parameter, value: Any) -> Any:
    match parameter.type:
        case "bool":
            return truth(parameter, value)
        case "int":
            return in_range(parameter, whole(parameter, value))
        case "float":
            return in_range(parameter, real(parameter, value))
        case "date":
            return in_range(parameter, day(parameter, value))
        case "str":
            return text(parameter, value)
        case "choice":
            return choice(parameter, value)


def truth(parameter: Parameter, value: Any) -> bool:
    if not isinstance(value, bool):
        raise wrong_type(parameter, value, "is true or false")
    return value


def whole(parameter: Parameter, value: Any) -> int:
    """A float without a fraction counts: JSON's 1e5 is one."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong_type(parameter, value, "is a whole number")
    if abs(value) > LARGEST_WHOLE:
        raise wrong(parameter, value, f"is at most {LARGEST_WHOLE}")
    return value


def real(parameter: Parameter, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong_type(parameter, value, "is a number")
    if isinstance(value, int):
        return float(whole(parameter, value))
    if not math.isfinite(value):
        raise wrong(parameter, value, "is a finite number")
    return value + 0.0  # -0.0 becomes 0.0: one number, one text


def day(parameter: Parameter, value: Any) -> str:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise wrong_type(parameter, value, "is a date, as in 2026-11-21") from None


def text(parameter: Parameter, value: Any) -> str:
    if not isinstance(value, str):
        raise wrong_type(parameter, value, "is a text")
    if not parameter.many:
        check_length(parameter, len(value), "characters", LONGEST_TEXT)
    elif len(value) > LONGEST_TEXT:
        raise wrong(parameter, value, f"has items of at most {LONGEST_TEXT} characters")
    if any("\ud800" <= sign <= "\udfff" for sign in value):
        raise wrong(parameter, "half of a character", "is Unicode text")
    if control := CONTROLS.search(value):
        raise wrong(parameter, control[0], "is a text without control characters")
    return value


def choice(parameter: Parameter, value: Any) -> str | int:
    for known in parameter.choices:
        if type(known) is type(value) and known == value:
            return known
    named = literal(value) if isinstance(value, str) else value
    raise wrong(parameter, named, f"is one of {', '.join(map(literal, parameter.choices))}")


def literal(value: str | int) -> str:
    """A choice in words: in quotes where a text could be taken for a number, or for nothing.

    >>> literal(1), literal("1"), literal("one"), literal("")
    ('1', '"1"', 'one', '""')
    """
    if isinstance(value, int):
        return str(value)
    plain = value == value.strip().strip('"') and value and not is_number(value)
    return value if plain else f'"{value}"'


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def in_range(parameter: Parameter, value: Any) -> Any:
    low, high, above, below = (
        parameter.minimum,
        parameter.maximum,
        parameter.above,
        parameter.below,
    )
    if low is not None and value < low:
        raise wrong(parameter, value, f"is at least {low}")
    if high is not None and value > high:
        raise wrong(parameter, value, f"is at most {high}")
    if above is not None and value <= above:
        raise wrong(parameter, value, f"is more than {above}")
    if below is not None and value >= below:
        raise wrong(parameter, value, f"is less than {below}")
    return value


def check_length(parameter: Parameter, length: int, unit: str, most: int) -> None:
    longest = most if parameter.longest is None else min(most, parameter.longest)
    if length < parameter.shortest:
        raise wrong(parameter, f"{length} {unit}", f"has at least {parameter.shortest}")
    if length > longest:
        raise wrong(parameter, f"{length} {unit}", f"has at most {longest}")


def plural(parameter: Parameter) -> str:
    return {
        "bool": "true and false",
        "int": "whole numbers",
        "float": "numbers",
        "str": "texts",
        "date": "dates",
        "choice": "choices",
    }[parameter.type]


EXAMPLES = {"bool": "yes, no", "int": "5, 10", "float": "0.5, 1", "str": "a, b"}
EXAMPLES |= {"date": "2026-11-21, 2026-11-22"}


def wrong_type(parameter: Parameter, value: Any, rule: str) -> BadInput:
    """Of an item, what a list looks like: it may be its commas that are missing."""
    if not parameter.many:
        return wrong(parameter, value, rule)
    example = f"{plural(parameter)} with commas, as in {EXAMPLES[parameter.type]}"
    return wrong(parameter, value, f"is a list of {example}", ";")


def wrong(parameter: Parameter, value: Any, rule: str, stop: str = ",") -> BadInput:
    """`walkers is at least 1, not 0.`"""
    return BadInput(
        f"{parameter.name} {rule}{stop} not {shown(value) or 'empty'}.",
        field=f"params.{parameter.name}",
    )


def shown(value: Any) -> str:
    """A value that may be anything, short and printable."""
    if isinstance(value, int) and abs(value) > LARGEST_WHOLE:
        return "a number of that size"
    text = str(value) if isinstance(value, str | int | float | date) else type(value).__name__
    text = visible(text.encode("utf-8", "replace").decode())
    return text if len(text) <= 60 else text[:59] + "…"
