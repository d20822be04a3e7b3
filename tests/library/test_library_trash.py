"""The trash: what was deleted comes back whole, or is forgotten; doubtful moves are asked about."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from app import database
from app.accounts import people
from app.errors import Conflict, NotFound
from app.library import documents, identity, problems
from app.library.history import restoring, revisions, trash
from app.library.moving import ambiguous
from app.library.syncing import sync
from app.library.writing import save
from app.settings import Settings

Write = Callable[..., Path]
Synced = Callable[[], sync.Report]
Rows = Callable[[sqlite3.Connection], dict[str, list[tuple[object, ...]]]]
TEXT = "---\ntitle: A title\n---\nOne.\n"
LONG = TEXT + "\nWords of its own, which no other note has.\n" * 10


def test_a_deleted_note_comes_back_as_itself(
    settings: Settings, connection: sqlite3.Connection, rows: Rows
) -> None:
    ada = people.create(connection, "Ada", "editor")
    made = save.create(settings, connection, "papers/a", TEXT, person_id=ada.id)
    before = rows(connection)
    save.delete(settings, connection, "papers/a", made.sha256, person_id=ada.id)
    (kept,) = trash.every(connection)
    assert (kept.uid, kept.path, kept.person, kept.outside) == (made.uid, "papers/a", "Ada", False)
    (settings.notes / "papers").rmdir()
    back = restoring.restore(settings, connection, made.uid)
    assert back
    assert back.document == documents.get(connection, "papers/a")
    assert (back.uid, back.source) == (made.uid, TEXT)
    assert rows(connection)["document"][0][2:] == before["document"][0][2:]
    assert trash.every(connection) == []
    with pytest.raises(NotFound, match="not in the trash"):
        restoring.restore(settings, connection, made.uid)


def test_bytes_that_are_no_note_come_back_too(
    settings: Settings, connection: sqlite3.Connection, write: Write, synced: Synced
) -> None:
    data = b"---\ntitle: [\n---\n\xff"
    path = write("broken.md", data)
    synced()
    save.delete(settings, connection, "broken", None)
    assert not path.exists()
    (kept,) = trash.every(connection)
    assert restoring.restore(settings, connection, kept.uid) is None
    assert path.read_bytes() == data
    assert len(synced().failed) == 1
    assert identity.uid_of(connection, "broken") == kept.uid
    assert problems.of_note(connection, "broken") is not None


def test_a_note_in_the_trash_never_comes_back_over_another(
    settings: Settings, connection: sqlite3.Connection, write: Write, synced: Synced
) -> None:
    gone = save.create(settings, connection, "a", TEXT)
    save.delete(settings, connection, "a", None)
    other = save.create(settings, connection, "b", "Another")
    (settings.notes / "b.md").rename(settings.notes / "a.md")
    synced()
    assert identity.uid_of(connection, "a") == other.uid
    with pytest.raises(Conflict, match="already a note a"):
        restoring.restore(settings, connection, gone.uid)
    (settings.notes / "a.md").rename(settings.notes / "b.md")
    synced()
    back = restoring.restore(settings, connection, gone.uid)
    assert (back.uid, back.path) == (gone.uid, "a")
    assert (settings.notes / "b.md").read_text() == "Another"


def test_a_new_note_at_the_old_address_is_another_note(
    settings: Settings, connection: sqlite3.Connection
) -> None:
    """What was said of the old one, perhaps in private, is not said of the new one."""
    made = save.create(settings, connection, "a", TEXT)
    save.delete(settings, connection, "a", None)
    other = save.create(settings, connection, "a", "New")
    assert other.uid != made.uid
    assert [(kept.uid, kept.path) for kept in trash.every(connection)] == [(made.uid, "a")]
    assert [one.kind for one in revisions.of_note(connection, other.uid)] == ["saved"]
    with pytest.raises(Conflict, match="already a note a"):
        restoring.restore(settings, connection, made.uid)


def test_the_same_words_at_the_old_address_are_that_note_again(
    settings: Settings, connection: sqlite3.Connection
) -> None:
    made = save.create(settings, connection, "a", LONG)
    save.delete(settings, connection, "a", None)
    again = save.create(settings, connection, "a", LONG)
    assert (again.uid, trash.every(connection)) == (made.uid, [])


@pytest.mark.parametrize("by_gloss", [True, False])
def test_few_words_or_those_of_a_template_are_another_note(
    by_gloss: bool,
    settings: Settings,
    connection: sqlite3.Connection,
    write: Write,
    synced: Synced,
) -> None:
    """What was said of the old one would be said of the new one, to whoever may read that."""
    save.create(settings, connection, "template", LONG)
    for name, text in (("few", TEXT), ("copy", LONG)):
        made = save.create(settings, connection, name, text)
        save.delete(settings, connection, name, None)
        if by_gloss:
            save.create(settings, connection, name, text)
        else:
            write(f"{name}.md", text)
            synced()
        assert identity.uid_of(connection, name) not in (made.uid, None)
        assert trash.at(connection, name) is not None


def test_what_is_forgotten_leaves_nothing(
    settings: Settings, connection: sqlite3.Connection
) -> None:
    text = TEXT
    made = save.create(settings, connection, "a", text)
    for number in range(200):
        base = documents.get(connection, "a")
        assert base is not None
        text += f"{number}\n"
        save.update(settings, connection, "a", text, base.sha256)
    save.delete(settings, connection, "a", None)
    at = trash.get(connection, made.uid).at
    with database.transaction(connection):
        assert trash.among(connection, [(made.uid, "2020-01-01T00:00:00Z"), (77, at)]) == []
        trash.forget(connection, trash.among(connection, [(made.uid, at), (77, at)]))
    for table in ("note", "revision", "trash", "former_path"):
        assert connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0, table
    assert save.create(settings, connection, "a", TEXT).uid != made.uid


def two_copies(
    write: Write, synced: Synced, settings: Settings, connection: sqlite3.Connection
) -> int:
    """One file goes, two with its bytes come; the uid of the one that went."""
    made = save.create(settings, connection, "a", TEXT)
    (settings.notes / "a.md").unlink()
    write("b.md", TEXT)
    write("c.md", TEXT)
    report = synced()
    assert (report.added, report.removed, report.moved) == (2, 1, 0)
    return made.uid


def test_an_ambiguous_move_is_asked_about_and_joined_on_request(
    write: Write, synced: Synced, settings: Settings, connection: sqlite3.Connection
) -> None:
    uid = two_copies(write, synced, settings, connection)
    (question,) = ambiguous.questions(connection)
    assert (question.missing.uid, question.candidates) == (uid, ("b", "c"))
    changed = save.update(settings, connection, "c", TEXT + "More.\n", save.read(settings, "c")[1])
    before = ambiguous.is_it(settings, connection, uid, "c")
    assert before == changed.uid
    found = documents.get(connection, "c")
    assert found is not None
    assert (found.uid, found.source) == (uid, TEXT + "More.\n")
    assert [one.kind for one in revisions.of_note(connection, uid)] == ["saved", "before", "saved"]
    assert identity.of_former(connection, "a") == "c"
    assert ambiguous.questions(connection) == []
    assert synced().unchanged == 2
    fresh = connection.execute("SELECT count(*) FROM search_entry").fetchone()[0]
    assert fresh == 2


def test_a_question_that_is_declined_is_not_asked_again(
    write: Write, synced: Synced, settings: Settings, connection: sqlite3.Connection
) -> None:
    uid = two_copies(write, synced, settings, connection)
    ambiguous.is_none(connection, [uid])
    assert ambiguous.questions(connection) == []
    assert [kept.uid for kept in trash.every(connection)] == [uid]
    synced()
    assert ambiguous.questions(connection) == []


def test_a_move_with_an_edit_is_asked_about(
    write: Write, synced: Synced, settings: Settings, connection: sqlite3.Connection
) -> None:
    write("a.md", TEXT)
    write("elsewhere/old.md", "Another text")
    synced()
    connection.execute("UPDATE note SET created = '2020-01-01T00:00:00Z'")
    (settings.notes / "a.md").unlink()
    write("papers/A.md", TEXT + "Changed as it moved.\n")
    assert synced().moved == 0
    (question,) = ambiguous.questions(connection)
    assert (question.missing.path, question.candidates) == ("a", ("papers/A",))


def test_a_copy_that_was_there_long_before_is_another_note(
    write: Write, synced: Synced, settings: Settings, connection: sqlite3.Connection
) -> None:
    write("a.md", TEXT)
    write("b.md", TEXT)
    synced()
    connection.execute("UPDATE note SET created = '2020-01-01T00:00:00Z'")
    (settings.notes / "a.md").unlink()
    synced()
    assert ambiguous.questions(connection) == []
