"""Carrying marks from one text to the next: the same characters, whatever was done around them."""

from __future__ import annotations

import random
import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.annotations.anchoring import ORPHAN, Anchor
from app.annotations.carrying import carry
from app.annotations.following import Mark, follow, marked, resembles
from app.annotations.survivors import survivors
from tests.spent import spent

TEXT = "\n".join(
    [
        "A walk of many steps goes far. It comes back often in the plane.",
        "A second walk does not come back; see $x_i x_j$ below.",
        "The mean of the squares is the number of steps, in every dimension.",
    ]
)


def place(text: str, words: str) -> tuple[int, int]:
    start = text.index(words)
    return start, start + len(words)


def carried(new: str, words: str, old: str = TEXT) -> Anchor:
    return carry(old, new, [place(old, words)])[0]


def words_at(new: str, anchor: Anchor) -> str:
    return new[anchor.start : anchor.end]


@pytest.mark.parametrize("words", ["walk", "second walk", "of the squares", "It comes"])
@pytest.mark.parametrize(
    "change",
    [
        lambda text: f"Here is a second walk before.\n{text}",
        lambda text: "\n".join(reversed(text.split("\n"))),
        lambda text: text.replace(". It", ".\nIt").replace("; see", ".\nSee"),
        lambda text: text.replace("\n", " "),
        lambda text: (
            text.replace("far", "not so far").replace("below", "above").replace("number", "N")
        ),
        lambda text: f"{text}\n{text.replace('often', 'seldom').replace('second', 'last')}",
    ],
    ids=["insertion", "other order", "split", "joined", "reworded around", "a copy after"],
)
def test_words_that_survive_are_found(words: str, change: object) -> None:
    assert callable(change)
    new = change(TEXT)
    anchor = carried(new, words)
    assert words_at(new, anchor) == words
    assert anchor.grade == ("exact" if anchor.start == place(TEXT, words)[0] else "moved")


def test_of_several_the_same_characters_are_meant() -> None:
    new = f"A second walk, and a walk.\n{TEXT}"
    assert carried(new, "second walk").start == new.index("second walk does")
    moved = "\n".join([TEXT.split("\n")[2], "Some walk.", *TEXT.split("\n")[:2]])
    assert carried(moved, "second walk").start == moved.index("second walk does")


@pytest.mark.parametrize(
    "new",
    [
        "{before}It was.\n{said}\n{said}\n{after}",
        "{before}It was. {said}\n{said}\n{after}",
        "{before}It was.\n{said}\nNew.\n{said}\n{after}",
    ],
    ids=["beside it", "joined to what stood before", "further down"],
)
def test_of_copies_the_first_one_was_there_before(new: str) -> None:
    """The line before it was changed too, so that nothing but the order says which is which."""
    parts = {"before": "A walk.\n", "said": "What is said again. And this.", "after": "The end."}
    old = "{before}It is.\n{said}\n{after}".format(**parts)
    now = new.format(**parts)
    for words in ("said", "And this", parts["said"]):
        assert carried(now, words, old).start == now.index(words), words


@pytest.mark.parametrize(
    ("before", "after", "covered"),
    [
        (
            "second walk does not come",
            "second long walk does not come",
            "second long walk does not come",
        ),
        ("many steps goes far", "many large steps went far", "many large steps went far"),
        ("see $x_i x_j$ below", "see $x_i x_j + 1$ below", "see $x_i x_j + 1$ below"),
        ("$x_i x_j$", "$x_i x_j^2$", "$x_i x_j^2$"),
        ("second", "secund", "secund"),
        (
            "second walk does not come back",
            "third walk does not come back",
            "walk does not come back",
        ),
    ],
)
def test_what_was_reworded_in_part_is_changed(before: str, after: str, covered: str) -> None:
    new = TEXT.replace(before, after)
    anchor = carried(new, before)
    assert (anchor.grade, words_at(new, anchor)) == ("changed", covered)


@pytest.mark.parametrize("words", ["walk", "second walk does", "It comes back often"])
def test_what_is_gone_is_never_given_other_words(words: str) -> None:
    lines = [line for line in TEXT.split("\n") if words not in line]
    new = "\n".join(["They walk there, and that does it.", *lines])
    if words == "walk":
        new = new.replace("A second walk does not come back; see $x_i x_j$ below.\n", "")
    assert carried(new, words) == ORPHAN


def test_text_without_spaces() -> None:
    one, two = "因为左右两个方向互相抵消。", "けれども、距離の二乗の平均は歩数に等しい。"
    old = f"{one}位置的平方的平均值不会抵消。\n{two}"
    new = f"前言。\n位置的平方的平均值绝不会抵消。{one}\n{two.replace('歩数', '、歩数')}"
    assert words_at(new, carried(new, "两个方向", old)) == "两个方向"
    assert words_at(new, carried(new, "平均值不会抵消", old)) == "平均值绝不会抵消"
    assert words_at(new, carried(new, "歩数", old)) == "歩数"


def test_cells_and_lines_of_code() -> None:
    rows = ["digits", "100", "yes", "faces", "200", "yes", "letters", "300", "yes"]
    old = "\n".join(["Which of them ended", *rows])
    new = "\n".join(["Which of them ended", *rows[:3], "words", "150", "yes", *rows[3:]])
    third = old.rindex("yes")
    (anchor,) = carry(old, new, [(third, third + 3)])
    assert anchor.start == new.rindex("yes")
    old = "def a():\n    return 1\n\ndef b():\n    return 1\n\ndef c():\n    return 1"
    new = "def a():\n    return 1\n\ndef c():\n    return 1"
    assert carried(new, "def c():\n    return", old).grade == "moved"
    assert carried(new, "def b():", old) == ORPHAN


