"""Changing front matter in place: what was asked changes, and not a byte besides."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.library.front import front_matter, header
from app.library.front.header_edit import change

SOURCE = """---
# What I think of it
title: 'Old: one'   # so far
kind: paper
"odd key": {b: [1, 2], a: ~}

authors:
  - Ada Lovelace    # the first
  # and then
  - "Turing, Alan"
tags: [ walks,"two words" , sums ]
cssclasses:
bibtex: |
  @misc{a,
    # no remark
    title = {Walks}
  }

# the end
---

# Body

title: not this one
"""


def lines_of(changed: str) -> tuple[list[str], list[str]]:
    """The lines that went, and those that came."""
    before, after = SOURCE.split("\n"), changed.split("\n")
    return [x for x in before if x not in after], [x for x in after if x not in before]


@pytest.mark.parametrize(
    ("values", "gone", "new"),
    [
        ({"title": "New"}, ["title: 'Old: one'   # so far"], ["title: 'New'   # so far"]),
        ({"title": "It's"}, ["title: 'Old: one'   # so far"], ["title: 'It''s'   # so far"]),
        ({"kind": "note"}, ["kind: paper"], ["kind: note"]),
        ({"cssclasses": "wide"}, ["cssclasses:"], ["cssclasses: wide"]),
        ({"year": 1948}, [], ["year: 1948"]),
        ({"date": date(2026, 11, 21)}, [], ["date: 2026-11-21"]),
        ({"venue": "a: b #c"}, [], ["venue: 'a: b #c'"]),
        ({"arxiv": "2301.00010"}, [], ["arxiv: '2301.00010'"]),
        ({"kind": ""}, ["kind: paper"], []),
        ({"kind": None, "title": None}, ["title: 'Old: one'   # so far", "kind: paper"], []),
        (
            {"tags": ("walks", "two words", "new, one")},
            ['tags: [ walks,"two words" , sums ]'],
            ["tags: [walks, \"two words\", 'new, one']"],
        ),
        ({"authors": ("Ada Lovelace", "Turing, Alan", "Noether")}, [], ["  - Noether"]),
        ({"authors": ("Turing, Alan",)}, ["  - Ada Lovelace    # the first"], []),
        ({"authors": ("Ada Lovelace",)}, ['  - "Turing, Alan"'], []),
        ({"aliases": ("one", "2")}, [], ["aliases: [one, '2']"]),
        ({"tags": ()}, ['tags: [ walks,"two words" , sums ]'], []),
        (
            {"bibtex": "@misc{b,\n  title = {}\n}"},
            ["  @misc{a,", "    # no remark", "    title = {Walks}"],
            ["  @misc{b,", "    title = {}"],
        ),
        ({"title": " Old:  one ", "tags": ("walks", "two words", "sums")}, [], []),
    ],
)
def test_only_the_lines_of_that_key_change(
    values: dict[str, object], gone: list[str], new: list[str]
) -> None:
    changed = change(SOURCE, values)  # type: ignore[arg-type]
    assert lines_of(changed) == (gone, new)
    for line in ("# What I think of it", "# the end", "  # and then", "title: not this one"):
        assert changed.split("\n").count(line) == 1, line


def test_a_note_without_front_matter_gets_one() -> None:
    values = {"title": "Walks", "tags": ("a", "b")}
    assert change("Text.\n", values) == "---\ntitle: Walks\ntags: [a, b]\n---\n\nText.\n"
    assert change("\r\nText.\r\n", {"kind": "note"}) == (
        "---\r\nkind: note\r\n---\r\n\r\nText.\r\n"
    )
    assert change("\ufeffText.", {"kind": "note"}) == "\ufeff---\nkind: note\n---\n\nText."
    assert change("Text.\n", {"kind": "", "tags": ()}) == "Text.\n"
    assert change("---\n# only this\n---\nText", {"kind": "note"}) == (
        "---\n# only this\nkind: note\n---\nText"
    )
    assert change("---\n---\nText", {"kind": "note"}) == "---\nkind: note\n---\nText"


@pytest.mark.parametrize(
    ("before", "values", "after"),
    [
        ("{title: a, b: [1]}", {"title": "c, d"}, "{title: 'c, d', b: [1]}"),
        ("{title: a}", {"tags": ("x",)}, "{title: a, tags: [x]}"),
        ("{title: a, b: 1}", {"title": ""}, "{title: null, b: 1}"),
        ("{}", {"title": "a"}, "{title: a}"),
        ("  title: a\n  b: 1", {"kind": "note"}, "  title: a\n  b: 1\n  kind: note"),
        ("  tags:\n  - a\n  b: 1", {"tags": ("c",)}, "  tags:\n  - c\n  b: 1"),
        ("tags: a b # my", {"tags": ("c",)}, "tags: [c] # my"),
        ("tags: # my\n- a\n- b", {"tags": ("b", "c")}, "tags: # my\n- b\n- c"),
        ("title: >-  # my\n  a\n  b\nb: 1", {"title": "c"}, "title: c  # my\nb: 1"),
        ("title: a\n  b\nb: 1", {"title": "c"}, "title: c\nb: 1"),
        ('title: "ä 😀" # x', {"title": "ö 😀"}, 'title: "ö 😀" # x'),
        ("# é 😀\nä: 'é'\ntitle: a # x", {"title": "b"}, "# é 😀\nä: 'é'\ntitle: b # x"),
        ("authors: [{name: A}, B]", {"authors": ("A", "C")}, "authors: [{name: A}, C]"),
        ("year: '1948'", {"year": 1949}, "year: '1949'"),
        ("bibtex: '@a{b}' # x", {"bibtex": "@a{b}\n%"}, "bibtex: | # x\n  @a{b}\n  %"),
    ],
)
def test_other_ways_to_write_a_header(before: str, values: object, after: str) -> None:
    changed = change(f"---\n{before}\n---\nText", values)  # type: ignore[arg-type]
    assert changed == f"---\n{after}\n---\nText"


@pytest.mark.parametrize(
    "text",
    [
        "tags: [a, # one\n  b]",
        "title:\n  - a # one\n",
        "tags:\n  a: 1 # one",
        "? title\n: a",
        "a: [\n",
        "title: a\ntitle: b",
    ],
)
def test_what_would_lose_something_is_refused(text: str) -> None:
    with pytest.raises(header.Wrong):
        change(f"---\n{text}\n---\nText", {"tags": ("z",), "title": "z"})


plain = st.text("abcé😀 '\"#:,[]{}&*!|>%@`-?0\\~", max_size=12)
values = st.one_of(
    plain, st.integers(0, 9999), st.dates(), st.lists(plain, max_size=4).map(tuple), st.none()
)
WAYS = (
    "title: Old",
    "title: 'Old'  # r",
    'title: "Old"',
    "title: >\n  Old\n  and new",
    "tags: [a, 'b c']  # r",
    "tags:\n  - a\n  # between\n  - 'b c'  # r",
    "tags: a, b",
    "authors: [{given: A, family: B}]",
    "bibtex: |\n  @a{b,\n\n    # text\n  }\n",
    "year: 1948",
    "# a remark",
    "",
    "unknown: {deep: [1, {x: y}]}",
    "other: 'it''s'",
)


@given(
    st.lists(st.sampled_from(WAYS), unique_by=lambda line: line.split(":")[0], max_size=8),
    st.sampled_from(["title", "tags", "authors", "bibtex", "year", "new"]),
    values,
    st.sampled_from(["\n", "\r\n"]),
)
@example(["# a remark", ""], "new", "x", "\n")
@example(["tags:\n  - a\n  # between\n  - 'b c'  # r"], "tags", " ", "\n")
@settings(max_examples=600, deadline=None)
def test_a_change_says_what_was_asked_and_keeps_everything_else(
    ways: list[str], key: str, value: object, newline: str
) -> None:
    text = "".join(f"{way}\n" for way in ways).replace("\n", newline)
    source = f"---{newline}{text}---{newline}Body: [{newline}"
    try:
        changed = change(source, {key: value})  # type: ignore[dict-item]
    except header.Wrong:
        assert "authors" in source or "#" in source, "nothing there could be lost"
        return
    before, after = (header.split(each) for each in (source, changed))
    assert after.body == before.body
    old, new = (header.read(each.header) for each in (before, after))
    for name in old.keys() - {key}:
        assert header.native(new[name].value) == header.native(old[name].value)
    for way in ways:  # every other entry and every remark, byte for byte and in its order
        if not way.startswith(f"{key}:"):
            assert way.replace("\n", newline) in after.header
    remarks = re.compile(r"^ *#.*", re.MULTILINE)
    said = "".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
    is_emptied = not said.strip()
    if not (key == "bibtex" or is_emptied):  # the remarks in a list go with the list
        assert remarks.findall(after.header) == remarks.findall(before.header)
    assert change(changed, {key: value}) == changed  # type: ignore[dict-item]
    if isinstance(value, int | date):
        assert header.text(new[key].value) == str(value)


@given(st.sampled_from(WAYS), plain)
def test_what_was_changed_reads_as_a_field(way: str, value: str) -> None:
    source = f"---\n{way}\n---\nText"
    try:
        front = front_matter.parse(change(source, {"title": value}), "a.md")
    except header.Wrong:
        return
    assert front.title == " ".join(value.split())
    assert front.body == "Text"
