"""Who a note is, whatever becomes of its file: what was said of one is never said of another."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from app import database, schema
from app.errors import Conflict, GlossError
from app.library import documents, identity
from app.library.history import restoring, revisions, trash
from app.library.moving import ambiguous, moving, unfinished
from app.library.syncing import sync
from app.library.writing import save
from app.settings import Settings, environment

Write = Callable[..., Path]
Synced = Callable[[], sync.Report]
SHORT = "A few words.\n"


def long(name: str) -> str:
    return f"Words of {name} alone, which no other note has.\n" * 6


def who(connection: sqlite3.Connection) -> dict[str, tuple[int, str]]:
    """By path the uid and the text of each note that is in the index."""
    rows = connection.execute("SELECT path, uid, source FROM document")
    return {row["path"]: (row["uid"], row["source"]) for row in rows}


def missing(connection: sqlite3.Connection) -> dict[int, str]:
    """The notes in the trash that are asked about or could be, by uid where they were."""
    return {kept.uid: kept.path for kept in trash.every(connection) if kept.outside}


@pytest.fixture
def library(settings: Settings, connection: sqlite3.Connection) -> dict[str, int]:
    """Three notes; their uids."""
    return {
        name: save.create(settings, connection, name, long(name)).uid for name in ("a", "b", "c")
    }


@pytest.mark.parametrize("renamed", [True, False])
@pytest.mark.parametrize("way", ["create", "move", "restore"])
def test_the_address_of_a_missing_note_is_given_away_without_it(
    way: str,
    renamed: bool,
    settings: Settings,
    connection: sqlite3.Connection,
    library: dict[str, int],
    synced: Synced,
) -> None:
    """The index is behind: it does not know yet that the file went."""
    if way == "restore":
        save.delete(settings, connection, "b", None)
    if renamed:
        (settings.notes / "a.md").rename(settings.notes / "elsewhere.md")
    else:
        (settings.notes / "a.md").unlink()
    if way == "create":
        new = save.create(settings, connection, "a", "New and unrelated.\n").uid
        assert new not in library.values()
    elif way == "move":
        moving.move(settings, connection, "b", "a")
        new = library["b"]
    else:
        restoring.restore(settings, connection, library["b"], to="a")
        new = library["b"]
    assert missing(connection) == {library["a"]: "a"}
    found = who(connection)
    assert found["a"][0] == new
    for _ in range(2):
        report = synced()
        assert (report.failed, report.changed) == ([], 0)
    after = who(connection)
    assert after["a"] == found["a"]
    assert missing(connection) == ({} if renamed else {library["a"]: "a"})
    if renamed:
        assert after["elsewhere"] == (library["a"], long("a"))
        assert identity.of_former(connection, "a") is None


def test_nothing_is_put_away_where_a_file_stands(
    settings: Settings, connection: sqlite3.Connection, library: dict[str, int], write: Write
) -> None:
    write("broken.md", "---\n[\n---\n")
    for taken in ("a", "A", "broken"):
        with pytest.raises(Conflict):
            save.create(settings, connection, taken, "New")
        with pytest.raises(Conflict):
            moving.move(settings, connection, "b", taken)
    assert trash.every(connection) == []
    assert who(connection).keys() == {"a", "b", "c"}


@pytest.mark.parametrize("by_gloss", [True, False])
def test_another_note_at_the_address_of_one_that_went_outside_is_asked_about(
    by_gloss: bool,
    settings: Settings,
    connection: sqlite3.Connection,
    library: dict[str, int],
    synced: Synced,
    write: Write,
) -> None:
    (settings.notes / "a.md").unlink()
    synced()
    if by_gloss:
        save.create(settings, connection, "a", "Picnic.\n")
    else:
        write("a.md", "Picnic.\n")
    synced()
    assert who(connection)["a"][0] not in library.values()
    (question,) = ambiguous.questions(connection)
    assert (question.missing.uid, question.candidates) == (library["a"], ("a",))
    assert [one.kind for one in revisions.of_note(connection, library["a"])] == ["saved"]


def renamed(settings: Settings, *names: tuple[str, str]) -> None:
    """Give files other names at once, also each other's."""
    for old, _ in names:
        (settings.notes / f"{old}.md").rename(settings.notes / f"{old}.tmp")
    for old, new in names:
        (settings.notes / f"{old}.tmp").rename(settings.notes / f"{new}.md")


