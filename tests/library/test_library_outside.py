"""Changes that Gloss did not make: kept, moves followed, a vanished folder asked about."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app import database
from app.library import documents, identity
from app.library.history import revisions, trash
from app.library.moving import ambiguous
from app.library.syncing import sync, vanished
from app.library.syncing.vanished import Vanished
from app.library.writing import save
from app.settings import Settings
from tests.spent import spent

Write = Callable[..., Path]
Synced = Callable[[], sync.Report]
TEXT = "---\ntitle: A title\n---\nOne.\n\nTwo.\n"
LONG = TEXT + "\nWords of its own, which no other note has.\n" * 10


def uid(connection: sqlite3.Connection, path: str) -> int:
    found = identity.uid_of(connection, path)
    assert found is not None
    return found


def versions(connection: sqlite3.Connection, path: str) -> list[tuple[str, str]]:
    """How each version came about, and its text; the oldest first."""
    return [
        (one.kind, revisions.contents(connection, one.id).decode())
        for one in reversed(revisions.of_note(connection, uid(connection, path)))
    ]


def test_a_library_first_seen_leaves_no_versions(
    write: Write, synced: Synced, connection: sqlite3.Connection
) -> None:
    for number in range(30):
        write(f"n{number}.md", f"# {number}")
    assert synced().added == 30
    assert connection.execute("SELECT count(*) FROM revision").fetchone()[0] == 0


def test_a_change_from_outside_keeps_what_was_there(
    write: Write, synced: Synced, connection: sqlite3.Connection
) -> None:
    write("a.md", TEXT)
    synced()
    write("a.md", TEXT + "Three.\n")
    synced()
    assert versions(connection, "a") == [("before", TEXT), ("outside", TEXT + "Three.\n")]


def test_a_save_of_our_own_is_no_change_from_outside(
    settings: Settings, synced: Synced, connection: sqlite3.Connection
) -> None:
    base = save.create(settings, connection, "a", TEXT).sha256
    save.update(settings, connection, "a", TEXT + "Three.\n", base)
    before = database.version(connection)
    for _ in range(2):
        os.utime(settings.notes / "a.md")
        assert (synced().unchanged, database.version(connection)) == (1, before)
    assert [kind for kind, _ in versions(connection, "a")] == ["saved", "saved"]


def test_a_note_that_breaks_and_is_mended_outside_keeps_both_versions(
    write: Write, synced: Synced, connection: sqlite3.Connection
) -> None:
    write("a.md", TEXT)
    synced()
    broken = "---\ntitle: [\n---\nBroken, and longer than what was there.\n"
    write("a.md", broken)
    assert len(synced().failed) == 1
    write("a.md", broken.replace("[", "Mended, and longer than before"))
    assert synced().failed == []
    found = revisions.stored(connection, uid(connection, "a"))
    assert [one.kind for one in found] == ["before", "outside", "outside"]
    assert revisions.contents(connection, found[1].id).decode() == broken


def test_a_change_before_a_rebuild_keeps_what_was_there(
    write: Write, synced: Synced, settings: Settings, connection: sqlite3.Connection
) -> None:
    for name in ("changed", "gone", "moved", "same"):
        write(f"{name}.md", f"{TEXT}{name}\n")
    synced()
    before = {name: uid(connection, name) for name in ("changed", "gone", "moved", "same")}
    write("changed.md", TEXT + "changed, and more\n")
    (settings.notes / "gone.md").unlink()
    (settings.notes / "moved.md").rename(settings.notes / "elsewhere.md")
    assert sync.sync(settings, connection, rebuild=True).added == 3
    assert [kind for kind, _ in versions(connection, "changed")] == ["before", "outside"]
    assert versions(connection, "changed")[0][1] == TEXT + "changed\n"
    assert uid(connection, "elsewhere") == before["moved"]
    assert [one.uid for one in trash.every(connection)] == [before["gone"]]
    assert revisions.of_note(connection, before["same"]) == []


@pytest.mark.parametrize(("text", "is_itself"), [(TEXT, True), (TEXT + "Other words.\n", False)])
def test_a_file_that_goes_is_in_the_trash_and_the_same_comes_back_as_itself(
    text: str,
    is_itself: bool,
    write: Write,
    synced: Synced,
    settings: Settings,
    connection: sqlite3.Connection,
) -> None:
    path = write("papers/a.md", TEXT)
    synced()
    before = uid(connection, "papers/a")
    path.unlink()
    assert synced().removed == 1
    (kept,) = trash.every(connection)
    assert (kept.uid, kept.path, kept.outside) == (before, "papers/a", True)
    assert trash.contents(connection, kept).decode() == TEXT
    assert identity.uid_of(connection, "papers/a") is None
    write("papers/a.md", text)
    assert synced().added == 1
    assert (uid(connection, "papers/a") == before, trash.every(connection) == []) == (
        is_itself,
    ) * 2
    asked = [(one.missing.uid, one.candidates) for one in ambiguous.questions(connection)]
    assert asked == ([] if is_itself else [(before, ("papers/a",))])
    if asked:
        ambiguous.is_it(settings, connection, before, "papers/a")
    assert uid(connection, "papers/a") == before
    assert versions(connection, "papers/a")[0] == ("before", TEXT)
    assert identity.of_former(connection, "papers/a") is None
    assert synced().unchanged == 1


def test_a_move_across_two_syncs_keeps_the_identity(
    write: Write, synced: Synced, settings: Settings, connection: sqlite3.Connection
) -> None:
    path = write("a.md", LONG)
    synced()
    before = uid(connection, "a")
    path.unlink()
    synced()
    write("papers/b.md", LONG)
    assert (report := synced()).moved == 1, report
    assert (uid(connection, "papers/b"), trash.every(connection)) == (before, [])
    assert identity.of_former(connection, "a") == "papers/b"
    (settings.notes / "papers/b.md").rename(settings.notes / "a.md")
    assert synced().moved == 1
    assert uid(connection, "a") == before
    assert identity.of_former(connection, "a") is None
    assert identity.of_former(connection, "papers/b") == "a"


def test_what_says_too_little_is_asked_about(
    write: Write, synced: Synced, settings: Settings, connection: sqlite3.Connection
) -> None:
    """A daily template that nobody filled in is no other day's note."""
    path = write("journal/2026-01-01.md", TEXT)
    synced()
    before = uid(connection, "journal/2026-01-01")
    path.unlink()
    synced()
    write("journal/2026-03-01.md", TEXT)
    assert synced().added == 1
    assert uid(connection, "journal/2026-03-01") != before
    (question,) = ambiguous.questions(connection)
    assert question.candidates == ("journal/2026-03-01",)