def step(text: str, marks: list[Mark], new: str) -> tuple[str, list[Mark]]:
    return new, follow(text, new, marks)


def test_many_small_edits_never_drift_onto_other_words() -> None:
    """Word after word becomes another: a mark that follows each of them ends on none of its own."""
    old = "we find that every closed walk returns along the same streets at last"
    other = re.findall(r"\w+", "they say no open path went across those new bridges in haste today")
    text, marks = (
        old,
        [marked(old, *place(old, "every closed walk returns along the same streets"))],
    )
    words = old.split()
    grades = []
    for number in range(len(words)):
        words[number] = other[number] if number < len(other) else "so"
        text, marks = step(text, marks, " ".join(words))
        grades.append(marks[0].grade)
        if marks[0].start is not None:
            assert resembles(marks[0].said, text[marks[0].start : marks[0].end])
    assert "changed" in grades
    assert grades[-1] == "orphan"


def test_what_comes_back_brings_its_mark_back() -> None:
    marks = [marked(TEXT, *place(TEXT, words)) for words in ("walk of", "second walk", "$x_i x_j$")]
    text, marks = step(TEXT, marks, "Nothing of it.")
    assert {mark.grade for mark in marks} == {"orphan"}
    text, marks = step(text, marks, f"New.\n{TEXT}")
    assert [text[mark.start : mark.end] for mark in marks] == [mark.said for mark in marks]
    text, marks = step(text, marks, text.replace("second walk", "second long walk"))
    assert [mark.grade for mark in marks] == ["moved", "changed", "moved"]
    text, marks = step(text, marks, TEXT)
    assert [text[mark.start : mark.end] for mark in marks] == [mark.said for mark in marks]


CODE = "Words.\ndef far(D, t):\n    return (2 * D * t) ** 0.5\n\nprint(far(1, 2))\nMore."


@pytest.mark.parametrize("written", ["return math.sqrt(2 * D * t)", "return sqrt(2*D*t)"])
def test_what_was_rewritten_and_is_put_back_is_what_was_marked(written: str) -> None:
    """Few of its letters are in what stood in its place, and they alone are too few to tell."""
    said = "return (2 * D * t)"
    other = CODE.replace(f"{said} ** 0.5", written)
    marks = [marked(CODE, CODE.index(said), CODE.index(said) + len(said))]
    changed = follow(CODE, other, marks)
    assert changed[0].grade == "changed"
    (back,) = follow(other, CODE, changed)
    assert (back.start, back.end) == (CODE.index(said), CODE.index(said) + len(said))


def test_a_mark_on_the_whole_note_stays() -> None:
    whole = Mark(None, None, "exact", "")
    assert follow(TEXT, "Other.", [whole]) == [whole]


PIECES = st.lists(
    st.sampled_from(
        ["a walk ", "of N. ", "\n", "$x$ ", "word ", "wort ", "因为。", "🙂 ", "the same ", "$"]
    ),
    max_size=40,
).map("".join)


@settings(deadline=None)  # other tests run beside it
@given(PIECES, PIECES)
def test_survivors_are_the_same_characters_and_never_overlap(old: str, new: str) -> None:
    found = survivors(old, new)
    for same in found:
        assert same.length > 0
        assert old[same.old :][: same.length] == new[same.new :][: same.length]
        assert same.new + same.length <= len(new)
    for key in ("old", "new"):
        order = sorted(found, key=lambda same: getattr(same, key))
        for one, next_one in pairwise(order):
            assert getattr(one, key) + one.length <= getattr(next_one, key)


@settings(deadline=None)
@given(PIECES, PIECES, st.data())
def test_a_place_is_always_in_the_text_and_its_grade_is_true(
    old: str, new: str, data: st.DataObject
) -> None:
    if not old:
        return
    start = data.draw(st.integers(0, len(old) - 1))
    end = data.draw(st.integers(start + 1, len(old)))
    (mark,) = follow(old, new, [marked(old, start, end)])
    if mark.start is None or mark.end is None:
        assert mark.grade == "orphan"
        return
    assert 0 <= mark.start <= mark.end <= len(new)
    assert (new[mark.start : mark.end] == mark.said) == (mark.grade in ("exact", "moved"))
    (same,) = follow(old, old, [marked(old, start, end)])
    assert (same.start, same.end, same.grade) == (start, end, "exact")


@pytest.mark.parametrize("kind", ["one letter", "random", "short lines", "other words"])
def test_a_huge_text_takes_a_bounded_time(kind: str) -> None:
    dice, size = random.Random(0), 100_000
    alphabet = {
        "one letter": "a",
        "random": "abcdefghij ",
        "short lines": "ab\n",
        "other words": "ab ",
    }
    old = "".join(dice.choices(alphabet[kind], k=size))
    new = "b" + "".join(dice.choices(alphabet[kind], k=size)) if kind != "one letter" else old + "a"
    spans = [(start, start + 30) for start in range(0, size - 30, 5_000)]
    with spent() as taken:
        assert len(follow(old, new, [marked(old, *span) for span in spans])) == len(spans)
    assert taken.seconds < 5
