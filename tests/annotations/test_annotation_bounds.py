"""Who may read an annotation may read all that it answers, and every note that is named above it:
on each page, in each list, in the search and in what is exported, whatever changes."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from app import database
from app.accounts.permissions import Action, Person, Role, Thing, may
from app.annotations import (
    bounds,
    export,
    kept,
    listing,
    overview,
    store,
    threads,
    uprooted,
    waiting,
)
from app.annotations.kept import Annotation, as_json
from app.annotations.model import CONTEXT, check
from app.annotations.reading import read
from app.errors import BadInput, GlossError, NotFound
from app.search import find, index
from app.search.readable import readable
from tests.annotations.conftest import add_note

TEXT = "A walk of N steps goes far.\nA second walk does not.\nThe formula $\\sqrt N$ says so."
WORD = "xylophone"
BASE = "https://gloss.example"
People = dict[str, Person]


@dataclass(frozen=True)
class Note:
    uid: int
    text: str = TEXT
    sha256: str = "0" * 64


def note_at(library: sqlite3.Connection, path: str) -> Note:
    return Note(library.execute("SELECT uid FROM note WHERE path = ?", [path]).fetchone()[0])


def said(target: Any, visibility: str = "shared", **more: Any) -> dict[str, Any]:
    made = {"@context": CONTEXT, "type": "Annotation", "target": target, **more}
    body = {"type": "TextualBody", "value": WORD}
    return check({"body": body, "visibility": visibility, **made})


def answer(
    library: sqlite3.Connection, person: Person, to: str, visibility: str = "shared", *notes: Any
) -> Annotation:
    target = [f"/annotations/{to}", *notes]
    return store.create(library, person, said(target, visibility, motivation="replying"))


def seen(library: sqlite3.Connection, person: Person, note: Note) -> set[str]:
    """What every face shows of the note's annotations, deleted ones left out."""
    waiting.catch_up(library)
    every = library.execute("SELECT id FROM annotation WHERE deleted IS NULL").fetchall()
    listed = {each.id for each in listing.page(library, person, limit=99).annotations}
    rows = overview.page(library, person, overview.Filter(), limit=99).rows
    hits = find.search(library, person, f"{WORD} in:annotations", limit=99)
    assert {row.kept.id for row in rows} == listed
    assert ({hit.id for hit in hits.results}, hits.total) == (listed, len(listed))
    margin = threads.of_note(library, note, person)
    shown = {one.id for each in margin.threads for one in (each.comment, *each.replies)}
    alive = {row["id"] for row in every}
    single = {name for name in alive if is_read(library, person, name)}
    exported = {each.kept.id for each in export.of_note(library, note, person)}
    assert shown & alive == exported == single
    assert kept.count(library, note.uid, person) == len(single)
    for each in margin.threads:  # what was deleted leaves its place where an answer shows
        assert not each.comment.gone or each.replies
    assert listed <= single
    return single


def is_read(library: sqlite3.Connection, person: Person, id: str) -> bool:
    try:
        return store.get(library, id, person).id == id
    except NotFound:
        return False


def above(library: sqlite3.Connection, id: str | None) -> Iterator[sqlite3.Row]:
    """The annotation and all that it answers."""
    sql = "SELECT * FROM annotation WHERE id = ?"
    name = id
    while row := library.execute(sql, [name]).fetchone():
        yield row
        name = row["reply_to"]


def is_for(library: sqlite3.Connection, person: Person, id: str) -> bool:
    """The rule, said plainly."""
    chain = list(above(library, id))
    things = [Thing(row["visibility"], row["person_id"]) for row in chain]
    for row in chain:
        for name in bounds.further(read(json.loads(row["stored"])), None):
            sql = "SELECT visibility FROM document WHERE path = ?"
            known = library.execute(sql, [name]).fetchone()
            things.append(Thing(known["visibility"] if known else "private"))
    return all(may(person, Action.READ, thing) for thing in things)


