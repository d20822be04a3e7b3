"""Whether a claim holds: a comparison over what analyses returned, with arithmetic.

>>> judge("abs(wide.rms_ratio - 1) < 0.02", {"wide": {"rms_ratio": 1.003}}).state
'holds'
>>> judge("wide.sum < 80", {"wide": {}}).reason
'`wide` returned no `sum`.'

Anybody who may write a note writes claims, so the text is hostile until shown otherwise: it is
parsed, held against a short list of what may stand in it, and evaluated by simpleeval with
operators of ours that refuse to make anything large. Nothing that is typed raises or hangs.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, Literal

from simpleeval import InvalidExpression, SimpleEval

from app.lab.claims.sums import FUNCTIONS, OPERATORS, Unclear, known

LONGEST = 1_000
MOST_PARTS = 300
DEEPEST = 40
LEFT_SIDE = "left side"
MOST_KEPT = 2_000  # checks that were read
ALLOWED = (
    ast.Expression,
    ast.BoolOp,
    ast.UnaryOp,
    ast.BinOp,
    ast.Compare,
    ast.Call,
    ast.Name,
    ast.Attribute,
    ast.Constant,
    ast.boolop,
    ast.expr_context,
    *OPERATORS,
)

# What each block of a note, or analysis at its defaults, returned; None: it has no result yet.
Namespace = Mapping[str, Mapping[str, Any] | None]
SWEEP: Final[Mapping[str, Any]] = MappingProxyType({})  # in its place: a block with many results


@dataclass(frozen=True)
class Verdict:
    """`number` is the left side of the first comparison; `reason` says why it is unknown.

    `worked`: what the names in the check stand for, and the left side where it is no name, in
    the order of the check.
    """

    state: Literal["holds", "refuted", "unknown"]
    number: float | None = None
    reason: str = ""
    worked: tuple[tuple[str, Any], ...] = ()


def judge(check: str, namespace: Namespace) -> Verdict:
    """Whether `check` is true of these values; never raises."""
    number: float | None = None
    worked: tuple[tuple[str, Any], ...] = ()
    try:
        tree = flat(check)
        number = left_side(tree, namespace)
        worked = worked_out(tree, namespace, number)
        answer = evaluate(tree.body, namespace)
        if not isinstance(answer, bool):
            raise Unclear("The check is no comparison: it is neither true nor false.")
    except Unclear as error:
        return Verdict("unknown", number, str(error), worked)
    return Verdict("holds" if answer else "refuted", number, worked=worked)


def names(check: str) -> list[str]:
    """The blocks or analyses that the check speaks of, in order; none if it cannot be read."""
    try:
        tree = flat(check)
    except Unclear:
        return []
    found = [node.id.partition(".") for node in ast.walk(tree) if isinstance(node, ast.Name)]
    return list(dict.fromkeys(block for block, dot, _ in found if dot))


@lru_cache(maxsize=MOST_KEPT)
def flat(check: str) -> ast.Expression:
    """The check, read once for all the pages that show it: nothing changes the tree."""
    tree: ast.Expression = Flat().visit(parse(check))
    return tree


def parse(check: str) -> ast.Expression:
    """The check as a tree that holds nothing but what is allowed."""
    if len(check) > LONGEST:
        raise Unclear(f"The check is longer than {LONGEST} characters.")
    try:
        tree = ast.parse(check.replace("\n", " ").strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Unclear(
            "The check cannot be read; write it as in abs(block.value - 1) < 0.02."
        ) from None
    parts = list(ast.walk(tree))
    if len(parts) > MOST_PARTS or too_deep(tree):
        raise Unclear("The check is too long; compute a value in the analysis instead.")
    for part in parts:
        check_part(part)
    return tree


def too_deep(tree: ast.AST) -> bool:
    level: list[ast.AST] = [tree]
    for _ in range(DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return bool(level)


def check_part(part: ast.AST) -> None:
    if isinstance(part, ast.Call):
        if not isinstance(part.func, ast.Name) or part.func.id not in FUNCTIONS or part.keywords:
            raise Unclear(f"Only these can be called, with values: {', '.join(FUNCTIONS)}.")
    elif isinstance(part, ast.Attribute):
        if not isinstance(part.value, ast.Name) or part.attr.startswith("_"):
            raise Unclear("A value is written as block.value, and nothing may follow it.")
    elif isinstance(part, ast.Constant):
        if not isinstance(part.value, int | float | str):
            raise Unclear(f"{part.value!r} is neither a number nor a text.")
    elif isinstance(part, ast.expr | ast.operator | ast.cmpop | ast.unaryop) and not isinstance(
        part, ALLOWED
    ):
        raise Unclear(f"{type(part).__name__} has no place in a check; see the help on claims.")


def left_side(tree: ast.Expression, namespace: Namespace) -> float | None:
    """What the first comparison compares, as a number that can be shown."""
    first = next((node for node in ast.walk(tree) if isinstance(node, ast.Compare)), None)
    try:
        value = evaluate(first.left, namespace) if first else None
        number = float(value) if isinstance(value, int | float) else math.nan
    except (Unclear, OverflowError):
        return None
    return number if math.isfinite(number) and not isinstance(value, bool) else None


def worked_out(
    tree: ast.Expression, namespace: Namespace, number: float | None
) -> tuple[tuple[str, Any], ...]:
    """Each value that the check names, by its name; a list only by what is computed of it."""
    spoken = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and "." in node.id]
    spoken.sort(key=lambda node: node.col_offset)
    found: dict[str, Any] = {}
    for name in dict.fromkeys(node.id for node in spoken):
        with suppress(Unclear):
            found[name] = look_up(name, namespace)
    plain = [(name, value) for name, value in found.items() if not isinstance(value, list | tuple)]
    first = next((node for node in ast.walk(tree) if isinstance(node, ast.Compare)), None)
    is_worked = first is not None and not isinstance(first.left, ast.Name | ast.Constant)
    return (*plain, *([(LEFT_SIDE, number)] if is_worked and number is not None else []))


def evaluate(node: ast.expr, namespace: Namespace) -> Any:
    def value_of(name: ast.Name) -> Any:
        return look_up(name.id, namespace)

    evaluator = SimpleEval(operators=OPERATORS, functions=FUNCTIONS, names=value_of)
    try:
        return known(evaluator.eval("", previously_parsed=node))
    except ZeroDivisionError:
        raise Unclear("The check divides by zero.") from None
    except OverflowError:
        raise Unclear("A number in the check becomes too large.") from None
    except (ValueError, TypeError, ArithmeticError, InvalidExpression) as error:
        raise Unclear(f"The check cannot be computed: {error}.") from None
    except (RecursionError, MemoryError):
        raise Unclear("The check is too large to be computed.") from None


class Flat(ast.NodeTransformer):
    """Makes `block.value` one name, so that the evaluator never sees an attribute."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.Name:
        assert isinstance(node.value, ast.Name)
        return ast.copy_location(ast.Name(f"{node.value.id}.{node.attr}", ast.Load()), node)


