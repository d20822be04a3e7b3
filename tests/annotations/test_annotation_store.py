"""The store: who may, what is kept, what the search finds, what happens after a delete."""

from __future__ import annotations

import sqlite3
import threading
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from app import database
from app.accounts.permissions import Action, Person
from app.annotations import entries, listing, shown, store, waiting
from app.annotations.kept import as_json, count, may_read
from app.annotations.model import CONTEXT, check
from app.annotations.reading import Said
from app.errors import BadInput, Changed, Conflict, Gone, NotAllowed, NotFound
from app.markup import page_text
from app.search import find
from app.settings import Settings
from tests.spent import spent

BASE = "http://127.0.0.1:8000"
People = dict[str, Person]


def about(target: Any, words: str = "Why is this so?", **more: Any) -> dict[str, Any]:
    body = {"type": "TextualBody", "value": words}
    return check(
        {"@context": CONTEXT, "type": "Annotation", "body": body, "target": target, **more}
    )


def quoting(source: str, exact: str, **more: Any) -> dict[str, Any]:
    selector = {"type": "TextQuoteSelector", "exact": exact}
    return about({"source": source, "selector": selector}, **more)


def found(library: sqlite3.Connection, person: Person, words: str) -> list[str]:
    waiting.catch_up(library)
    return [hit.id for hit in find.search(library, person, words).results]


def test_what_was_sent_comes_back(library: sqlite3.Connection, everybody: People) -> None:
    sent = quoting(f"{BASE}/notes/open#x", "second walk", unknown={"kept": [1, "é"]})
    kept = store.create(library, everybody["annotator"], sent, bases=[BASE])
    answered = as_json(store.get(library, kept.id, everybody["public"]), BASE)
    assert answered == {**sent, "id": f"{BASE}/annotations/{kept.id}"}
    assert (kept.path, kept.quote, kept.who) == ("open", "second walk", "annotator")
    assert kept == store.get(library, kept.id, everybody["annotator"])


def test_what_is_shared_tells_nothing_of_a_note_that_fewer_may_read(
    library: sqlite3.Connection, everybody: People
) -> None:
    both = ["/notes/open", "/notes/own"]
    with pytest.raises(BadInput, match="fewer may read") as refused:
        store.create(library, everybody["annotator"], about(both))
    assert refused.value.field == "target"
    kept = store.create(library, everybody["annotator"], about(both, visibility="private"))
    shared = {**kept.stored, "visibility": "shared"}
    with pytest.raises(BadInput, match="fewer may read"):
        store.update(library, everybody["annotator"], kept.id, shared)
    assert store.create(library, everybody["annotator"], about(both[::-1])).path == "own"


def test_many_selectors_whose_words_are_not_there_are_bounded(
    library: sqlite3.Connection, everybody: People
) -> None:
    ends = {
        f"{end}Selector": {"type": "TextQuoteSelector", "exact": f"walk of {end} x"}
        for end in ("start", "end")
    }
    many = [{"type": "RangeSelector", **ends}] * 900
    target = {"source": "/notes/open", "selector": many}
    with spent() as taken:
        store.create(library, everybody["annotator"], about(target))
    assert taken.seconds < 1


def test_addresses_of_notes_follow_the_address_that_was_asked(
    library: sqlite3.Connection, everybody: People
) -> None:
    sent = about([f"{BASE}/notes/open", "http://example.org/notes/open"])
    kept = store.create(library, everybody["annotator"], sent, bases=[BASE])
    assert kept.stored["target"] == ["/notes/open", "http://example.org/notes/open"]
    assert as_json(kept, "https://gloss.example/")["target"] == [
        "https://gloss.example/notes/open",
        "http://example.org/notes/open",
    ]


