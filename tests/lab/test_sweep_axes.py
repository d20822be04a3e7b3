"""The axes of a sweep, as they are typed and as a note or a program gives them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as whatever
from hypothesis import strategies as st

from app.errors import BadInput
from app.lab.signature.parameters import Parameter, Signature
from app.lab.sweeps import axes
from app.lab.sweeps.axes import Axis

WALK = Signature(
    "walk",
    "Walk",
    "",
    (
        Parameter("walkers", "int", 10, minimum=1),
        Parameter("seed", "int", 0),
        Parameter("bias", "float", 0.5),
        Parameter("kind", "choice", "free", choices=("free", "bound")),
        Parameter("name", "str", ""),
        Parameter("open", "bool", False),
        Parameter("day", "date", "2026-01-01"),
        Parameter("sizes", "int", [5], many=True),
        Parameter("limit", "int", None, optional=True),
        Parameter("names", "str", [], many=True),
    ),
)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("walkers=10,100", (10, 100)),
        (" walkers = 10 , 100", (10, 100)),
        ("seed=0:4", (0, 1, 2, 3)),
        ("seed=-2:3:2", (-2, 0, 2)),
        ("seed=3:0:-1", (3, 2, 1)),
        ("seed=7,0:2,9", (7, 0, 1, 9)),
        ("bias=0:0.5:0.1", (0.0, 0.1, 0.2, 0.3, 0.4)),
        ("bias=1e-3, 0.01", (0.001, 0.01)),
        ("kind=free,bound", ("free", "bound")),
        ('name="a,b", c', ("a,b", "c")),
        ("name=0:20", ("0:20",)),
        ("open=yes,no", (True, False)),
        ("day=2026-01-01,2026-02-01", ("2026-01-01", "2026-02-01")),
        ("sizes=5;5,10", ([5], [5, 10])),
        ('names="a;b", c; d', (["a;b", "c"], ["d"])),
        ('names="say ""a;b""" ;"";[]', (['say "a;b"'], [""], [])),
        ('names=5" ; 6"', (['5"'], ['6"'])),
        ("limit=,3", (None, 3)),
    ],
)
def test_an_axis_is_read_as_it_is_typed(text: str, values: tuple[Any, ...]) -> None:
    (found,) = axes.typed(WALK, [text])
    assert found == Axis(text.partition("=")[0].strip(), values)
    assert axes.typed(WALK, axes.as_words(WALK, [found])) == [found]


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["walkers=0,1"], "walkers is at least 1, not 0."),
        (["walkers=ten"], "walkers is a whole number, not ten."),
        (["walkers=1:2:0.5"], "walkers is a whole number, not 1.5."),
        (["walkers="], "walkers: no value."),
        (["walkers=5:5"], "walkers: '5:5' is empty."),
        (["walkers=5:1"], "walkers: '5:1' is empty."),
        (["walkers=1:5:0"], "walkers: '1:5:0' is empty."),
        (["walkers=1:2:3:4"], "walkers: '1:2:3:4' is no range."),
        (["walkers=1:nan"], "walkers: '1:nan' is no range."),
        (["walkers=1:1e9"], "walkers: '1:1e9' has more than 100,000 values."),
        (["walkers=1:1e999999"], "walkers: '1:1e999999' is no range."),
        (["walkers=1:1e300"], "walkers: '1:1e300' has more than 100,000 values."),
        (["walkers=3,3"], "walkers: '3' is there twice."),
        (["kind=loose"], "kind is one of free, bound, not loose."),
        (["walkers=1", "walkers=2"], "walkers is set twice."),
        (["bias=1"], "bias is set twice."),
        (["walker=1"], "There is no parameter 'walker'. Did you mean walkers?"),
        (["walkers"], "'walkers' sweeps over nothing."),
        ([], "No parameter varies."),
        (["walkers=1:1001", "seed=0:101"], "The sweep has 101,000 points: at most 100,000."),
        (['name="a'], "name is a list with commas"),
        (["sizes=5,x"], "sizes is a list of whole numbers with commas, as in 5, 10; not x."),
        (['names="a;b'], "names is a list with commas; quotes come in pairs"),
    ],
)
def test_what_is_no_axis_is_refused_by_name_and_value(texts: list[str], message: str) -> None:
    with pytest.raises(BadInput) as caught:
        axes.typed(WALK, texts, fixed=["bias"])
    assert message in f"{caught.value} {caught.value.hint or ''}"


def test_a_note_and_a_program_give_lists_or_ranges() -> None:
    found = axes.given(WALK, {"walkers": [10, 100], "seed": "0:2", "sizes": [[1], [2, 3]]})
    assert found == [
        Axis("walkers", (10, 100)),
        Axis("seed", (0, 1)),
        Axis("sizes", ([1], [2, 3])),
    ]
    for over in (3, None, True, {"a": 1}):  # YAML reads 1:20, unquoted, as the number 80
        with pytest.raises(BadInput, match="neither a list nor a range"):
            axes.given(WALK, {"seed": over})
    with pytest.raises(BadInput, match="no value"):
        axes.given(WALK, {"seed": []})


def test_the_points_have_the_last_axis_fastest() -> None:
    found = axes.typed(WALK, ["walkers=1,2", "seed=0:2"])
    fixed = axes.fixed_of(WALK, {"bias": 1}, found)
    assert "walkers" not in fixed
    assert fixed["bias"] == 1.0
    pairs = [(each["walkers"], each["seed"]) for each in axes.points(fixed, found)]
    assert pairs == [(1, 0), (1, 1), (2, 0), (2, 1)]


@whatever(st.text(max_size=40), st.sampled_from(WALK.names))
def test_whatever_is_typed_is_read_or_refused(text: str, name: str) -> None:
    try:
        (found,) = axes.typed(WALK, [f"{name}={text}"])
    except BadInput:
        return
    assert axes.size([found]) >= 1
