"""Sync: the index follows the files, names what it cannot take, and never loses an identity."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app import database
from app.errors import NotFound
from app.library import documents, problems
from app.library.syncing import sync
from app.settings import Settings, environment
from tests.spent import spent

Write = Callable[..., Path]
Synced = Callable[[], sync.Report]
Rows = Callable[[sqlite3.Connection], dict[str, list[tuple[object, ...]]]]
PUBLIC = "---\nvisibility: public\n---\n"


def counts(report: sync.Report) -> dict[str, int]:
    return {name: getattr(report, name) for name in sync.COUNTS if getattr(report, name)}


def uid(connection: sqlite3.Connection, path: str) -> int:
    row = connection.execute("SELECT uid FROM note WHERE path = ?", [path]).fetchone()
    return int(row[0])


def later(path: Path, text: str) -> None:
    """Write, with a time that no file system's clock confuses with the one before."""
    path.write_text(text)
    stat = path.stat()
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1_000_000_000))


def test_added_changed_removed_unchanged(write: Write, synced: Synced, settings: Settings) -> None:
    write("a.md", "# A")
    write("papers/b.md", "# B")
    assert counts(synced()) == {"added": 2}
    assert counts(synced()) == {"unchanged": 2}
    later(settings.notes / "a.md", "# Another")
    assert counts(synced()) == {"changed": 1, "unchanged": 1}
    (settings.notes / "a.md").unlink()
    report = synced()
    assert counts(report) == {"removed": 1, "unchanged": 1}
    assert report.as_json() == {
        "added": 0,
        "changed": 0,
        "moved": 0,
        "removed": 1,
        "unchanged": 1,
        "failed": [],
    }


def test_a_file_that_is_only_touched_is_unchanged(
    write: Write, synced: Synced, connection: sqlite3.Connection
) -> None:
    path = write("a.md", "---\ndate: 2020-01-01\n---\nText")
    synced()
    version = database.version(connection)
    os.utime(path, ns=(0, 1_700_000_000_000_000_000))
    assert counts(synced()) == {"unchanged": 1}
    assert counts(synced()) == {"unchanged": 1}
    assert database.version(connection) == version


def test_a_change_within_one_tick_of_the_clock_is_seen(
    write: Write, synced: Synced, connection: sqlite3.Connection
) -> None:
    path = write("a.md", "one")
    synced()
    stat = path.stat()
    path.write_text("two")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert counts(synced()) == {"changed": 1}
    found = documents.get(connection, "a")
    assert found is not None
    assert found.source == "two"


def test_hidden_files_and_media_are_no_notes(write: Write, synced: Synced) -> None:
    for file in (".a.md", ".obsidian/b.md", "c.txt", "d.png", "e.md~", ".gloss-x"):
        write(file)
    (Path(write("f.md/g.md"))).read_bytes()
    assert counts(synced()) == {"added": 1}


BAD = {
    "yaml.md": ("---\ntitle: a\ntags: [\n---\nText", 4, "not YAML"),
    "latin.md": (b"one\ntwo\nnaiv\xef\n", 3, "not UTF-8"),
    "utf16.md": ("Text".encode("utf-16"), 1, "UTF-16"),
    "nul.md": (b"one\n\0", 2, "NUL"),
    "large.md": ("x" * 5_000_001, 0, "5.0 MB; the limit is 5.0 MB"),
}


def test_each_bad_file_is_named_and_the_others_are_indexed(
    write: Write, synced: Synced, connection: sqlite3.Connection
) -> None:
    for file, (text, _, _) in BAD.items():
        write(file, text)
    write("good.md", "---\ntitle: Good\n---\nText")
    for expected in ({"added": 1}, {"unchanged": 1}):
        report = synced()
        assert counts(report) == expected
        assert {failure.path for failure in report.failed} == BAD.keys()
        for failure in report.failed:
            _, line, words = BAD[failure.path]
            assert (failure.line, words in failure.reason) == (line, True), failure
    assert problems.of_note(connection, "latin").line == 3  # type: ignore[union-attr]  # it is there
    assert documents.get(connection, "latin") is None


