"""Numbers in a sentence: how they are shown, and that a format can do nothing else."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lab.claims import values
from app.lab.claims.values import Reference, look_up, reference


@pytest.mark.parametrize(
    ("value", "spec", "shown"),
    [
        (1.00349, ".3f", "1.003"),
        (1.00349, "", "1.00349"),
        (0.1 + 0.2, "", "0.3"),
        (1000, "", "1000"),
        (1234567, ",", "1,234,567"),
        (1234.5, ",.2f", "1,234.50"),
        (0.256, ".1%", "25.6%"),
        (12345, ".2e", "1.23e+04"),
        (12345.678, ".3g", "1.23e+04"),
        (2.0, "+.1f", "+2.0"),
        (2.6, "d", "3"),
        (7, "03d", "007"),
        (7, ".2d", None),
        (True, "", "true"),
        (True, "d", None),
        ("walk", "", "walk"),
        ("walk", ".3f", None),
        ("nan", ".3f", "NaN"),
        (math.nan, ".3f", "NaN"),
        (-math.inf, "", "−∞"),
        (None, "", None),
        ([1], "", None),
        (1, "999d", None),
        (1.0, ".99f", None),
        (1.0, ".1000000000f", None),
        (1.0, "x", None),
        (1.0, "{0}", None),
        (1.0, "n", None),
        (1.0, "*^9", None),
    ],
)
def test_a_value_is_shown_as_its_format_says(value: Any, spec: str, shown: str | None) -> None:
    assert values.format(value, spec) == shown


def test_a_number_too_large_to_print_is_not_shown() -> None:
    assert values.format(10**5_000, ".3f") is None
    assert values.format(10**5_000) is None


@given(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers()),
    st.text(max_size=8) | st.from_regex(r"[-+ ]?0?\d{0,3}[,_]?(\.\d{0,3})?[eEfFgG%dn]?"),
)
def test_no_format_raises_or_floods(value: Any, spec: str) -> None:
    shown = values.format(value, spec)
    assert shown is None or len(shown) < 500 or isinstance(value, str)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("wide.ratio", Reference("wide", "ratio")),
        (" wide.ratio | .3f ", Reference("wide", "ratio", ".3f")),
        ("größe.wert|,", Reference("größe", "wert", ",")),
        ("wide", None),
        ("wide.ratio.real", None),
        ("wide.__class__[0]", None),
        ("site.title | upper | lower", None),
        ("1.5", None),
        ("", None),
    ],
)
def test_what_stands_between_the_braces(text: str, expected: Reference | None) -> None:
    assert reference(text) == expected


def test_a_value_is_looked_up_by_key_alone() -> None:
    namespace = {"wide": {"ratio": 1.5}, "waiting": None}
    assert look_up(Reference("wide", "ratio", ".2f"), namespace) == "1.50"
    assert look_up(Reference("wide", "keys"), namespace) is None
    assert look_up(Reference("waiting", "ratio"), namespace) is None
    assert look_up(Reference("other", "ratio"), namespace) is None
