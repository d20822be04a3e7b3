"""A parameter's type, range and help, from its annotation; nothing is imported or run.

>>> node = ast.parse("Annotated[int, Interval(ge=1, lt=9), 'steps']", mode="eval").body
>>> found = parameter(node)
>>> found.type, found.minimum, found.maximum, found.help
('int', 1, 8, 'steps')
"""

from __future__ import annotations

import ast
import math
from dataclasses import replace
from datetime import date
from typing import Any, cast

from app.errors import Unreadable
from app.lab.signature import literals
from app.lab.signature.parameters import Bound, Parameter, Type

SIMPLE = ("bool", "int", "float", "str", "date")
# annotated_types by name: what each of its arguments means, in the order of position
BOUNDS = {
    "Interval": ("gt", "ge", "lt", "le"),
    "Ge": ("ge",),
    "Gt": ("gt",),
    "Le": ("le",),
    "Lt": ("lt",),
    "Len": ("min_length", "max_length"),
    "MinLen": ("min_length",),
    "MaxLen": ("max_length",),
}
# the others of annotated_types: to leave one out would take what it refuses
REFUSED = {"MultipleOf", "Timezone", "Predicate", "Not", "LowerCase", "UpperCase", "IsAscii"}
REFUSED |= {"IsDigits", "IsDigit", "IsFinite", "IsNotFinite", "IsNan", "IsNotNan", "IsInfinite"}
REFUSED |= {"IsNotInfinite"}
FIELDS = {"ge": "minimum", "le": "maximum", "gt": "above", "lt": "below"}
LENGTHS = {"min_length": "shortest", "max_length": "longest"}
HINT = (
    "Use bool, int, float, str, date, Literal[...], a list of one of those, or X | None; "
    "a range and a help text go into Annotated[...]."
)


def parameter(node: ast.expr) -> Parameter:
    """What the annotation says; name and default are not its business and stay empty."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return parameter(unquoted(node, node.value))
    if isinstance(node, ast.Name | ast.Attribute) and literals.last_name(node) in SIMPLE:
        return Parameter("", cast(Type, literals.last_name(node)))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return union(alternatives(node), node)
    if isinstance(node, ast.Subscript):
        return subscripted(node)
    raise unknown(node)


def unquoted(node: ast.expr, text: str) -> ast.expr:
    try:
        inner = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError):
        raise unknown(node) from None
    for each in ast.walk(inner):
        if isinstance(each, ast.expr | ast.keyword):
            each.lineno = node.lineno
    return inner


def alternatives(node: ast.expr) -> list[ast.expr]:
    """The parts of `a | b | c`."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return [*alternatives(node.left), *alternatives(node.right)]
    return [node]


def union(nodes: list[ast.expr], whole: ast.expr) -> Parameter:
    some = [node for node in nodes if not is_none(node)]
    if len(some) != 1:
        raise unknown(whole)
    return replace(parameter(some[0]), optional=len(some) < len(nodes))


def is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def subscripted(node: ast.Subscript) -> Parameter:
    inside = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    match literals.last_name(node.value):
        case "Annotated" if len(inside) > 1:
            return annotated(inside[0], inside[1:])
        case "Literal" if inside:
            return chosen(inside)
        case "list" | "List" if len(inside) == 1:
            return listed(inside[0])
        case "Optional" if len(inside) == 1:
            return replace(parameter(inside[0]), optional=True)
        case "Union":
            return union(inside, node)
    raise unknown(node)


def chosen(nodes: list[ast.expr]) -> Parameter:
    values = [literals.value(node) for node in nodes]
    choices = tuple(value for value in values if value is not None)
    for value in choices:
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise Unreadable(
                f"{value!r} cannot be a choice.",
                line=nodes[0].lineno,
                hint="A Literal holds texts or whole numbers; for yes and no use bool.",
            )
    if not choices:
        raise Unreadable("The Literal offers nothing to choose.", line=nodes[0].lineno)
    return Parameter("", "choice", choices=choices, optional=None in values)