def test_a_renamed_note_keeps_its_annotations(
    library: sqlite3.Connection, everybody: People
) -> None:
    kept = store.create(library, everybody["annotator"], about("/notes/open#part"))
    for table in ("note", "document"):
        library.execute(f"UPDATE {table} SET path = 'papers/a b' WHERE path = 'open'")
    again = store.get(library, kept.id, everybody["public"])
    assert again.stored["target"] == "/notes/open#part"
    assert as_json(again, BASE)["target"] == f"{BASE}/notes/papers/a%20b#part"
    assert again.version != kept.version


def test_a_note_that_is_not_there_is_named(library: sqlite3.Connection, everybody: People) -> None:
    with pytest.raises(BadInput, match="no note «nowhere»") as caught:
        store.create(library, everybody["annotator"], about("/notes/nowhere"))
    assert caught.value.field == "target"
    assert listing.page(library, everybody["owner"], limit=9).total == 0


def test_a_position_without_words_is_given_the_words_it_meant(
    library: sqlite3.Connection, everybody: People
) -> None:
    selector = {"type": "TextPositionSelector", "start": 2, "end": 6}
    sent = about({"source": "/notes/open", "selector": selector})
    assert store.create(library, everybody["annotator"], sent).quote == "walk"
    selector["end"] = 9_999
    with pytest.raises(BadInput) as caught:
        store.create(library, everybody["annotator"], sent)
    assert caught.value.field == "target.selector.end"


@pytest.mark.parametrize("name", ["public", "reader"])
def test_only_annotators_write(library: sqlite3.Connection, everybody: People, name: str) -> None:
    with pytest.raises(NotAllowed):
        store.create(library, everybody[name], about("/notes/open"))


def test_others_do_not_change_it_but_an_owner_may(
    library: sqlite3.Connection, everybody: People
) -> None:
    kept = store.create(library, everybody["annotator"], about("/notes/open"))
    for name in ("other", "editor"):
        with pytest.raises(NotAllowed):
            store.update(library, everybody[name], kept.id, about("/notes/open", "No."))
        with pytest.raises(NotAllowed):
            store.delete(library, everybody[name], kept.id)
    changed = store.update(library, everybody["owner"], kept.id, about("/notes/open", "Kindly."))
    assert (changed.body, changed.who) == ("Kindly.", "annotator")


def test_a_private_one_is_its_writers_alone(library: sqlite3.Connection, everybody: People) -> None:
    sent = about("/notes/open", "xylophone", visibility="private")
    kept = store.create(library, everybody["annotator"], sent)
    for name, person in everybody.items():
        mine = name == "annotator"
        assert bool(found(library, person, "xylophone")) == mine
        assert bool(count(library, kept.note_uid or 0, person)) == mine
        if not mine:
            with pytest.raises(NotFound):
                store.get(library, kept.id, person)
            with pytest.raises((NotFound, NotAllowed)):
                store.delete(library, person, kept.id)
    silent = store.update(library, everybody["annotator"], kept.id, about("/notes/open"))
    assert silent.visibility == "private"


def test_lists_and_single_ones_agree_about_who_may_see(
    library: sqlite3.Connection, everybody: People
) -> None:
    """The condition in SQL against `may`, for every visibility, target, writer and reader."""
    writers = [everybody[name] for name in ("annotator", "other", "owner")]
    targets = ["/notes/open", "/notes/hidden", "/notes/own", "http://example.org/x", "/notes/gone"]
    library.execute("INSERT INTO note (path, created) VALUES ('gone', '2026')")
    kept = [
        store.create(library, writer, about(target, visibility=visibility))
        for writer, target, visibility in product(writers, targets, ("shared", "private"))
    ]
    for person in everybody.values():
        listed = {each.id for each in listing.page(library, person, limit=99).annotations}
        assert listed == {each.id for each in kept if may_read(person, each, Action.LIST)}
        for each in kept:
            if may_read(person, each):
                assert store.get(library, each.id, person) == each
            else:
                with pytest.raises(NotFound):
                    store.get(library, each.id, person)
    public = listing.page(library, everybody["public"], limit=99)
    assert {each.path for each in public.annotations} == {"open"}


