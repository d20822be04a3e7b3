"""Claims: what holds, what is refuted, what cannot be known and why; nothing typed does harm."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.lab.claims.judge import Verdict, judge, names
from tests.spent import spent

VALUES: dict[str, dict[str, Any] | None] = {
    "wide": {
        "ratio": 1.003,
        "count": 7,
        "name": "walk",
        "nan": math.nan,
        "word": "nan",
        "inf": math.inf,
        "none": None,
        "many": [1, 2, 3.5],
        "huge": 10**5_000,
        "yes": True,
        "items": 3,
        "table": {"rows": []},
    },
    "waiting": None,
}


@pytest.mark.parametrize(
    ("check", "number"),
    [
        ("abs(wide.ratio - 1) < 0.02", 0.003),
        ("wide.count == 7", 7.0),
        ("0 < wide.count <= 7", 0.0),
        ("wide.count % 2 == 1 and not wide.ratio > 2", 1.0),
        ("wide.count // 2 == 3 or wide.ratio / 0 == 1", 3.0),
        ("wide.name == 'walk'", None),
        ("len(wide.name) == 4", 4.0),
        ("sum(wide.many) == 6.5", 6.5),
        ("max(wide.many) == max(3.5, 1)", 3.5),
        ("min(1, wide.count) != len(wide.many)", 1.0),
        ("round(wide.ratio, 1) == 1.0 and round(2.5) == 2", 1.0),
        ("sqrt(16) + log(exp(1)) - 2**-1 == 4.5", 4.5),
        ("wide.inf > 10**300", None),
        ("wide.yes", None),
        ("wide.items == +3", 3.0),
        ("\n wide.count\n >= 7 ", 7.0),
    ],
)
def test_what_holds(check: str, number: float | None) -> None:
    verdict = judge(check, VALUES)
    assert (verdict.state, verdict.reason) == ("holds", "")
    assert verdict.number == (pytest.approx(number) if number is not None else None)


def test_what_is_refuted() -> None:
    refuted = Verdict("refuted", 1.003, worked=(("wide.ratio", 1.003),))
    assert judge("wide.ratio > 2", VALUES) == refuted
    assert judge("not wide.yes", VALUES).state == "refuted"


def test_what_the_names_stand_for_is_told_and_the_left_side_where_it_is_no_name() -> None:
    """The number of a check that begins with abs(…) is a distance, and nobody could tell."""
    worked = dict(judge("abs(wide.ratio - 1) < wide.count", VALUES).worked)
    assert list(worked) == ["wide.ratio", "wide.count", "left side"]
    assert worked["wide.ratio"] == 1.003
    assert worked["left side"] == pytest.approx(0.003)
    named = [name for name, _ in judge("wide.count < wide.ratio and wide.count < 3", VALUES).worked]
    assert named == ["wide.count", "wide.ratio"]
    assert dict(judge("wide.ratio < wide.ration", VALUES).worked) == {"wide.ratio": 1.003}
    assert judge("len(wide.many) > 1", VALUES).worked[-1][0] == "left side"


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ("other.ratio < 1", "no `other`"),
        ("wode.ratio < 1", "no `wode`. Did you mean `wide`?"),
        ("wide.ration < 1", "returned no `ration`. Did you mean `ratio`?"),
        ("waiting.sum < 1", "`waiting` has no result yet"),
        ("wide < 1", "is a block"),
        ("abs < 1", "no `abs`"),
        ("wide.nan < 1", "NaN"),
        ("wide.word < 1", "NaN"),
        ("wide.inf - wide.inf < 1", "NaN"),
        ("wide.none == 1", "missing"),
        ("wide.huge > 1", "too large"),
        ("wide.table == 1", "neither a number nor a text"),
        ("wide.ratio", "no comparison"),
        ("wide.count and wide.count", "no comparison"),
        ("wide.many == 3", "list cannot be compared"),
        ("wide.name < 3", "text and a number"),
        ("wide.name + 'a' == 'walka'", "Only numbers"),
        ("wide.count / 0 == 1", "divides by zero"),
        ("0 ** -1 == 1", "divides by zero"),
        ("(-8) ** 0.5 > 1", "no such power"),
        ("sqrt(-1) > 1", "cannot be computed"),
        ("len(3) == 1", "cannot be computed"),
        ("min() == 1", "cannot be computed"),
        ("exp(1000) > 1", "too large"),
        ("round(wide.inf) > 1", "too large"),
        ("round(1, 10**9) > 1", "at most 100 digits"),
        ("round(10, -10**9) > 1", "at most 100 digits"),
        ("", "cannot be read"),
        ("wide.ratio <", "cannot be read"),
        ("x = 3", "cannot be read"),
        ("1 < 2; 3", "cannot be read"),
        ("wide.ratio in [1]", "no place"),
        ("[1] == [1]", "no place"),
        ("1 if 2 else 3", "no place"),
        ("(lambda: 1)() == 1", "Only these can be called"),
        ("f'{wide}' == 1", "no place"),
        ("wide.ratio is 1", "no place"),
        ("1 << 9 > 1", "no place"),
        ("~1 == 1", "no place"),
        ("(y := 3) == 3", "no place"),
        ("None == 1", "neither a number nor a text"),
        ("1j == 1", "neither a number nor a text"),
        ("b'a' == 1", "neither a number nor a text"),
        ("wide['ratio'] == 1", "no place"),
        ("wide.__class__ == 1", "block.value"),
        ("wide.ratio.real == 1", "block.value"),
        ("''.join == 1", "block.value"),
        ("'{0.__class__}'.format(1) == 1", "Only these can be called"),
        ("open('/etc/passwd') == 1", "Only these can be called"),
        ("eval('1') == 1", "Only these can be called"),
        ("abs(x=1) == 1", "Only these can be called"),
        ("max(*wide.many) == 1", "no place"),
    ],
)
def test_what_cannot_be_known_says_why(check: str, words: str) -> None:
    verdict = judge(check, VALUES)
    assert verdict.state == "unknown"
    assert words in verdict.reason


@pytest.mark.parametrize(
    "check",
    [
        "9**9**9**9 > 1",
        "2**10**9 > 1",
        "(-9)**99999999999 < 1",
        "9**9**9 > 0 and 9**9**9",
        "'a'*10**9 == 1",
        "10**9*'a' == 1",
        "'%1000000000d' % 1 == 'a'",
        "*".join(["10**300"] * 60) + " > 1",
        "(" * 5_000 + "1" + ")" * 5_000,
        "(" * 190 + "1" + ")" * 190 + " == 1 and " + "-" * 60 + "1 < 2",
        "-" * 900 + "1 < 2",
        "not " * 200 + "1",
        "abs(" * 90 + "1" + ")" * 90 + " < 2",
        "1+" * 400 + "1 < 2",
        "1<" * 400 + "1",
        "9" * 900 + " > 1",
        "1 < " + "9" * 100_000,
        "\0 < 1",
        "\ud800 < 1",
        "'\ud800' < 'a'",
        "1e308 * 10 - 1e308 * 10 < 1",
        "0.0 ** 1e308 < 1",
        "10**300 % 1e-300 < 1",
        "1 // 1e-320 < 1",
        "log(10**400) < 1 and log(0) < 1",
        "sum(sum(wide.many)) < 1",
    ],
)
def test_nothing_that_is_typed_hangs_or_raises(check: str) -> None:
    with spent() as taken:
        verdict = judge(check, VALUES)
    assert taken.seconds < 0.5
    assert verdict.state in ("holds", "refuted", "unknown")
    assert (verdict.state == "unknown") == bool(verdict.reason)


PIECES = (
    "wide.ratio wide.count wide.name wide.nan wide.many waiting.x other.y wide 0 1 9 1e308 'a' "
    "+ - * / // % ** < <= == != > >= and or not ( ) , abs( min( max( round( sqrt( log( exp( len( "
    "sum( . [ ] __class__ lambda : True None in is if else"
)


@given(st.text() | st.lists(st.sampled_from(PIECES.split()), max_size=14).map(" ".join))
@settings(max_examples=400)
@example("1 < 1 < __")
@example("round(1.5, 2.5) < 1")
@example("log(2, 1) < 1")
def test_any_check_is_judged(check: str) -> None:
    verdict = judge(check, VALUES)
    assert (verdict.state == "unknown") == bool(verdict.reason)
    assert verdict.number is None or math.isfinite(verdict.number)
    assert all(isinstance(name, str) for name in names(check))


def test_the_blocks_that_a_check_speaks_of() -> None:
    assert names("abs(wide.a - narrow.b) < wide.c") == ["wide", "narrow"]
    assert names("1 <") == []
