"""What is kept of annotations for the search: as they are, after whatever happens to them."""

from __future__ import annotations

import random
import sqlite3
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app import clock, database
from app.accounts.permissions import Person
from app.annotations import overview, store, waiting
from app.annotations.model import CONTEXT, check
from app.annotations.overview import Filter
from app.errors import BadInput, Conflict
from app.search import find, fts, index, kept_remarks, matches, newest, persons, values
from app.search.deadline import deadline
from app.search.fts import Plan
from app.search.numbers import AUDIENCES
from app.search.query import parse
from app.search.ranked import DATE, RELEVANCE, Page
from app.search.tree import All, Either, Field, Node, Not

from .conftest import add_note

People = dict[str, Person]
# As it was asked before anything was kept.
OF_ONE = """entry.type = 'annotation' AND EXISTS (SELECT 1 FROM annotation AS said
    WHERE said.id = entry.key AND {what})"""
MEANT = {
    "by": "said.person_id IN (SELECT id FROM person WHERE is_meant('{value}', name))",
    "motivation": "said.motivation IN ({value})",
    "colour": """CASE WHEN said.colour <> '' THEN said.colour ELSE CASE said.motivation
        WHEN 'questioning' THEN 'blue' WHEN 'editing' THEN 'rose' WHEN 'linking' THEN 'violet'
        ELSE 'yellow' END END = '{value}'""",
}
MOTIVATIONS = {"comment": "'commenting', ''", "question": "'questioning'", "reply": "'replying'"}
ASKED = (
    "by:annotator",
    "in:annotations by:other",
    "by:o*",
    "by:nobody",
    "motivation:comment",
    "motivation:question by:annotator in:annotations",
    "motivation:reply -by:other",
    "colour:blue",
    "colour:yellow motivation:comment by:annotator",
    "colour:blue OR by:owner",
    "in:annotations -(by:annotator colour:yellow)",
)


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> random.Random:
    """Of which many are the same, and none comes in the order of making."""
    dice = random.Random(5)
    first = datetime(2026, 1, 1, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: first + timedelta(seconds=dice.randrange(40)))
    return dice


def said(dice: random.Random, target: Any, **more: Any) -> dict[str, Any]:
    body = {"type": "TextualBody", "value": dice.choice(["wombats", "wombats walk", "walk"])}
    made = {"@context": CONTEXT, "type": "Annotation", "body": body, "target": target, **more}
    motivation = dice.choice(["", "commenting", "questioning", "highlighting"])
    if motivation and "motivation" not in made:
        made["motivation"] = motivation
    return check(made)


def happens(dice: random.Random, library: sqlite3.Connection, everybody: People) -> None:
    """Something to somebody's annotation, or to a note."""
    person = everybody[dice.choice(["annotator", "other", "owner"])]
    mine = library.execute(
        "SELECT id FROM annotation WHERE deleted IS NULL AND person_id = ? ORDER BY rowid",
        [person.id],
    ).fetchall()
    what = dice.randrange(10)
    seen = {"visibility": dice.choice(["shared", "shared", "private"])}
    note = f"/notes/{dice.choice(['open', 'hidden', 'own'])}"
    if what < 5 or not mine:
        store.create(library, person, said(dice, note, **seen))
    elif what == 5:
        further = said(dice, ["/notes/open", "/notes/more"])
        with suppress(BadInput):  # fewer may read the other one
            store.create(library, person, further)
    elif what == 6:
        reply = said(dice, f"/annotations/{dice.choice(mine)['id']}", motivation="replying")
        store.create(library, person, reply)
    elif what == 7:
        with suppress(Conflict):  # an answer stays one
            store.update(library, person, dice.choice(mine)["id"], said(dice, note, **seen))
    elif what == 8:
        store.delete(library, person, dice.choice(mine)["id"])
    else:
        waiting.catch_up(library)
        visibility = dice.choice(["public", "unlisted", "private"])
        become(library, dice.choice(["open", "more"]), visibility)


def become(library: sqlite3.Connection, path: str, visibility: str) -> None:
    with database.transaction(library):
        sql = "UPDATE document SET visibility = ? WHERE path = ? RETURNING uid"
        ((uid,),) = library.execute(sql, [visibility, path]).fetchall()
        index.follow_notes(library, [uid])


def before(tree: Node) -> str:
    """The condition on entries as it was."""
    match tree:
        case Field("in", "annotations"):
            return "entry.type = 'annotation'"
        case Field(name, value):
            meant = MOTIVATIONS[value] if name == "motivation" else value
            return OF_ONE.format(what=MEANT[name].format(value=meant))
        case Not():
            return f"({before(tree.part)}) IS NOT TRUE"
        case All() | Either():
            operator = " AND " if isinstance(tree, All) else " OR "
            return operator.join(f"({before(part)})" for part in tree.parts)
    raise TypeError(tree)


def settled(library: sqlite3.Connection, person: Person, text: str) -> Node:
    with deadline(library) as clock:
        tree = find.settled(library, person, parse(text), None, clock).tree
    assert tree
    return tree