def look_up(name: str, namespace: Namespace) -> Any:
    """The value that `block.value` stands for."""
    block, dot, key = name.partition(".")
    if block not in namespace:
        raise Unclear(f"There is no `{block}`{instead(name, namespace)}")
    values = namespace[block]
    if not dot:
        raise Unclear(f"`{block}` is a block: name one of its values, as in {block}.value.")
    if values is None:
        raise Unclear(f"`{block}` has no result yet.")
    if values is SWEEP:
        raise Unclear(f"`{block}` is a sweep, which has many values.")
    if key not in values:
        raise Unclear(f"`{block}` returned no `{key}`.{nearest(key, values)}")
    return known(values[key], name)


def instead(name: str, namespace: Namespace) -> str:
    """The end of a sentence about a name that is none: what may have been meant."""
    block, dot, _ = name.partition(".")
    if likely := [] if dot else full_names(block, namespace):
        return f": write {' or '.join(f'`{each}`' for each in likely[:3])}."
    return f".{nearest(block, namespace)}"


def full_names(key: str, namespace: Namespace) -> list[str]:
    """`block.value` for each block that returned such a value."""
    return [f"{block}.{key}" for block, values in namespace.items() if values and key in values]


def is_lost(check: str, namespace: Namespace) -> bool:
    """Whether the check speaks of something that there is not."""
    try:
        tree = flat(check)
    except Unclear:
        return False
    spoken = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - {*FUNCTIONS}
    return any(name.partition(".")[0] not in namespace for name in spoken)


def nearest(name: str, names: Mapping[str, Any]) -> str:
    near = get_close_matches(name, names, 1)
    return f" Did you mean `{near[0]}`?" if near else ""
