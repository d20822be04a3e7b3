"""Two changes of one note: both arrive, or it is said where they clash."""

from __future__ import annotations

import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.library.front.header import Wrong, read, split
from app.library.history import unions
from app.library.history.headers import lines, parts
from app.library.history.matching import Budget, Gap, matching, shortest
from app.library.history.merge import merge
from tests.spent import spent

BASE = """---
title: Walks   # as in the paper
tags: [a, b]
# unknown to Gloss
x-rating: '5'
---

# Walks

One paragraph.

Another one.

The last.
"""


def test_changes_of_different_paragraphs_both_arrive() -> None:
    ours = BASE.replace("One paragraph.", "One longer paragraph.")
    theirs = BASE.replace("The last.", "The last.\n\nAnd one more.")
    found = merge(BASE, ours, theirs)
    assert found.is_clean
    assert found.text == ours.replace("The last.", "The last.\n\nAnd one more.")


def test_the_same_change_twice_is_one() -> None:
    both = BASE.replace("Another one.", "Something else.")
    ours = both.replace("# Walks", "# Long walks")
    found = merge(BASE, ours, both)
    assert (found.text, found.conflicts) == (ours, ())


def test_changes_of_the_same_line_clash_and_say_where() -> None:
    ours = BASE.replace("One paragraph.", "Ours.")
    theirs = BASE.replace("One paragraph.", "Theirs.")
    (clash,) = merge(BASE, ours, theirs).conflicts
    assert (clash.key, clash.line) == ("", 10)
    assert ours.splitlines()[clash.line - 1] == "Ours."
    assert (clash.base, clash.ours, clash.theirs) == ("One paragraph.\n", "Ours.\n", "Theirs.\n")


def test_a_change_and_its_neighbour_clash() -> None:
    base = "a\nb\nc\n"
    assert not merge(base, "A\nb\nc\n", "a\nB\nc\n").is_clean
    assert not merge(base, "b\nc\n", "a\nnew\nb\nc\n").is_clean
    assert merge(base, "A\nb\nc\n", "a\nb\nC\n").text == "A\nb\nC\n"


def test_keys_next_to_each_other_do_not_clash() -> None:
    ours = BASE.replace("Walks   #", "Long walks   #")
    theirs = BASE.replace("[a, b]", "[a, b, c]").replace("'5'", "'6'")
    found = merge(BASE, ours, theirs)
    assert found.is_clean
    assert "title: Long walks   # as in the paper\ntags: [a, b, c]\n# unknown to Gloss\n" in (
        found.text
    )
    assert "x-rating: '6'\n---\n\n# Walks\n" in found.text


def test_keys_added_on_either_side_both_arrive() -> None:
    ours = BASE.replace("x-rating", "year: 1905\nx-rating")
    theirs = BASE.replace("x-rating: '5'", "x-rating: '5'\nvenue: Nature\ndoi: 10.1/1")
    theirs = theirs.replace("# unknown", "status: read\n# unknown")
    found = merge(BASE, ours, theirs)
    assert found.is_clean
    assert set(read(split(found.text).header)) == {
        "title", "tags", "year", "x-rating", "venue", "doi", "status",
    }  # fmt: skip
    assert found.text == merge(BASE, theirs, ours).text


def test_a_key_that_both_changed_clashes_alone() -> None:
    ours = BASE.replace("rating: '5'", "rating: '6'").replace("The last.", "Ours at the end.")
    theirs = BASE.replace("rating: '5'", "rating: '7'").replace("One paragraph.", "Theirs.")
    found = merge(BASE, ours, theirs)
    assert [clash.key for clash in found.conflicts] == ["x-rating"]
    assert found.conflicts[0].theirs == "# unknown to Gloss\nx-rating: '7'\n"
    assert "Ours at the end." in found.text
    assert "Theirs." in found.text


def test_a_key_taken_away_and_changed_clashes() -> None:
    gone = BASE.replace("tags: [a, b]\n", "")
    changed = BASE.replace("[a, b]", "[b]")
    assert [clash.key for clash in merge(BASE, gone, changed).conflicts] == ["tags"]
    assert merge(BASE, gone, BASE.replace("The last.", "x")).text == gone.replace("The last.", "x")


def test_a_header_is_added_or_taken_away_while_the_body_changes() -> None:
    body = "One.\n\nTwo.\n"
    with_header = f"---\ntitle: T\n---\n{body}"
    changed = body.replace("Two", "Three")
    assert merge(body, with_header, changed).text == f"---\ntitle: T\n---\n{changed}"
    without = merge(with_header, body, with_header.replace("Two", "Three"))
    assert (without.text, without.is_clean) == (changed, True)
    assert not merge(with_header, body, with_header.replace("T\n", "U\n")).is_clean


