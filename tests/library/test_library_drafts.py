"""Drafts in the database: by person and form, of a note wherever it is."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlite_utils import Database

from app import database, schema
from app.accounts import people
from app.errors import Conflict
from app.library import identity
from app.library.writing import drafts

ONE, TWO = "0" * 16, "1" * 16


@pytest.fixture
def ada(connection: sqlite3.Connection) -> int:
    return people.create(connection, "Ada", "editor").id or 0


def fields(connection: sqlite3.Connection, person: int, token: str) -> Mapping[str, str] | None:
    found = drafts.get(connection, person, token)
    return found.fields if found else None


def test_a_draft_is_kept_replaced_found_and_dropped(
    connection: sqlite3.Connection, ada: int
) -> None:
    drafts.put(connection, ada, "a", ONE, "base", {"markdown": "first"})
    drafts.put(connection, ada, "a", ONE, "base", {"markdown": "ünd 😀"}, says="x")
    drafts.put(connection, ada, "a", TWO, "base", {"title": "other"})
    for number, other in enumerate(("a?", "a/b", "a@", "A", "", "a?b", "/a", "a%", "cafe\u0301")):
        drafts.put(connection, ada, other, f"{number:015x}f", "", {"markdown": other})
    found = {draft.token: draft for draft in drafts.of_note(connection, ada, "a")}
    assert found.keys() == {ONE, TWO}
    assert fields(connection, ada, ONE) == {"markdown": "ünd 😀"}
    assert (found[ONE].opening, found[ONE].says, found[ONE].times) == ("ünd 😀", "x", 2)
    assert (found[ONE].base, found[TWO].named) == ("base", "other")
    assert [each.named for each in drafts.of_note(connection, ada, "caf\u00e9")] == ["caf\u00e9"]
    drafts.drop(connection, ada, ONE)
    assert [draft.token for draft in drafts.of_note(connection, ada, "a")] == [TWO]
    assert drafts.get(connection, ada, ONE) is None
    assert len(drafts.of_person(connection, ada)) == 10


def test_a_draft_is_where_its_note_is_and_a_move_changes_none(
    connection: sqlite3.Connection, ada: int
) -> None:
    uid = identity.given(connection, "a")
    for number, note in enumerate(("a", "a/b", "a?b", "ab")):
        drafts.put(connection, ada, note, f"{number:016x}", "", {})
    before = connection.execute("SELECT * FROM draft").fetchall()
    with database.transaction(connection):
        identity.place(connection, uid, "folder/c?")
    assert connection.execute("SELECT * FROM draft").fetchall() == before
    assert sorted(draft.id for draft in drafts.of_person(connection, ada)) == [
        "a/b", "a?b", "ab", "folder/c?",
    ]  # fmt: skip
    with database.transaction(connection):
        identity.leave(connection, uid)
    assert drafts.of_note(connection, ada, "a")[0].token == "0" * 16
    connection.execute("DELETE FROM note")
    assert drafts.of_note(connection, ada, "a")[0].token == "0" * 16


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


def test_the_sum_counts_all_that_is_kept_of_one_person(
    connection: sqlite3.Connection, ada: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "MOST_BYTES", 1_000)
    other = people.create(connection, "Bo", "editor").id or 0
    drafts.put(connection, other, "", ONE, "", {"markdown": "x" * 900})
    drafts.put(connection, ada, "", ONE, "", {"markdown": "x" * 900})
    for large in ({"markdown": "ü" * 100}, {"title": "x" * 500}):
        with pytest.raises(Conflict, match="would be more than 1,000 bytes"):
            drafts.put(connection, ada, "", TWO, "", large)
    with pytest.raises(Conflict):
        drafts.put(connection, ada, "", TWO, "b" * 900, {})
    drafts.put(connection, ada, "", ONE, "", {"markdown": "x" * 940})  # in place of its own
    assert len(drafts.of_person(connection, ada)) == 1


def test_only_what_was_seen_is_dropped(connection: sqlite3.Connection, ada: int) -> None:
    for _ in range(2):
        drafts.put(connection, ada, "a", ONE, "", {})
    drafts.put(connection, ada, "a", TWO, "", {})
    drafts.drop_seen(connection, ada, {ONE: 1, TWO: 1})
    assert [draft.seen for draft in drafts.of_person(connection, ada)] == [f"{ONE}:2"]


def test_typing_renews_no_page(connection: sqlite3.Connection, ada: int) -> None:
    before = database.version(connection)
    drafts.put(connection, ada, "a", ONE, "", {})
    drafts.drop_seen(connection, ada, {ONE: 1})
    drafts.drop(connection, ada, ONE)
    assert database.version(connection) == before


def test_drafts_of_an_older_library_are_carried_over(tmp_path: Path) -> None:
    """Of a note, of one that moved before, of one without identity, of a new one; and of a token
    that two have, which an open form that outlived two moves left."""
    form = {"title": "T", "markdown": "x" * 3_000}
    older = {
        f"here?{ONE}": ("here", ONE),
        f"was?{TWO}": ("now", TWO),
        f"un?known?{'2' * 16}": ("un?known", "2" * 16),
        f"?{'3' * 16}": ("", "3" * 16),
        f"there?{ONE}": ("there", None),
        "odd": ("", None),
    }
    with database.opened(tmp_path / "gloss.db") as connection:
        ada = people.create(connection, "Ada", "editor").id or 0
        identity.given(connection, "here")
        uid = identity.given(connection, "now")
        connection.execute("INSERT INTO former_path (path, note_uid) VALUES ('was', ?)", [uid])
        connection.execute("DROP TABLE draft")
        connection.execute(dict_of(schema.HISTORY)["draft"])
        for number, address in enumerate(older):
            at = f"2026-01-01T00:00:{59 - number}Z"
            values = [ada, address, "b", json.dumps({**form, "header": address}), at]
            connection.execute("INSERT INTO draft VALUES (?, ?, ?, ?, ?)", values)
        schema.drafts_by_token(Database(connection))
        found = drafts.of_person(connection, ada)
        wholes = [drafts.get(connection, ada, each.token) for each in found]
        assert [each.fields for each in wholes if each] == [
            {**form, "header": address} for address in older
        ]
    assert [each.id for each in found] == [note for note, _ in older.values()]
    for each, (_, token) in zip(found, older.values(), strict=True):
        assert drafts.TOKEN.fullmatch(each.token)
        assert token in (None, each.token)
        assert (each.base, each.title, len(each.opening), each.times) == ("b", "T", 2_000, 1)


def dict_of(statements: tuple[str, ...]) -> dict[str, str]:
    """The statements that make tables, by their names."""
    tables = [each for each in statements if each.startswith("CREATE TABLE")]
    return {each.split()[2]: each for each in tables}
