"""The axes of a sweep: which parameters vary, and over what.

>>> walk = Signature("walk", "", "", (Parameter("walkers", "int", 10), Parameter("seed", "int", 0)))
>>> axes = typed(walk, ["walkers=10,100", "seed=0:3"])
>>> axes[1], size(axes)
(Axis(name='seed', values=(0, 1, 2)), 6)
>>> list(points(bind(walk, {}), axes))[:2]
[{'walkers': 10, 'seed': 0}, {'walkers': 10, 'seed': 1}]

`a:b` counts from a up to b, which is left out; `a:b:step` by steps, exact for decimals too. Both
may stand between commas. Lists, of a parameter that is one, are separated by semicolons; an item
that holds a semicolon or a comma stands in double quotes:

>>> named = Signature("walk", "", "", (Parameter("names", "str", [], many=True),))
>>> typed(named, ['names="a;b", c; d'])[0].values
(['a;b', 'c'], ['d'])
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import product
from typing import Any

from app.errors import BadInput
from app.lab.signature.binding import bind, canonical, check_name, checked, shown
from app.lab.signature.parameters import Parameter, Signature
from app.lab.signature.texts import as_text, is_none, many, split, value_of

MOST_POINTS = 100_000
MOST_AXES = 20
LARGEST_EXPONENT = 300
LONGEST = 100_000  # characters of one axis, as typed


@dataclass(frozen=True)
class Axis:
    """`values` as JSON has them, each as the parameter takes it."""

    name: str
    values: tuple[Any, ...]


def typed(signature: Signature, texts: Iterable[str], fixed: Iterable[str] = ()) -> list[Axis]:
    """The axes of `walkers=10,100` and the like; `fixed` are the parameters that are set."""
    pairs: list[tuple[str, Any]] = []
    for text in texts:
        name, equals, written = text.partition("=")
        if not equals:
            raise BadInput(
                f"{shown(text)!r} sweeps over nothing.",
                hint="Write --sweep name=10,100 or name=0:20.",
                field="sweep",
            )
        pairs.append((name.strip(), written))
    return of_pairs(signature, pairs, fixed)


def given(signature: Signature, sweep: Mapping[str, Any], fixed: Iterable[str] = ()) -> list[Axis]:
    """The axes of `{"walkers": [10, 100], "seed": "0:20"}`, as a note or a program has them."""
    if not isinstance(sweep, Mapping):
        raise BadInput("sweep is a mapping of parameters to their values.", field="sweep")
    return of_pairs(signature, list(sweep.items()), fixed)


def of_form(signature: Signature, texts: Mapping[str, str]) -> tuple[dict[str, Any], list[Axis]]:
    """What is fixed, and the axes: a field with several values is one."""
    fixed: dict[str, Any] = {}
    pairs: list[tuple[str, Any]] = []
    for name, text in texts.items():
        check_name(signature, name)
        values = read(signature[name], text)
        if len(values) > 1:
            pairs.append((name, values))
        elif values:
            fixed[name] = one(signature[name], values[0])
    return fixed, of_pairs(signature, pairs, fixed)


def of_pairs(
    signature: Signature, pairs: Sequence[tuple[str, Any]], fixed: Iterable[str]
) -> list[Axis]:
    if not pairs:
        raise BadInput("No parameter varies.", hint="Write walkers=10,100.", field="sweep")
    if len(pairs) > MOST_AXES:
        raise BadInput(f"More than {MOST_AXES} parameters vary.", field="sweep")
    axes: list[Axis] = []
    taken = {*fixed}
    for name, over in pairs:
        check_name(signature, name)
        if name in taken:
            raise BadInput(f"{name} is set twice.", field=f"sweep.{name}")
        taken.add(name)
        axes.append(axis(signature[name], over))
    if size(axes) > MOST_POINTS:
        raise BadInput(
            f"The sweep has {size(axes):,} points: at most {MOST_POINTS:,}.", field="sweep"
        )
    return axes


def size(axes: Sequence[Axis]) -> int:
    return math.prod(len(axis.values) for axis in axes)


def points(params: Mapping[str, Any], axes: Sequence[Axis]) -> Iterator[dict[str, Any]]:
    """Every choice of parameters, the last axis fastest. `params` are bound."""
    names = [axis.name for axis in axes]
    for values in product(*(axis.values for axis in axes)):
        yield {**params, **dict(zip(names, values, strict=True))}


def fixed_of(
    signature: Signature, params: Mapping[str, Any], axes: Sequence[Axis]
) -> dict[str, Any]:
    """What is the same at every point: bound, and without the axes."""
    varies = {axis.name for axis in axes}
    return {name: value for name, value in bind(signature, params).items() if name not in varies}


def as_words(signature: Signature, axes: Sequence[Axis]) -> list[str]:
    """The axes as `typed` reads them."""
    return [f"{axis.name}={written(signature[axis.name], axis.values)}" for axis in axes]


def written(parameter: Parameter, values: Sequence[Any]) -> str:
    """Whole numbers in a row are short: 0:20."""
    whole = parameter.type == "int" and not parameter.many and None not in values
    if whole and len(values) > 2 and list(values) == list(range(values[0], values[-1] + 1)):
        return f"{values[0]}:{values[-1] + 1}"
    if parameter.many:
        return "; ".join(as_text(parameter, value) for value in values)
    return as_text(parameter, list(values))


def cell(value: Any) -> Any:
    """A parameter's value in a table: a list is a text."""
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def axis(parameter: Parameter, over: Any) -> Axis:
    if isinstance(over, str):
        values = read(parameter, over)
    elif isinstance(over, list | tuple):
        values = list(over)
    else:
        raise wrong(
            parameter,
            f"{shown(over)!r} is neither a list nor a range",
            'Write [10, 100], or a range in quotes: "0:20".',
        )
    if not values:
        raise wrong(parameter, "no value", "Write at least one.")
    found = tuple(one(parameter, value) for value in values)
    known: set[str] = set()
    for value in found:
        text = canonical({"": value})
        if text in known:
            raise wrong(parameter, f"{shown(value) or 'empty'!r} is there twice")
        known.add(text)
    return Axis(parameter.name, found)