def test_a_change_needs_the_version_it_is_based_on(
    library: sqlite3.Connection, everybody: People
) -> None:
    writer = everybody["annotator"]
    kept = store.create(library, writer, about("/notes/open"))
    changed = store.update(library, writer, kept.id, about("/notes/open", "No."), base=kept.version)
    for attempt in (
        lambda: store.update(library, writer, kept.id, about("/notes/open"), base=kept.version),
        lambda: store.delete(library, writer, kept.id, base=kept.version),
    ):
        with pytest.raises(Changed) as caught:
            attempt()
        assert caught.value.current == changed.version
    assert store.get(library, kept.id, writer).body == "No."


def test_identities_are_kept(library: sqlite3.Connection, everybody: People) -> None:
    writer = everybody["annotator"]
    sent = about(
        "/notes/open", id="http://a.example/1", canonical="urn:x:1", via="http://b.example/2"
    )
    kept = store.create(library, writer, sent)
    assert kept.stored["via"] == ["http://b.example/2", "http://a.example/1"]
    assert "id" not in kept.stored
    for key in ("canonical", "via", "id"):
        with pytest.raises(Conflict):
            store.update(library, writer, kept.id, about("/notes/open", **{key: "urn:other:1"}))
    own = as_json(kept, BASE)
    assert store.update(library, writer, kept.id, {**own, "motivation": "editing"}).motivation


def test_who_changed_it_is_the_word_of_gloss_alone(
    library: sqlite3.Connection, everybody: People
) -> None:
    writer, owner, said = everybody["annotator"], everybody["owner"], "dcterms:contributor"
    kept = store.create(library, writer, about("/notes/open", **{said: "urn:x:theirs"}))
    assert as_json(kept, BASE)[said] == "urn:x:theirs"
    for words in ("Olga's words.", "Olga's again."):
        store.update(library, owner, kept.id, {**about("/notes/open", words)})
    answered = as_json(store.get(library, kept.id, writer), BASE)
    assert answered[said] == {"type": "Person", "name": owner.name}
    store.update(library, writer, kept.id, answered)  # as every client does: read, edit, send
    now = store.get(library, kept.id, writer)
    assert said not in as_json(now, BASE)
    assert said not in now.stored
    store.update(library, writer, kept.id, {**about("/notes/open"), said: "urn:x:theirs"})
    store.update(library, owner, kept.id, store.get(library, kept.id, owner).stored)
    answered = as_json(store.get(library, kept.id, writer), BASE)
    assert answered[said] == {"type": "Person", "name": owner.name}  # whatever was sent of it
    store.update(library, writer, kept.id, answered)
    assert as_json(store.get(library, kept.id, writer), BASE)[said] == "urn:x:theirs"


def test_a_slug_is_used_once_and_never_again(
    library: sqlite3.Connection, everybody: People
) -> None:
    writer = everybody["annotator"]
    first = store.create(library, writer, about("/notes/open"), slug="My-Name")
    assert first.id == "my-name"
    store.delete(library, writer, first.id)
    for slug in ("my-name", "form", "margin", "export", "undo", "../etc", "a/b", "", "x" * 65):
        assert store.create(library, writer, about("/notes/open"), slug=slug).id != slug


def test_after_a_delete_it_is_gone_everywhere(
    library: sqlite3.Connection, everybody: People
) -> None:
    writer = everybody["annotator"]
    kept = store.create(library, writer, about("/notes/open", "xylophone"))
    assert found(library, writer, "xylophone") == [kept.id]
    store.delete(library, writer, kept.id)
    with pytest.raises(Gone):
        store.get(library, kept.id, everybody["public"])
    with pytest.raises(Gone):
        store.update(library, writer, kept.id, about("/notes/open"))
    assert found(library, writer, "xylophone") == []
    assert listing.page(library, writer, limit=9).total == 0
    assert count(library, kept.note_uid or 0, writer) == 0


