"""Values for parameters: what is taken, what is refused, and that one choice has one form."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInput
from app.lab.signature import (
    Parameter,
    Signature,
    arguments,
    bind,
    bind_text,
    canonical,
    read,
)
from app.lab.signature.form import fields
from app.lab.signature.texts import as_text

WALK = read(
    """
def main(
    dimensions: Annotated[list[int], Ge(1), MaxLen(4), "lattice dimensions"] = [5, 10],
    walkers: Annotated[int, Interval(ge=1, le=100), "walkers"] = 10,
    step: Annotated[float, Gt(0)] = 1.5,
    name: str = "walk",
    kind: Literal["simple", "lazy"] = "simple",
    size: Literal[1, 2] = 1,
    fast: bool = False,
    since: date = date(2026, 1, 2),
    seed: int | None = None,
    labels: list[str] = [],
    days: list[date] = [],
    sure: bool | None = None,
): ...
""",
    "walk",
)
DEFAULTS = bind(WALK, {})


def refused(given: dict[str, Any]) -> BadInput:
    with pytest.raises(BadInput) as caught:
        bind(WALK, given)
    return caught.value


def test_defaults_fill_what_is_not_given() -> None:
    assert list(DEFAULTS) == WALK.names
    assert bind(WALK, {"walkers": 20}) == {**DEFAULTS, "walkers": 20}
    assert DEFAULTS["since"] == "2026-01-02"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("step", 2, 2.0),
        ("walkers", 20.0, 20),
        ("since", date(2026, 3, 4), "2026-03-04"),
        ("since", "20260304", "2026-03-04"),
        ("seed", None, None),
        ("dimensions", (1, 2), [1, 2]),
        ("dimensions", [], []),
    ],
)
def test_what_means_the_same_is_the_same(name: str, value: Any, expected: Any) -> None:
    found = bind(WALK, {name: value})[name]
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("walkers", 0, "at least 1, not 0"),
        ("walkers", 101, "at most 100"),
        ("walkers", True, "whole number"),
        ("walkers", "10", "whole number"),
        ("walkers", 1.5, "whole number"),
        ("walkers", None, "whole number, not NoneType"),
        ("seed", 10**400, "at most 9223372036854775807"),
        ("step", 0, "more than 0"),
        ("step", float("nan"), "finite"),
        ("step", float("inf"), "finite"),
        ("step", 10**400, "at most"),
        ("step", False, "is a number"),
        ("name", 3, "is a text"),
        ("name", "a" * 10_001, "at most 10000"),
        ("name", "\ud800", "Unicode"),
        ("labels", ["a" * 10_001], "at most 10000 characters"),
        ("labels", ["a"] * 1_001, "at most 1000"),
        ("labels", "abc", "a list of texts"),
        ("dimensions", [1] * 5, "at most 4"),
        ("dimensions", [1, 0], "at least 1"),
        ("dimensions", [[1]], "whole number"),
        ("dimensions", {"a": 1}, "a list of whole numbers"),
        ("kind", "other", "one of simple, lazy"),
        ("size", True, "one of 1, 2"),
        ("size", "1", 'one of 1, 2, not "1"'),
        ("name", "a\0b", "is a text without control characters, not [U+0000]"),
        ("labels", ["a", "\x1b[2J"], "without control characters, not [U+001B]"),
        ("since", "\u202e1", "not [U+202E]1"),
        ("fast", 10**4_000, "a number of that size"),
        ("fast", 1, "true or false"),
        ("since", "tomorrow", "is a date"),
        ("since", 20260304, "is a date"),
    ],
)
def test_a_value_that_does_not_fit_names_its_field(name: str, value: Any, words: str) -> None:
    error = refused({name: value})
    assert error.field == f"params.{name}"
    assert words in error.message


def test_an_unknown_parameter_is_met_with_the_nearest() -> None:
    error = refused({"walker": 3})
    assert error.field == "params.walker"
    assert "Did you mean walkers?" in str(error)
    assert "walk takes dimensions, walkers" in str(refused({"zzz" * 1000: 3}))
    assert refused([1]).field == "params"  # type: ignore[arg-type]
    assert refused({10**5_000: 4}).field  # type: ignore[dict-item]
    assert refused({3: 4}).field == "params.3"  # type: ignore[dict-item]


def test_the_canonical_text_does_not_depend_on_order_or_spelling() -> None:
    first = canonical(bind(WALK, {"step": 2, "walkers": 5}))
    assert first == canonical(bind(WALK, {"walkers": 5.0, "step": 2.0}))
    assert canonical({"b": [1], "a": "ü"}) == '{"a":"ü","b":[1]}'
    assert canonical(bind(read("def main(x: float = -0.0): ...", "a"), {})) == '{"x":0.0}'


def test_main_is_called_with_dates() -> None:
    called = arguments(WALK, bind(WALK, {"days": ["2026-01-05"]}))
    assert called["since"] == date(2026, 1, 2)
    assert called["days"] == [date(2026, 1, 5)]
    assert called["walkers"] == 10


@pytest.mark.parametrize(
    ("name", "written", "expected"),
    [
        ("walkers", " 20 ", 20),
        ("walkers", "1e2", 100),
        ("walkers", "", 10),
        ("walkers", ["5", "6"], 6),
        ("walkers", [], 10),
        ("seed", "", None),
        ("seed", "-3", -3),
        ("name", "", ""),
        ("name", " a ", " a "),
        ("fast", ["no", "yes"], True),
        ("fast", "off", False),
        ("sure", "", None),
        ("kind", "lazy", "lazy"),
        ("size", "2", 2),
        ("since", "2026-05-06", "2026-05-06"),
        ("dimensions", "1, 2,3", [1, 2, 3]),
        ("dimensions", ["1", "2,3", ""], [1, 2, 3]),
        ("dimensions", "", [5, 10]),
        ("labels", 'a, "b, c"', ["a", "b, c"]),
        ("days", "2026-01-01, 2026-01-02", ["2026-01-01", "2026-01-02"]),
    ],
)
def test_text_from_a_form_is_read(name: str, written: Any, expected: Any) -> None:
    assert bind_text(WALK, {name: written})[name] == expected


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("walkers", "ten"),
        ("walkers", "1.5"),
        ("walkers", "nan"),
        ("walkers", "9" * 5_000),
        ("step", "1e999"),
        ("fast", "perhaps"),
        ("size", "3"),
        ("dimensions", "1,,2"),
        ("dimensions", '"1'),
        ("dimensions", "a\rb"),
        ("name", "x" * 200_000),
        ("labels", ["x"] * 2_000),
        ("nothing", "x"),
    ],
)
def test_text_that_cannot_be_read_names_its_field(name: str, written: Any) -> None:
    with pytest.raises(BadInput) as caught:
        bind_text(WALK, {name: written})
    assert caught.value.field == f"params.{name}"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
SEEN = st.characters(exclude_categories=["Cs", "Cc"])
TEXTS = st.text(SEEN, max_size=20)
VALID = st.fixed_dictionaries(
    {},
    optional={
        "dimensions": st.lists(st.integers(1, 10**6), min_size=1, max_size=4),
        "walkers": st.integers(1, 100) | st.integers(1, 100).map(float),
        "step": st.floats(0, allow_infinity=False, exclude_min=True),
        "name": TEXTS,
        "kind": st.sampled_from(["simple", "lazy"]),
        "size": st.sampled_from([1, 2]),
        "fast": st.booleans(),
        "since": st.dates(),
        "seed": st.none() | st.integers(-(2**63) + 1, 2**63 - 1),
        "labels": st.lists(
            st.text(SEEN),
            max_size=4,
        ),
        "days": st.lists(st.dates(), max_size=3),
        "sure": st.none() | st.booleans(),
    },
)


@given(VALID)
def test_binding_twice_changes_nothing(given_values: dict[str, Any]) -> None:
    once = bind(WALK, given_values)
    assert bind(WALK, once) == once
    assert bind(WALK, json.loads(canonical(once))) == once
    assert canonical(bind(WALK, once)) == canonical(once)


@given(VALID)
def test_a_form_sends_back_what_it_shows(given_values: dict[str, Any]) -> None:
    once = bind(WALK, given_values)
    shown = {field.name: field.value for field in fields(WALK, once)}
    assert bind_text(WALK, shown) == once


@given(st.dictionaries(st.sampled_from(WALK.names) | st.text(max_size=5), JSON, max_size=4))
def test_any_json_is_bound_or_refused(given_values: dict[str, Any]) -> None:
    try:
        found = bind(WALK, given_values)
    except BadInput as error:
        field, text = error.field, error.message
    else:
        field, text = "params.", canonical(found)
        assert bind(WALK, found) == found
    assert field.startswith("params.")
    assert text.encode()


@given(st.dictionaries(st.sampled_from(WALK.names), TEXTS | st.lists(TEXTS, max_size=3)))
def test_any_text_is_bound_or_refused(given_values: dict[str, Any]) -> None:
    field = "params."
    try:
        bind_text(WALK, given_values)
    except BadInput as error:
        field = error.field
    assert field.startswith("params.")


def test_a_form_describes_each_field() -> None:
    shown = {field.name: field for field in fields(WALK, DEFAULTS)}
    walkers = shown["walkers"]
    assert (walkers.kind, walkers.minimum, walkers.maximum, walkers.step) == (
        "range",
        "1",
        "100",
        "1",
    )
    assert (shown["step"].kind, shown["step"].minimum, shown["step"].step) == (
        "number",
        "5e-324",
        "any",
    )
    assert (shown["dimensions"].kind, shown["dimensions"].value) == ("list", "5, 10")
    assert shown["dimensions"].help == "lattice dimensions"
    assert (shown["kind"].kind, shown["kind"].choices) == ("select", ("simple", "lazy"))
    assert shown["sure"].choices == ("", "yes", "no")
    assert (shown["fast"].kind, shown["fast"].value) == ("checkbox", "no")
    assert (shown["since"].kind, shown["since"].value) == ("date", "2026-01-02")
    assert (shown["step"].value, as_text(WALK["step"], 2.0)) == ("1.5", "2")
    assert as_text(Signature("a", "", "", WALK.parameters)["seed"], None) == ""


HARD = read(
    """