@pytest.mark.parametrize("rebuild", [False, True])
@pytest.mark.parametrize(
    "names",
    [
        [("b", "z"), ("a", "b")],
        [("b", "0"), ("a", "b")],
        [("a", "b"), ("b", "a")],
        [("a", "b"), ("b", "c"), ("c", "a")],
        [("a", "b"), ("b", "c"), ("c", "folder")],
    ],
    ids=["chain", "chain, backwards", "swap", "ring", "long chain"],
)
def test_names_that_are_used_again_outside_confuse_nobody(
    names: list[tuple[str, str]],
    rebuild: bool,
    settings: Settings,
    connection: sqlite3.Connection,
    library: dict[str, int],
    rows: Callable[[sqlite3.Connection], Any],
) -> None:
    renamed(settings, *names)
    report = sync.sync(settings, connection, rebuild=rebuild)
    assert report.failed == []
    if not rebuild:
        assert (report.moved, report.added, report.removed) == (len(names), 0, 0)
    now = {name: name for name in library} | dict(names)
    expected = {now[name]: (uid, long(name)) for name, uid in library.items()}
    assert who(connection) == expected
    assert trash.every(connection) == []
    for old, new in names:
        assert identity.of_former(connection, old) == (None if old in expected else new)
    grown = rows(connection)
    assert sync.sync(settings, connection).unchanged == 3
    sync.sync(settings, connection, rebuild=True)
    assert (rows(connection), who(connection)) == (grown, expected)


def test_a_file_put_over_another_is_the_note_that_it_was(
    settings: Settings, connection: sqlite3.Connection, library: dict[str, int], synced: Synced
) -> None:
    (settings.notes / "a.md").replace(settings.notes / "b.md")
    synced()
    assert who(connection)["b"] == (library["a"], long("a"))
    assert missing(connection) == {library["b"]: "b"}
    assert synced().unchanged == 2


def test_a_note_that_went_and_one_that_took_its_name_between_two_syncs(
    settings: Settings,
    connection: sqlite3.Connection,
    library: dict[str, int],
    synced: Synced,
    write: Write,
) -> None:
    renamed(settings, ("a", "elsewhere"))
    write("a.md", "Something else is here now.\n")
    synced()
    assert who(connection)["elsewhere"] == (library["a"], long("a"))
    assert who(connection)["a"][0] not in library.values()
    assert trash.every(connection) == []


def test_a_copy_that_is_made_before_an_edit_takes_nothing_along(
    settings: Settings,
    connection: sqlite3.Connection,
    library: dict[str, int],
    synced: Synced,
    write: Write,
) -> None:
    write("a-before.md", long("a"))
    write("a.md", long("a") + "Edited.\n")
    synced()
    assert who(connection)["a"] == (library["a"], long("a") + "Edited.\n")
    assert who(connection)["a-before"][0] not in library.values()


@pytest.mark.parametrize("name", ["caf\u00e9.MD", "cafe\u0301.md"])
def test_another_spelling_of_the_same_address_is_the_same_note(
    name: str, settings: Settings, connection: sqlite3.Connection, synced: Synced
) -> None:
    uid = save.create(settings, connection, "caf\u00e9", SHORT).uid
    (settings.notes / "caf\u00e9.md").rename(settings.notes / name)
    (settings.notes / name).write_text("Edited as well, and longer than it was.\n")
    assert synced().moved == 1
    found = documents.get(connection, "caf\u00e9")
    assert found is not None
    assert (found.uid, found.file) == (uid, name)
    assert trash.every(connection) == []
    assert synced().unchanged == 1