def one(parameter: Parameter, value: Any) -> Any:
    try:
        return checked(parameter, value)
    except BadInput as error:
        error.field = f"sweep.{parameter.name}"
        raise


def read(parameter: Parameter, text: str) -> list[Any]:
    """The values that are written there; what cannot be read is left to `checked` to refuse."""
    if len(text) > LONGEST:
        raise wrong(parameter, "too long")
    if parameter.many:
        parts = [part.strip() for part in lists(text) if part.strip()]
        return [many(parameter, [part]) for part in parts]
    if not text.strip():
        return []
    found: list[Any] = []
    for item in split(parameter, text):
        if parameter.type in ("int", "float") and ":" in item:
            found += counted(parameter, item)
        elif parameter.optional and (not item.strip() or is_none(parameter, item)):
            found.append(None)
        else:
            found.append(value_of(parameter, item if parameter.type == "str" else item.strip()))
        if len(found) > MOST_POINTS:
            raise wrong(parameter, f"more than {MOST_POINTS:,} values")
    return found


def lists(text: str) -> list[str]:
    """Cut at the semicolons, but for those in double quotes, which open where an item begins."""
    found, start, inside, opens = [], 0, False, True
    for place, sign in enumerate(text):
        if sign == '"' and (inside or opens):
            inside, opens = not inside, inside  # one right behind the end is one of the item
        elif not inside and sign == ";":
            found.append(text[start:place])
            start, opens = place + 1, True
        elif not inside:
            opens = sign == "," or (opens and sign == " ")
    return [*found, text[start:]]


def counted(parameter: Parameter, text: str) -> list[Any]:
    """`0:1:0.25` in decimal arithmetic: 0.1 + 0.2 is 0.3."""
    try:
        numbers = [Decimal(part.strip()) for part in text.split(":")]
    except InvalidOperation:
        numbers = []
    if len(numbers) not in (2, 3) or not all(map(is_usual, numbers)):
        raise wrong(parameter, f"{shown(text)!r} is no range", "Write from:to or from:to:step.")
    first, end = numbers[:2]
    step = numbers[2] if len(numbers) == 3 else Decimal(1)
    if step == 0 or (end - first) / step <= 0:
        raise wrong(parameter, f"{shown(text)!r} is empty", "The end itself is left out.")
    if (end - first) / step > MOST_POINTS:
        raise wrong(parameter, f"{shown(text)!r} has more than {MOST_POINTS:,} values")
    values = [first + step * place for place in range(math.ceil((end - first) / step))]
    return [int(value) if value == value.to_integral_value() else float(value) for value in values]


def is_usual(number: Decimal) -> bool:
    """One that is quickly computed with: 1e999999 has a million digits."""
    return number.is_finite() and abs(number.adjusted()) <= LARGEST_EXPONENT


def wrong(parameter: Parameter, reason: str, hint: str = "") -> BadInput:
    return BadInput(f"{parameter.name}: {reason}.", field=f"sweep.{parameter.name}", hint=hint)