def test_a_header_without_a_last_newline_gets_one_before_a_body() -> None:
    base = "---\na: 1\n---"
    assert merge(base, "---\na: 2\n---", "---\na: 1\n---\nText.\n").text == (
        "---\na: 2\n---\nText.\n"
    )


@pytest.mark.parametrize(
    "header",
    ["{a: 1, b: 2}\n", '"a\\0": 1\n"\\0": 2\n', "? a\n: 1\n", "a: 'one\ntwo'\n", "- a\n", "a: [\n"],
)
def test_a_header_of_other_shapes_is_merged_by_line(header: str) -> None:
    base = f"---\n{header}---\nOne.\n\nTwo.\n"
    assert merge(base, base.replace("One", "Uno"), base.replace("Two", "Due")).text == (
        f"---\n{header}---\nUno.\n\nDue.\n"
    )


def test_newlines_are_kept_and_changing_them_all_clashes_with_nothing() -> None:
    windows = BASE.replace("\n", "\r\n")
    ours = windows.replace("One paragraph.", "Ours.")
    theirs = windows.replace("The last.", "Theirs.")
    assert merge(windows, ours, theirs).text == ours.replace("The last.", "Theirs.")
    converted = BASE.replace("\n", "\r\n")
    found = merge(BASE, converted, BASE.replace("The last.", "Theirs."))
    assert (found.text, found.is_clean) == (converted.replace("The last.", "Theirs."), True)
    mixed = BASE.replace("Another one.\n", "Another one.\r\n")
    assert "Another one.\r\n" in merge(mixed, mixed.replace("# W", "# w"), mixed + "x\n").text


def test_other_characters_than_the_line_feed_end_no_line() -> None:
    base = "a\u2028b\x0bc\x85d\n\nend\n"
    ours, theirs = base.replace("b", "B"), base.replace("end", "END")
    assert merge(base, ours, theirs).text == ours.replace("end", "END")


KEYS = ["title: A", "title: B", "tags: [x]", "tags:\n- x\n- y", "k: |\n  a\n\n  b", "é: 1", "a: 1"]
OTHERS = ["# note", "", "{", "z: 'q\nr'", "date: 2020-01-01"]
HEADERS = st.lists(st.sampled_from([*KEYS, *OTHERS]), max_size=5).map(
    lambda found: "".join(f"{line}\n" for line in found)
)
BODIES = st.lists(st.sampled_from(["a", "b", "c", "", "  d", "---", "```", "e\r", "f\u2028g"])).map(
    "\n".join
)
NOTES = st.one_of(
    BODIES,
    st.builds(lambda header, body: f"---\n{header}---\n{body}", HEADERS, BODIES),
    st.builds(lambda header: f"---\n{header}---", HEADERS),
    st.builds(lambda header, body: f"\ufeff---\n{header}...\n{body}", HEADERS, BODIES),
    st.text(),
)


@given(NOTES, NOTES)
def test_what_one_side_alone_changed_is_taken(base: str, changed: str) -> None:
    assert merge(base, changed, base).text == changed
    assert merge(base, base, changed).text == changed
    assert merge(base, changed, changed).text == changed


@given(NOTES, NOTES, NOTES)
@example("x", "x\r\ny", "x\nz")
@example("---\na: 1\n---\n", "---\na: 1\n---", "---\na: 1\n---\ny\n")
def test_a_merge_is_symmetric_and_loses_no_line(base: str, ours: str, theirs: str) -> None:
    found, other = merge(base, ours, theirs), merge(base, theirs, ours)
    assert found.is_clean == other.is_clean
    assert [c.ours for c in found.conflicts] == [c.theirs for c in other.conflicts]
    if found.is_clean:
        assert found.text == other.text
        there = {line.strip("\r\n\ufeff") for line in lines(found.text)}
        was = {line.strip("\r\n\ufeff") for line in lines(base)}
        for side in (ours, theirs):
            new = {line.strip("\r\n\ufeff") for line in lines(side)} - was - of_lists(side)
            assert new <= there | {"---", "..."}


def of_lists(source: str) -> set[str]:
    """The lines of what is united by item."""
    found = parts(source)
    texts = [found.keys.get(key, "") for key in unions.KEYS] if found else []
    return {line.strip("\r\n") for text in texts for line in lines(text)}