def test_a_note_that_breaks_leaves_the_index_and_comes_back_as_itself(
    write: Write, synced: Synced, connection: sqlite3.Connection
) -> None:
    path = write("a.md", f"{PUBLIC}Secret word")
    synced()
    before = uid(connection, "a")
    later(path, "---\nvisibility: [private\n---\nSecret word")
    report = synced()
    assert counts(report) == {}
    assert [failure.path for failure in report.failed] == ["a.md"]
    assert documents.page(connection, ("public", "private")).total == 0
    assert connection.execute("SELECT COUNT(*) FROM search_entry").fetchone()[0] == 0
    time.sleep(0.06)
    later(path, "---\nvisibility: private\n---\nSecret word")
    report = synced()
    assert counts(report) == {"changed": 1}
    assert report.failed == []
    assert uid(connection, "a") == before


def test_a_value_that_is_not_taken_is_remarked_and_the_note_is_indexed(
    write: Write, synced: Synced, connection: sqlite3.Connection
) -> None:
    write("a.md", "---\nvisibility: publik\n---\nText")
    for _ in range(2):
        report = synced()
        assert report.failed == []
        assert [(r.path, r.line) for r in report.remarks] == [("a.md", 2)]
    assert documents.page(connection, ("public",)).total == 0
    assert documents.page(connection, ("private",)).total == 1


def test_a_file_of_fifty_megabytes_is_not_read(settings: Settings, synced: Synced) -> None:
    with open(settings.notes / "huge.md", "wb") as huge:
        huge.truncate(50_000_000)
    with spent() as taken:
        report = synced()
    assert taken.seconds < 0.5
    assert "50.0 MB; the limit is 5.0 MB" in report.failed[0].reason


def test_links_out_of_the_folder_are_not_followed(
    write: Write, synced: Synced, settings: Settings, tmp_path: Path
) -> None:
    outside = tmp_path / "secret.md"
    outside.write_text("secret")
    write("real/a.md", "# A")
    notes = settings.notes
    (notes / "out.md").symlink_to(outside)
    (notes / "up").symlink_to(tmp_path)
    (notes / "loop").symlink_to(notes)
    (notes / "broken.md").symlink_to(notes / "nothing.md")
    (notes / "again.md").symlink_to("real/a.md")
    report = synced()
    assert counts(report) == {"added": 2}
    reasons = {failure.path: failure.reason for failure in report.failed}
    assert "outside of notes/" in reasons["out.md"]
    assert "outside of notes/" in reasons["up"]
    assert "outside" in reasons["loop"] or "folder" in reasons["loop"]
    assert "nothing" in reasons["broken.md"]
    assert synced().failed == report.failed
    (notes / "out.md").unlink()
    assert "out.md" not in {failure.path for failure in synced().failed}


def test_a_name_that_is_not_utf8_is_named(settings: Settings, synced: Synced) -> None:
    try:
        os.close(os.open(os.fsencode(settings.notes) + b"/caf\xe9.md", os.O_CREAT))
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    report = synced()
    assert [failure.path for failure in report.failed] == ["caf\\xe9.md"]
    json.dumps(report.as_json()).encode()


def test_a_pipe_is_not_opened(settings: Settings, synced: Synced) -> None:
    os.mkfifo(settings.notes / "pipe.md")
    assert "pipe" in synced().failed[0].reason


@pytest.mark.usefixtures("ordinary_user")
def test_what_may_not_be_read_is_named(write: Write, synced: Synced, settings: Settings) -> None:
    write("a.md").chmod(0)
    write("closed/b.md")
    (settings.notes / "closed").chmod(0)
    assert {failure.path for failure in synced().failed} == {"a.md", "closed"}
    (settings.notes / "closed").chmod(0o755)


