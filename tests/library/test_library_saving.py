"""A save by several people and programs at once: both changes arrive, and every version stays."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from app import database
from app.accounts import people
from app.errors import Changed, NotFound, Unavailable
from app.library import documents, identity
from app.library.history import revisions, trash
from app.library.syncing import sync
from app.library.writing import exchange, save, temporaries
from app.settings import Settings, environment

Write = Callable[..., Path]
Synced = Callable[[], sync.Report]
TEXT = "---\ntitle: A title\ntags: [x]\n---\nOne.\n\nTwo.\n\nThree.\n"


def sha(data: bytes | str) -> str:
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def kinds(connection: sqlite3.Connection, id: str) -> list[str]:
    """How each version of a note came about, the oldest first."""
    uid = identity.uid_of(connection, id)
    assert uid is not None
    return [revision.kind for revision in revisions.stored(connection, uid)]


def test_every_save_is_a_version_of_its_author(
    settings: Settings, connection: sqlite3.Connection
) -> None:
    ada = people.create(connection, "Ada", "editor")
    made = save.create(settings, connection, "a", TEXT, person_id=ada.id)
    save.update(settings, connection, "a", TEXT + "Four.\n", made.sha256)
    found = revisions.of_note(connection, made.uid)
    assert [(one.kind, one.person) for one in found] == [("saved", ""), ("saved", "Ada")]
    assert revisions.contents(connection, found[1].id) == TEXT.encode()


def test_the_same_bytes_again_are_no_new_version(
    settings: Settings, connection: sqlite3.Connection
) -> None:
    made = save.create(settings, connection, "a", TEXT)
    save.update(settings, connection, "a", TEXT, made.sha256)
    assert kinds(connection, "a") == ["saved"]


def test_the_version_before_the_first_save_is_kept(
    settings: Settings, connection: sqlite3.Connection, write: Write, synced: Synced
) -> None:
    write("seen.md", TEXT)
    write("broken.md", "---\ntitle: [\n---\nPrecious.\n")
    synced()
    write("unseen.md", TEXT)
    assert connection.execute("SELECT count(*) FROM revision").fetchone()[0] == 0
    for name in ("seen", "broken", "unseen"):
        _, base = save.read(settings, name)
        saved = save.update(settings, connection, name, "new", base)
        first = revisions.stored(connection, saved.uid)[0]
        assert kinds(connection, name) == ["before", "saved"]
        assert sha(revisions.contents(connection, first.id)) == base


def test_two_changes_of_different_paragraphs_both_arrive(
    settings: Settings, connection: sqlite3.Connection
) -> None:
    base = save.create(settings, connection, "a", TEXT).sha256
    first = save.update(settings, connection, "a", TEXT.replace("One", "Eins"), base)
    second = save.update(settings, connection, "a", TEXT.replace("Three", "Drei"), base)
    assert (first.merged, second.merged) == (False, True)
    assert second.source == TEXT.replace("One", "Eins").replace("Three", "Drei")
    assert (settings.notes / "a.md").read_text() == second.source
    assert kinds(connection, "a") == ["saved", "saved", "merged"]
    assert documents.get(connection, "a") == second.document


def test_a_change_by_an_editor_that_no_sync_has_seen_arrives_too(
    settings: Settings, connection: sqlite3.Connection, write: Write
) -> None:
    base = save.create(settings, connection, "a", TEXT).sha256
    outside = TEXT.replace("tags: [x]", "tags: [x, y]  # more")
    write("a.md", outside)
    saved = save.update(settings, connection, "a", TEXT.replace("Two", "Zwei"), base)
    assert saved.source == outside.replace("Two", "Zwei")
    assert kinds(connection, "a") == ["saved", "outside", "merged"]
    assert revisions.by_hash(connection, saved.uid, sha(outside)) == outside.encode()


def test_changes_that_meet_are_refused_with_both_texts(
    settings: Settings, connection: sqlite3.Connection
) -> None:
    base = save.create(settings, connection, "a", TEXT).sha256
    theirs = save.update(settings, connection, "a", TEXT.replace("Two", "Zwei"), base)
    with pytest.raises(Changed) as caught:
        save.update(settings, connection, "a", TEXT.replace("Two", "Deux"), base)
    assert (caught.value.current, caught.value.theirs) == (theirs.sha256, theirs.source)
    assert (settings.notes / "a.md").read_text() == theirs.source
    assert kinds(connection, "a") == ["saved", "saved"]


def test_a_base_that_nobody_knows_is_refused(
    settings: Settings, connection: sqlite3.Connection
) -> None:
    save.create(settings, connection, "a", TEXT)
    with pytest.raises(Changed):
        save.update(settings, connection, "a", TEXT + "x", sha("something else"))


def test_headers_that_merge_into_what_is_none_are_refused(
    settings: Settings, connection: sqlite3.Connection
) -> None:
    text = "---\na: &x 1\nb: 2\nc: 3\n---\nText.\n"
    base = save.create(settings, connection, "a", text).sha256
    save.update(settings, connection, "a", text.replace("a: &x 1", "a: 1"), base)
    with pytest.raises(Changed):
        save.update(settings, connection, "a", text.replace("c: 3", "c: *x"), base)


@pytest.mark.parametrize("exchanging", [True, False])
def test_what_an_editor_saves_between_the_look_and_the_rename(
    exchanging: bool,
    settings: Settings,
    connection: sqlite3.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The look is over, the exchange is to come: with an exchange the save in between is seen."""
    base = save.create(settings, connection, "a", TEXT).sha256
    path = settings.notes / "a.md"
    between = TEXT.replace("One", "Eins")
    real, looks = exchange.digest, 0

    def digest_then_edit(file: Path) -> str:
        nonlocal looks
        found = real(file)
        looks += 1
        if looks == 1:
            path.write_text(between)
        return found

    monkeypatch.setattr(exchange, "digest", digest_then_edit)
    if not exchanging:
        monkeypatch.setattr(exchange, "RENAMEAT2", None)
    saved = save.update(settings, connection, "a", TEXT.replace("Two", "Zwei"), base)
    assert saved.merged is exchanging
    assert path.read_text() == saved.source
    assert ("Eins" in saved.source) is exchanging
    assert all(temporaries.origin(path.name) for path in settings.notes.rglob(".gloss-*"))


