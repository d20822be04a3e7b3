"""A backup holds all that is owned; a restore is whole or did not happen, wherever it ends."""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
from dataclasses import replace
from pathlib import Path

import pytest

from app import database, schema
from app.accounts import people
from app.commands import restore
from app.errors import BadInput, Conflict, GlossError, ReadOnly
from app.library.backup import archive, recovery, swap
from app.library.syncing import sync
from app.settings import Settings, environment

Tree = dict[str, bytes]
# Ends the process as a kill would, before the given rename.
RESTORE = """
import os, sys
from pathlib import Path
from app.library.backup import archive, recovery
from app.settings import load

wanted, seen, rename = int(sys.argv[2]), 0, Path.rename
def counted(self, target):
    global seen
    seen += 1
    if seen == wanted:
        os._exit(9)
    return rename(self, target)
Path.rename = counted
print("ready", flush=True)
recovery.restore(load(), Path(sys.argv[1]), over_newer=True)
"""


@pytest.fixture
def library(settings: Settings, connection: sqlite3.Connection) -> Settings:
    """Notes of every sort, and a row in every owned table that says what was written where."""
    for name in ("a.md", "papers/b.md", "attachments/figure one.png", ".obsidian/app.json"):
        path = settings.notes / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"old {name}\n")
    (settings.analysis / "count.py").write_text('"""Counts."""\n')
    (settings.outputs / "1").mkdir(parents=True)
    (settings.outputs / "1" / "figure.svg").write_text("<svg/>")
    sync.sync(settings, connection)
    fill_owned(connection)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return settings


def fill_owned(connection: sqlite3.Connection) -> None:
    person = people.create(connection, "Ada", "editor")
    people.create_token(connection, person, "t", "reader")
    people.create_link(connection, person)
    link = people.create_link(connection, person)
    people.sign_in(connection, link, 1)
    with database.transaction(connection):
        for statement in (
            "INSERT INTO revision (note_uid, at, kind, sha256, size, data)"
            " VALUES (1, '2026-01-01T00:00:00Z', 'saved', 'x', 3, x'616263')",
            "INSERT INTO former_path VALUES ('once', 1, 'once', 'public')",
            "INSERT INTO trash (note_uid, path, file, sha256, at)"
            " VALUES (2, 'gone', 'gone.md', 'x', '2026-01-01T00:00:00Z')",
            "INSERT INTO trash_alike VALUES (2, 'papers/b')",
            "INSERT INTO unfinished_move"
            " VALUES (1, 1, 'x.md', 'x', 'y.md', 'y', 'a', 't', NULL, 7)",
            "INSERT INTO draft SELECT id, 'aa', 1, 'a', '', 'now', 'now', 1, 2, '', '', '', '{}'"
            " FROM person",
            "INSERT INTO run (script, params, fingerprint, parts, status, queued)"
            " VALUES ('count', '{}', 'f', '{}', 'succeeded', 'now')",
            "INSERT INTO output (run_id, position, name, kind) VALUES (1, 0, 'figure', 'figure')",
            "INSERT INTO annotation (id, note_uid, stored, created, modified)"
            " VALUES ('x', 1, '{}', 'now', 'now')",
            "INSERT INTO source VALUES ('f', x'616263')",
            "INSERT INTO sweep (script, params, axes, around, created)"
            " VALUES ('count', '{}', '[[\"n\", [1, 2]]]', 'f', 'now')",
            "INSERT INTO annotation_former (annotation_id, at, stored, visibility)"
            " VALUES ('x', 'now', '{}', 'shared')",
            "INSERT INTO anchored_text VALUES (1, 'x', 1, x'616263')",
            "INSERT INTO anchor VALUES ('x', 0, 1, 0, 3, 'exact', 'old', '', ' a')",
            "INSERT INTO erratum (annotation_id, status, at) VALUES ('x', 'open', 'now')",
            "INSERT INTO annotation_further VALUES ('x', 'papers/b', 2)",
        ):
            connection.execute(statement)


