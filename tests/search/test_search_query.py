"""The query language: what each form means, and that nothing a person types raises."""

from __future__ import annotations

import string
from datetime import timedelta

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from app.search import query as query_module
from app.search.condition import Condition
from app.search.fields import PARTS, PLACES, STATES, VALUES, unknown
from app.search.folding import folded
from app.search.query import MAX_DEPTH, MAX_LENGTH, MOST_REGEXES, parse
from app.search.tree import (
    All,
    Either,
    Field,
    Given,
    Node,
    Not,
    Phrase,
    Regex,
    Title,
    Word,
    either,
    every,
    fields,
    leaves,
    negated,
    replaced,
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
        ("a AND b", All((A, B))),
        ("a AND b OR c", Either((All((A, B)), C))),
        ("a NOT b", All((A, Not(B)))),
        ("NOT a", Not(A)),
        ("a AND NOT (b OR c)", All((A, Not(Either((B, C)))))),
        ("NOT NOT a -NOT b", All((A, B))),
        ("a and not b", All((A, Word("and"), Word("not"), B))),
        ("ANDY NOTE", All((Word("ANDY"), Word("NOTE")))),
        ('"a AND b"', Phrase("a AND b")),
        ('"a b"*', Phrase("a b", prefix=True)),
        ("title:a AND -tag:b", All((Title(A), Not(Field("tag", "b"))))),
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
        ("in:outputs", Field("in", "outputs")),
        ("IN:Notes", Field("in", "notes")),
        ("has:todo", Field("has", "todo")),
        ("-has:Math", Not(Field("has", "math"))),
        ("is:stale OR is:refuted", Either((Field("is", "stale"), Field("is", "refuted")))),
        ("is:private", Field("is", "private")),
        ("cites:@Shannon1948", Field("cites", "Shannon1948")),
        ("links:papers/shannon", Field("links", "papers/shannon")),
        ('links:"Über Größe"', Field("links", "Über Größe")),
        ("/a/", Regex("a")),
        ("/a b|c/ b", All((Regex("a b|c"), B))),
        (r"-/a\/(b|c)\s\"/", Not(Regex(r"a\/(b|c)\s\""))),
        ("(/a/ OR /b c/)", Either((Regex("a"), Regex("b c")))),
        (r"/\\/", Regex(r"\\")),
        ('"a b"/c/', All((Phrase("a b"), Regex("c")))),
        ("/a/b", Word("a/b")),
        ("/usr/bin/a", Word("usr/bin/a")),
        ("a / b / c", All((A, B, C))),
        ("a/b c/b", All((Word("a/b"), Word("c/b")))),
        ("-/ a", A),
        ("-/a", Not(A)),
        ("//", None),
        ("/ /", None),
        ("http://a", Word("http://a")),
        ("https://a.b/c?d=e", Word("https://a.b/c?d=e")),
        ("10:30", Word("10:30")),
        ("3:a", Word("3:a")),
        ("a:b", Word("a:b")),
        ("eq:euler", Word("eq:euler")),
        (r"f:X\to{}Y", Word(r"f:X\to{}Y")),
        (r"\label:x_1", Word(r"\label:x_1")),
        ("arXiv:1706.03762", Word("arXiv:1706.03762")),
        ("doi:10.1000/182", Word("doi:10.1000/182")),
        ("std::vector", Word("std::vector")),
        ("learning: a", All((Word("learning:"), A))),
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
        ("/a/ b OR", (Word("a/"), B), "nothing after"),
        (
            "/a/ b " * (MOST_REGEXES + 1),
            (Word("a/"), B) * (MOST_REGEXES + 1),
            "regular expressions",
        ),
        ("a /b (c/ )", (A, B, Word("c/")), "no partner"),
        ("a -OR b", (A, B), "nothing before"),
        ("(a OR) b", (A, B), "nothing after"),
        ('tag:"a b', (Word("tag"), A, B), "quotation mark"),
        ("a AND NOT (b", (A, B), "not closed"),
        ("a b AND", (A, B), "AND has nothing after"),
        ("AND a b", (A, B), "AND has nothing before"),
        ("a OR AND b", (A, B), "AND has nothing before"),
        ("a b NOT", (A, B), "NOT has nothing after"),
        ("a (b NOT)", (A, B), "NOT has nothing after"),
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
        ("year:2023..2019", "year 2023..2019"),
        ("after:2024-13", "after 2024-13"),
        ("before:2023-02-30", "before 2023-02-30"),
        ("before:yesterday", "before yesterday"),
        ("after:2024-3", "after 2024-3"),
        ("in:attic", "in attic"),
        ("has:everything", "has everything"),
        ("is:", "is"),
        ("is:late", "is late"),
        ("cites:", "cites"),
        ("cites:@", "cites"),
        ("links:---", "links"),
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
texts = (
    st.lists(names, min_size=1, max_size=3)
    .map(" ".join)
    .filter(lambda text: any(map(str.isalnum, text)))
)
phrases = texts.map(Phrase)
conditions = st.one_of(
    st.builds(Field, st.sampled_from(["tag", "kind", "author"]), phrases.map(lambda p: p.text)),
    st.builds(Field, st.just("year"), st.sampled_from(["2019", "..2019", "2019..", "2019..2020"])),
    st.builds(Field, st.sampled_from(["before", "after"]), st.dates().map(str)),
    st.builds(Field, st.just("in"), st.sampled_from(list(PLACES))),
    st.builds(Field, st.just("has"), st.sampled_from(PARTS)),
    st.builds(Field, st.just("is"), st.sampled_from(STATES)),
    st.builds(
        Field,
        st.sampled_from(["cites", "links"]),
        st.one_of(
            phrases.map(lambda p: p.text), st.sampled_from(["a/b", "-x", "OR", "#a b", "é*"])
        ),
    ),
)
# Pieces of patterns, any of which may stand side by side.
pieces = st.sampled_from(
    [
        "a",
        "b|c",
        "(d)",
        "[e-g ]",
        "h*",
        "i+?",
        r"\/",
        r"\s",
        '"',
        "-",
        "OR",
        "tag:x",
        "(?:j k)",
        "é",
    ]
)
regexes = (
    st.lists(pieces, min_size=1, max_size=5)
    .map(" ".join)
    .filter(lambda text: text.strip() == text)
    .map(Regex)
)
simple: st.SearchStrategy[Node] = st.one_of(
    words,
    phrases,
    texts.map(lambda text: Phrase(text, prefix=True)),
    st.builds(Title, st.one_of(words, phrases)),
    conditions,
    regexes,
)
trees = st.recursive(
    simple,
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
    assume(sum(isinstance(leaf, Regex) for leaf in leaves(tree)) <= MOST_REGEXES)
    assume(folded(written(tree)) == written(tree))
    query = parse(written(tree))
    assert (query.tree, query.note) == (tree, "")


@given(trees)
@settings(max_examples=200, deadline=None)
def test_leaves_replaced_by_themselves_leave_the_tree_as_it_is(tree: Node) -> None:
    seen: list[tuple[Node, bool]] = []

    def same(leaf: Node, wanted: bool) -> Node:
        seen.append((leaf, wanted))
        return leaf

    assert replaced(tree, same) == tree
    assert [leaf for leaf, _ in seen] == list(leaves(tree))
    assert replaced(Not(tree), lambda leaf, wanted: same(leaf, wanted)) == Not(tree)
    half = len(seen) // 2
    assert [not wanted for _, wanted in seen[:half]] == [wanted for _, wanted in seen[half:]]


def test_what_was_settled_cannot_be_written() -> None:
    with pytest.raises(TypeError, match="nobody typed this"):
        written(All((A, Given(Condition("1")))))


@pytest.mark.parametrize(
    ("text", "tree", "complaint"),
    [
        ("foo:bar a", All((Word("foo:bar"), A)), "foo: is no field, so it was searched as words."),
        ("Tags:walk", Word("Tags:walk"), "tags: is no field (did you mean tag:?)"),
        ("authors:bayes", Word("authors:bayes"), "did you mean author:?"),
        ('cite:"a b"', All((Word("cite:"), Phrase("a b"))), "did you mean cites:?"),
        ("-link:a", Not(Word("link:a")), "did you mean links:?"),
        ("foo:1 foo:2", All((Word("foo:1"), Word("foo:2"))), "foo: is no field"),
    ],
)
def test_a_field_that_there_is_not_is_searched_as_words_and_says_so(
    text: str, tree: Node, complaint: str
) -> None:
    query = parse(text)
    assert query.tree == tree
    assert complaint in query.note
    assert query.note.count("is no field") == 1


@pytest.mark.parametrize(
    ("text", "words", "complaint"),
    [
        ("/(a b/ c", "a b/ c", "/(a b/ is no regular expression (missing )"),
        ("/[b-a]/", "[b-a]/", "invalid character class range"),
        (r"/(a)\1/", r"a \1/", "invalid escape sequence"),
        ("/(?<=a)b/", "?<=a b/", "invalid perl operator"),
        ("/a{1001}/", "a{1001}/", "invalid repetition size"),
        ("/(a{900}b{900}){1,9}/", "a{900}b{900} {1,9}/", "is no regular expression"),
        (r"/(\pL{3,20} ){3}/", r"\pL{3,20} {3}/", "pattern too large"),
        ("/((a{0,30}){0,30})b/", "a{0,30} {0,30} b/", "asks for too much at once"),
        (f"/{'a' * 201}/", f"{'a' * 201}/", "longer than 200"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_searched_as_words_and_says_why(
    text: str, words: str, complaint: str
) -> None:
    query = parse(text)
    assert query.tree == every(map(Word, words.split()))
    assert complaint in query.note
    assert "searched as words" in query.note


@pytest.mark.parametrize("name", VALUES)
def test_every_field_is_in_the_grammar_and_is_none_of_the_unknown(name: str) -> None:
    assert query_module.__doc__
    grammar = query_module.__doc__.replace(",", " ").split()
    assert name in grammar
    assert not unknown("https://a") + unknown("eq:a")


def test_every_value_of_a_field_is_in_the_grammar() -> None:
    assert query_module.__doc__
    for value in (*PLACES, *PARTS, *STATES):
        assert value in query_module.__doc__.split()


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ('"random wal', Phrase("random wal", prefix=True)),
        ('a "random ', All((A, Phrase("random")))),
        ('a "', A),
        ('title:"a b', Title(Phrase("a b", prefix=True))),
        ('a tag:"b c', A),
        ("a is:sta", A),
        ("a in:cod", A),
        ("a year:20", A),
        ("a is:stale", All((A, Field("is", "stale")))),
        ("a (b OR c", All((A, Either((B, C))))),
        ("a (b (", All((A, B))),
        ("a OR", A),
        ("a AND", A),
        ("a NOT", A),
        ("a -(", A),
        ("is:sta", None),
        ("a is:sta b", All((A, Word("is"), Word("sta"), B))),
    ],
)
def test_while_somebody_types_what_is_not_finished_is_read_as_if_it_were(
    text: str, tree: Node | None
) -> None:
    assert parse(text, typing=True).tree == tree


def test_the_field_that_the_text_ends_with_is_known() -> None:
    assert parse("a tag:pro").last == Field("tag", "pro")
    assert parse("a (tag:pro", typing=True).last == Field("tag", "pro")
    for text in ("tag:pro a", "tag:pro ", 'tag:"pro"', "a", ""):
        assert parse(text).last is None


@pytest.mark.parametrize(
    ("text", "tree", "note"),
    [
        ("title:(a OR b)", Either((A, B)), "title: wants one value and no group"),
        ("title:* a", A, "title: wants words, so title:* says nothing."),
        ("title:/soft/", Title(Word("/soft/")), "title: wants words, so title:/soft/ says less."),
        ("walk*ing", Word("walk*ing"), "In walk*ing the * counts for nothing"),
    ],
)
def test_what_says_less_than_it_seems_to_is_said(text: str, tree: Node, note: str) -> None:
    query = parse(text)
    assert query.tree == tree
    assert query.note.startswith(note)


marks = st.text(alphabet='ab "()-*:OR\0^\ud800“tag:year.2019in漢/\\[|', max_size=60)
parts = st.lists(
    st.sampled_from(
        ["/", "//", "/a", "b/", "/a b/", r"\/", "\\", '"', "(", ")", "-", "OR", "tag:", "has:math",
         "is:", "foo:x", "cites:@k", "links:", "title:", "*", " ", "  ", "a", "[", "{9}"]
    ), max_size=16,
).map("".join)  # fmt: skip


@given(
    st.one_of(
        st.text(st.characters(), max_size=80),
        marks,
        parts,
        st.text(alphabet='()-" aOR', max_size=400),
    )
)
@example('tag:"')
@example('title:"0')
@example("-" * 5000)
@example("AND NOT")
@example("NOT " * 499)
@example("-NOT " * 399)
@example("a AND NOT b OR NOT c AND")
@example("-OR-")
@example("/a /// b/")
@example('"q"/tag:x "x/ b"')
@example("/" * 1_999 + "a")
@example("/a" * 999)
@settings(max_examples=800, deadline=timedelta(seconds=1))
def test_whatever_is_typed_is_read_and_what_was_read_can_be_written(text: str) -> None:
    for typing in (False, True):
        query = parse(text, typing=typing)
        assert query.text == text
        if query.tree is not None:
            assert parse(written(query.tree)).tree == query.tree