def test_the_kernel_here_exchanges(settings: Settings) -> None:
    """Else the test above shows nothing. Other systems than Linux have the plain rename."""
    if sys.platform != "linux":
        pytest.skip("only Linux exchanges")
    one, other = settings.notes / "a", settings.notes / "b"
    one.write_text("one")
    other.write_text("other")
    assert exchange.swap(one, other)
    assert (one.read_text(), other.read_text()) == ("other", "one")
    with pytest.raises(FileNotFoundError):
        exchange.swap(one, settings.notes / "none")


def test_who_saves_over_an_exchange_that_is_undone_keeps_the_place(settings: Settings) -> None:
    place, temporary = settings.notes / "a.md", settings.notes / ".gloss-1"
    place.write_text("newest, by an editor")
    temporary.write_text("what the exchange displaced")
    exchange.put_back(temporary, place, sha("ours"))
    assert place.read_text() == "newest, by an editor"
    place.write_text("ours")
    exchange.put_back(temporary, place, sha("ours"))
    assert place.read_text() == "what the exchange displaced"


def test_a_note_deleted_while_it_is_saved_is_said_to_be(
    settings: Settings, connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = save.create(settings, connection, "a", TEXT).sha256
    real = exchange.digest

    def digest_then_delete(file: Path) -> str:
        found = real(file)
        file.unlink()
        return found

    monkeypatch.setattr(exchange, "digest", digest_then_delete)
    with pytest.raises(NotFound, match="deleted meanwhile"):
        save.update(settings, connection, "a", "new", base)
    assert list(settings.notes.rglob("*.md")) == []


def test_a_delete_that_cannot_be_recorded_gives_the_file_back(
    settings: Settings, connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    save.create(settings, connection, "a", TEXT)
    connection.execute(
        "CREATE TEMP TRIGGER late AFTER UPDATE ON state"
        " BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
    )
    with pytest.raises(Unavailable, match="disk is full"):
        save.delete(settings, connection, "a", None)
    assert (settings.notes / "a.md").read_text() == TEXT
    assert trash.every(connection) == []
    assert all(temporaries.origin(path.name) for path in settings.notes.rglob(".gloss-*"))


WRITER = """
import sys
from app import database
from app.errors import Changed
from app.library.writing import save
from app.settings import load

settings, writer, rounds = load(), sys.argv[1], int(sys.argv[2])
connection = database.connect(settings.database)
sys.stdin.readline()
for number in range(rounds):
    text, base = save.read(settings, "shared")
    lines = text.split("\\n")
    at = lines.index(f"# {writer}")
    lines.insert(at + 1, f"{writer}:{number}")
    save.update(settings, connection, "shared", "\\n".join(lines), base)
    text, base = save.read(settings, f"own-{writer}")
    save.update(settings, connection, f"own-{writer}", text + f"{number}\\n", base)
    save.create(settings, connection, f"new-{writer}/{number}", f"{writer}:{number}\\n")
"""
ROUNDS = 12


def test_eight_processes_lose_nothing_and_meet_no_lock(
    settings: Settings, connection: sqlite3.Connection, synced: Synced
) -> None:
    """Each writes its part of one note, a note of its own, and new ones; none is refused once."""
    parts = "\n\n".join(f"# {writer}\n\n.\n" for writer in range(8))
    save.create(settings, connection, "shared", parts)
    for writer in range(8):
        save.create(settings, connection, f"own-{writer}", "start\n")
    children = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(writer), str(ROUNDS)],
            env={**os.environ, **environment(settings)},
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for writer in range(8)
    ]
    said = [child.communicate("go\n", timeout=180)[1] for child in children]
    assert said == [""] * 8
    lines = (settings.notes / "shared.md").read_text().split("\n")
    wanted = {f"{writer}:{number}" for writer in range(8) for number in range(ROUNDS)}
    assert [line for line in lines if ":" in line and lines.count(line) > 1] == []
    assert {line for line in lines if ":" in line} == wanted
    for writer in range(8):
        own = (settings.notes / f"own-{writer}.md").read_text().split("\n")
        assert own[1:-1] == [str(number) for number in range(ROUNDS)]
    report = synced()
    assert (report.unchanged, report.failed) == (1 + 8 + 8 * ROUNDS, [])
    assert all(temporaries.origin(path.name) for path in settings.notes.rglob(".gloss-*"))
    shared = documents.get(connection, "shared")
    assert shared is not None
    assert len(revisions.stored(connection, shared.uid)) == 1 + 8 * ROUNDS