def test_the_search_follows_a_change_and_comes_back_after_a_rebuild(
    library: sqlite3.Connection, everybody: People
) -> None:
    writer, public = everybody["annotator"], everybody["public"]
    tags = [{"type": "TextualBody", "value": "percussion", "purpose": "tagging"}]
    kept = store.create(library, writer, about("/notes/open", "xylophone"))
    store.update(library, writer, kept.id, {**about("/notes/open"), "body": tags})
    assert found(library, public, "xylophone") == []
    assert found(library, public, "percussion") == [kept.id]
    for table in ("search_entry", "search_text"):
        library.execute(f"DELETE FROM {table}")
    assert store.reindex(library) == 1
    assert found(library, public, "percussion") == [kept.id]
    before = database.version(library)
    assert (store.reindex(library), database.version(library)) == (0, before)


def test_pages_are_in_order_and_whole(library: sqlite3.Connection, everybody: People) -> None:
    made = [
        store.create(library, everybody["annotator"], about("/notes/open", f"number {number}")).id
        for number in range(7)
    ]
    public = everybody["public"]
    pages = [listing.page(library, public, limit=3, offset=offset) for offset in (0, 3, 6)]
    assert [kept.id for page in pages for kept in page.annotations] == made
    assert {page.total for page in pages} == {7}
    newest = listing.page(library, public, limit=3, newest_first=True)
    assert [kept.id for kept in newest.annotations] == made[:-4:-1]


def test_nothing_is_kept_of_a_write_that_fails(
    library: sqlite3.Connection, everybody: People
) -> None:
    library.execute("DROP TABLE anchor")
    with pytest.raises(sqlite3.OperationalError):
        store.create(library, everybody["annotator"], about("/notes/open"))
    assert library.execute("SELECT count(*) FROM annotation").fetchone()[0] == 0


def test_eight_people_at_once_lose_nothing(
    library: sqlite3.Connection, everybody: People, settings: Settings
) -> None:
    failures: list[BaseException] = []

    def write() -> None:
        connection = database.connect(settings.database)
        try:
            for _ in range(10):
                kept = store.create(connection, everybody["annotator"], about("/notes/open"))
                store.update(
                    connection, everybody["annotator"], kept.id, about("/notes/open", "Or not.")
                )
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    writers = [threading.Thread(target=write) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failures == []
    assert listing.page(library, everybody["public"], limit=1).total == 80


@given(words=st.text(), quote=st.text(), title=st.text())
@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_text_is_kept_as_it_is(
    library: sqlite3.Connection, everybody: People, words: str, quote: str, title: str
) -> None:
    try:
        sent = quoting("/notes/open", quote, words=words, label=title)
    except BadInput:
        return
    kept = store.create(library, everybody["annotator"], sent)
    again = store.get(library, kept.id, everybody["public"])
    assert (again.body, again.quote, again.stored["label"]) == (words, quote, title)


SIGNS = [
    "a",
    "b c",
    "*x*",
    "`z`",
    "$x^2$",
    "\n",
    "\n\n",
    "# ",
    "1. ",
    "<b>q</b>",
    "&amp;",
    "|a|\n|-|\n",
]
SIGNS += [
    " ",
    ".",
    "?",
    "\t",
    "\r",
    "\f",
    "\u00a0",
    "é",
    "[w](http://a.org)",
    "<i>",
    "www.a.org",
    "(c)",
]


@given(st.lists(st.sampled_from(SIGNS), max_size=8).map("".join), st.booleans())
@hypothesis_settings(max_examples=60, deadline=None)
def test_what_is_searched_is_what_the_page_shows(words: str, plain: bool) -> None:
    said = Said(words, "text/plain" if plain else "", "")
    assert entries.text_of(said) == page_text.read(shown.rendered(said, {})).text
