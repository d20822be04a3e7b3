"""Columns of numbers: their points stand in line, and no digit that matters is lost."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.columns import column


@pytest.mark.parametrize(
    ("values", "cells"),
    [
        ([29.986, 30.9132, 31.0691], ("29.9860", "30.9132", "31.0691")),
        ([0.1, 1 / 15, 1 / 6], ("0.100000", "0.066667", "0.166667")),
        ([1.02437, 0.992921, 1], ("1.02437", "0.99292", "1.00000")),
        ([5, 10, -20], ("5", "10", "−20")),
        ([5.0, 30.0], ("5", "30")),
        ([60_000, 0.5], ("60000.0", "0.5")),
        ([0, 0.0], ("0", "0")),
        ([0.5, 0.0012], ("0.5000", "0.0012")),
        ([22.9207, 7e-15], ("2.29207e+01", "7.00000e−15")),
        ([1e-10, 2.5e-7], ("1.0e−10", "2.5e−07")),
        ([None, "nan", "inf", "-inf", 1.5, ""], ("–", "NaN", "∞", "−∞", "1.5", "")),
        ([10**400, 0.5], (str(10**400), "0.5")),
    ],
)
def test_numbers(values: list[Any], cells: tuple[str, ...]) -> None:
    found = column(values)
    assert found.is_number
    assert found.cells == cells


@pytest.mark.parametrize(
    "values",
    [["Jahr 1990", "Jahr 1991"], [1, "two"], [True, False], [[1, 2], 3], [], [None], ["nan"]],
)
def test_what_is_no_column_of_numbers_stands_as_words_do(values: list[Any]) -> None:
    assert not column(values).is_number


@given(st.lists(st.one_of(st.floats(), st.integers(), st.none(), st.text(max_size=3)), max_size=8))
def test_any_column_has_all_its_cells_and_one_kind_of_decimals(values: list[Any]) -> None:
    found = column(values)
    assert len(found.cells) == len(values)
    if found.is_number:
        plain = [each for each in found.cells if each.strip("−").replace(".", "").isdigit()]
        if any(isinstance(each, float) for each in values) and len(plain) == len(values):
            assert len({len(each.partition(".")[2]) for each in plain}) <= 1