def test_an_editor_that_saves_all_the_time_and_gloss_lose_nothing_to_each_other(
    settings: Settings, connection: sqlite3.Connection
) -> None:
    """The editor renames its file over ours, as most do, and merges nothing: what it wrote over is
    in the history, if Gloss had said that it is saved. What it wrote last is there."""
    save.create(settings, connection, "a", "editor 0\n\nmiddle\n\ngloss 0\n")
    path, stop = settings.notes / "a.md", threading.Event()
    written: list[str] = []

    def edit() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            lines = path.read_text().split("\n")
            lines[0] = f"editor {number}"
            beside = path.with_name(".editor")
            beside.write_text("\n".join(lines))
            beside.replace(path)
            written.append(lines[0])
            time.sleep(0.006)

    editor = threading.Thread(target=edit)
    editor.start()
    saved: list[str] = []
    try:
        for number in range(1, 16):
            text, base = save.read(settings, "a")
            lines = text.split("\n")
            lines[4] = f"gloss {number}"
            with suppress(Changed):  # it read what no sync had seen, and that is gone again
                found = save.update(settings, connection, "a", "\n".join(lines), base)
                saved.append(found.source)
    finally:
        stop.set()
        editor.join()
    uid = identity.uid_of(connection, "a")
    assert uid is not None
    assert len(saved) > 3
    assert all(revisions.by_hash(connection, uid, sha(text)) for text in saved)
    assert path.read_text().split("\n")[0] == written[-1]
    database.close_this_thread()


def test_a_save_waits_for_an_editor_that_has_emptied_the_file(
    settings: Settings, connection: sqlite3.Connection
) -> None:
    base = save.create(settings, connection, "a", TEXT).sha256
    path = settings.notes / "a.md"

    def edit() -> None:
        with open(path, "w") as file:
            emptied.set()
            time.sleep(0.3)
            file.write(TEXT.replace("Three", "Drei"))

    emptied = threading.Event()
    editor = threading.Thread(target=edit)
    editor.start()
    emptied.wait()
    saved = save.update(settings, connection, "a", TEXT.replace("One", "Eins"), base)
    editor.join()
    assert saved.source == TEXT.replace("One", "Eins").replace("Three", "Drei")
    assert path.read_text() == saved.source
