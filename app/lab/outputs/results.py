"""What an analysis returned, as files and values that a page can show.

Runs in the child, which may write nowhere but into its own folder; admitted.py is the runner's
look at what such a child claims to have made.

    >>> from pathlib import Path
    >>> [(made.kind, made.value) for made in kept({"ratio": 1.5, "note": "fine"}, Path())]
    [('value', 1.5), ('text', 'fine')]
"""

from __future__ import annotations

import csv
import gc
import json
import math
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot
from matplotlib.figure import Figure

from app.errors import BadInput
from app.lab.outputs import beside, fonts, plotted, png
from app.lab.outputs.dark import recoloured
from app.lab.runs import Output

MOST_OUTPUTS = 100
LARGEST_SVG = 10_000_000  # above it the page shows the PNG: 0.3 MB where the SVG has 10.7
LARGEST_PICTURE = 40_000_000  # pixels of a PNG
SHARPNESS = 2  # pixels of the PNG for one of the page
MOST_ROWS, ROWS_IN_PAGE, MOST_COLUMNS = 10_000, 200, 200
LONGEST_TEXT = 100_000
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def kept(returned: Any, folder: Path) -> list[Output]:
    """The outputs, in their order, with their files in `folder`; BadInput names what cannot be."""
    if not isinstance(returned, Mapping):
        raise BadInput(
            f"main returned {article(returned)}: return a dict, as in "
            '{"figure": figure, "ratio": 1.003}.'
        )
    if len(returned) > MOST_OUTPUTS:
        raise BadInput(f"main returned {len(returned)} outputs: at most {MOST_OUTPUTS}.")
    names = [checked(name) for name in returned]
    if len({name.lower() for name in names}) < len(names):
        raise BadInput("Two outputs have names that differ only in case.")
    return [output(name, returned[name], folder) for name in names]


def checked(name: Any) -> str:
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise BadInput(
            f"main returned an output named {name!r}: a name has up to 64 letters, digits,"
            " - and _, and starts with a letter or a digit."
        )
    return name


def article(value: Any) -> str:
    return "None" if value is None else f"something of type {type(value).__name__}"


def output(name: str, value: Any, folder: Path) -> Output:
    if isinstance(value, Figure):
        return figure(name, value, folder)
    if isinstance(value, str):
        cut = value if len(value) <= LONGEST_TEXT else value[:LONGEST_TEXT] + "\n… (cut)"
        return Output(name, "text", cut.encode("utf-8", "replace").decode(), {})
    found = plain(value)
    if found is None:  # said, and no failure: the figures and numbers beside it count
        return Output(name, "value", None, {})
    if isinstance(found, bool | int | float):
        return Output(name, "value", null_safe(found), {})
    if isinstance(found, tuple):
        found = list(found)
    if isinstance(found, list) and (rows := rows_of(found)) is not None:
        return table(name, *rows, folder)
    raise BadInput(
        f"main returned '{name}' of type {type(value).__name__}: return a figure, a number, text,"
        " or a table (a list of dicts, or an array with rows and columns)."
    )


def plain(value: Any) -> Any:
    """NumPy's scalars and arrays as Python's own."""
    return value.tolist() if isinstance(value, np.generic | np.ndarray) else value


def null_safe(number: bool | int | float) -> bool | int | float | str:
    """JSON knows no NaN: it is kept as a word.

    >>> null_safe(float("nan")), null_safe(float("-inf")), null_safe(2)
    ('nan', '-inf', 2)
    """
    if isinstance(number, float) and not math.isfinite(number):
        return str(number)
    if isinstance(number, int) and abs(number) > 10**300:
        return str(math.inf if number > 0 else -math.inf)
    return number


def figure(name: str, drawn: Figure, folder: Path) -> Output:
    """An SVG, the same for a dark page, a PNG, and its data; `value` has the size in points."""
    width, height = (float(inches) for inches in drawn.get_size_inches())
    with warnings.catch_warnings(), uncollected():
        warnings.simplefilter("ignore")  # a glyph that the font lacks is no failure
        file, dots = folder / f"{name}.png", sharpness(width * height)
        drawn.set_dpi(min(drawn.dpi, dots))  # to lay out a figure of many metres fills the memory
        with laid_out(drawn):
            painter = partial(paint, drawn, dots, file)
            done = beside.begin(painter)
            try:
                files = draw(name, drawn, folder)
                data, counts = data_of(name, drawn, folder)
            finally:
                painted = done()
            if not painted:
                painter()
    value = {"width": round(width * 72, 1), "height": round(height * 72, 1), "alt": words(drawn)}
    pyplot.close(drawn)
    return Output(name, "figure", {**value, **counts}, {**files, "png": file.name, **data})