def test_a_few_words_that_change_places_move_nobody(
    settings: Settings, connection: sqlite3.Connection, write: Write, synced: Synced
) -> None:
    uids = {
        name: save.create(settings, connection, name, f"{name} {SHORT}").uid for name in ("a", "b")
    }
    renamed(settings, ("a", "b"), ("b", "a"))
    synced()
    assert who(connection) == {"a": (uids["a"], f"b {SHORT}"), "b": (uids["b"], f"a {SHORT}")}


# Moves a to b, and kills itself before or after the first call of a function.
KILLED = """
import importlib, os, signal, sys
from app import database
from app.library.moving import moving
from app.settings import load

module, name, when = sys.argv[1:]
owner = importlib.import_module(module)
real = getattr(owner, name)

def die(*values, **named):
    if when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    real(*values, **named)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(owner, name, die)
settings = load()
moving.move(settings, database.connect(settings.database), "a", "b")
"""
AWAY = ("app.library.moving.moving", "record", "before")  # only the new file is there
LINKED = ("app.library.writing.files", "put_new", "after")  # both are
SAID = ("app.library.moving.unfinished", "every", "before")


@pytest.fixture
def kill(settings: Settings, connection: sqlite3.Connection) -> Callable[..., int]:
    """Kill the move of a new note from a to b; its uid."""

    def killed(*step: str, text: str = SHORT) -> int:
        uid = save.create(settings, connection, "a", text).uid
        process = subprocess.run(
            [sys.executable, "-c", KILLED, *step], env={**os.environ, **environment(settings)}
        )
        assert process.returncode == -signal.SIGKILL
        assert len(unfinished.every(connection)) == 1
        return uid

    return killed


def test_a_save_ends_a_killed_move_to_its_note_first(
    settings: Settings, connection: sqlite3.Connection, kill: Callable[..., int], synced: Synced
) -> None:
    uid = kill(*AWAY)
    base = save.version_now(settings, "b")
    saved = save.update(settings, connection, "b", "The quick note, edited.\n", base)
    assert (saved.uid, unfinished.every(connection)) == (uid, [])
    assert identity.of_former(connection, "a") == "b"
    synced()
    assert who(connection) == {"b": (uid, "The quick note, edited.\n")}
    assert [one.kind for one in revisions.of_note(connection, uid)] == ["saved", "saved"]


def test_a_deletion_ends_it_too(
    settings: Settings, connection: sqlite3.Connection, kill: Callable[..., int], synced: Synced
) -> None:
    uid = kill(*AWAY)
    save.delete(settings, connection, "b", None)
    synced()
    (kept,) = trash.every(connection)
    assert (kept.uid, kept.path, kept.outside) == (uid, "b", False)
    assert unfinished.every(connection) == []


@pytest.mark.parametrize("step", [LINKED, ("app.library.writing.exchange", "digest", "before")])
def test_the_undoing_of_a_move_deletes_no_note_of_the_same_bytes(
    step: tuple[str, ...],
    settings: Settings,
    connection: sqlite3.Connection,
    kill: Callable[..., int],
    synced: Synced,
) -> None:
    uid = kill(*step)
    made = save.create(settings, connection, "b", SHORT)
    synced()
    assert who(connection) == {"a": (uid, SHORT), "b": (made.uid, SHORT)}
    assert trash.every(connection) == []


@pytest.mark.parametrize("step", [LINKED, ("app.library.writing.exchange", "digest", "before")])
def test_nor_a_file_of_the_same_bytes_that_somebody_put_there(
    step: tuple[str, ...],
    settings: Settings,
    connection: sqlite3.Connection,
    kill: Callable[..., int],
    synced: Synced,
    write: Write,
) -> None:
    uid = kill(*step)
    write(".theirs", SHORT).replace(settings.notes / "b.md")
    synced()
    assert who(connection)["a"] == (uid, SHORT)
    assert (settings.notes / "b.md").read_text() == SHORT


