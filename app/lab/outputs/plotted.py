"""What a figure shows, as rows: the points of its lines, its scattered points, bars and images.

    >>> figure = Figure()
    >>> _ = figure.add_subplot(title="Growth").plot([1, 2], [3.0, 4.5], label="mean")
    >>> rows(figure).rows
    [('Growth', 'mean', 'line', 1, 3.0, None), ('Growth', 'mean', 'line', 2, 4.5, None)]

Long rows, one for each point: series of different lengths stand in one table, and every tool can
read it. Contours and drawn shapes have no points that somebody computed; they are left out.
Whole columns are taken at once: point by point, a figure of 20,000 took a third of a second.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import count, repeat
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch

MOST_ROWS = 20_000
COLUMNS = ("panel", "series", "kind", "x", "y", "value")

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Rows:
    """The first rows, and how many there are. `value`: of an image, or of coloured points."""

    rows: list[Row]
    total: int


@dataclass(frozen=True)
class Series:
    label: str
    kind: str
    x: Any
    y: Any
    values: Any = None


def rows(drawn: Figure) -> Rows:
    found: list[Row] = []
    total = 0
    panels = [axes for axes in drawn.axes if axes.get_label() != "<colorbar>"]
    for place, axes in enumerate(panels, 1):
        panel, unnamed = title(axes) or str(place), count(1)
        for each in series(axes):
            own = not each.label or each.label.startswith("_")
            name = f"{each.kind} {next(unnamed)}" if own else each.label
            room, length = MOST_ROWS - len(found), len(each.x)
            x, y, values = (plain(column, room) for column in (each.x, each.y, each.values))
            found += zip(repeat(panel), repeat(name), repeat(each.kind), x, y, values, strict=False)
            total += length
    return Rows(found, total)


def title(axes: Axes) -> str:
    titles = (str(axes.get_title(loc=side)) for side in ("left", "center", "right"))
    return next((each for each in titles if each), "")


def series(axes: Axes) -> Iterator[Series]:
    for line in axes.get_lines():
        if line.get_transform() is axes.transData:  # else a rule over the whole panel
            yield Series(str(line.get_label()), "line", *points_of(line))
    yield from (of_bars(axes, each) for each in axes.containers if isinstance(each, BarContainer))
    yield from (of_steps(each) for each in axes.patches if isinstance(each, StepPatch))
    yield from (of_points(each) for each in axes.collections if isinstance(each, PathCollection))
    for image in [*(each for each in axes.collections if isinstance(each, QuadMesh)), *axes.images]:
        values: Any = image.get_array()
        if np.ndim(values) == 2:  # a picture of colours is no data
            yield of_grid(str(image.get_label()), np.ma.asarray(values))


def points_of(line: Any) -> tuple[Any, Any]:
    """As they were given, dates and words included, where that is one value for each point."""
    x, y = (np.ravel(values) for values in line.get_data(orig=True))
    return (x, y) if len(x) == len(y) else line.get_data(orig=False)


def of_bars(axes: Axes, bars: BarContainer) -> Series:
    """The middle of each bar, or its name, and how long it is."""
    lies = bars.orientation == "horizontal"
    boxes = [bar.get_bbox() for bar in bars]
    middles = [(box.y0 + box.y1 if lies else box.x0 + box.x1) / 2 for box in boxes]
    axis: Any = axes.yaxis if lies else axes.xaxis
    units = axis.get_units()
    names = {place: name for name, place in getattr(units, "_mapping", {}).items()}
    at = [names.get(middle, middle) for middle in middles]
    long = [bar.get_width() if lies else bar.get_height() for bar in bars]
    return Series(str(bars.get_label()), "bar", *((long, at) if lies else (at, long)))


def of_steps(steps: StepPatch) -> Series:
    data: Any = steps.get_data()
    edges = np.asarray(data.edges)
    return Series(str(steps.get_label()), "step", (edges[:-1] + edges[1:]) / 2, data.values)


def of_points(points: PathCollection) -> Series:
    offsets: Any = np.ma.asarray(points.get_offsets())
    values = points.get_array()
    coloured = values if values is not None and len(values) == len(offsets) else None
    return Series(str(points.get_label()), "point", offsets[:, 0], offsets[:, 1], coloured)


def of_grid(label: str, values: Any) -> Series:
    """Column and row of each value."""
    y, x = np.indices(values.shape)
    return Series(label, "image", x.ravel(), y.ravel(), values.ravel())


def plain(column: Any, most: int) -> Any:
    """Its first values as a CSV has them; what is masked, or was never there, is empty."""
    if column is None:
        return repeat(None, most)
    first = column[:most]
    found = first.tolist() if isinstance(first, np.ndarray) else list(first)
    return [value if isinstance(value, int | float | str) else other(value) for value in found]


def other(value: Any) -> Any:
    if value is None or value is np.ma.masked:
        return None
    if isinstance(value, np.generic):
        return other(value.item())
    if isinstance(value, int | float | str):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)
