"""The plot of a sweep: what it draws, what it leaves out and says so."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lab.sweeps.plot import MOST_SERIES, Names, left_out, plot
from app.lab.sweeps.scale import scale

XML = "{http://www.w3.org/2000/svg}"
anything = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)


def texts(svg: str) -> list[str]:
    root = ElementTree.fromstring(svg)
    return [found.text or "" for found in root.iter() if found.tag.endswith("text")]


def test_means_over_the_other_axes_with_a_band_and_every_point() -> None:
    points = [(n, n * 10.0 + seed, None) for n in (1, 2, 3) for seed in (0, 2)]
    svg = plot(points, Names("n", "rms_ratio"), "p")
    assert svg.count("<circle") == 6
    assert svg.count('class="band b0"') == 1
    assert "rms ratio against n" in svg
    assert "11 at 1 to 31 at 3." in svg
    assert {"rms ratio", "n"} <= {*texts(svg)}


def test_logarithmic_where_values_differ_a_hundredfold() -> None:
    svg = plot([(n, 1 / n, None) for n in (1, 10, 1000)], Names("n", "e"), "p")
    assert {"n (log)", "e (log)", "1", "1000", "0.001"} <= {*texts(svg)}
    assert "(log)" not in plot([(0, 1.0, None), (1000, 2.0, None)], Names("n", "e"), "p")
    assert "(log)" not in plot([(1, 1.0, None), (1000, 2.0, None)], Names("n", "e"), "p", "no")


def test_words_and_lists_are_categories_and_series_have_a_legend() -> None:
    points = [(kind, 1.0, size) for kind in ("free", "bound", None) for size in ([1], [1, 2])]
    found = texts(plot(points, Names("kind", "x", "size"), "p"))
    assert {"free", "bound", "none", "1", "1, 2", "size"} <= {*found}
    many = [(1, 1.0, number) for number in range(9)]
    assert left_out(many, Names("n", "x", "by")).startswith(f"The first {MOST_SERIES} of 9 values")


def test_what_is_not_finite_is_left_out_and_said() -> None:
    points = [(1, 1.0, None), (2, "nan", None), (3, "inf", None), (4, True, None)]
    assert plot(points, Names("n", "x"), "p").count("<circle") == 2
    assert left_out(points, Names("n", "x")) == "2 points have no finite value and are left out."
    assert "Nothing to draw yet" in plot([(1, "nan", None)], Names("n", "x"), "p")
    assert "Nothing to draw yet" in plot([], Names("n", "x"), "p")


@pytest.mark.parametrize("large", [1.2e308, 6.5e305, -1.7e308])
def test_what_is_too_large_to_reckon_with_is_left_out(large: float) -> None:
    svg = plot([(1, large, None), (2, 3.0, None), (large, 4.0, None)], Names("x", "y"), "p")
    assert "2 points have no finite value and are left out." in svg
    assert svg.count("<circle") == 1


def test_what_stands_in_it_is_escaped() -> None:
    points = [("<script>", 1.0, '"><b>'), ("b", 2.0, "c")]
    svg = plot(points, Names("<x>", "&y", "'by'"), "p")
    assert "<script" not in svg
    assert "<b>" not in svg
    ElementTree.fromstring(svg)


def test_long_values_are_cut_and_unseen_signs_are_seen() -> None:
    long, turned = "x" * 10_000, "a\u202eb"
    svg = plot([(long, 1.0, "y" * 10_000), (turned, 2.0, turned)], Names("n", "v", "by"), "p")
    assert len(svg) < 5_000
    assert "\u202e" not in svg
    assert "a[U+202E]b" in texts(svg)


@given(st.lists(st.tuples(anything, anything, anything), max_size=12))
def test_whatever_comes_a_plot_comes_of_it(points: list[tuple[Any, Any, Any]]) -> None:
    svg = plot(points, Names("x", "y", "by"), "p")
    for number in re.findall(r' (?:cx|cy|x|y)="([^"]*)"', svg):
        assert -20 <= float(number) <= 700


@pytest.mark.parametrize(
    "pair", [(0, 1e-300), (1e300, -1e300), (1e-320, 2e-320), (5, 5), (-0.0, 0)]
)
def test_every_range_has_a_few_ticks_in_order(pair: tuple[float, float]) -> None:
    found = scale(list(pair), 0, 100)
    places = [tick.at for tick in found.ticks]
    assert 1 <= len(places) <= 12
    assert places == sorted(places)
    assert all(0 <= found.place(value) <= 100 for value in pair)
    assert all(len(tick.text) < 16 for tick in found.ticks)