def test_an_answer_to_what_is_private_is_private(
    library: sqlite3.Connection, everybody: People
) -> None:
    ann, bob, note = everybody["annotator"], everybody["other"], note_at(library, "open")
    root = store.create(library, ann, said("/notes/open")).id
    secret = answer(library, bob, root, "private").id
    mine = answer(library, bob, secret)
    assert mine.visibility == answer(library, bob, mine.id).visibility == "private"
    with pytest.raises(BadInput, match="could be answered"):
        answer(library, ann, secret)
    public = said([f"/annotations/{secret}"], motivation="replying")
    assert store.update(library, bob, mine.id, public).visibility == "private"
    for name, person in everybody.items():
        expected = 4 if name == "other" else 1
        assert len(seen(library, person, note)) == expected, name


def test_what_becomes_private_takes_along_what_answers_it(
    library: sqlite3.Connection, everybody: People
) -> None:
    ann, bob, note = everybody["annotator"], everybody["other"], note_at(library, "open")
    root = store.create(library, ann, said("/notes/open")).id
    between = answer(library, bob, root)
    below = answer(library, ann, between.id).id
    last = answer(library, bob, below).id
    waiting.catch_up(library)
    for visibility in ("private", "shared", "private"):
        state = said(f"/annotations/{root}", visibility, motivation="replying")
        store.update(library, bob, between.id, state)
        for name, person in everybody.items():
            every = visibility == "shared" or name == "other"
            assert seen(library, person, note) == (
                {root, between.id, below, last} if every else {root}
            )
    assert answer(library, bob, last).visibility == "private"
    store.delete(library, bob, between.id)  # its place tells nobody else of them
    store.delete(library, ann, root)
    assert threads.of_note(library, note, ann).total == 0
    assert threads.of_note(library, note, bob).total == 1


@pytest.mark.parametrize("seed", range(4))
def test_every_face_keeps_to_the_rule_whatever_is_changed(
    library: sqlite3.Connection, everybody: People, seed: int
) -> None:
    """Answers to answers of three people, made private, shared, deleted; notes opened, closed."""
    chance, note = random.Random(seed), note_at(library, "open")
    writers = [everybody[name] for name in ("annotator", "other", "owner")]
    made = [store.create(library, writers[0], said(["/notes/open", "/notes/hidden"])).id]
    for step in range(30):
        person, name = chance.choice(writers), chance.choice(made)
        visibility = chance.choice(("shared", "private"))
        notes = chance.sample(["/notes/hidden", "/notes/own", "/notes/none"], chance.choice((0, 1)))
        try:
            if step < 12:
                made.append(answer(library, person, name, visibility, *notes).id)
            elif chance.random() < 0.1:
                store.delete(library, person, name)
            elif chance.random() < 0.2:
                path, now = chance.choice(("hidden", "own")), chance.choice(("public", "private"))
                sql = "UPDATE document SET visibility = ? WHERE path = ?"
                library.execute(sql, [now, path])
            else:
                old = store.get(library, name, person)
                first = old.stored["target"][0]
                more = {"motivation": "replying"} if old.reply_to else {}
                state = said([first, *notes], visibility, **more)
                store.update(library, person, name, state)
        except GlossError:
            continue
        if step % 4 == 0:
            for reader in everybody.values():
                alive = library.execute("SELECT id FROM annotation WHERE deleted IS NULL")
                expected = {row["id"] for row in alive if is_for(library, reader, row["id"])}
                assert seen(library, reader, note) == expected


