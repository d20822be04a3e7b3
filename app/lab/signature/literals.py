"""The value that a piece of Python writes down, without running it.

>>> value(ast.parse("[-1, date(2026, 11, 21)]", mode="eval").body)
[-1, datetime.date(2026, 11, 21)]
"""

from __future__ import annotations

import ast
from datetime import date
from typing import Any

from app.errors import Unreadable

MOST_BITS = 1_000  # what a float can hold; a longer one cannot even be printed
HINT = "Write a number, a text, True, False, None, a date(y, m, d), or a list of those."


def value(node: ast.expr) -> Any:
    """Constants, signed numbers, lists, dicts with text keys and dates; else Unreadable."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str | int | float | None):
        return constant(node)
    if isinstance(node, ast.List | ast.Tuple):
        return [value(item) for item in node.elts]
    if isinstance(node, ast.UnaryOp):
        return signed(node)
    if isinstance(node, ast.Call) and last_name(node.func) == "date":
        return day(node)
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return {text(key, node): value(item) for key, item in pairs}
    raise not_literal(node)


def constant(node: ast.Constant) -> Any:
    if isinstance(node.value, int) and node.value.bit_length() > MOST_BITS:
        raise Unreadable("The number is too large.", line=node.lineno, hint=HINT)
    return node.value


def signed(node: ast.UnaryOp) -> int | float:
    number = value(node.operand)
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise not_literal(node)
    if isinstance(node.op, ast.USub):
        return -number
    if isinstance(node.op, ast.UAdd):
        return number
    raise not_literal(node)


def day(node: ast.Call) -> date:
    """`date(2026, 11, 21)`, its parts by position or by name."""
    positional = [value(item) for item in node.args]
    named = {str(item.arg): value(item.value) for item in node.keywords}
    try:
        return date(*positional, **named)
    except (TypeError, ValueError, OverflowError) as error:
        raise Unreadable(
            f"There is no such day: {error}.",
            line=node.lineno,
            hint="Write date(year, month, day).",
        ) from None


def text(key: ast.expr | None, within: ast.Dict) -> str:
    if isinstance(key, ast.Constant) and isinstance(key.value, str):
        return key.value
    raise not_literal(key or within)


def last_name(node: ast.expr) -> str:
    """`Interval` of both `Interval` and `annotated_types.Interval`; "" of anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def not_literal(node: ast.expr) -> Unreadable:
    shown = ast.unparse(node)
    shown = shown if len(shown) <= 40 else shown[:39] + "…"
    return Unreadable(f"`{shown}` is not a literal.", line=node.lineno, hint=HINT)