@pytest.mark.parametrize("by_gloss", [True, False])
def test_a_move_whose_note_was_removed_seizes_no_other(
    by_gloss: bool,
    settings: Settings,
    connection: sqlite3.Connection,
    kill: Callable[..., int],
    synced: Synced,
    write: Write,
) -> None:
    uid = kill(*AWAY)
    for path in settings.notes.iterdir():
        path.unlink()
    write("keep.md")
    synced()
    assert missing(connection) == {uid: "a"}
    text = "A wholly new note about cats.\n"
    if by_gloss:
        save.create(settings, connection, "b", text)
    else:
        write("b.md", text)
    for _ in range(2):
        synced()
    found, source = who(connection)["b"]
    assert (found != uid, source) == (True, text)
    assert missing(connection) == {uid: "a"}
    assert (unfinished.every(connection), identity.of_former(connection, "a")) == ([], None)


def test_a_sync_leaves_a_killed_move_to_who_ends_it(
    settings: Settings,
    connection: sqlite3.Connection,
    kill: Callable[..., int],
    synced: Synced,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The sync began before the move did: it found nothing to settle."""
    uid = kill(*AWAY)
    with monkeypatch.context() as patched:
        patched.setattr(unfinished, "settle", lambda *_: None)
        synced()
        assert (identity.uid_of(connection, "b"), trash.every(connection)) == (None, [])
    synced()
    assert who(connection) == {"b": (uid, SHORT)}


def test_a_move_that_fails_deletes_no_file_of_another_program(
    settings: Settings, connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = "Hours of work, saved by another program.\n"
    save.create(settings, connection, "a", SHORT)

    def replaced(*values: object) -> None:
        other = settings.notes / "other.tmp"
        other.write_text(theirs)
        other.replace(settings.notes / "b.md")
        raise GlossError("The index fails.")

    monkeypatch.setattr(moving, "record", replaced)
    with pytest.raises(GlossError, match="The index fails"):
        moving.move(settings, connection, "a", "b")
    found = {path.name: path.read_text() for path in settings.notes.glob("*.md")}
    assert found == {"a.md": SHORT, "b.md": theirs}


def test_an_older_library_keeps_who_its_notes_are(tmp_path: Path) -> None:
    path = tmp_path / "gloss.db"
    connection = database.connect(path)
    schema.owned.apply(Database(connection), stop_before="0005_drafts_by_token")
    connection.executescript("""
        INSERT INTO note (uid, path, created) VALUES
            (1, 'a', ''), (2, '/2/b', ''), (3, 'c', ''), (9, 'gone', '');
        DELETE FROM note WHERE uid = 9;
        INSERT INTO trash (note_uid, path, file, sha256, at) VALUES
            (2, 'b', 'b.md', '', ''), (3, 'c', 'c.md', '', '');
        INSERT INTO revision (note_uid, at, kind, sha256, size, data)
            VALUES (2, '', 'saved', '', 0, x'');
        INSERT INTO former_path (path, note_uid) VALUES ('was', 1);
    """)
    connection.close()
    with database.opened(path) as connection:
        rows = connection.execute("SELECT uid, path FROM note ORDER BY uid").fetchall()
        assert [tuple(row) for row in rows] == [(1, "a"), (2, None), (3, None)]
        assert connection.execute("SELECT visibility FROM former_path").fetchone()[0] == "private"
        assert connection.execute("SELECT count(*) FROM revision").fetchone()[0] == 1
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA foreign_keys").fetchone()[0] == 1
        assert identity.given(connection, "new") == 10
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(
                "INSERT INTO revision (note_uid, at, kind, sha256, size, data)"
                " VALUES (77, '', 'saved', '', 0, x'')"
            )
        assert documents.get(connection, "a") is None