def test_what_a_further_note_says_is_published_with_that_note_alone(
    library: sqlite3.Connection, everybody: People
) -> None:
    owner, public, note = everybody["owner"], everybody["public"], note_at(library, "own")
    library.execute("UPDATE document SET visibility = 'private' WHERE path = 'hidden'")
    quoted = {
        "source": "/notes/hidden",
        "selector": {"type": "TextQuoteSelector", "exact": "second walk"},
    }
    root = store.create(library, owner, said(["/notes/own", quoted])).id
    reply = answer(library, owner, root).id
    plain = store.create(library, owner, said("/notes/own")).id
    named = answer(library, owner, plain, "shared", quoted).id
    in_body = {**said("/notes/own"), "body": [{"type": "TextualBody", "value": WORD}, quoted]}
    body = store.create(library, owner, check(in_body)).id
    every = {root, reply, plain, named, body}
    waiting.catch_up(library)

    def become(path: str, visibility: str) -> None:
        library.execute("UPDATE document SET visibility = ? WHERE path = ?", [visibility, path])
        index.follow_notes(library, [note_at(library, path).uid])

    assert not any(is_read(library, public, name) for name in every)
    become("own", "public")
    for visibility in ("private", "public", "private"):
        become("hidden", visibility)
        expected = every if visibility == "public" else {plain}
        assert seen(library, public, note) == expected
        assert seen(library, everybody["reader"], note) == every
    become("hidden", "unlisted")  # may be read, and stands in no list
    assert is_read(library, public, root)
    assert {each.id for each in listing.page(library, public, limit=9).annotations} == {plain}
    library.execute("UPDATE note SET path = 'later' WHERE path = 'hidden'")
    library.execute("UPDATE document SET path = 'later', file = 'later' WHERE path = 'hidden'")
    assert seen(library, public, note) == every  # the same note under another name
    become("later", "private")
    add_note(library, "hidden", "public")  # another one that takes its name
    for created in ("2999", ""):
        library.execute("UPDATE note SET created = ? WHERE path = 'hidden'", [created])
        for name in (root, plain, body):  # as after a rebuild
            bounds.follow(library, name)
        assert seen(library, public, note) == {plain}
    with pytest.raises(BadInput, match="says of «later»"):
        store.update(library, owner, root, said(["/notes/own", quoted]))
    store.delete(library, owner, body)
    store.undo(library, owner, body)
    assert seen(library, public, note) == {plain}
    become("later", "public")
    assert seen(library, public, note) == every
    library.execute("DELETE FROM document WHERE path = 'later'")
    assert not is_read(library, public, body)


def test_a_change_may_name_a_note_that_is_younger(
    library: sqlite3.Connection, everybody: People
) -> None:
    owner, public = everybody["owner"], everybody["public"]
    name = store.create(library, owner, said("/notes/open")).id
    library.execute("UPDATE annotation SET created = '2000'")
    add_note(library, "younger", "public")
    store.update(library, owner, name, said(["/notes/open", "/notes/younger"]))
    assert is_read(library, public, name)


def test_what_named_a_note_that_is_another_one_after_all_names_that(
    library: sqlite3.Connection, everybody: People
) -> None:
    owner, public = everybody["owner"], everybody["public"]
    was, now = add_note(library, "was", "public"), add_note(library, "now", "public")
    name = store.create(library, owner, said(["/notes/open", "/notes/now"])).id
    uprooted.hand_over(library, now, was)
    library.execute("DELETE FROM document WHERE uid = ?", [was])
    library.execute("UPDATE document SET uid = ? WHERE uid = ?", [was, now])
    assert is_read(library, public, name)
    bounds.follow(library, name)
    assert is_read(library, public, name)


def test_until_it_is_known_again_nothing_is_shown_that_may_be_bound(
    library: sqlite3.Connection, everybody: People
) -> None:
    ann, bob, public = (everybody[name] for name in ("annotator", "other", "public"))
    note = note_at(library, "open")
    root = store.create(library, ann, said("/notes/open")).id
    between = answer(library, bob, root)
    below = answer(library, ann, between.id).id
    further = store.create(library, ann, said(["/notes/open", "/notes/hidden"])).id
    answered = said(f"/annotations/{root}", "private", motivation="replying")
    store.update(library, bob, between.id, answered)
    documents = [tuple(row) for row in library.execute("SELECT * FROM document")]
    database.rebuild(library)
    marks = ", ".join("?" * len(documents[0]))
    library.executemany(f"INSERT INTO document VALUES ({marks})", documents)
    assert not any(is_read(library, person, below) for person in everybody.values())
    assert not is_read(library, public, further)
    assert is_read(library, ann, further)  # as the list has it
    store.reindex(library)
    assert seen(library, public, note) == seen(library, ann, note) == {root, further}
    assert seen(library, bob, note) == {root, further, between.id, below}
    before = database.version(library)
    assert (store.reindex(library), database.version(library)) == (0, before)


