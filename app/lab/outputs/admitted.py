"""What a child says that it returned, if that is what it should be.

The child may have been anything: what it tells is data of somebody hostile. Only plain files of
its own folder count, by plain names, and each value has the form that its kind has (see
runs/store.py), so that every page and program that reads it afterwards finds that form.

    >>> from pathlib import Path
    >>> row = {"name": "x", "kind": "value", "value": 1.5, "files": {}}
    >>> admitted([row], Path())[0].value
    1.5
    >>> admitted([{**row, "value": [1]}], Path())
    Traceback (most recent call last):
    ValueError: 'x' is no value
"""

from __future__ import annotations

import math
import re
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from app.lab.outputs.results import LONGEST_TEXT, MOST_COLUMNS, MOST_OUTPUTS, NAME, null_safe
from app.lab.runs import Output

FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")
FORMAT = re.compile(r"[a-z]{1,10}")
WORDS = ("nan", "inf", "-inf")
LONGEST_CELL = 2_000
LARGEST_FIGURE = 1e7  # points


def admitted(told: Any, folder: Path) -> list[Output]:
    """The outputs, as they may be kept; else ValueError, or whatever a wrong form leads to."""
    rows = told if isinstance(told, list) else []
    found = [one(row, folder) for row in rows[:MOST_OUTPUTS]]
    if len({made.name.lower() for made in found}) < len(found):
        raise ValueError("two outputs of the same name")
    return found


def one(row: Mapping[str, Any], folder: Path) -> Output:
    name, kind = row["name"], row["kind"]
    if not NAME.fullmatch(name) or kind not in FORMS:
        raise ValueError("an output that is none")
    files = dict(row["files"])
    for form, file in files.items():
        if not FORMAT.fullmatch(form) or not FILE.fullmatch(file):
            raise ValueError("a file that is none")
        if not stat.S_ISREG((folder / file).lstat().st_mode):
            raise ValueError(f"{file} is no file")
    try:
        return Output(name, kind, FORMS[kind](row["value"]), files)
    except (ValueError, TypeError, KeyError):
        raise ValueError(f"'{name}' is no {kind}") from None


def require(holds: bool) -> None:
    if not holds:
        raise ValueError


def plain(text: Any) -> str:
    """A text that can be stored: half of a character cannot."""
    require(isinstance(text, str) and len(text) <= LONGEST_TEXT + 100)
    return str(text).encode("utf-8", "replace").decode()


def value(told: Any) -> Any:
    require(told is None or isinstance(told, bool | int | float) or told in WORDS)
    return told if told is None or isinstance(told, str) else null_safe(told)


def figure(told: Any) -> dict[str, Any]:
    sizes = {side: told[side] for side in ("width", "height")}
    for size in sizes.values():
        require(isinstance(size, int | float) and math.isfinite(size) and size >= 0)
        require(size <= LARGEST_FIGURE)
    return {**sizes, "alt": plain(told["alt"]), **counted(told)}


def counted(told: Any) -> dict[str, int]:
    """How many rows its data have, and how many of them are kept, where it has some."""
    counts = {name: told[name] for name in ("total", "kept") if name in told}
    for count in counts.values():
        require(type(count) is int and 0 <= count < 2**53)
    return counts


def table(told: Any) -> dict[str, Any]:
    columns = [plain(column) for column in told["columns"]]
    require(len(columns) <= MOST_COLUMNS)
    rows = [[cell(found) for found in row] for row in told["rows"]]
    require(all(len(row) == len(columns) for row in rows))
    counts = {name: told[name] for name in ("total", "kept")}
    for count in counts.values():
        require(type(count) is int and len(rows) <= count < 2**53)
    return {"columns": columns, "rows": rows, **counts}


def cell(told: Any) -> Any:
    if isinstance(told, str):
        require(len(told) <= LONGEST_CELL)
        return plain(told)
    return value(told)


FORMS: Mapping[str, Callable[[Any], Any]] = {
    "figure": figure,
    "value": value,
    "text": plain,
    "table": table,
}
