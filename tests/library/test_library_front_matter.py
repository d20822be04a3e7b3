"""Front matter: what is taken, what is kept, and that nothing but Unreadable is ever raised."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Unreadable
from app.library.front.front_matter import FrontMatter, compose, parse

YAMLISH = st.text(alphabet=st.sampled_from("abé:-[]{}&*!|>#'\"%@`,?.~ \n\t\r0123456789\u2028\x85"))
KEYS = ["title", "date", "year", "tags", "authors", "visibility", "url", "doi", "kind", "other"]


def front(header: str, path: str = "a.md") -> FrontMatter:
    return parse(f"---\n{header}\n---\nBody.\n", path)


def test_values_stay_as_they_were_typed() -> None:
    found = front("title: 2024\narxiv: 2301.00010\nstatus: no\nvenue: 1:30\ncitekey: 0123")
    assert (found.title, found.arxiv, found.status) == ("2024", "2301.00010", "no")
    assert (found.venue, found.citekey) == ("1:30", "0123")
    assert found.remarks == ()


def test_a_bare_null_is_as_good_as_nothing() -> None:
    found = front("title: null\ntags: ~\nauthors:\nextra: null\nstatus: 'null'")
    assert (found.title, found.tags, found.authors) == ("", (), ())
    assert "extra" not in found.extra
    assert found.status == "null"


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-11-21", "2026-11-21"),
        ("2026-11-21T23:30:00+02:00", "2026-11-21"),
        ("2026-11-21 10:00", "2026-11-21"),
        ("'2026-1-2'", "2026-01-02"),
        ("2026/01/02", "2026-01-02"),
        ("2026-05", "2026-05-01"),
        ("2026", "2026-01-01"),
        ("20261121", "2026-11-21"),
        ("202611211030", "2026-11-21"),
        ("1795262400000", "2026-11-21"),
        ('"[[2026-11-21]]"', "2026-11-21"),
        ("[2026-11-21]", "2026-11-21"),
    ],
)
def test_dates(written: str, day: str) -> None:
    assert front(f"date: {written}").date == day


@pytest.mark.parametrize("written", ["2026-02-30", "soon", "[1, 2]", "0000-00-00"])
def test_a_date_that_is_none_is_kept_and_remarked(written: str) -> None:
    found = front(f"title: A\ndate: {written}")
    assert found.date == ""
    assert "date" in found.extra
    assert [remark.line for remark in found.remarks] == [3]


@pytest.mark.parametrize("written", ["{{date}}", "'{{date}}'", "'<% tp.date.now() %>'", "''", "[]"])
def test_what_a_program_will_fill_in_is_no_mistake(written: str) -> None:
    found = front(f"date: {written}\nurl: {written}")
    assert (found.date, found.url, found.remarks) == ("", "", ())


def test_one_value_may_stand_in_a_list() -> None:
    found = front("status: [done, read]\nurl: ['[a film](https://example.org/f)']\nyear: [1948]")
    assert (found.status, found.url, found.year) == ("done, read", "https://example.org/f", 1948)
    assert found.remarks == ()


def test_visibility_is_not_taken_from_a_list() -> None:
    found = front("visibility: [public]")
    assert (found.visibility, len(found.remarks)) == ("private", 1)


def test_visibility_is_private_unless_it_is_said_clearly() -> None:
    assert front("title: A").visibility == "private"
    assert front("visibility: Public").visibility == "public"
    wrong = front("visibility: publik")
    assert wrong.visibility == "private"
    assert "none of public, unlisted, private" in wrong.remarks[0].reason
    assert wrong.remarks[0].line == 2


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("[Ada Lovelace, Alan Turing]", ("Ada Lovelace", "Alan Turing")),
        ("Ada Lovelace and Alan Turing", ("Ada Lovelace", "Alan Turing")),
        (
            "Ada Lovelace, Alan Turing, and Emmy Noether",
            ("Ada Lovelace", "Alan Turing", "Emmy Noether"),
        ),
        ("Shannon, Claude and Weaver, Warren", ("Shannon, Claude", "Weaver, Warren")),
        ("Shannon, Claude", ("Shannon, Claude",)),
        ("A B; C D", ("A B", "C D")),
        ("[{name: Ada Lovelace}, {given: Alan, family: Turing}]", ("Ada Lovelace", "Alan Turing")),
        ("'[[Claude Shannon]]'", ("Claude Shannon",)),
    ],
)
def test_authors(written: str, names: tuple[str, ...]) -> None:
    assert front(f"authors: {written}").authors == names


@pytest.mark.parametrize(
    "written",
    ["[walks, random]", "walks, random", "walks random", "'#walks #random'", "walks,walks,random"],
)
def test_tags(written: str) -> None:
    assert front(f"tags: {written}").tags == ("walks", "random")


def test_a_tag_in_a_list_may_hold_a_space() -> None:
    assert front("tags: [random walks, '#Random Walks']").tags == ("random walks",)


def test_addresses_that_would_run_are_not_taken() -> None:
    found = front("url: javascript:alert(1)\ndoi: https://doi.org/10.1000/182")
    assert (found.url, found.doi) == ("", "10.1000/182")
    assert found.extra == {"url": "javascript:alert(1)"}


@pytest.mark.parametrize(
    ("path", "kind", "day"),
    [
        ("papers/a.md", "paper", ""),
        ("Papers/2020/a.md", "paper", ""),
        ("journal/2026-11-21.md", "journal", "2026-11-21"),
        ("2026-11-21.md", "journal", "2026-11-21"),
        ("posts/2026-11-21-walks.md", "post", "2026-11-21"),
        ("2026-11-21-walks.md", "note", "2026-11-21"),
        ("2026-13-21.md", "note", ""),
        ("walks.md", "note", ""),
    ],
)
def test_kind_and_day_follow_from_the_name(path: str, kind: str, day: str) -> None:
    found = parse("Text.\n", path)
    assert (found.kind, found.date) == (kind, day)


def test_what_is_not_known_is_kept_in_its_order() -> None:
    found = front("zeta: 1\nalpha: {deep: [true, 1.5, '1']}\nrating: 5")
    assert (
        json.dumps(found.extra) == '{"zeta": 1, "alpha": {"deep": [true, 1.5, "1"]}, "rating": 5}'
    )


@pytest.mark.parametrize(
    ("header", "line", "words"),
    [
        ("title: a\ntags: [a", 4, "not YAML"),
        ("title: a: b", 2, "needs quotes"),
        ("- a\n- b", 2, "key: value"),
        ("just text", 2, "key: value"),
        ("title: a\ntitle: b", 3, "twice"),
        ("a: &x [1]\nb: *x", 2, "alias"),
        ("a: 1\n\tb: 2", 3, "not YAML"),
        ("a: \x01", 2, "not YAML"),
        ("? [a]\n: b", 2, "not a word"),
        ("a: " + "[" * 30_000, 2, "too deeply"),
        ("a: " + "[" * 60 + "]" * 60, 2, "too deeply"),
        ("a: " + "x" * 70_000, 1, "larger"),
    ],
)
def test_what_cannot_be_read_names_line_and_reason(header: str, line: int, words: str) -> None:
    with pytest.raises(Unreadable) as caught:
        front(header, "papers/a.md")
    assert words in caught.value.reason
    assert (caught.value.path, caught.value.line) == ("papers/a.md", line)


def test_ten_lines_that_would_unfold_to_gigabytes() -> None:
    bomb = "a0: &a0 [x, x]\n" + "\n".join(
        f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)
    )
    with pytest.raises(Unreadable, match="alias"):
        front(bomb)


def test_the_body_and_its_line() -> None:
    found = parse("---\r\ntitle: A\r\n---\r\nBody.\r\n", "a.md")
    assert (found.title, found.body, found.body_line) == ("A", "Body.\r\n", 4)
    assert parse("\ufeff---\ntitle: A\n---\nBody", "a.md").title == "A"
    assert parse("---\n---\nBody", "a.md").body == "Body"
    for whole in (
        "",
        "Text",
        "---",
        "----\na: b\n---\n",
        "---\n\nA rule above.\n",
        " ---\na: b\n---\n",
    ):
        assert parse(whole, "a.md").body == whole


def test_front_matter_without_an_end_is_named() -> None:
    with pytest.raises(Unreadable, match="no end"):
        parse("---\nvisibility: private\n\nText\n", "a.md")


@given(st.one_of(st.text(), YAMLISH, YAMLISH.map(lambda text: f"---\n{text}\n---\nBody")))
def test_nothing_but_unreadable_is_raised(source: str) -> None:
    try:
        found = parse(source, "papers/2020-01-01.md")
    except Unreadable as error:
        line, reason = error.line, error.reason
    else:
        line, reason = found.body_line, "read"
        assert source.endswith(found.body)
        assert found.visibility in ("public", "unlisted", "private")
        assert found == parse(source, "papers/2020-01-01.md")
    assert line >= 1
    assert reason


@given(st.sampled_from(KEYS), YAMLISH)
def test_no_value_of_a_known_key_breaks_a_note(key: str, value: str) -> None:
    try:
        found = front(f"{key}: {value}")
    except Unreadable:
        return
    json.dumps(vars(found) | {"remarks": ()}, allow_nan=False)


@given(
    st.fixed_dictionaries(
        {
            "title": st.text(
                st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1
            ),
            "tags": st.lists(st.text(st.sampled_from("abcdé1-"), min_size=1), unique=True),
        }
    )
)
def test_what_is_composed_is_read_back(values: dict[str, object]) -> None:
    found = parse(compose(values, "Body"), "a.md")
    assert found.title == values["title"]
    assert list(found.tags) == values["tags"]
    assert found.body == "\nBody"


@pytest.mark.parametrize(
    ("header", "path", "day"),
    [
        ("created: 2026-03-01 10:00", "a.md", "2026-03-01"),
        ("date created: '[[2026-03-01]]'", "a.md", "2026-03-01"),
        ("Created_at: 1772359200000", "a.md", "2026-03-01"),
        ("created: 2026-03-01\ndate: 2025-01-01", "a.md", "2025-01-01"),
        ("created: 2026-03-01", "2025-01-01 walk.md", "2025-01-01"),
        ("created: {{date}}", "a.md", ""),
        ("created: soon", "a.md", ""),
        ("recreated: 2026-03-01", "a.md", ""),
    ],
)
def test_created_is_the_date_where_date_is_silent(header: str, path: str, day: str) -> None:
    front = parse(f"---\n{header}\n---\n", path)
    assert (front.date, front.remarks) == (day, ())
    assert front.extra