def main(
    dims: list[int] = [5, 10],
    some: list[str] | None = ["x"],
    label: str | None = "x",
    plain: str = "x",
    size: Literal["1", 1, "", " a", '"1"', "b", '""'] | None = "b",
    sizes: list[Literal["1", 1, "", " a", '"1"', "b, c", "[]"]] = ["1"],
    ratio: float | None = 0.5,
    when: list[date] | None = None,
    sure: list[bool] = [True],
): ...
""",
    "hard",
)
ANY_TEXT = st.text(SEEN | st.sampled_from('"\t\r\n, ;[]'), max_size=8)


def admissible(parameter: Parameter) -> st.SearchStrategy[Any]:
    """Every value that it takes, of some size."""
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "bool": st.booleans(),
        "int": st.integers(-(2**63) + 1, 2**63 - 1),
        "float": st.floats(allow_nan=False, allow_infinity=False),
        "str": ANY_TEXT,
        "date": st.dates().map(date.isoformat),
        "choice": st.sampled_from(parameter.choices or ("",)),
    }
    one = kinds[parameter.type]
    every = st.lists(one, max_size=4) if parameter.many else one
    return st.none() | every if parameter.optional else every


@given(st.data())
def test_every_admissible_value_is_read_from_its_text_as_the_same(data: st.DataObject) -> None:
    for signature in (WALK, HARD):
        for parameter in signature.parameters:
            value = data.draw(admissible(parameter), parameter.name)
            try:
                bound = bind(signature, {parameter.name: value})[parameter.name]
            except BadInput:  # out of the range of this one
                continue
            text = as_text(parameter, bound)
            found = bind_text(signature, {parameter.name: text})[parameter.name]
            assert (type(found), found) == (type(bound), bound), text


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("dims", [], "[]"),
        ("some", [], "[]"),
        ("some", ["[]"], '"[]"'),
        ("some", [""], '""'),
        ("label", "", '""'),
        ("label", '""', '"""'),
        ("label", '"a"', '"a"'),
        ("plain", "", ""),
        ("size", "1", '"1"'),
        ("size", 1, "1"),
    ],
)
def test_nothing_and_what_looks_alike_have_texts_of_their_own(
    name: str, value: Any, text: str
) -> None:
    assert as_text(HARD[name], value) == text
    assert bind_text(HARD, {name: text})[name] == value
