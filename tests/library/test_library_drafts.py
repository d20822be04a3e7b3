"""Drafts in the database: by person, by note, by form."""

from __future__ import annotations

import sqlite3

import pytest

from app import database
from app.accounts import people
from app.errors import Conflict
from app.library.writing import drafts

ONE, TWO = "0" * 16, "1" * 16


@pytest.fixture
def ada(connection: sqlite3.Connection) -> int:
    return people.create(connection, "Ada", "editor").id or 0


def test_a_draft_is_kept_replaced_found_and_dropped(
    connection: sqlite3.Connection, ada: int
) -> None:
    drafts.put(connection, ada, "a", ONE, "base", {"markdown": "first"})
    drafts.put(connection, ada, "a", ONE, "base", {"markdown": "ünd 😀"})
    drafts.put(connection, ada, "a", TWO, "base", {"title": "other"})
    for other in ("a?", "a/b", "a@", "A", "", "a?b"):
        drafts.put(connection, ada, other, ONE, "", {"markdown": other})
    found = {draft.token: draft for draft in drafts.of_note(connection, ada, "a")}
    assert found.keys() == {ONE, TWO}
    assert found[ONE].fields == {"markdown": "ünd 😀"}
    assert (found[ONE].base, found[TWO].title) == ("base", "other")
    drafts.drop(connection, ada, "a", ONE)
    assert [draft.token for draft in drafts.of_note(connection, ada, "a")] == [TWO]
    assert drafts.get(connection, ada, "a", ONE) is None
    assert len(drafts.of_person(connection, ada)) == 7


def test_a_draft_moves_with_its_note_and_no_other(connection: sqlite3.Connection, ada: int) -> None:
    for note in ("a", "a/b", "a?b", "ab"):
        drafts.put(connection, ada, note, ONE, "", {})
    drafts.moved(connection, "a", "folder/c?")
    assert sorted(draft.id for draft in drafts.of_person(connection, ada)) == [
        "a/b", "a?b", "ab", "folder/c?",
    ]  # fmt: skip


def test_drafts_are_bounded_and_go_with_their_person(
    connection: sqlite3.Connection, ada: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "MOST", 3)
    for number in range(3):
        drafts.put(connection, ada, "", f"{number:016x}", "", {})
    with pytest.raises(Conflict, match="3 drafts"):
        drafts.put(connection, ada, "", f"{3:016x}", "", {})
    drafts.put(connection, ada, "", f"{2:016x}", "", {"markdown": "again"})
    connection.execute("DELETE FROM person WHERE id = ?", [ada])
    assert connection.execute("SELECT COUNT(*) FROM draft").fetchone()[0] == 0


def test_typing_renews_no_page(connection: sqlite3.Connection, ada: int) -> None:
    before = database.version(connection)
    drafts.put(connection, ada, "a", ONE, "", {})
    drafts.drop(connection, ada, "a", ONE)
    assert database.version(connection) == before
