"""One answer to what a search finds: by relevance, by date, in the facets, typed or entered."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from app import database
from app.accounts.permissions import PUBLIC, Person
from app.library.syncing import sync
from app.search import deadline, find, index, reach
from app.search.facets import Facets, of_search
from app.search.find import Results, search
from app.search.index import Entry
from app.search.query import parse
from app.search.tree import Field, Node, Not, Phrase, Regex, Title, Word, either, every, written
from app.settings import Settings
from tests.search.test_search_find import OWNER, READER, add, annotate

WORDS = ("walk", "walker", "wal", "noise", "noisy", "bayes", "rare", "the", "gnu")
TAGS = ("a b", "deep", "Deep", "deep/er", "unseen")
AUTHORS = ("Ada Roe", "Roe", "Anneli X", "Li", "Li Wei", "Émilie Noël")


class Knowing:
    """What other rooms know, and how often they were asked."""

    def __init__(self, uids: set[int]) -> None:
        self.uids, self.asked = uids, 0

    def stale(self) -> set[int]:
        self.asked += 1
        return self.uids

    refuted = stale

    def linking(self, target: str) -> set[int] | None:
        return self.stale() if target != "nowhere" else None


KNOWN = Knowing({3, 4, 5, 210})


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> sqlite3.Connection:
    """So many entries that a question is relaxed."""
    connection = database.connect(tmp_path_factory.mktemp("reach") / "gloss.db")
    database.migrate(connection)
    dice = random.Random(5)
    for uid in range(1, 241):
        add(
            connection, uid, " ".join(dice.choices(WORDS, (9, 3, 0.3, 5, 2, 4, 1, 30, 0), k=8)),
            title=dice.choice(("On walks", "Noise", "T")), kind=dice.choice(("paper", "note")),
            year=dice.choice((2019, 2020, None)), date=f"2024-01-{uid % 28 + 1:02}",
            visibility=dice.choice(("public", "public", "private")), blocks=("code",),
            tags=tuple({tag.lower(): tag for tag in dice.choices(TAGS, k=2)}.values()),
            authors=tuple(dict.fromkeys(dice.choices(AUTHORS, k=dice.randint(0, 2)))),
        )  # fmt: skip
    for uid in range(1, 30):
        annotate(connection, f"said {uid}", uid, dice.choice(WORDS))
    with database.transaction(connection):
        for uid in range(1, 60):
            values = [f"{uid}/b", 1, "block", uid, "code", "code", "{}", "null"]
            connection.execute("INSERT INTO search_output VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
            index.put(connection, Entry("output", f"{uid}/b", uid, "2024", "made", body="walk 1"))
        index.put(connection, Entry("code", "code", None, "", "C", body="walk", code="noise = 1"))
    return connection


leaves: st.SearchStrategy[Node] = st.one_of(
    st.builds(Word, st.sampled_from(WORDS), st.booleans()),
    st.builds(Title, st.builds(Word, st.sampled_from(("walk", "noi")), st.booleans())),
    st.sampled_from(("walk noise", "the walk", "noise wa")).map(Phrase),
    st.builds(Regex, st.sampled_from(("wal", "no.s", "q{2}", "^the"))),
    st.builds(Field, st.just("tag"), st.sampled_from(TAGS)),
    st.builds(Field, st.just("author"), st.sampled_from((*AUTHORS, "noel", "an*"))),
    st.builds(Field, st.just("kind"), st.sampled_from(("paper", "NOTE", "none"))),
    st.builds(Field, st.just("year"), st.sampled_from(("2019", "2020.."))),
    st.builds(Field, st.just("in"), st.sampled_from(("notes", "annotations", "code", "outputs"))),
    st.builds(Field, st.just("is"), st.sampled_from(("stale", "refuted", "private", "orphan"))),
    st.builds(Field, st.just("has"), st.sampled_from(("annotation", "math"))),
    st.builds(Field, st.just("motivation"), st.sampled_from(("comment", "question"))),
    st.builds(Field, st.just("by"), st.sampled_from(("owner", "nobody"))),
    st.builds(Field, st.just("links"), st.sampled_from(("here", "nowhere"))),
    st.builds(Field, st.just("after"), st.sampled_from(("2024-01-10", "2024-01"))),
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=4).map(every),
        st.lists(inner, min_size=2, max_size=3).map(either),
    ),
    max_leaves=5,
)
people = st.sampled_from([PUBLIC, READER, OWNER])


def asked(library: sqlite3.Connection, person: Person, text: str, **more: object) -> Results:
    return search(library, person, text, **{"limit": 1000, "known": KNOWN, **more})  # type: ignore[arg-type]


def facets(library: sqlite3.Connection, person: Person, text: str) -> Facets:
    return of_search(library, person, text, known=KNOWN)


@given(trees, people)
@trying(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_facets_count_what_is_found_and_what_each_click_finds(
    library: sqlite3.Connection, tree: Node, person: Person
) -> None:
    text = written(tree)
    assume(parse(text).tree)
    found = facets(library, person, text)
    assert found.total == asked(library, person, text, limit=1).total
    for facet in found.facets:
        for value in facet.values[:2]:
            if not value.chosen:
                there = asked(library, person, value.query, limit=1)
                assert there.total == value.count, value


@given(trees, people, st.sampled_from([7, 20, 50]))
@trying(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_pages_continue_each_other_in_both_orders_and_have_the_same_hits(
    library: sqlite3.Connection, tree: Node, person: Person, size: int
) -> None:
    text = written(tree)
    sets = []
    for order in find.ORDERS:
        whole = asked(library, person, text, order=order)
        ids = [(hit.type, hit.id) for hit in whole.results]
        assert len(set(ids)) == len(ids) == whole.total
        sets.append((set(ids), whole.note, whole.relaxed))
        for offset in range(0, min(len(ids), 120), size):
            page = asked(library, person, text, limit=size, offset=offset, order=order)
            assert [(hit.type, hit.id) for hit in page.results] == ids[offset : offset + size]
            assert (page.total, page.is_exact) == (whole.total, True)
    assert sets[0] == sets[1]


@given(trees, people)
@trying(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_typed_finds_what_is_entered_but_relaxes_nothing(
    library: sqlite3.Connection, tree: Node, person: Person
) -> None:
    text = f"{written(tree)} "
    entered, typed = asked(library, person, text), asked(library, person, text, typing=True)
    if entered.relaxed == typed.relaxed:
        assert [hit.id for hit in typed.results] == [hit.id for hit in entered.results]
    else:
        assert {hit.id for hit in typed.results} <= {hit.id for hit in entered.results}
    counted = of_search(library, person, text, known=KNOWN, typing=True)
    assert counted.total == typed.total


def test_the_beginning_of_a_word_is_found_after_the_word_itself_and_said(
    library: sqlite3.Connection,
) -> None:
    found = asked(library, OWNER, "noi")
    assert "Nothing has all of this; “noi” was taken for the beginning of a word." in found.note
    few = asked(library, OWNER, "wal")
    whole = int(few.note.split("first ")[1].split()[0])
    assert 0 < whole < reach.FEW < few.total
    marked = [hit.snippet_html for hit in few.results]
    assert all("<mark>wal</mark>" in each for each in marked[:whole])
    assert not any("<mark>wal</mark>" in each for each in marked[whole:])
    for text in ("the", "walk", '"wal"', "wal* OR the", "tag:deep", "-wal"):
        assert "begin" not in asked(library, OWNER, text).note


def test_a_condition_narrows_down_and_loosens_nothing(library: sqlite3.Connection) -> None:
    """Where few are left by a condition, the words are as strict as without it."""
    strict = asked(library, OWNER, "walk noise")
    assert strict.total >= reach.FEW
    assert not strict.relaxed
    narrow = asked(library, OWNER, "walk noise after:2024-01-27")
    assert 0 < narrow.total < reach.FEW
    assert not narrow.relaxed
    loose = asked(library, OWNER, "rare noisy bayes")
    assert loose.relaxed
    there = asked(library, OWNER, "rare noisy bayes kind:paper")
    assert there.relaxed
    assert {hit.id for hit in there.results} <= {hit.id for hit in loose.results}


def test_fields_alone_list_notes_first_and_outputs_where_they_are_asked_for(
    library: sqlite3.Connection,
) -> None:
    types = [hit.type for hit in asked(library, OWNER, "kind:paper").results]
    assert set(types) == {"note", "annotation"}
    assert types == sorted(types, key=["note", "annotation"].index)
    dates = [hit.date for hit in asked(library, OWNER, "kind:paper in:notes").results]
    assert dates == sorted(dates, reverse=True)
    outputs = asked(library, OWNER, "kind:paper in:outputs")
    assert {hit.type for hit in outputs.results} == {"output"}
    (place,) = [each for each in facets(library, OWNER, "kind:paper").facets if each.field == "in"]
    assert {value.name: value.count for value in place.values}["outputs"] == outputs.total
    left = asked(library, OWNER, "in:outputs -kind:paper").total
    assert left + outputs.total == asked(library, OWNER, "in:outputs").total
    some = [hit.type for hit in asked(library, OWNER, "after:2023").results]
    assert some == sorted(some, key=["note", "annotation", "code", "output"].index)


def test_each_field_is_settled_once(library: sqlite3.Connection) -> None:
    for text in ("is:stale " * 200, "is:stale OR -is:stale walk", "links:a walk links:a"):
        known = Knowing({1})
        search(library, OWNER, text, known=known)
        assert known.asked == 1


def test_other_rooms_that_take_too_long_end_the_search(
    library: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late() -> None:
        monkeypatch.setattr(deadline.Clock, "is_over", True)

    class Slow(Knowing):
        def linking(self, target: str) -> set[int]:
            late()
            return set()

    many = " ".join(f"links:n{number}" for number in range(200))
    for ask in (search, of_search):
        with monkeypatch.context() as patch:
            patch.setattr(deadline.Clock, "is_over", False)
            with pytest.raises(Exception, match="too long"):
                ask(library, OWNER, many, known=Slow(set()))  # type: ignore[operator]


def test_passages_end_with_the_time_and_every_hit_is_shown(
    library: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find, "detailed", cut_off(find.detailed))
    hits = asked(library, OWNER, "walk").results
    assert len(hits) > 20
    assert all(hit.snippet_html for hit in hits)
    assert not any("<mark>" in hit.snippet_html for hit in hits)


def cut_off(detailed: Callable[..., object]) -> Callable[..., object]:
    return lambda connection, scores, leaves, until: detailed(connection, scores, leaves, 0.0)


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("tag:deeep", "tag: nothing has the tag deeep (did you mean tag:deep?)."),
        ("tag:a-b", 'tag: nothing has the tag a-b (did you mean tag:"a b"?).'),
        ("kind:papers", "kind: no note is of the kind papers (did you mean kind:paper?)."),
        ("kind:paper,note", "kind: no note is of the kind paper,note"),
        ("author:Knuth", "author: no note has an author Knuth."),
        ("author:elie author:noel", "author: no note has an author elie."),
        ("kind:Paper tag:DEEP author:noel author:no*", ""),
    ],
)
def test_a_value_that_nothing_has_is_said(
    library: sqlite3.Connection, text: str, note: str
) -> None:
    said = asked(library, OWNER, text).note
    assert said.startswith(note)
    assert bool(said) == bool(note)


def test_a_hidden_value_is_said_to_be_of_none(connection: sqlite3.Connection) -> None:
    add(connection, 1, "open", tags=("shown",))
    add(connection, 2, "hidden", kind="secret", tags=("secret",), authors=("Secret",),
        visibility="private")  # fmt: skip
    for name in ("kind", "tag", "author"):
        assert search(connection, OWNER, f"{name}:secret").note == ""
        said = search(connection, PUBLIC, f"{name}:secre").note
        assert said.replace("secre", "") == search(connection, PUBLIC, f"{name}:x").note.replace(
            "x", "", 1
        )


def test_while_somebody_types_a_value_that_nothing_has_waits(library: sqlite3.Connection) -> None:
    assert asked(library, OWNER, "walk tag:dee").total == 0
    waiting = asked(library, OWNER, "walk tag:dee", typing=True)
    assert waiting.total == asked(library, OWNER, "walk").total
    assert asked(library, OWNER, "walk tag:dee noise", typing=True).total == 0
    assert asked(library, OWNER, "walk tag:deep", typing=True).total < waiting.total


def test_a_pattern_beside_a_word_loses_no_hit_of_the_word(
    library: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.search.settling.MOST_TRIED", 10)
    plain = asked(library, OWNER, "walk")
    for text in ("walk OR /qqqq/", "walk -/qqqq/"):
        found = asked(library, OWNER, text)
        assert "first 10 entries" in found.note
        assert {hit.id for hit in found.results} == {hit.id for hit in plain.results}
        scores = [hit.score for hit in found.results]
        assert scores == [hit.score for hit in plain.results]
        assert scores[0] > 0


def test_an_index_that_is_being_made_says_so(library: sqlite3.Connection) -> None:
    library.execute("INSERT INTO state VALUES ('made_anew', 1)")
    try:
        assert "being made anew" in asked(library, PUBLIC, "walk").note
    finally:
        library.execute("DELETE FROM state WHERE name = 'made_anew'")
    assert asked(library, PUBLIC, "walk").note == ""


def test_while_every_table_is_filled_anew_a_search_says_so(
    settings: Settings, connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    (settings.notes / "one.md").write_text("---\nvisibility: public\n---\nwalk")
    notes: list[str] = []
    fill = sync.bring_up_to_date

    def filled(*given: Any) -> sync.Report:
        notes.append(search(connection, PUBLIC, "walk").note)
        return fill(*given)

    monkeypatch.setattr(sync, "bring_up_to_date", filled)
    for rebuild in (False, True, False):
        sync.sync(settings, connection, rebuild=rebuild)
        assert search(connection, PUBLIC, "walk").note == ""
    assert [bool(note) for note in notes] == [False, True, False]


def test_a_rebuild_that_broke_off_is_said_until_the_next_sync(
    settings: Settings, connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sync, "bring_up_to_date", lambda *_: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            sync.sync(settings, connection, rebuild=True)
    assert "being made anew" in search(connection, PUBLIC, "walk").note
    sync.sync(settings, connection)
    assert search(connection, PUBLIC, "walk").note == ""