def tree(settings: Settings) -> Tree:
    """Every file, and every row that is owned."""
    found = {
        f"{name}/{path.relative_to(folder)}": path.read_bytes()
        for name in ("notes", "analysis", "outputs")
        for folder in [getattr(settings, name)]
        for path in folder.rglob("*")
        if path.is_file()
    }
    with database.opened(settings.database) as opened:
        for table in schema.OWNED:
            rows = [tuple(row) for row in opened.execute(f"SELECT * FROM {table}")]
            found[table] = repr(rows).encode()
        assert opened.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return found


def go_on(settings: Settings) -> None:
    """The library goes on after its backup."""
    (settings.notes / "a.md").write_text("new a\n")
    (settings.notes / "later.md").write_text("later\n")
    (settings.analysis / "count.py").unlink()
    (settings.outputs / "2").mkdir()
    (settings.outputs / "2" / "figure.svg").write_text("<svg>2</svg>")
    with database.opened(settings.database) as opened:
        sync.sync(settings, opened)
        people.create(opened, "Grace", "reader")


def test_what_is_owned_is_in_it(library: Settings, tmp_path: Path) -> None:
    old, new = tree(library), tmp_path / "new"
    assert all(old[table] != b"[]" for table in schema.OWNED)
    archive.backup(library, tmp_path / "b.tar.gz")
    there = Settings(notes=new / "notes", analysis=new / "analysis", data=new / "data")
    recovery.restore(there, tmp_path / "b.tar.gz")
    assert tree(there) == old


def test_what_is_left_out_is_said(library: Settings, tmp_path: Path) -> None:
    (library.notes / ".git").mkdir()
    (library.notes / ".git" / "config").write_text("[core]\n")
    (library.notes / "papers" / "linked.md").symlink_to("b.md")
    (library.notes / "far").symlink_to(tmp_path)
    os.mkfifo(library.notes / "pipe")
    (library.analysis / "__pycache__").mkdir()
    said = command(library, "backup", str(tmp_path / "b.tar.gz"))
    for words in (
        "notes/.git (git keeps it)",
        "notes/papers/linked.md (a link)",
        "notes/far (a link)",
        "notes/pipe (no file)",
    ):
        assert words in said
    assert "pycache" not in said
    restored = command(library, "restore", str(tmp_path / "b.tar.gz"))
    assert "notes/.git (git keeps it)" in restored
    (kept,) = library.notes.parent.glob("notes.before-restore-*")
    assert (kept / ".git" / "config").exists()


