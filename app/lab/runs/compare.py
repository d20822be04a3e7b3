"""Two runs of an analysis beside each other: what differs in what went in, and in what came out.

>>> number_note(2.0, 3.0), number_note(1, 1.5), number_note("a", "b")
('+1, × 1.5', '+0.5, × 1.5', '')
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from app.lab.runs.store import Output, Run
from app.library.history.differences import Differences, differences

NO_CODE = "The code of these runs was not kept."
SAME_CODE = "The code is the same."
LARGEST = 10**15  # of what is written out
SIGNS = 7  # of a checksum that are shown

Sources = Callable[[Run], Mapping[str, str] | None]
Texts = tuple[Mapping[str, str] | None, Mapping[str, str] | None]
Checksum = Callable[[Run, Output], str]


@dataclass(frozen=True)
class Row:
    """One thing that differs; None where one of the two has no such thing.

    part: outcome | code | parameters | values | texts | tables | figures | modules | inputs |
    packages | python
    """

    part: str
    name: str
    before: Any
    after: Any
    note: str = ""


@dataclass(frozen=True)
class Code:
    path: str
    found: Differences


@dataclass(frozen=True)
class Picture:
    """A figure of both runs, to be seen side by side."""

    name: str
    before: Output | None
    after: Output | None
    same: bool


@dataclass(frozen=True)
class Comparison:
    """`code` has the files that differ, as far as their text was kept; `code_note` says the rest.

    `same`: how many things of each part are alike.
    """

    before: Run
    after: Run
    rows: Sequence[Row]
    same: Mapping[str, int]
    code: Sequence[Code]
    code_note: str
    pictures: Sequence[Picture]


def compare(before: Run, after: Run, sources: Sources, checksum: Checksum) -> Comparison:
    """`sources` gives the files of a run, by path; `checksum` that of a figure's file."""
    pictures = list(figures(before, after, checksum))
    texts = sources(before), sources(after)
    every = [*outcome(before, after), own_code(before, after, texts)]
    every += [*inputs(before, after), *outputs(before, after)]
    every += [picture_row(each) for each in pictures]
    code, note = code_of(before, after, texts)
    differing = [row for row in every if not is_same(row.before, row.after)]
    return Comparison(
        before=before,
        after=after,
        rows=differing,
        same=counted(row.part for row in every if is_same(row.before, row.after)),
        code=code,
        code_note=note,
        pictures=pictures,
    )


def is_same(before: Any, after: Any) -> bool:
    """As JSON has them: 1 and true are not the same, 1 and 1.0 are."""
    if isinstance(before, bool) != isinstance(after, bool):
        return False
    return bool(before == after)