def data_of(name: str, drawn: Figure, folder: Path) -> tuple[dict[str, str], dict[str, int]]:
    """What it shows as a CSV file, and how many rows that has; nothing if it cannot be told."""
    try:
        found = plotted.rows(drawn)
    except Exception:  # any library may have drawn it: for want of its data no figure is lost
        return {}, {}
    if not found.rows:
        return {}, {}
    file = folder / f"{name}.data.csv"
    with file.open("w", newline="", encoding="utf-8", errors="replace") as written:
        csv.writer(written, lineterminator="\n").writerows([plotted.COLUMNS, *found.rows])
    return {"data": file.name}, {"total": found.total, "kept": len(found.rows)}


def paint(drawn: Figure, dots: float, file: Path) -> None:
    """With fonts of its own: two processes that read one open file move each other's place."""
    fonts.forget()
    file.write_bytes(png.encoded(png.painted(drawn, dots), dots))


@contextmanager
def uncollected() -> Iterator[None]:
    """Without collections of garbage: drawing makes many objects, and few rings of them."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def draw(name: str, drawn: Figure, folder: Path) -> dict[str, str]:
    svg, dark = folder / f"{name}.svg", folder / f"{name}.dark.svg"
    drawn.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
    if svg.stat().st_size > LARGEST_SVG:
        svg.unlink()
        return {}
    dark.write_text(recoloured(svg.read_text("utf-8")), "utf-8")
    return {"svg": svg.name, "dark": dark.name}


@contextmanager
def laid_out(drawn: Figure) -> Iterator[None]:
    """Lay out once for all formats, and have no engine while they are saved.

    With an engine, even one that does nothing, `savefig` draws everything twice: saved so, a
    plot took 86 ms instead of 60.
    """
    engine = drawn.get_layout_engine()
    if engine is not None:
        engine.execute(drawn)
    with mpl.rc_context({"figure.autolayout": False, "figure.constrained_layout.use": False}):
        drawn.set_layout_engine(None)
        yield


def sharpness(square_inches: float) -> float:
    """Dots per inch: twice the page's, less where the picture would be too large."""
    return float(min(100 * SHARPNESS, math.sqrt(LARGEST_PICTURE / max(square_inches, 1e-9))))


def words(drawn: Figure) -> str:
    """The figure's own words: its titles and the names of its axes."""
    found = [drawn.get_suptitle()]
    for axes in drawn.axes:
        titles = [axes.get_title(loc=side) for side in ("left", "center", "right")]
        pair = [axes.get_ylabel(), axes.get_xlabel()]
        found += [*titles, " against ".join(pair) if all(pair) else "".join(pair)]
    return "; ".join(dict.fromkeys(text.strip() for text in found if text.strip()))


def rows_of(found: list[Any]) -> tuple[list[str], list[list[Any]]] | None:
    """Columns and rows of a list of dicts or of lists; None if it is neither."""
    if found and all(isinstance(row, Mapping) for row in found):
        columns = list(dict.fromkeys(str(key) for row in found for key in row))
        named = ({str(key): cell for key, cell in row.items()} for row in found)
        return columns, [[row.get(column) for column in columns] for row in named]
    if found and all(isinstance(row, list | tuple) for row in found):
        width = max(len(row) for row in found)
        rows = [[*row, *[None] * (width - len(row))] for row in found]
        return [str(place + 1) for place in range(width)], rows
    if all(isinstance(plain(row), bool | int | float | str) for row in found):
        return ["1"], [[row] for row in found]
    return None


def table(name: str, columns: list[str], rows: list[list[Any]], folder: Path) -> Output:
    """A CSV and a JSON file; the first rows are for the page. Bounded, and says so in `kept`."""
    if len(columns) > MOST_COLUMNS:
        raise BadInput(f"The table '{name}' has {len(columns)} columns: at most {MOST_COLUMNS}.")
    total = len(rows)
    rows = [[cell(name, found) for found in row] for row in rows[:MOST_ROWS]]
    with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8", errors="replace") as file:
        csv.writer(file, lineterminator="\n").writerows([columns, *rows])
    whole = json.dumps({"columns": columns, "rows": rows, "total": total}, ensure_ascii=True)
    (folder / f"{name}.json").write_text(whole, "utf-8")
    value = {"columns": columns, "rows": rows[:ROWS_IN_PAGE], "total": total, "kept": len(rows)}
    return Output(name, "table", value, {"csv": f"{name}.csv", "json": f"{name}.json"})


def cell(name: str, value: Any) -> Any:
    value = plain(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return null_safe(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return value[:1000]
    raise BadInput(
        f"The table '{name}' has a cell of type {type(value).__name__}: return numbers and text."
    )