def command(settings: Settings, *words: str) -> str:
    folders = [f"--{name}={getattr(settings, name)}" for name in ("notes", "analysis", "data")]
    done = subprocess.run(
        [sys.executable, "-m", "app", *words, *folders], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_a_note_written_while_it_was_made_is_newer(library: Settings, tmp_path: Path) -> None:
    """Also one of the very second, and one that the backup never saw."""
    manifest = archive.backup(library, tmp_path / "b.tar.gz")
    recovery.refuse_newer(library, manifest)
    for name in ("a.md", "unseen.md"):
        path = library.notes / name
        old = path.read_bytes() if path.exists() else None
        path.write_text("changed\n")
        with pytest.raises(Conflict, match=name):
            recovery.restore(library, tmp_path / "b.tar.gz")
        path.unlink()
        if old is not None:
            path.write_bytes(old)
    assert recovery.restore(library, tmp_path / "b.tar.gz").manifest == manifest


def test_a_folder_without_files_takes_its_place_too(library: Settings, tmp_path: Path) -> None:
    shutil.rmtree(library.analysis)
    archive.backup(library, tmp_path / "b.tar.gz")
    library.analysis.mkdir()
    (library.analysis / "late.py").write_text('"""Late."""\n')
    recovery.restore(library, tmp_path / "b.tar.gz", over_newer=True)
    assert list(library.analysis.iterdir()) == []


def test_a_folder_behind_a_link_is_restored_where_it_is(library: Settings, tmp_path: Path) -> None:
    real = tmp_path / "elsewhere" / "vault"
    real.parent.mkdir()
    library.notes.rename(real)
    library.notes.symlink_to(real)
    archive.backup(library, tmp_path / "b.tar.gz")
    (real / "a.md").write_text("changed\n")
    recovery.restore(library, tmp_path / "b.tar.gz", over_newer=True)
    assert library.notes.is_symlink()
    assert (real / "a.md").read_text() == "old a.md\n"
    (kept,) = real.parent.glob("vault.before-restore-*")
    assert (kept / "a.md").read_text() == "changed\n"


def test_only_another_backup_is_overwritten(library: Settings, tmp_path: Path) -> None:
    """A slip of the hand must not cost a note, nor anything else."""
    mine = tmp_path / "thesis.tar.gz"
    for data in (b"My thesis.", b"\x1f\x8b\x08 no archive"):
        mine.write_bytes(data)
        with pytest.raises(BadInput, match="is no backup of Gloss"):
            archive.backup(library, mine)
        assert mine.read_bytes() == data
    with tarfile.open(mine, "w:gz") as other:
        other.add(library.notes / "a.md", "a.md")
    for target in (mine, tmp_path, library.notes / "a.md", library.notes / "new.tar.gz"):
        with pytest.raises(BadInput):
            archive.backup(library, target)
    assert (library.notes / "a.md").read_text() == "old a.md\n"
    good = tmp_path / "b.tar.gz"
    good.touch()
    archive.backup(library, good)
    archive.backup(library, good)
    assert archive.is_ours(good)


def test_restore_says_where_it_kept_what_was_there(
    library: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "b.tar.gz"
    archive.backup(library, file)
    options = argparse.Namespace(file=str(file), over_newer=True)
    assert restore.run(library, options) == 0
    places = re.findall(r"What was there before: (.+)", capsys.readouterr().out)
    assert len(places) == 4
    assert all(Path(place).exists() for place in places)
    (notes,) = (place for place in places if "/notes.before-restore-" in place)
    assert (Path(notes) / "a.md").read_text() == "old a.md\n"


def test_read_only_notes_are_neither_replaced_nor_written_to(
    library: Settings, tmp_path: Path
) -> None:
    closed, before = replace(library, read_only=True), tree(library)
    archive.backup(closed, tmp_path / "b.tar.gz")
    with pytest.raises(ReadOnly):
        archive.backup(closed, library.notes / "b.tar.gz")
    with pytest.raises(ReadOnly):
        recovery.restore(closed, tmp_path / "b.tar.gz", over_newer=True)
    assert tree(library) == before


def crashed(settings: Settings, file: Path, at: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", RESTORE, str(file), str(at)],
        env={**os.environ, **environment(settings)},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_restore_that_ends_at_any_of_its_steps_is_finished(
    library: Settings, tmp_path: Path
) -> None:
    """Once it has begun to put things in place: by the next command, to the last file."""
    file, old = tmp_path / "b.tar.gz", tree(library)
    archive.backup(library, file)
    go_on(library)
    new, steps = tree(library), 0
    for at in range(1, 20):
        with crashed(library, file, at) as child:
            ended = child.wait(60)
        finished = swap.finish(library.data / swap.PAPER)
        assert finished == (ended == 9)
        assert tree(library) == old
        kept = {path.name.partition(".before")[0]: path for path in beside(library)}
        assert set(kept) == {"notes", "analysis", "outputs", "gloss.db"}
        assert (kept["notes"] / "later.md").read_text() == "later\n"
        assert not list(library.notes.parent.glob(".*.restoring"))
        put_back(library, kept)
        assert tree(library) == new
        steps += finished
        if ended == 0:
            break
    assert steps == 8  # for each of the four: what is there goes aside, what is new comes in


def beside(settings: Settings) -> list[Path]:
    folders = (settings.notes.parent, settings.data)
    return [path for folder in folders for path in folder.glob("*.before-restore-*")]


def put_back(settings: Settings, kept: dict[str, Path]) -> None:
    """Undo a restore by hand, as a person would."""
    for name, path in kept.items():
        place = path.with_name(name)
        shutil.rmtree(place, ignore_errors=True)
        for rest in ("", "-wal", "-shm"):
            place.with_name(name + rest).unlink(missing_ok=True)
        path.rename(place)


@pytest.mark.parametrize("kills", [10, pytest.param(200, marks=pytest.mark.soak)])
def test_a_restore_killed_at_any_moment(library: Settings, tmp_path: Path, kills: int) -> None:
    for number in range(60):
        (library.notes / f"many-{number}.md").write_bytes(os.urandom(20_000))
    with database.opened(library.database) as opened:
        sync.sync(library, opened)
    file, old = tmp_path / "b.tar.gz", tree(library)
    archive.backup(library, file)
    go_on(library)
    new, choose = tree(library), random.Random(11)
    with crashed(library, file, 0) as child:
        assert child.stdout is not None
        child.stdout.readline()
        began = time.monotonic()
        assert child.wait(60) == 0
    whole = time.monotonic() - began
    for _ in range(kills):
        put_back(library, {path.name.partition(".before")[0]: path for path in beside(library)})
        with crashed(library, file, 0) as child:
            assert child.stdout is not None
            child.stdout.readline()
            time.sleep(choose.uniform(0, whole))
            child.send_signal(signal.SIGKILL)
        swap.finish(library.data / swap.PAPER)
        assert tree(library) in (old, new)


def test_the_next_command_finishes_it(library: Settings, tmp_path: Path) -> None:
    file, old = tmp_path / "b.tar.gz", tree(library)
    archive.backup(library, file)
    go_on(library)
    with crashed(library, file, 4) as child:
        assert child.wait(60) == 9
    assert "finished now" in command(library, "user", "list")
    assert tree(library) == old


def test_a_step_that_fails_undoes_the_others(library: Settings, tmp_path: Path) -> None:
    names = ("one", "two")
    for name in names:
        (tmp_path / name).write_text("old")
        (tmp_path / f"{name}.new").write_text("new")
    steps = [
        swap.Step(tmp_path / "one.new", tmp_path / "one", tmp_path / "one.kept"),
        swap.Step(tmp_path / "two.new", tmp_path / "two", tmp_path / "no folder" / "two.kept"),
    ]
    with pytest.raises(GlossError, match="cannot be put in place") as caught:
        swap.swap(tmp_path / "paper.json", steps)
    assert "as it was" in caught.value.hint
    assert [(tmp_path / name).read_text() for name in names] == ["old", "old"]
    assert not (tmp_path / "paper.json").exists()
    assert not swap.finish(tmp_path / "paper.json")


def test_a_place_that_was_made_anew_meanwhile_is_kept_too(tmp_path: Path) -> None:
    for name, text in (("new", "new"), ("place", "anew"), ("kept", "old")):
        (tmp_path / name).write_text(text)
    step = [str(tmp_path / name) for name in ("new", "place", "kept")]
    (tmp_path / "paper.json").write_text(json.dumps([step]))
    assert swap.finish(tmp_path / "paper.json")
    assert (tmp_path / "place").read_text() == "new"
    texts = sorted(path.read_text() for path in tmp_path.glob("kept*"))
    assert texts == ["anew", "old"]


def test_the_archive_is_a_plain_tar(library: Settings, tmp_path: Path) -> None:
    """Whoever has lost Gloss can still unpack it."""
    archive.backup(library, tmp_path / "b.tar.gz")
    with tarfile.open(tmp_path / "b.tar.gz") as opened:
        note = opened.extractfile("notes/papers/b.md")
        assert note is not None
        assert note.read() == b"old papers/b.md\n"
        assert opened.getnames()[0] == archive.MANIFEST
