"""The query language: what each form means, and that nothing a person types raises."""

from __future__ import annotations

import string
from datetime import timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.search.query import MAX_DEPTH, MAX_LENGTH, parse
from app.search.tree import (
    All,
    Either,
    Field,
    Node,
    Not,
    Phrase,
    Title,
    Word,
    either,
    every,
    fields,
    negated,
    written,
)

A, B, C = Word("a"), Word("b"), Word("c")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a", A),
        ("a b", All((A, B))),
        ("a OR b", Either((A, B))),
        ("a b OR c", Either((All((A, B)), C))),
        ("a (b OR c)", All((A, Either((B, C))))),
        ("((a)) ((b c))", All((A, B, C))),
        ("-a", Not(A)),
        ("--a", Not(A)),
        ("-(-a)", A),
        ("-(a b)", Not(All((A, B)))),
        ("a -b", All((A, Not(B)))),
        ("a - b", All((A, B))),
        ("random-walk", Word("random-walk")),
        ("walk*", Word("walk", prefix=True)),
        ("walk**", Word("walk", prefix=True)),
        ('"a  b"', Phrase("a b")),
        ("“a b”", Phrase("a b")),
        ('a"b c"d', All((A, Phrase("b c"), Word("d")))),
        ("or", Word("or")),
        ("a or b", All((A, Word("or"), B))),
        ("ORacle", Word("ORacle")),
        ("title:a", Title(A)),
        ('title:"a b"', Title(Phrase("a b"))),
        ("title:a*", Title(Word("a", prefix=True))),
        ("TAG:x", Field("tag", "x")),
        ("tag:#x/y", Field("tag", "x/y")),
        ('author:"Thomas Bayes"', Field("author", "Thomas Bayes")),
        ("year:2019", Field("year", "2019")),
        ("year:2019..2023", Field("year", "2019..2023")),
        ("year:..2023 year:2019..", All((Field("year", "..2023"), Field("year", "2019..")))),
        ("before:2024-03-05", Field("before", "2024-03-05")),
        ("after:2024", Field("after", "2024")),
        ("in:annotations", Field("in", "annotations")),
        ("-kind:post a", All((Not(Field("kind", "post")), A))),
        ("http://a", Word("http://a")),
        (r"\beta_0", Word(r"\beta_0")),
        ("", None),
        ("   ", None),
        ("*** ^ & — ()", None),
        ("-*** a", A),
    ],
)
def test_each_form_has_its_tree_and_no_complaint(text: str, tree: Node | None) -> None:
    query = parse(text)
    assert (query.tree, query.note, query.text) == (tree, "", text)


@pytest.mark.parametrize(
    ("text", "words", "complaint"),
    [
        ('"a b', (A, B), "quotation mark"),
        ("(a b", (A, B), "not closed"),
        ("a) b", (A, B), "no partner"),
        ("a b OR", (A, B), "nothing after"),
        ("OR a b", (A, B), "nothing before"),
        ("a OR OR b", (A, B), "nothing before"),
        ("a -OR b", (A, B), "nothing before"),
        ("(a OR) b", (A, B), "nothing after"),
        ('tag:"a b', (Word("tag"), A, B), "quotation mark"),
        ("a AND NOT (b", (A, Word("AND"), Word("NOT"), B), "not closed"),
        ("(" * 10_000 + "a b", None, "characters count"),
        ("(" * (MAX_DEPTH + 1) + "a b" + ")" * (MAX_DEPTH + 1), (A, B), "deeper"),
    ],
)
def test_a_broken_structure_is_read_as_words_and_says_so(
    text: str, words: tuple[Node, ...] | None, complaint: str
) -> None:
    query = parse(text)
    assert query.tree == (words and All(words))
    assert complaint in query.note


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("year:abc", "year abc"),
        ("year:19", "year 19"),
        ("year:2019..2020..", "year 2019..2020.."),
        ("year:..", "year"),
        ("before:yesterday", "before yesterday"),
        ("after:2024-3", "after 2024-3"),
        ("in:attic", "in attic"),
        ("tag:", "tag"),
        ("tag:#", "tag"),
        ('title:""', "title"),
        ("year:٢٠٢٠", "year ٢٠٢٠"),
    ],
)
def test_a_field_with_an_impossible_value_is_read_as_words_and_the_rest_stays(
    text: str, words: str
) -> None:
    query = parse(f"kind:post {text}")
    assert query.tree == every([Field("kind", "post"), *map(Word, words.split())])
    assert query.note.startswith(f"{text.partition(':')[0]}: wants")
    assert "searched as words" in query.note


def test_a_long_query_is_cut_and_says_so() -> None:
    query = parse("word " * MAX_LENGTH)
    assert isinstance(query.tree, All)
    assert len(query.tree.parts) == MAX_LENGTH // len("word ")
    assert str(MAX_LENGTH) in query.note


def test_the_names_of_the_fields_are_found_wherever_they_stand() -> None:
    tree = parse("a (b OR -author:c) -(year:2020 d) title:e").tree
    assert tree is not None
    assert fields(tree) == {"author", "year"}


names = st.text(string.ascii_lowercase + "éß漢_'", min_size=1, max_size=8)
words = st.builds(Word, names.filter(lambda name: any(map(str.isalnum, name))), st.booleans())
phrases = (
    st.lists(names, min_size=1, max_size=3)
    .map(" ".join)
    .filter(lambda text: any(map(str.isalnum, text)))
    .map(Phrase)
)
conditions = st.one_of(
    st.builds(Field, st.sampled_from(["tag", "kind", "author"]), phrases.map(lambda p: p.text)),
    st.builds(Field, st.just("year"), st.sampled_from(["2019", "..2019", "2019..", "2019..2020"])),
    st.builds(Field, st.sampled_from(["before", "after"]), st.dates().map(str)),
    st.builds(Field, st.just("in"), st.sampled_from(["notes", "code", "annotations"])),
)
leaves: st.SearchStrategy[Node] = st.one_of(
    words, phrases, st.builds(Title, st.one_of(words, phrases)), conditions
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        inner.map(negated),
        st.lists(inner, min_size=2, max_size=4).map(every),
        st.lists(inner, min_size=2, max_size=4).map(either),
    ),
    max_leaves=8,
)


@given(trees)
@settings(max_examples=400, deadline=None)
def test_a_tree_written_and_parsed_is_the_same_tree(tree: Node) -> None:
    query = parse(written(tree))
    assert (query.tree, query.note) == (tree, "")


marks = st.text(alphabet='ab "()-*:OR\0^\ud800“tag:year.2019in漢', max_size=60)


@given(
    st.one_of(
        st.text(st.characters(), max_size=80), marks, st.text(alphabet='()-" aOR', max_size=400)
    )
)
@example('tag:"')
@example("-" * 5000)
@example("AND NOT")
@example("-OR-")
@settings(max_examples=800, deadline=timedelta(seconds=1))
def test_whatever_is_typed_is_read_and_what_was_read_can_be_written(text: str) -> None:
    query = parse(text)
    assert query.text == text
    if query.tree is not None:
        assert parse(written(query.tree)).tree == query.tree