@pytest.mark.parametrize(
    ("first", "second"),
    [("A.md", "a.md"), ("cafe\u0301.md", "caf\u00e9.md"), ("B/x.md", "b/X.md"), ("x.MD", "x.md")],
)
def test_of_two_names_that_collide_the_first_is_indexed(
    first: str,
    second: str,
    write: Write,
    synced: Synced,
    connection: sqlite3.Connection,
    settings: Settings,
) -> None:
    write(second, "second")
    synced()
    path = write(first, "first")
    if path.read_text() != "first" or path.samefile(settings.notes / second):
        pytest.skip("this file system takes both for one")
    for _ in range(2):
        report = synced()
        assert [(failure.path, first in failure.reason) for failure in report.failed] == [
            (second, True)
        ]
        assert [row["file"] for row in connection.execute("SELECT file FROM document")] == [first]
    path.unlink()
    report = synced()
    assert report.failed == []
    assert [row["file"] for row in connection.execute("SELECT file FROM document")] == [second]


def test_a_moved_note_keeps_its_identity(
    write: Write, synced: Synced, connection: sqlite3.Connection, settings: Settings
) -> None:
    write("a.md", "A text of its own")
    write("b.md", "Another")
    synced()
    before = uid(connection, "a")
    (settings.notes / "papers").mkdir()
    (settings.notes / "a.md").rename(settings.notes / "papers/c.md")
    report = synced()
    assert counts(report) == {"moved": 1, "unchanged": 1}
    assert uid(connection, "papers/c") == before
    found = documents.get(connection, "papers/c")
    assert found is not None
    assert (found.uid, found.kind) == (before, "paper")
    assert documents.get(connection, "a") is None


def test_a_move_onto_the_name_of_a_note_deleted_long_ago(
    write: Write, synced: Synced, connection: sqlite3.Connection, settings: Settings
) -> None:
    write("old.md", "Old")
    synced()
    dead = uid(connection, "old")
    (settings.notes / "old.md").unlink()
    write("a.md", "A text")
    synced()
    moved = uid(connection, "a")
    (settings.notes / "a.md").rename(settings.notes / "old.md")
    assert counts(synced()) == {"moved": 1}
    assert uid(connection, "old") == moved
    assert connection.execute("SELECT COUNT(*) FROM note WHERE uid = ?", [dead]).fetchone()[0] == 1


def test_two_copies_are_no_move(write: Write, synced: Synced, settings: Settings) -> None:
    write("a.md", "Same")
    synced()
    (settings.notes / "a.md").unlink()
    write("b.md", "Same")
    write("c.md", "Same")
    assert counts(synced()) == {"added": 2, "removed": 1}


def test_a_folder_that_is_gone_removes_nothing(
    write: Write, synced: Synced, connection: sqlite3.Connection, settings: Settings
) -> None:
    write("a.md")
    synced()
    shutil.move(settings.notes, settings.notes.with_name("elsewhere"))
    with pytest.raises(NotFound, match="--notes"):
        synced()
    with pytest.raises(NotFound):
        sync.sync(settings, connection, rebuild=True)
    assert documents.get(connection, "a") is not None


def test_rebuild_keeps_every_identity(
    write: Write, synced: Synced, connection: sqlite3.Connection, settings: Settings, rows: Rows
) -> None:
    for number in range(130):
        write(f"n{number}.md", f"# Note {number}\n\n[[n{number + 1}]]")
    synced()
    before = rows(connection), uid(connection, "n77")
    assert counts(sync.sync(settings, connection, rebuild=True)) == {"added": 130}
    assert (rows(connection), uid(connection, "n77")) == before


