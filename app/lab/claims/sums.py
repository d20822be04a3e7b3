"""The arithmetic of claims: every operator and function, none of which can make anything large.

>>> OPERATORS[ast.Pow](2, 10), FUNCTIONS["sqrt"](16)
(1024, 4.0)
>>> OPERATORS[ast.Pow](9, 9**9)
Traceback (most recent call last):
app.lab.claims.sums.Unclear: A number in the check becomes too large.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable
from typing import Any

MOST_BITS = 1_100  # a little more than the largest float has
MOST_DIGITS = 100  # to round to
WORDS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}  # as outputs store them


class Unclear(Exception):
    """Why a claim cannot be judged, in words for the page."""


def known(value: Any, name: str = "") -> Any:
    """`value`, if something can be said of it: no NaN, nothing missing, nothing huge."""
    shown = f"`{name}`" if name else "A value in the check"
    if isinstance(value, str):
        value = WORDS.get(value, value)
    if value is None:
        raise Unclear(f"{shown} is missing.")
    if isinstance(value, float) and math.isnan(value):
        raise Unclear(f"{shown} is not a number (NaN).")
    if isinstance(value, int) and value.bit_length() > MOST_BITS:
        raise Unclear("A number in the check becomes too large.")
    if isinstance(value, list | tuple):
        return [known(item, name) for item in value]
    if not isinstance(value, bool | int | float | str):
        raise Unclear(f"{shown} is neither a number nor a text.")
    return value


def arithmetic(compute: Callable[..., Any]) -> Callable[..., Any]:
    """`compute` for numbers only: no text is repeated, formatted or joined."""

    def checked(*values: Any) -> Any:
        return known(compute(*map(number, values)))

    return checked


def number(value: Any) -> int | float:
    if isinstance(value, int | float):
        return known(value)  # type: ignore[no-any-return]  # known returns what it was given
    raise Unclear("Only numbers can be computed with.")


def power(base: int | float, exponent: int | float) -> int | float:
    if isinstance(base, int) and isinstance(exponent, int):
        if abs(exponent) * base.bit_length() > 10 * MOST_BITS and abs(base) > 1:
            raise Unclear("A number in the check becomes too large.")
    elif base < 0 and exponent != int(exponent):
        raise Unclear("A negative number has no such power.")
    result: int | float = base**exponent
    return result


def compare(relation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], bool]:
    def checked(left: Any, right: Any) -> bool:
        left, right = known(left), known(right)
        if isinstance(left, list) or isinstance(right, list):
            raise Unclear("A list cannot be compared: compare its len, sum, min or max.")
        if isinstance(left, str) != isinstance(right, str):
            raise Unclear("A text and a number cannot be compared.")
        return bool(relation(left, right))

    return checked


def rounded(value: int | float, digits: int = 0) -> int | float:
    if not isinstance(digits, int) or abs(digits) > MOST_DIGITS:
        raise Unclear(f"round takes at most {MOST_DIGITS} digits.")
    return round(value, digits) if digits else round(value)


def over_all(compute: Callable[..., Any]) -> Callable[..., Any]:
    """For several numbers, or for one list of them."""

    def checked(*values: Any) -> Any:
        items = values[0] if len(values) == 1 and isinstance(values[0], list) else values
        return known(compute([number(item) for item in items]))

    return checked


OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: arithmetic(operator.add),
    ast.Sub: arithmetic(operator.sub),
    ast.Mult: arithmetic(operator.mul),
    ast.Div: arithmetic(operator.truediv),
    ast.FloorDiv: arithmetic(operator.floordiv),
    ast.Mod: arithmetic(operator.mod),
    ast.Pow: arithmetic(power),
    ast.USub: arithmetic(operator.neg),
    ast.UAdd: arithmetic(operator.pos),
    ast.Not: operator.not_,
    ast.Eq: compare(operator.eq),
    ast.NotEq: compare(operator.ne),
    ast.Lt: compare(operator.lt),
    ast.LtE: compare(operator.le),
    ast.Gt: compare(operator.gt),
    ast.GtE: compare(operator.ge),
}

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": arithmetic(abs),
    "min": over_all(min),
    "max": over_all(max),
    "sum": over_all(sum),
    "round": arithmetic(rounded),
    "sqrt": arithmetic(math.sqrt),
    "log": arithmetic(math.log),
    "exp": arithmetic(math.exp),
    "len": len,
}