def test_bytes_that_another_note_has_tell_nothing(
    write: Write, synced: Synced, settings: Settings, connection: sqlite3.Connection
) -> None:
    write("template.md", LONG)
    path = write("a.md", LONG)
    synced()
    before = uid(connection, "a")
    path.unlink()
    write("b.md", LONG)
    report = synced()
    assert (report.moved, report.added, report.removed) == (0, 1, 1)
    assert uid(connection, "b") != before


def test_a_rebuild_changes_nobody_s_identity(
    write: Write, synced: Synced, settings: Settings, connection: sqlite3.Connection
) -> None:
    gone = write("january.md", LONG)
    write("march.md", LONG)
    synced()
    uids = uid(connection, "january"), uid(connection, "march")
    gone.unlink()
    synced()
    sync.sync(settings, connection, rebuild=True)
    assert uid(connection, "march") == uids[1]
    assert [kept.uid for kept in trash.every(connection)] == [uids[0]]
    assert identity.of_former(connection, "january") is None


def test_what_could_not_be_read_when_it_went_is_in_the_trash(
    write: Write, synced: Synced, settings: Settings, connection: sqlite3.Connection
) -> None:
    made = save.create(settings, connection, "n", LONG)
    path = settings.notes / "n.md"
    path.write_text("---\ntitle: [x\n---\nBroken.\n")
    assert len(synced().failed) == 1
    path.unlink()
    synced()
    (kept,) = trash.every(connection)
    assert (kept.uid, kept.path, kept.outside) == (made.uid, "n", True)
    assert trash.contents(connection, kept).decode().endswith("Broken.\n")


def test_what_was_deleted_in_gloss_is_not_taken_for_moved(
    write: Write, synced: Synced, settings: Settings, connection: sqlite3.Connection
) -> None:
    made = save.create(settings, connection, "a", TEXT)
    save.delete(settings, connection, "a", None)
    write("b.md", TEXT)
    assert synced().added == 1
    assert uid(connection, "b") != made.uid
    assert [one.uid for one in trash.every(connection)] == [made.uid]


