"""The two optional literals at the top of an analysis: INPUTS and LIMITS.

>>> tree = ast.parse("INPUTS = ['data/x.csv']\\nLIMITS = {'wall_seconds': 20}")
>>> inputs(tree), limits(tree)
(('data/x.csv',), {'wall_seconds': 20})
"""

from __future__ import annotations

import ast
import math
from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import Any

from app.errors import Unreadable
from app.lab.signature import literals

# Each limit with the most that an analysis may ask for.
LIMITS = {
    "wall_seconds": 7 * 86_400,
    "cpu_seconds": 28 * 86_400,
    "memory_mb": 1_000_000,
    "processes": 4_096,
    "output_mb": 100_000,
    "file_mb": 100_000,
}


def inputs(tree: ast.Module) -> tuple[str, ...]:
    """The files that the analysis reads, as paths below the folder of analyses."""
    node = assigned(tree, "INPUTS")
    if node is None:
        return ()
    paths = literals.value(node)
    if not isinstance(paths, list):
        raise Unreadable(
            "INPUTS is not a list.", line=node.lineno, hint='Write INPUTS = ["data/x.csv"].'
        )
    return tuple(dict.fromkeys(below(path, node.lineno) for path in paths))


def limits(tree: ast.Module) -> dict[str, float]:
    node = assigned(tree, "LIMITS")
    if node is None:
        return {}
    wanted = literals.value(node)
    if not isinstance(wanted, dict):
        raise Unreadable(
            "LIMITS is not a dict.", line=node.lineno, hint='Write LIMITS = {"wall_seconds": 20}.'
        )
    for name, value in wanted.items():
        check_limit(name, value, node.lineno)
    return wanted


def assigned(tree: ast.Module, name: str) -> ast.expr | None:
    """What the module's last `name = …` at its top level assigns."""
    found = None
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            targets = statement.targets
        elif isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        else:
            continue
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            found = statement.value
    return found


def below(path: Any, line: int) -> str:
    """`path` in its plain form, if it stays below the folder of analyses."""
    if not isinstance(path, str) or not path or any(ord(sign) < 32 for sign in path):
        raise Unreadable(f"{path!r} in INPUTS is no path.", line=line)
    plain = PurePosixPath(path)
    if plain.is_absolute() or ".." in plain.parts or "\\" in path or not plain.parts:
        raise Unreadable(
            f"{path!r} in INPUTS leads out of the folder of analyses.",
            line=line,
            hint="Put the file below it and write its path from there, as in data/x.csv.",
        )
    return plain.as_posix()


def check_limit(name: str, value: Any, line: int) -> None:
    if name not in LIMITS:
        near = get_close_matches(name, LIMITS, 1)
        hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(LIMITS)}."
        raise Unreadable(f"There is no limit {name!r}.", line=line, hint=hint)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or not 0 < value <= LIMITS[name]:
        raise Unreadable(
            f"The limit {name} is {value!r}.",
            line=line,
            hint=f"It is a number above 0 and at most {LIMITS[name]}.",
        )
    if name == "processes" and not isinstance(value, int):
        raise Unreadable(f"The limit processes is {value!r}: not a whole number.", line=line)