def listed(node: ast.expr) -> Parameter:
    item = parameter(node)
    if item.many or item.optional or item.shortest or item.longest is not None:
        raise Unreadable(
            f"`list[{ast.unparse(node)}]` is more than a list of simple values.",
            line=node.lineno,
            hint="Give a length to the whole list, and make the items neither lists nor optional.",
        )
    return replace(item, many=True)


def annotated(node: ast.expr, metadata: list[ast.expr]) -> Parameter:
    """The texts are the help; metadata of other libraries is left alone, as typing asks."""
    found = parameter(node)
    for item in metadata:
        check_known(item)
        if isinstance(item, ast.Constant) and isinstance(item.value, str):
            found = replace(found, help=f"{found.help} {item.value.strip()}".strip())
        elif isinstance(item, ast.Call) and literals.last_name(item.func) in BOUNDS:
            for name, value in arguments(item).items():
                found = narrowed(found, name, value, item.lineno)
    return found


def check_known(item: ast.expr) -> None:
    """Refuse a constraint that nobody here would keep."""
    name = literals.last_name(item.func if isinstance(item, ast.Call) else item)
    if name in REFUSED or (name in BOUNDS and not isinstance(item, ast.Call)):
        raise Unreadable(
            f"The constraint `{ast.unparse(item)[:60]}` is not known.",
            line=item.lineno,
            hint=f"Use {', '.join(BOUNDS)}; what else there is to check, check in main.",
        )


def arguments(call: ast.Call) -> dict[str, Any]:
    names = BOUNDS[literals.last_name(call.func)]
    pairs = [
        *zip(names, call.args, strict=False),
        *((str(word.arg), word.value) for word in call.keywords),
    ]
    if len(call.args) > len(names) or any(name not in names for name, _ in pairs):
        raise Unreadable(f"`{ast.unparse(call)}` cannot be read.", line=call.lineno)
    found = {name: literals.value(node) for name, node in pairs}
    return {name: value for name, value in found.items() if value is not None}


def narrowed(found: Parameter, name: str, value: Any, line: int) -> Parameter:
    """`found` with one more bound; a bound of a whole number is made inclusive."""
    if name in LENGTHS:
        return with_length(found, LENGTHS[name], value, line)
    if isinstance(value, date):
        value = value.isoformat()
    if not fits(found.type, value):
        raise Unreadable(
            f"A range to {value!r} does not fit the type {found.type}.",
            line=line,
            hint="Ranges are for int, float and date, and are written in the same type.",
        )
    if found.type == "int":
        name, value = inclusive(name, value)
    changed: dict[str, Bound] = {FIELDS[name]: value}
    return replace(found, **changed)  # type: ignore[arg-type]  # each of FIELDS is a Bound


def fits(type: Type, bound: Any) -> bool:
    if type == "date":
        return isinstance(bound, str)
    number = isinstance(bound, int | float) and not isinstance(bound, bool)
    return type in ("int", "float") and number and math.isfinite(bound)


def inclusive(name: str, value: int | float) -> tuple[str, int]:
    if name in ("ge", "gt"):
        return "ge", math.ceil(value) if name == "ge" else math.floor(value) + 1
    return "le", math.floor(value) if name == "le" else math.ceil(value) - 1


def with_length(found: Parameter, field: str, value: Any, line: int) -> Parameter:
    whole = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if not whole or not (found.many or found.type == "str"):
        raise Unreadable(
            f"The length {value!r} does not fit.",
            line=line,
            hint="Lengths are whole numbers, for lists and texts.",
        )
    return replace(found, shortest=value) if field == "shortest" else replace(found, longest=value)


def unknown(node: ast.expr) -> Unreadable:
    shown = ast.unparse(node)
    shown = shown if len(shown) <= 60 else shown[:59] + "…"
    return Unreadable(f"The type `{shown}` is not known.", line=node.lineno, hint=HINT)
