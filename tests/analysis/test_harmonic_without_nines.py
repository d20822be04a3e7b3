"""The depleted series against published sums, against adding up, and against its bounds."""

from __future__ import annotations

import doctest
import math
from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest

# R. Baillie, Sums of reciprocals of integers missing a given digit, 1979; here to 20 decimals.
PUBLISHED = {
    0: 23.10344790942054161603,
    1: 16.17696952812344426657,
    2: 19.25735653280807222453,
    3: 20.56987795096123037107,
    4: 21.32746579959003668663,
    5: 21.83460081229691816340,
    6: 22.20559815955609188416,
    7: 22.49347531170594539817,
    8: 22.72636540267937060283,
    9: 22.92067661926415034816,
}


@pytest.fixture(scope="module")
def series(analysis: Callable[[str], ModuleType]) -> ModuleType:
    return analysis("harmonic_without_nines")


def added_up(digit: int, digits: int) -> float:
    """Every number, one by one, by looking at how it is written."""
    numbers = range(1, 10**digits)
    return math.fsum(1 / number for number in numbers if str(digit) not in str(number))


@pytest.mark.parametrize("digit", PUBLISHED)
def test_the_sum_is_the_published_one(series: ModuleType, digit: int) -> None:
    assert series.main(digit=digit)["sum"] == pytest.approx(PUBLISHED[digit], abs=2e-14)


@pytest.mark.parametrize("digit", [0, 1, 9])
def test_partial_sums_equal_adding_up(series: ModuleType, digit: int) -> None:
    """Five digits: the last of them comes from the recursion, the first four are added."""
    rows = series.main(digit=digit, digits=5)["table"]
    for row in rows:
        expected = added_up(digit, row["digits"])
        assert row["partial sum"] == pytest.approx(expected, rel=1e-14)
        assert row["still missing"] == pytest.approx(PUBLISHED[digit] - expected, rel=1e-12)


def test_six_digits_need_two_steps_of_the_recursion(series: ModuleType) -> None:
    result = series.main(digit=9, digits=6)
    assert result["partial"] == pytest.approx(added_up(9, 6), rel=1e-14)
    assert result["missing_share"] == pytest.approx(1 - added_up(9, 6) / PUBLISHED[9])


@pytest.mark.parametrize("digit", range(10))
def test_terms_are_counted(series: ModuleType, digit: int) -> None:
    for digits in (1, 2, 3):
        numbers = range(10 ** (digits - 1), 10**digits)
        wanted = [number for number in numbers if str(digit) not in str(number)]
        assert series.count(digit, digits) == len(wanted)
        assert series.numbers(digit, digits).tolist() == wanted


def test_terms_that_were_added_one_by_one(series: ModuleType) -> None:
    assert series.main(digit=9)["terms"] == 9**4 - 1
    assert series.main(digit=0)["terms"] == 9 + 9**2 + 9**3 + 9**4


def test_the_bounds_of_the_note(series: ModuleType) -> None:
    result = series.main(digit=9)
    harmonic = [math.fsum(1 / k for k in range(1, n + 1)) for n in range(10)]
    assert result["bound"] == 80
    assert result["upper"] == pytest.approx(10 * harmonic[8])
    assert result["lower"] == pytest.approx(10 * (harmonic[9] - 1))


@pytest.mark.parametrize("digit", range(10))
def test_the_bounds_hold(series: ModuleType, digit: int) -> None:
    result = series.main(digit=digit)
    assert 10 < result["lower"] < result["sum"] < result["upper"] < result["bound"]
    assert result["bound"] == (90 if digit == 0 else 80)


def test_partial_bounds_are_a_geometric_sum(series: ModuleType) -> None:
    rows = series.main(digit=9, digits=60)["table"]
    assert [row["digits"] for row in rows] == [1, 2, 3, 4, 5, 10, 20, 30, 40, 50, 60]
    for row in rows:
        assert row["bound"] == pytest.approx(80 * (1 - 0.9 ** row["digits"]))
        assert row["partial sum"] < row["bound"]
        assert row["terms"] == 8 * 9.0 ** (row["digits"] - 1)


def test_many_digits_reach_the_sum(series: ModuleType) -> None:
    """The recursion digit by digit and the closed sum agree; what is missing falls as 0.9^d."""
    assert series.main(digits=200)["missing_share"] < 1e-9
    by_digits = series.sums_by_digits(9, 400)
    assert math.fsum(by_digits) == pytest.approx(PUBLISHED[9], abs=1e-13)
    assert by_digits[101] / by_digits[100] == pytest.approx(0.9)


def test_the_map_from_one_number_of_digits_to_the_next(series: ModuleType) -> None:
    """One step from four digits gives the sums over five digits, for every power in use."""
    four = series.first_powers(3)
    five = series.numbers(3, 5).astype(float)
    stepped = series.one_more_digit(3) @ four
    expected = [math.fsum(five**-power) for power in range(1, 5)]
    assert np.allclose(stepped[:4], expected, rtol=1e-13, atol=0)


@pytest.mark.parametrize("digits", [1, 3, 60])
def test_the_figure_shows_as_many_digits_as_asked(series: ModuleType, digits: int) -> None:
    result = series.main(digits=digits)
    (axes,) = result["partial_sums"].axes
    bound, _, partial, limit = axes.get_lines()
    assert len(bound.get_xdata()) == len(partial.get_xdata()) == digits
    assert partial.get_ydata()[-1] == result["partial"]
    assert limit.get_ydata()[0] == result["sum"]


def test_its_examples(series: ModuleType) -> None:
    assert doctest.testmod(series) == (0, 1)
