"""The passage that a hit shows: the right one, marked, escaped, whole, in bounded time."""

from __future__ import annotations

import re
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import derived
from app.search import endings, sought
from app.search.excerpt import LENGTH, LONGEST_FORMULA, Passage, excerpt, formulas
from app.search.fts import wanted
from app.search.query import parse
from app.search.tree import Phrase, Word
from tests.spent import spent

FILLER = "filler " * 60


def passage(text: str, query: str) -> Passage | None:
    tree = parse(query).tree
    assert tree
    return excerpt(text, wanted(tree))


def shown(text: str, query: str) -> str:
    found = passage(text, query)
    assert found
    return found.html


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("They converged, as series converge.", "converges", ["converged", "converge"]),
        ("Kurt Gödel wrote.", "godel", ["Gödel"]),
        ("Kurt Go\u0308del wrote.", "gödel", ["Go\u0308del"]),
        ("Godel wrote.", "Gödel", ["Godel"]),
        ("A walkable cat.", "cats", ["cat"]),
        ("concatenate", "cat", None),
        ("Hoping for hope, not for hops.", "hope", ["Hoping", "hope"]),
        ("Relational and related.", "relate", ["Relational", "related"]),
        ("A caterpillar and a cat.", "cat*", ["caterpillar", "cat"]),
        ("A caterpillar and a cat.", "cat", ["cat"]),
        ("def tempered_posterior(x):", "tempered posterior", ["tempered", "posterior"]),
        (r"Put $\beta x$ in.", r"\beta", [r"$\beta x$"]),
        ("A random walk, no walk at random.", '"random walks"', ["random walk"]),
        ("well-known and well. Known", "well-known", ["well-known", "well. Known"]),
        ("我们研究深度学习的方法", "深度学习", ["深度学习"]),
        ("機械学習とカタカナ", "機械 カタ*", ["機械", "カタ"]),
        ("STRASSE Straße", "straße", ["STRASSE", "Straße"]),
    ],
)
def test_which_words_are_marked(text: str, query: str, marked: list[str] | None) -> None:
    found = passage(text, query)
    assert (re.findall("<mark>(.*?)</mark>", found.html) if found else None) == marked


def test_the_tokenizer_is_that_of_the_index() -> None:
    index = next(table for table in derived.TABLES if "search_text" in table and "fts5" in table)
    assert f'tokenize = "{endings.TOKENIZER}"' in index


WORDS = (
    *("hope", "hoping", "hopes", "hops", "relate", "relational", "sky", "skies", "happy"),
    *("happily", "Gödel", "godel", "run", "running", "runs", "sensibility", "sensible"),
    *("digitizer", "digit", "valency", "ties", "tied", "tie", "organisation", "organ"),
)


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12), st.sampled_from(WORDS))
def test_what_the_index_finds_is_marked_and_nothing_else(words: list[str], word: str) -> None:
    """Each word alone is asked of FTS5 itself."""
    table = sqlite3.connect(":memory:")
    table.execute(f"CREATE VIRTUAL TABLE t USING fts5(x, tokenize='{endings.TOKENIZER}')")
    table.executemany("INSERT INTO t VALUES (?)", [(each,) for each in words])
    found = table.execute("SELECT x FROM t WHERE t MATCH ? ORDER BY rowid", [f'"{word}"'])
    text = " ".join(words)
    spans = sought.spans(text, [Word(word)])
    assert [text[span.start : span.end] for span in spans] == [each for (each,) in found]


def test_the_passage_with_the_most_words_is_shown() -> None:
    found = shown(f"alpha {FILLER}alpha meets beta here {FILLER}", "alpha beta")
    assert "<mark>alpha</mark> meets <mark>beta</mark>" in found
    assert found.startswith("…")
    assert found.endswith("…")


def test_words_side_by_side_are_preferred() -> None:
    text = f"alpha was not beta. {FILLER}. Here alpha beta stand. {FILLER}"
    assert "<mark>alpha</mark> <mark>beta</mark> stand" in shown(text, "alpha beta")


def test_a_passage_begins_with_a_line_or_a_sentence_and_keeps_to_its_line() -> None:
    text = f"Other line.\n{FILLER}end. A sentence has the word.\nNext one."
    assert shown(text, "word").startswith("…A sentence has the <mark>word</mark>. · Next one.")
    assert shown("One.\nTwo with the word.", "word").startswith("Two with")


def test_the_text_is_preferred_to_a_heading() -> None:
    text = "Walks\nA walk is taken."
    found = excerpt(text, [Word("walk")], headings=[(0, 5)])
    assert found
    assert found.html == "A <mark>walk</mark> is taken."


LONG = r"$\frac{a_1 + b_1}{c_1 \cdot d_1} + \frac{a_2 + b_2}{c_2 \cdot d_2} = \sum_{n} x_n$"


@pytest.mark.parametrize("before", range(0, 130, 7))
@pytest.mark.parametrize("behind", range(60, 240, 13))
def test_no_formula_is_cut(before: int, behind: int) -> None:
    text = f"{'a ' * 80}{LONG} {'b ' * (before // 2)}word {'c ' * (behind // 2)}{LONG} {'d ' * 90}"
    found = passage(text, "word")
    assert found
    part = text[found.start : found.end]
    assert part.count("$") % 2 == 0
    assert part.replace(LONG, "").count("$") == 0


def test_a_hit_in_a_formula_shows_all_of_it() -> None:
    found = shown(f"{FILLER}{LONG} {FILLER}", "cdot")
    assert found.count("$") == 2
    assert "\\sum" in found


def test_what_costs_dollars_is_no_formula() -> None:
    text = "From $5 to $6, and $x$ more."
    assert [text[slice(*pair)] for pair in formulas(text, 0, len(text))] == ["$x$"]


def test_what_the_page_fills_in_is_left_out() -> None:
    found = shown("The mean is {{half.mean|.4f}} of ![[other#Part]] throws.", "throws")
    assert found == "The mean is … of … <mark>throws</mark>."
    assert "<mark>half</mark>" in shown("The mean is {{half.mean}}.", "half")


def test_a_word_that_stands_a_hundred_thousand_times_takes_no_time() -> None:
    with spent() as taken:
        for _ in range(20):
            assert excerpt("w " * 200_000, [Word("w")])
            assert excerpt("w" * 200_000 + " " + "$" * 9_000, [Word("w", prefix=True)])
    assert taken.seconds < 3


Leaves = st.lists(
    st.one_of(st.builds(Word, st.text(max_size=12), st.booleans()), st.builds(Phrase, st.text())),
    max_size=6,
)


@given(st.text(max_size=400) | st.text(alphabet="ab $\\{}\n[]!.漢é", max_size=600), Leaves)
def test_nothing_raises_and_nothing_but_marks_is_an_element(
    text: str, leaves: list[Word | Phrase]
) -> None:
    found = excerpt(text, leaves)
    if found is not None:
        assert set(re.findall("<[^>]*>", found.html)) <= {"<mark>", "</mark>"}
        assert 0 <= found.start < found.end <= len(text)
        assert found.end - found.start <= LENGTH + 2 * LONGEST_FORMULA + 400
        assert found.marks
        for pair in formulas(text, 0, len(text)):
            for edge in (found.start, found.end):
                inside = pair[0] < edge < pair[1] and "\n" not in text[slice(*pair)]
                assert not inside or pair[1] - pair[0] > LONGEST_FORMULA