@given(NOTES, NOTES, NOTES)
def test_headers_that_could_be_read_can_be_read_after_a_clean_merge(
    base: str, ours: str, theirs: str
) -> None:
    if any(parts(text) is None for text in (base, ours, theirs)):
        return
    found = merge(base, ours, theirs)
    if found.is_clean and parts(ours).opening and parts(theirs).opening:  # type: ignore[union-attr]
        try:
            read(split(found.text).header)
        except Wrong as wrong:
            pytest.fail(str(wrong))


@given(NOTES)
def test_the_parts_of_a_note_give_it_back(source: str) -> None:
    found = parts(source)
    if found is not None:
        keys = "".join(found.keys.values())
        assert found.bom + found.opening + keys + found.closing + found.body == source
        assert source.split("\n")[found.body_line - 1 :] == found.body.split("\n") or (
            not found.body
        )


@given(st.lists(st.sampled_from("abcd")), st.lists(st.sampled_from("abcd")))
def test_what_matches_is_the_same_and_in_order(a: list[str], b: list[str]) -> None:
    at = (0, 0)
    for match in matching(a, b):
        assert match.length > 0
        assert at <= (match.a, match.b)
        assert match.a >= at[0]
        assert match.b >= at[1]
        assert a[match.a : match.a + match.length] == b[match.b : match.b + match.length]
        at = (match.a + match.length, match.b + match.length)


@given(st.text("abc"), st.text("abc"))
def test_between_anchors_the_match_is_the_longest(a: str, b: str) -> None:
    found = shortest(list(a), list(b), Gap(0, len(a), 0, len(b)), Budget(10**6))
    assert sum(match.length for match in found) == longest(list(a), list(b))


def longest(a: list[str], b: list[str]) -> int:
    """The length of the longest common subsequence, by the table."""
    row = [0] * (len(b) + 1)
    for x in a:
        before = row
        row = [0]
        for n, y in enumerate(b):
            row.append(before[n] + 1 if x == y else max(before[n + 1], row[n]))
    return row[-1]


def large(seed: int, words: int) -> list[str]:
    chance = random.Random(seed)
    return [" ".join(chance.choice("abcdefgh") for _ in range(words)) + "\n" for _ in range(60_000)]


@pytest.mark.parametrize("words", [0, 1, 40])
def test_five_megabytes_take_bounded_time(words: int) -> None:
    """Empty lines, few different lines, all different ones; each side changes all over it."""
    base = large(1, words)
    ours, theirs = list(base), list(base)
    for n in range(0, len(base), 50):
        ours[n] = f"ours {n % 7}\n"
        theirs[n + 25] = f"theirs {n % 5}\n"
    with spent() as taken:
        merge("".join(base), "".join(ours), "".join(theirs))
        merge("".join(base), "".join(large(3, words)), "".join(theirs))
    assert taken.seconds < 20


LISTS = {
    "both added": ("[a, b]", "[a, b, c]", "[a, b, d]", "[a, b, c, d]"),
    "added and taken away": ("[a, b]", "[b, c]", "[a, d]", "[d, c]"),
    "one put in order": ("[a, b]", "[b, a]", "[a, b, c]", "[b, a, c]"),
    "taken away": ("[a, b]", "[]", "[a, b, c]", "[c]"),
}


@pytest.mark.parametrize("key", ["tags", "aliases", "authors"])
@pytest.mark.parametrize("name", LISTS)
def test_lists_that_both_changed_are_united(key: str, name: str) -> None:
    base, ours, theirs, both = (
        f"---\ntitle: T\n{f'{key}: {value}' + chr(10) if value else ''}---\nText.\n"
        for value in LISTS[name]
    )
    found = merge(base, ours, theirs)
    assert found.is_clean
    assert split(found.text).body == "Text.\n"
    wanted, got = (read(split(text).header)[key].value.value for text in (both, found.text))
    assert sorted(item.value for item in got) == sorted(item.value for item in wanted)
    assert merge(base, theirs, ours).text == found.text
    if name == "one put in order":
        assert [item.value for item in got] == ["b", "a", "c"]


def test_lists_that_cannot_be_united_clash() -> None:
    base = "---\nauthors: [a, b, c]\n---\n"
    other = merge(base, base.replace("a, b, c", "c, b, a"), base.replace("a, b, c", "b, a, c"))
    assert [clash.key for clash in other.conflicts] == ["authors"]
    ours = "---\nauthors: [a, b]  # mine\n---\n"
    theirs = "---\nauthors: [a, b, c, d]  # theirs\n---\n"
    assert not merge(base, ours, theirs).is_clean
