"""Reading an analysis: what is understood, what is refused and with which words, and that
nothing but Unreadable ever comes out."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.errors import Unreadable
from app.lab.signature import Parameter, read

HEADER = '''"""Walks on a lattice.

How far they get.
"""
INPUTS = ["data/x.csv", "./data/y.csv"]
LIMITS = {"wall_seconds": 20, "memory_mb": 2048}
'''


def of(text: str) -> Parameter:
    """The parameter that `text` declares."""
    return read(f"def main({text}): ...", "walk").parameters[0]


def refused(source: str) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read(source, "walk")
    assert caught.value.path == "walk.py"
    return caught.value


def test_the_file_tells_its_title_inputs_and_limits() -> None:
    found = read(HEADER + "def main(n: int = 1) -> dict: ...", "walk")
    assert (found.name, found.title) == ("walk", "Walks on a lattice")
    assert found.doc == "Walks on a lattice.\n\nHow far they get."
    assert found.inputs == ("data/x.csv", "data/y.csv")
    assert found.limits == {"wall_seconds": 20, "memory_mb": 2048}


def test_without_a_docstring_the_name_is_the_title() -> None:
    assert read("def main(): ...", "random_walk").title == "Random walk"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x: bool = True", Parameter("x", "bool", True)),
        ("x: int = -3", Parameter("x", "int", -3)),
        ("x: float = 1", Parameter("x", "float", 1.0)),
        ("x: float = +1.5e3", Parameter("x", "float", 1500.0)),
        ("x: str = 'a'", Parameter("x", "str", "a")),
        ("x: 'int' = 3", Parameter("x", "int", 3)),
        ("x: Literal['a', 'b'] = 'b'", Parameter("x", "choice", "b", choices=("a", "b"))),
        ("x: typing.Literal[1, 2] = 2", Parameter("x", "choice", 2, choices=(1, 2))),
        (
            "x: Literal['a', None] = None",
            Parameter("x", "choice", None, choices=("a",), optional=True),
        ),
        ("x: list[int] = [1, -2]", Parameter("x", "int", [1, -2], many=True)),
        ("x: list[float] = (1, 2.5)", Parameter("x", "float", [1.0, 2.5], many=True)),
        (
            "x: list[Literal['a', 'b']] = []",
            Parameter("x", "choice", [], choices=("a", "b"), many=True),
        ),
        ("x: int | None = None", Parameter("x", "int", None, optional=True)),
        ("x: Optional[list[str]] = None", Parameter("x", "str", None, optional=True, many=True)),
        ("x: Union[None, str] = 'y'", Parameter("x", "str", "y", optional=True)),
        ("x: date = date(2026, 11, 21)", Parameter("x", "date", "2026-11-21")),
        ("x: datetime.date = datetime.date(2026, 1, day=2)", Parameter("x", "date", "2026-01-02")),
        ("*, x: int = 4", Parameter("x", "int", 4)),
        ("x: Annotated[int, 'how many', Other(1)] = 4", Parameter("x", "int", 4, "how many")),
        (
            "x: Annotated[int, Interval(ge=1, le=100_000), 'walkers'] = 4",
            Parameter("x", "int", 4, "walkers", minimum=1, maximum=100_000),
        ),
        ("x: Annotated[int, Gt(0), Lt(9.5)] = 4", Parameter("x", "int", 4, minimum=1, maximum=9)),
        (
            "x: Annotated[float, at.Interval(gt=0, lt=1)] = 0.5",
            Parameter("x", "float", 0.5, above=0, below=1),
        ),
        (
            "x: Annotated[list[int], Ge(1), Len(1, 3)] = [4]",
            Parameter("x", "int", [4], minimum=1, shortest=1, longest=3, many=True),
        ),
        (
            "x: list[Annotated[int, Le(5)]] = [4]",
            Parameter("x", "int", [4], maximum=5, many=True),
        ),
        (
            "x: Annotated[date, Ge(date(2020, 1, 1))] = date(2026, 1, 1)",
            Parameter("x", "date", "2026-01-01", minimum="2020-01-01"),
        ),
        ("x: Annotated[str, MaxLen(3)] = 'abc'", Parameter("x", "str", "abc", longest=3)),
    ],
)
def test_a_parameter_is_read(text: str, expected: Parameter) -> None:
    assert of(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = 3", "has no type"),
        ("x: int", "has no default"),
        ("*, x: int", "has no default"),
        ("*xs: int", r"takes \*xs"),
        ("**xs: int", r"takes \*xs"),
        ("x: int = 1, /", "Remove the `/`"),
        ("x: complex = 1", "type `complex` is not known"),
        ("x: int | str = 1", "not known"),
        ("x: dict[str, int] = {}", "not known"),
        ("x: list[list[int]] = []", "more than a list"),
        ("x: 'in t' = 1", "not known"),
        ("x: int = f()", r"`f\(\)` is not a literal"),
        ("x: int = 2 * 3", "is not a literal"),
        ("x: int = 'a'", "does not fit: x is a whole number, not a"),
        ("x: int = True", "whole number"),
        ("x: float = 1e999", "finite"),
        ("x: float = -'a'", "not a literal"),
        ("x: bool = 1", "true or false"),
        ("x: int = None", "default does not fit"),
        ("x: Annotated[int, Ge(5)] = 4", "at least 5"),
        ("x: Annotated[str, Ge(5)] = 'a'", "does not fit the type str"),
        ("x: Annotated[int, Ge(limit)] = 4", "not a literal"),
        ("x: Annotated[int, Interval(1)] = 4", None),
        ("x: Annotated[int, Ge(1, 2)] = 4", "cannot be read"),
        ("x: Annotated[int, Ge(2), MultipleOf(2)] = 4", r"`MultipleOf\(2\)` is not known"),
        ("x: Annotated[str, at.Predicate(str.islower)] = 'a'", "is not known. Use Interval, Ge"),
        ("x: list[Annotated[float, at.IsFinite]] = []", "`at.IsFinite` is not known"),
        ("x: Annotated[int, Ge] = 4", "`Ge` is not known"),
        ("x: Annotated[int, MinLen(2)] = 4", "length 2 does not fit"),
        ("x: Literal['a', 'b'] = 'c'", "one of a, b"),
        ("x: Literal[True] = True", "use bool"),
        ("x: Literal[None] = None", "nothing to choose"),
        (f"x: Annotated[int, Ge(0x{'f' * 9_000})] = 4", "too large"),
        (f"x: bool = 0x{'f' * 9_000}", "too large"),
        ("x: date = date(2026, 2, 30)", "no such day"),
        ("x: date = date(2026, 'a', 30)", "no such day"),
    ],
)
def test_what_cannot_be_read_names_the_line_and_what_is_wrong(text: str, words: str | None) -> None:
    source = f"import numpy\n\ndef main({text}):\n    return {{}}"
    if words is None:
        read(source, "walk")
        return
    with pytest.raises(Unreadable, match=words) as caught:
        read(source, "walk")
    assert caught.value.line == 3


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("x = (\n", 1, "Syntax error"),
        ("def main(\n  a: int = 1\n  b: int = 2): ...", 2, "Syntax error"),
        ("def other(): ...", 0, "defines no `main`"),
        ("class A:\n    def main(self): ...", 0, "defines no `main`"),
        ("\nasync def main(): ...", 2, "async"),
        ("a\0b", 0, "null bytes"),
        ("def main(): ...\nINPUTS = 'a.csv'", 2, "not a list"),
        ("INPUTS = ['/etc/passwd']\ndef main(): ...", 1, "leads out"),
        ("INPUTS = ['a/../../b']\ndef main(): ...", 1, "leads out"),
        ("INPUTS = ['a\\\\b']\ndef main(): ...", 1, "leads out"),
        ("INPUTS = ['.']\ndef main(): ...", 1, "leads out"),
        ("INPUTS = [3]\ndef main(): ...", 1, "no path"),
        ("INPUTS = glob('*')\ndef main(): ...", 1, "not a literal"),
        ("LIMITS = {'wall_second': 20}\ndef main(): ...", 1, "Did you mean wall_seconds"),
        ("LIMITS = {'memory_mb': 0}\ndef main(): ...", 1, "above 0"),
        ("LIMITS = {'memory_mb': True}\ndef main(): ...", 1, "above 0"),
        ("LIMITS = {'memory_mb': 1e999}\ndef main(): ...", 1, "above 0"),
        ("LIMITS = {'processes': 1.5}\ndef main(): ...", 1, "whole"),
        ("LIMITS = {**other}\ndef main(): ...", 1, "not a literal"),
        ("LIMITS = [1]\ndef main(): ...", 1, "not a dict"),
        ("#" * 1_000_001, 0, "characters"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(source: str, line: int, words: str) -> None:
    error = refused(source)
    assert error.line == line
    assert words in str(error)


@pytest.mark.parametrize(
    "source",
    [
        "x = " + "(" * 50_000,
        "x = " + "-" * 50_000 + "1",
        "x = " + "a." * 50_000 + "b\ndef main(x: int = 1): ...",
        "def main(x: " + " | ".join(["int"] * 20_000) + " = 1): ...",
        "def main(x: int = " + "-" * 5_000 + "1): ...",
        "def main(x: list[int] = " + "[" * 150 + "]" * 150 + "): ...",
        "x = " + "9" * 10_000,
    ],
)
def test_a_file_nested_too_deeply_is_unreadable(source: str) -> None:
    refused(source)


def test_nothing_is_run() -> None:
    source = "raise SystemExit\nimport nowhere\ndef main(x: int = 1): ...\n1 / 0"
    assert read(source, "walk").names == ["x"]


@given(st.text())
@example("def main(x: Annotated[int] = 1): ...")
@example("def main(x: list[()] = 1): ...")
@example("def main(x: Literal[()] = 1): ...")
@example("def main(x: Union[()] = 1): ...")
@example("def main(x: Annotated[int, Len(0, -1)] = 1): ...")
@example("def main(x: '' = 1): ...")
@example("def main(x: '\\0' = 1): ...")
@example("def main(x: date = date(*a)): ...")
@example("def main(x: date = date(**a)): ...")
@example("def main(x: date = date()): ...")
@example("def main(x: date = date([1], {}, None)): ...")
@example("def main(x: int = {**a}): ...")
@example("def main(x: int = {'a': 1}): ...")
@example("INPUTS: list\ndef main(): ...")
@example("x: int = 1\n\x0c def main(): ...")
@example("\ud800")
def test_any_text_is_read_or_refused_in_words(source: str) -> None:
    for text in (source, f"def main({source}): ...", f"def main(x: {source} = 1): ..."):
        reason = "read"
        try:
            read(text, "walk")
        except Unreadable as error:
            reason = error.reason
        assert reason


def test_a_slider_ends_at_the_nearest_value_that_is_allowed() -> None:
    from app.lab.signature import form

    source = (
        "def main(a: Annotated[int, Gt(0), Lt(5)] = 1, b: Annotated[float, Gt(0), Le(1)] = 0.5,"
        " c: Annotated[int, Ge(3)] = 4): ..."
    )
    a, b, c = form.fields(read(source, "walk"), {})
    assert (a.kind, a.minimum, a.maximum) == ("range", "1", "4")
    assert (b.kind, b.minimum, b.maximum) == ("range", "5e-324", "1")
    assert (c.kind, c.minimum) == ("number", "3")
