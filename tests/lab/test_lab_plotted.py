"""The data of a figure: what it shows, as rows."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib import pyplot

from app.lab.outputs import plotted, results


def rows_of(draw: Any) -> list[tuple[Any, ...]]:
    figure, axes = pyplot.subplots()
    draw(axes)
    found = plotted.rows(figure).rows
    pyplot.close(figure)
    return found


@pytest.mark.parametrize(
    ("draw", "rows"),
    [
        (
            lambda axes: axes.plot([date(2024, 1, 1)], [2]),
            [("line 1", "line", "2024-01-01", 2, None)],
        ),
        (
            lambda axes: axes.plot(["a"], [np.nan], label="x"),
            [("x", "line", "a", pytest.approx(np.nan, nan_ok=True), None)],
        ),
        (
            lambda axes: axes.bar(["a", "b"], [1, 2]),
            [("bar 1", "bar", "a", 1, None), ("bar 1", "bar", "b", 2, None)],
        ),
        (lambda axes: axes.barh([1], [5], label="l"), [("l", "bar", 5, 1.0, None)]),
        (lambda axes: axes.stairs([3], [0, 2], label="s"), [("s", "step", 1.0, 3, None)]),
        (lambda axes: axes.scatter([1], [2], c=[7]), [("point 1", "point", 1.0, 2.0, 7)]),
        (
            lambda axes: axes.imshow([[4.0, 5.0]]),
            [("image 1", "image", 0, 0, 4.0), ("image 1", "image", 1, 0, 5.0)],
        ),
        (
            lambda axes: axes.pcolormesh(np.ma.masked_equal([[4.0, 0.0]], 0)),
            [("image 1", "image", 0, 0, 4.0), ("image 1", "image", 1, 0, None)],
        ),
        (lambda axes: axes.imshow(np.zeros((2, 2, 3))), []),
        (lambda axes: axes.axhline(1), []),
        (lambda axes: axes.text(0, 0, "words"), []),
    ],
)
def test_what_is_drawn_is_told(draw: Any, rows: list[tuple[Any, ...]]) -> None:
    found = rows_of(draw)
    assert [row[1:] for row in found] == rows
    assert {row[0] for row in found} <= {"1"}


def test_a_figure_has_its_data_as_a_file(tmp_path: Path) -> None:
    figure, (left, right) = pyplot.subplots(1, 2)
    left.plot([1, 2], [0.5, 1.5], label="mean")
    left.set_title("Growth")
    right.plot(range(30_000))
    (made,) = results.kept({"plot": figure}, tmp_path)
    with (tmp_path / made.files["data"]).open(newline="") as file:
        found = list(csv.reader(file))
    assert found[:2] == [list(plotted.COLUMNS), ["Growth", "mean", "line", "1", "0.5", ""]]
    assert len(found) == plotted.MOST_ROWS + 1
    assert (made.value["total"], made.value["kept"]) == (30_002, plotted.MOST_ROWS)


def test_a_figure_that_cannot_tell_its_data_is_kept(tmp_path: Path) -> None:
    figure, axes = pyplot.subplots()
    (line,) = axes.plot([1, 2])
    line.get_data = lambda orig: 1 / 0
    (made,) = results.kept({"plot": figure}, tmp_path)
    assert made.files.keys() == {"svg", "dark", "png"}