@pytest.mark.parametrize("rebuild", [False, True])
def test_a_folder_that_lost_most_of_its_notes_is_asked_about(
    rebuild: bool, write: Write, settings: Settings, connection: sqlite3.Connection
) -> None:
    for number in range(30):
        write(f"in/n{number}.md", f"# {number}\n")
    write("stays.md")
    sync.sync(settings, connection)
    elsewhere = settings.notes.with_name("unmounted")
    shutil.move(settings.notes / "in", elsewhere)
    (settings.notes / "in").mkdir()
    for _ in range(2):
        with pytest.raises(Vanished, match="30 of 31 notes are missing"):
            sync.sync(settings, connection, rebuild=rebuild)
        assert vanished.missing_at_last(connection) == 30
        assert documents.get(connection, "in/n3") is not None
        assert trash.every(connection) == []
    (settings.notes / "in").rmdir()
    shutil.move(elsewhere, settings.notes / "in")
    report = sync.sync(settings, connection, rebuild=rebuild)
    assert report.unchanged + report.added == 31
    assert vanished.missing_at_last(connection) == 0
    shutil.rmtree(settings.notes / "in")
    report = sync.sync(settings, connection, rebuild=rebuild, accept_removals=True)
    assert len(trash.every(connection)) == 30
    assert documents.get(connection, "in/n3") is None


@pytest.mark.parametrize(("known", "missing", "doubtful"), [(20, 20, 0), (60, 30, 0), (60, 31, 1)])
def test_how_many_may_go_at_once(
    known: int, missing: int, doubtful: int, connection: sqlite3.Connection
) -> None:
    try:
        vanished.check(connection, missing, known, accepted=False)
        assert not doubtful
    except Vanished:
        assert doubtful
    assert vanished.missing_at_last(connection) == doubtful * missing


@pytest.mark.usefixtures("ordinary_user")
def test_what_may_not_be_looked_at_is_not_in_the_trash(
    write: Write, synced: Synced, settings: Settings, connection: sqlite3.Connection
) -> None:
    write("closed/b.md", TEXT)
    synced()
    before = uid(connection, "closed/b")
    (settings.notes / "closed").chmod(0)
    synced()
    (settings.notes / "closed").chmod(0o755)
    assert trash.every(connection) == []
    synced()
    assert uid(connection, "closed/b") == before


def test_what_an_editor_is_writing_is_not_indexed_half(
    write: Write, synced: Synced, settings: Settings, connection: sqlite3.Connection
) -> None:
    """It empties the file and writes the new text in pieces, while one sync follows the other."""
    path = write("a.md", TEXT * 20)
    synced()
    seen: set[str] = set()
    done = threading.Event()

    def edit() -> None:
        with open(path, "w") as file:
            time.sleep(0.7)
            for part in ("first ", "second ", "third\n"):
                file.write(part)
                file.flush()
                time.sleep(0.2)
        done.set()

    editor = threading.Thread(target=edit)
    editor.start()
    while not done.is_set():
        synced()
        found = documents.get(connection, "a")
        assert found is not None
        seen.add(found.source)
    editor.join()
    synced()
    found = documents.get(connection, "a")
    assert found is not None
    assert found.source == "first second third\n"
    assert seen <= {TEXT * 20, "first second third\n"}
    assert len(versions(connection, "a")) == 2


def test_a_file_that_stays_empty_is_empty(
    write: Write, synced: Synced, connection: sqlite3.Connection
) -> None:
    write("a.md", TEXT)
    synced()
    write("a.md", "")
    assert synced().changed == 1
    assert versions(connection, "a") == [("before", TEXT), ("outside", "")]


def test_a_sync_of_many_changes_holds_nobody_up(
    write: Write, settings: Settings, connection: sqlite3.Connection
) -> None:
    """No transaction is open for longer than a tenth of a second: who saves waits that long."""
    for number in range(600):
        write(f"n{number}.md", f"# {number}\n\n" + f"Some words of note {number}.\n\n" * 40)
    sync.sync(settings, connection)
    for number in range(600):
        path = settings.notes / f"n{number}.md"
        if number % 3 == 0:
            path.unlink()
        else:
            path.write_text(path.read_text() + "And more.\n")
    longest = Longest(connection)
    longest.watch()
    with spent():
        report = sync.sync(settings, connection)
    assert (report.changed, report.removed) == (400, 200)
    assert longest.seconds < 0.1


class Longest:
    """The longest time between BEGIN and COMMIT, in this thread's own: others use the machine."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection, self.seconds, self.began = connection, 0.0, 0.0

    def watch(self) -> None:
        self.connection.set_trace_callback(self.heard)

    def heard(self, statement: str) -> None:
        if statement.startswith("BEGIN"):
            self.began = time.thread_time()
        elif statement.startswith("COMMIT"):
            self.seconds = max(self.seconds, time.thread_time() - self.began)