def test_what_names_very_many_notes_is_for_who_is_signed_in(
    library: sqlite3.Connection, everybody: People
) -> None:
    names = [f"n{number}" for number in range(bounds.MOST + 1)]
    for name in names:
        add_note(library, name)
    many = [f"/notes/{name}" for name in names]
    root = store.create(library, everybody["owner"], said(["/notes/open", *many])).id
    below = answer(library, everybody["owner"], root).id
    assert not is_read(library, everybody["public"], below)
    assert is_read(library, everybody["reader"], below)
    assert library.execute("SELECT count(*) FROM annotation_bound").fetchone()[0] == 2


def test_further_notes_must_be_there_when_they_are_named_first(
    library: sqlite3.Connection, everybody: People
) -> None:
    owner = everybody["owner"]
    add_note(library, "second")
    there = said(["/notes/open", "/notes/second"])
    kept = store.create(library, owner, there)
    for wrong in ("second.md", "/second", "nothing"):
        with pytest.raises(BadInput, match=f"There is no note «{wrong}»"):
            store.create(library, owner, said(["/notes/open", f"/notes/{wrong}"]))
        with pytest.raises(BadInput, match=f"There is no note «{wrong}»"):
            store.update(library, owner, kept.id, said(["/notes/open", f"/notes/{wrong}"]))
    library.execute("UPDATE note SET path = NULL WHERE path = 'second'")
    assert store.update(library, owner, kept.id, there).stored["target"] == there["target"]


def test_the_note_that_a_reply_names_is_not_that_of_its_thread(
    library: sqlite3.Connection, everybody: People
) -> None:
    owner = everybody["owner"]
    root = store.create(library, owner, said("/notes/open")).id
    target = [f"/annotations/{root}", "/notes/hidden"]
    reply = store.create(library, owner, said(target, motivation="replying"))
    answered = as_json(store.get(library, reply.id, owner), BASE)
    assert answered["target"] == [BASE + each for each in target]
    changed = store.update(library, owner, reply.id, answered | {"@context": CONTEXT}, bases=[BASE])
    assert changed.stored["target"] == target
    selector = {"type": "TextQuoteSelector", "exact": "The secret salary is 99"}
    for secret in ("/notes/own", {"source": "/notes/own", "selector": selector}):
        with pytest.raises(BadInput, match="fewer may read"):
            answer(library, owner, root, "shared", secret)
        told = said([*target, secret], motivation="replying")
        with pytest.raises(BadInput, match="fewer may read"):
            store.update(library, owner, reply.id, told)
        assert answer(library, owner, root, "private", secret).quote == ""
    library.execute("UPDATE note SET path = 'moved' WHERE path = 'own'")
    library.execute("UPDATE document SET path = 'moved' WHERE path = 'own'")
    sql = "INSERT INTO former_path (path, note_uid, name_key) VALUES ('own', ?, 'own')"
    library.execute(sql, [note_at(library, "moved").uid])
    for sent in (["/notes/open", "/notes/own"], ["/notes/open", "/notes/moved"]):
        with pytest.raises(BadInput, match="fewer may read"):
            store.create(library, owner, said(sent))


@pytest.mark.parametrize("name", ["public", "reader"])
def test_the_bounds_are_looked_up_and_never_walked_through(
    library: sqlite3.Connection, everybody: People, name: str
) -> None:
    person = everybody[name]
    assert (person.role is Role.PUBLIC) == (name == "public")
    sql = f"EXPLAIN QUERY PLAN SELECT 1 FROM annotation WHERE {readable(person)}"
    plan = [row["detail"] for row in library.execute(sql)]
    scans = [step for step in plan if step.startswith("SCAN")]
    assert scans == ["SCAN annotation", "SCAN annotation_bound"]  # once, for its first row
    assert [step for step in plan if step.startswith("SCALAR")] == ["SCALAR SUBQUERY 1"]
    assert any("bound USING PRIMARY KEY (id=?" in step for step in plan)