def edit_at_random(notes: Path, choose: random.Random) -> None:
    """One thing that somebody does to a folder of notes."""
    files = sorted(path for path in notes.rglob("*.md") if path.is_file())
    action = choose.choice(["add", "add", "change", "remove", "move", "break", "copy"])
    name = choose.choice(
        ["a", "A", "b", "cafe\u0301", "caf\u00e9", "d", "x/a", "x/e", "journal/2020-01-02"]
    )
    target = notes / f"{name}.md"
    target.parent.mkdir(exist_ok=True)
    text = (
        f"---\ntitle: T{choose.randrange(9)}\ndate: 2020-01-0{choose.randrange(1, 9)}\n"
        f"tags: [t{choose.randrange(3)}]\naliases: [z{choose.randrange(3)}]\nauthors: P Q and R S\n"
        f"visibility: {choose.choice(['public', 'private', 'odd'])}\n---\n"
        f"See [[{choose.choice('abde')}]] and ![](p{choose.randrange(3)}.png).\n\n"
        "```analysis\nscript: walk\nparams: {n: 3}\n```\n"
    )
    if action == "add" or not files:
        target.write_text(text)
    elif action == "change":
        choose.choice(files).write_text(text)
    elif action == "remove":
        choose.choice(files).unlink()
    elif action == "move" and not target.exists():
        choose.choice(files).rename(target)
    elif action == "break":
        choose.choice(files).write_text("---\ntitle: [\n---\n")
    elif action == "copy":
        target.write_bytes(choose.choice(files).read_bytes())


@pytest.mark.parametrize("seed", range(8))
def test_the_index_that_grew_is_that_of_a_fresh_library(
    seed: int, synced: Synced, connection: sqlite3.Connection, settings: Settings, rows: Rows
) -> None:
    choose = random.Random(seed)
    for _ in range(14):
        for _ in range(choose.randrange(1, 6)):
            edit_at_random(settings.notes, choose)
        report = synced()
        fresh = database.connect(settings.data / "fresh" / "gloss.db")
        database.migrate(fresh)
        other = sync.sync(replace(settings, data=settings.data / "fresh"), fresh)
        grown, anew = rows(connection), rows(fresh)
        fresh.close()
        shutil.rmtree(settings.data / "fresh")
        assert grown == anew
        assert report.failed == other.failed
        assert grown["orphans"] == grown["texts"] == [(0,)]


def test_syncs_of_several_processes_queue_up(
    write: Write, settings: Settings, connection: sqlite3.Connection, rows: Rows
) -> None:
    for number in range(60):
        write(f"n{number}.md", f"# {number}")
    code = (
        "from app import database; from app.library.syncing import sync;"
        "from app.settings import load;"
        "s = load(); c = database.connect(s.database); print(sync.sync(s, c).added)"
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            env={**os.environ, **environment(settings)},
            stdout=subprocess.PIPE,
        )
        for _ in range(3)
    ]
    added = [int(child.communicate(timeout=60)[0]) for child in children]
    assert [child.returncode for child in children] == [0, 0, 0]
    assert sorted(added) == [0, 0, 60]
    assert len(rows(connection)["document"]) == 60


def test_a_file_that_changes_while_it_is_read_is_read_again(
    write: Write,
    settings: Settings,
    connection: sqlite3.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = write("a.md", "one")
    from app.library.syncing import indexing

    real = indexing.finish

    def finish_and_change(draft: indexing.Draft, known: dict[str, str]) -> indexing.Note:
        note = real(draft, known)
        if draft.contents.data == b"one":
            later(path, "two and more")
        return note

    monkeypatch.setattr(indexing, "finish", finish_and_change)
    sync.sync(settings, connection)
    found = documents.get(connection, "a")
    assert found is not None
    assert found.source == "two and more"


def test_temporary_files_of_killed_saves_are_swept(
    write: Write, synced: Synced, settings: Settings
) -> None:
    old, new = write("x/.gloss-old", ""), write(".gloss-new")
    displaced = write(f".gloss-{int(time.time()):x}-00ff")  # an old note, by an exchange just now
    for path in (old, displaced):
        os.utime(path, (0, 0))
    synced()
    assert (old.exists(), new.exists(), displaced.exists()) == (False, True, True)


def test_names_in_nfd_have_their_address_in_nfc(
    write: Write, synced: Synced, connection: sqlite3.Connection
) -> None:
    file = unicodedata.normalize("NFD", "Über/Café.md")
    write(file)
    synced()
    found = documents.get(connection, "Über/Café")
    assert found is not None
    assert found.file == file