def counted(parts: Iterator[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in parts:
        found[part] = found.get(part, 0) + 1
    return found


def outcome(before: Run, after: Run) -> Iterator[Row]:
    yield Row("outcome", "status", before.status, after.status)
    note = number_note(before.seconds, after.seconds)
    yield Row("outcome", "seconds", before.seconds, after.seconds, note)
    yield Row("outcome", "contained", before.sandbox, after.sandbox)


def own_code(before: Run, after: Run, texts: Texts) -> Row:
    """The analysis's own file: the versions of its text where both are to be had, else of what
    it means, as modules have them."""
    pair = (shortened(before.parts.get("source")), shortened(after.parts.get("source")))
    if None not in texts and before.version and after.version:
        pair = before.version, after.version
    return Row("code", f"{after.script}.py", *pair)


def inputs(before: Run, after: Run) -> Iterator[Row]:
    for name, one, other in both(before.params, after.params):
        yield Row("parameters", name, one, other, number_note(one, other))
    for part in ("modules", "inputs"):
        for name, one, other in both(before.parts.get(part) or {}, after.parts.get(part) or {}):
            yield Row(part, name, shortened(one), shortened(other))
    packages = (run.parts.get("packages") or {} for run in (before, after))
    for name, one, other in both(*packages):
        yield Row("packages", name, one, other)
    yield Row("python", "Python", before.parts.get("python"), after.parts.get("python"))


def outputs(before: Run, after: Run) -> Iterator[Row]:
    for name, one, other in both(by_name(before), by_name(after)):
        kinds = {made.kind for made in (one, other) if made}
        if "figure" in kinds:
            continue
        if kinds == {"table"}:
            yield table_row(name, one, other)
            continue
        old, new = (made.value if made else None for made in (one, other))
        part = "texts" if "text" in kinds else "values"
        yield Row(part, name, old, new, number_note(old, new))


def by_name(run: Run) -> dict[str, Output]:
    return {output.name: output for output in run.outputs}


def both(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Every name of either, in their order."""
    for name in dict.fromkeys([*before, *after]):
        yield name, before.get(name), after.get(name)


def shortened(checksum: Any) -> str | None:
    return None if checksum is None else str(checksum)[:SIGNS]


def table_row(name: str, before: Output | None, after: Output | None) -> Row:
    old, new = shape(before), shape(after)
    if before is None or after is None:
        return Row("tables", name, old, new)
    cells = differing_cells(before.value, after.value)
    if not cells:
        return Row("tables", name, old, new)
    compared = len(before.value["rows"])
    cut = f" in the first {compared} rows" if compared < before.value.get("total", 0) else ""
    words = f"{cells:,} {'cell differs' if cells == 1 else 'cells differ'}{cut}"
    # Of the same shape they are told apart by what was counted.
    return Row("tables", name, old, f"{new}, other cells" if old == new else new, words)


def shape(made: Output | None) -> str | None:
    if made is None:
        return None
    total = made.value.get("total", len(made.value["rows"]))
    return f"{total:,} × {len(made.value['columns'])}"


def differing_cells(before: Mapping[str, Any], after: Mapping[str, Any]) -> int:
    """Compared by the names of the columns, in the order of the rows."""
    names = dict.fromkeys([*before["columns"], *after["columns"]])
    found = 0
    for one, other in zip_longest(before["rows"], after["rows"], fillvalue=()):
        left = dict(zip(before["columns"], one, strict=False))
        right = dict(zip(after["columns"], other, strict=False))
        found += sum(not is_same(left.get(name), right.get(name)) for name in names)
    return found


def figures(before: Run, after: Run, checksum: Checksum) -> Iterator[Picture]:
    for name, one, other in both(by_name(before), by_name(after)):
        old, new = (made if made and made.kind == "figure" else None for made in (one, other))
        if old or new:
            sums = checksum(before, old) if old else "", checksum(after, new) if new else ""
            yield Picture(name, old, new, same=sums[0] == sums[1])


def picture_row(picture: Picture) -> Row:
    old, new = (None if made is None else "drawn" for made in (picture.before, picture.after))
    changed = old and new and not picture.same
    return Row("figures", picture.name, old, "drawn otherwise" if changed else new)


def number_note(before: Any, after: Any) -> str:
    """By how much, and by what factor."""
    if not (is_number(before) and is_number(after)) or before == after:
        return ""
    by = after - before
    factor = after / before if before and math.isfinite(after / before) else None
    times = f", × {plain(factor)}" if factor and factor > 0 else ""
    return ("+" if by > 0 else "−") + plain(abs(by)) + times


def plain(size: float) -> str:
    """Four digits that matter, written out where the number is of a usual size.

    >>> plain(58900), plain(0.04321), plain(123456.7), plain(2.5e-9)
    ('58900', '0.04321', '123457', '2.5e-09')
    """
    if isinstance(size, int) and size < LARGEST:
        return str(size)
    return f"{size:.0f}" if 1_000 <= size < LARGEST else f"{size:.4g}"


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def code_of(before: Run, after: Run, texts: Texts) -> tuple[list[Code], str]:
    if texts[0] is not None and texts[1] is not None:
        changed = [
            Code(path, differences(one or "", other or ""))
            for path, one, other in both(texts[0], texts[1])
            if one != other
        ]
        return changed, "" if changed else SAME_CODE
    parts = [(run.parts.get("source"), run.parts.get("modules") or {}) for run in (before, after)]
    return [], SAME_CODE if parts[0] == parts[1] and parts[0][0] else NO_CODE