def test_what_is_kept_finds_what_annotations_say_in_the_same_order(
    library: sqlite3.Connection, everybody: People, times: random.Random
) -> None:
    add_note(library, "more")
    persons.provide(library)
    for _ in range(150):
        happens(times, library, everybody)
    waiting.catch_up(library)
    become(library, "open", "public")
    kept, fresh = (
        [tuple(row) for row in library.execute(sql)]
        for sql in ("SELECT * FROM search_remark ORDER BY id", f"{kept_remarks.ROWS} ORDER BY 1")
    )
    assert kept == fresh
    assert len({entry % AUDIENCES for entry, *_ in kept}) == AUDIENCES
    numbers = set()
    for text in ASKED:
        read = parse(text).tree
        assert read
        wanted = Plan("", fts.Condition(before(read)), can_relax=False)
        for person in everybody.values():
            tree = settled(library, person, text)
            going = matches.of(person, wanted)
            for offset, order in ((0, RELEVANCE), (0, DATE), (3, RELEVANCE), (10, DATE)):
                page = Page(5, offset, order)
                found = newest.of_annotations(library, person, tree, page)
                assert found
                exact = matches.listed(library, person, wanted, page)
                assert list(found.scores) == list(exact.scores), (text, person, page)
                assert found.total == matches.counted(library, going), (text, person)
            numbers.add(found.total)
            for words in ("wombats", "wombats walk", "wombats -walk"):
                with_words = settled(library, person, f"{words} ({text})")
                narrow = Plan(fts.plan(with_words).match, wanted.condition, can_relax=False)
                ids = {*matches.listed(library, person, fts.plan(with_words), Page(99)).scores}
                assert ids == {*matches.listed(library, person, narrow, Page(99)).scores}
    assert len(numbers) > 10


@pytest.mark.parametrize(
    "text",
    [
        "by:annotator",
        "motivation:question",
        "colour:blue",
        "by:other colour:blue motivation:question",
        "motivation:comment colour:blue",
    ],
)
def test_a_page_and_a_number_are_read_from_one_index(
    library: sqlite3.Connection, everybody: People, text: str
) -> None:
    """Whose order is that of the page."""
    tree = settled(library, everybody["owner"], text)
    asked: list[str] = []
    library.set_trace_callback(asked.append)
    newest.of_annotations(library, everybody["owner"], tree, Page(20))
    library.set_trace_callback(None)
    assert len(asked) == 2
    for sql in asked:
        steps = [row["detail"] for row in library.execute(f"EXPLAIN QUERY PLAN {sql}")]
        assert steps[0].startswith("SEARCH remark USING COVERING INDEX"), steps
        assert "(person_id=?)" in steps[0] or "by:" not in text  # who wrote most wrote a part
        assert not [each for each in steps if "TEMP B-TREE" in each], steps


def test_whether_somebody_wrote_is_known_by_what_they_wrote(
    library: sqlite3.Connection, everybody: People
) -> None:
    asked: list[str] = []
    library.set_trace_callback(asked.append)
    assert not values.has_written(library, everybody["public"], "annotator")
    library.set_trace_callback(None)
    steps = [row["detail"] for row in library.execute(f"EXPLAIN QUERY PLAN {asked[-1]}")]
    assert steps[0].startswith("SEARCH remark USING COVERING INDEX search_remark_by_person"), steps


@pytest.mark.parametrize("grade", ["orphan", "changed"])
def test_the_few_that_lost_their_passage_are_found_by_themselves(
    library: sqlite3.Connection, everybody: People, grade: str
) -> None:
    owner = everybody["owner"]
    going = matches.of(owner, fts.plan(settled(library, owner, f"is:{grade}")))
    steps = [
        row["detail"]
        for row in library.execute(f"EXPLAIN QUERY PLAN SELECT 1 {going.sql}", going.values)
    ]
    assert any("entry" in each and "(type=? AND key=?)" in each for each in steps), steps
    assert any(f"anchor_{grade}" in each for each in steps), steps
    where, bound = overview.condition(owner, Filter(state=grade))
    shown = f"SELECT 1 FROM annotation LEFT JOIN document ON document.uid = note_uid WHERE {where}"
    rows = library.execute(f"EXPLAIN QUERY PLAN {shown}", bound)
    steps = [row["detail"] for row in rows]
    assert any(f"anchor_{grade}" in each for each in steps), steps
    assert any("annotation" in each and "(id=?)" in each for each in steps), steps


def test_what_is_kept_beside_an_entry_leaves_its_words_pending(
    library: sqlite3.Connection, everybody: People, times: random.Random
) -> None:
    """A savepoint would have each entry's words written out by itself."""
    for _ in range(20):
        store.create(library, everybody["other"], said(times, "/notes/open"))
    written = "SELECT count(*) FROM search_text_data"
    (before_any,) = library.execute(written).fetchone()
    rows = waiting.waiting(library).values()
    with database.transaction(library):
        for each in rows:
            index.put_prepared(library, waiting.prepared(each))
        assert library.execute(written).fetchone()[0] == before_any
    assert library.execute("SELECT count(*) FROM search_remark").fetchone()[0] == len(rows) == 20
