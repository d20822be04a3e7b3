"""Saving: checked first, whole or not at all, and never over what somebody else wrote."""

from __future__ import annotations

import hashlib
import os
import resource
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app import database
from app.errors import (
    BadInput,
    BaseMissing,
    Changed,
    Conflict,
    GlossError,
    NotFound,
    Unavailable,
    Unreadable,
)
from app.library import documents, identity
from app.library.history import trash
from app.library.syncing import sync
from app.library.writing import save, temporaries
from app.settings import Settings, environment

Write = Callable[..., Path]
Synced = Callable[[], sync.Report]
Rows = Callable[[sqlite3.Connection], dict[str, list[tuple[object, ...]]]]
TEXT = "---\ntitle: A title\ntags: [x]\nvisibility: public\n---\nText.\n"


def sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def temporary(settings: Settings) -> list[Path]:
    """Those that are not what a save displaced."""
    files = settings.notes.rglob(".gloss-*")
    return [path for path in files if not temporaries.origin(path.name)]


def test_a_new_note_is_a_file_and_in_the_index(
    settings: Settings, connection: sqlite3.Connection, synced: Synced
) -> None:
    found = save.create(settings, connection, "papers/a", TEXT).document
    path = settings.notes / "papers/a.md"
    assert path.read_text() == TEXT
    assert path.stat().st_mode & 0o777 == 0o666 & ~current_umask()
    assert (found.id, found.title, found.kind) == ("papers/a", "A title", "paper")
    assert found.sha256 == sha(path)
    assert found == documents.get(connection, "papers/a")
    entries = connection.execute("SELECT title FROM search_text").fetchall()
    assert [row[0] for row in entries] == ["A title"]
    assert synced().unchanged == 1
    assert temporary(settings) == []


def current_umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_what_a_save_indexed_is_what_a_sync_would(
    settings: Settings, connection: sqlite3.Connection, rows: Rows
) -> None:
    base = save.create(settings, connection, "a", TEXT).sha256
    save.update(settings, connection, "a", TEXT + "[[b]] and more.\n", base)
    save.create(settings, connection, "b", "# B")
    saved = rows(connection)
    sync.sync(settings, connection, rebuild=True)
    assert rows(connection) == saved


LATER = (
    f"{TEXT}[[b]] then [[c]], #walks and #Walks. [@knuth] {{{{ a.b }}}} [^none]\n",
    f"{TEXT}[[c]] then [[b]], #walks. ![x](y.png)\n\n```analysis\nscript: s\nid: a\n```\n",
    f"{TEXT}#Walks only.\n\n```analysis\nscript: s\nid: a\nparams: {{n: 2}}\n```\n",
    f"{TEXT}```claim\nid: c\ntext: One.\ncheck: a.x < 1\n```\n",
    f"{TEXT}```claim\nid: c\ntext: Two.\ncheck: a.x < 2\n```\n",
    TEXT.replace("tags: [x]", "aliases: [x, Y]\nauthors: [A. B.]\ndate: 2020-02-03"),
    TEXT.replace("tags: [x]", "aliases: [x, y]\nauthors: [A. B.]\ndate: 2021-02-03"),
    TEXT.replace("tags: [x]", "bibtex: '@book{knuth, title={T}, year={1968}}'"),
    TEXT.replace("tags: [x]", "bibtex: '@book{knuth, title={U}, year={1968}}'"),
    TEXT.replace("public", "private"),
    "Nothing of it.\n",
)


def test_a_note_saved_again_and_again_is_indexed_as_if_it_were_new(
    settings: Settings, connection: sqlite3.Connection, rows: Rows
) -> None:
    base = save.create(settings, connection, "a", TEXT).sha256
    for text in (*LATER, *reversed(LATER)):
        base = save.update(settings, connection, "a", text, base).sha256
        saved = rows(connection)
        sync.sync(settings, connection, rebuild=True)
        assert rows(connection) == saved


@pytest.mark.parametrize("taken", ["Idea", "cafe\u0301", "Papers/x", "broken"])
def test_a_new_note_never_takes_the_place_of_another(
    taken: str, settings: Settings, connection: sqlite3.Connection, write: Write, synced: Synced
) -> None:
    path = write(f"{taken}.md", "---\n[\n---\n" if taken == "broken" else "mine")
    before = path.read_bytes()
    for known in (False, True):
        if known:
            synced()
        elif taken == "Papers/x":
            continue  # another folder: only the index can know
        for name in (taken, taken.lower(), "caf\u00e9" if taken.startswith("caf") else taken):
            with pytest.raises(Conflict, match="already"):
                save.create(settings, connection, name, "yours")
    assert path.read_bytes() == before
    assert len(list(settings.notes.rglob("*.md"))) == 1


@pytest.mark.parametrize(
    ("markdown", "error", "words"),
    [
        ("---\ntitle: [\n---\n", Unreadable, "not YAML"),
        ("a\0b", Unreadable, "NUL"),
        ("x" * 5_000_001, Unreadable, "the limit is"),
        ("\ud800", BadInput, "half of a character"),
    ],
)
def test_what_could_not_be_indexed_is_not_written(
    markdown: str,
    error: type[GlossError],
    words: str,
    settings: Settings,
    connection: sqlite3.Connection,
) -> None:
    with pytest.raises(error, match=words):
        save.create(settings, connection, "a", markdown)
    base = save.create(settings, connection, "b", TEXT).sha256
    with pytest.raises(error, match=words):
        save.update(settings, connection, "b", markdown, base)
    assert (settings.notes / "b.md").read_text() == TEXT
    assert [path.name for path in settings.notes.iterdir()] == ["b.md"]


def test_a_save_over_a_newer_version_is_refused(
    settings: Settings, connection: sqlite3.Connection, write: Write
) -> None:
    base = save.create(settings, connection, "a", TEXT).sha256
    path = write("a.md", "from an editor")
    with pytest.raises(Changed) as caught:
        save.update(settings, connection, "a", "from the form", base)
    assert caught.value.current == sha(path)
    assert path.read_text() == "from an editor"
    with pytest.raises(Changed):
        save.delete(settings, connection, "a", base)
    with pytest.raises(BaseMissing):
        save.update(settings, connection, "a", "from the form", "")
    save.update(settings, connection, "a", "from the form", caught.value.current)
    assert path.read_text() == "from the form"
    assert temporary(settings) == []


@pytest.mark.parametrize("text", ["one\r\ntwo\r\n", "one\ntwo\r\n", "one\r\ntwo", "one\ntwo"])
def test_what_is_sent_is_what_is_stored(
    settings: Settings, connection: sqlite3.Connection, text: str
) -> None:
    path = settings.notes / "a.md"
    assert save.create(settings, connection, "a", text).sha256 == sha(path)
    assert path.read_bytes() == text.encode()
    for changed in (text.replace("\n", "\r\n"), text.replace("\r\n", "\n")):
        assert save.update(settings, connection, "a", changed, sha(path)).sha256 == sha(path)
        assert path.read_bytes() == changed.encode()


def test_a_note_that_sync_could_not_read_can_be_mended(
    settings: Settings, connection: sqlite3.Connection, write: Write, synced: Synced
) -> None:
    write("cafe\u0301.md", "---\ntitle: [\n---\n")
    assert len(synced().failed) == 1
    source, base = save.read(settings, "caf\u00e9")
    found = save.update(settings, connection, "caf\u00e9", source.replace("[", "A"), base)
    assert (found.note.title, found.note.file) == ("A", "cafe\u0301.md")
    assert synced().failed == []


def test_the_rights_of_a_file_stay(settings: Settings, connection: sqlite3.Connection) -> None:
    base = save.create(settings, connection, "a", TEXT).sha256
    (settings.notes / "a.md").chmod(0o640)
    save.update(settings, connection, "a", "new", base)
    assert (settings.notes / "a.md").stat().st_mode & 0o777 == 0o640


def test_a_deleted_note_leaves_the_index_and_its_identity(
    settings: Settings, connection: sqlite3.Connection
) -> None:
    found = save.create(settings, connection, "a", TEXT)
    save.delete(settings, connection, "a", found.sha256)
    assert not (settings.notes / "a.md").exists()
    assert documents.get(connection, "a") is None
    assert connection.execute("SELECT COUNT(*) FROM search_text").fetchone()[0] == 0
    assert identity.uid_of(connection, "a") is None
    assert trash.get(connection, found.uid).path == "a"


@pytest.mark.parametrize(
    "id", ["none", "../secret", "/etc/passwd", "a/../../x", ".git/config", "a\0"]
)
def test_there_is_no_such_note(id: str, settings: Settings, connection: sqlite3.Connection) -> None:
    (settings.notes.parent / "secret.md").write_text("secret")
    for attempt in (
        lambda: save.read(settings, id),
        lambda: save.update(settings, connection, id, "x", "0" * 64),
        lambda: save.delete(settings, connection, id, None),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_no_link_leads_out_of_the_folder(
    settings: Settings, connection: sqlite3.Connection, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.md").write_text("secret")
    (settings.notes / "way").symlink_to(outside)
    (settings.notes / "b.md").symlink_to(outside / "a.md")
    for attempt in (
        lambda: save.create(settings, connection, "way/new", "x"),
        lambda: save.create(settings, connection, "way/deep/new", "x"),
        lambda: save.read(settings, "way/a"),
        lambda: save.read(settings, "b"),
        lambda: save.update(settings, connection, "b", "x", sha(outside / "a.md")),
        lambda: save.delete(settings, connection, "way/a", None),
    ):
        with pytest.raises(BadInput, match="link"):
            attempt()
    assert [path.name for path in outside.iterdir()] == ["a.md"]
    assert (outside / "a.md").read_text() == "secret"


def test_a_link_within_the_folder_is_written_through(
    settings: Settings, connection: sqlite3.Connection, write: Write, synced: Synced
) -> None:
    path = write("real/a.md", "one")
    (settings.notes / "b.md").symlink_to("real/a.md")
    save.update(settings, connection, "b", "two", sha(path))
    assert path.read_text() == "two"
    assert (settings.notes / "b.md").is_symlink()
    synced()
    found = documents.get(connection, "real/a")
    assert found is not None
    assert found.source == "two"


def test_a_file_where_a_folder_would_be(
    settings: Settings, connection: sqlite3.Connection, write: Write
) -> None:
    write("thing", "a file without a suffix")
    with pytest.raises(Conflict, match="stands where"):
        save.create(settings, connection, "thing/a", "x")


def test_without_room_nothing_is_half_written(
    settings: Settings, connection: sqlite3.Connection
) -> None:
    base = save.create(settings, connection, "a", TEXT).sha256
    large = TEXT + "x" * 3_000_000
    # In a child, the limit on a file's size does what a full disk does: the write fails midway.
    code = (
        "import resource, signal, sys; from app import database;"
        "from app.library.writing import save;"
        "from app.settings import load; s = load(); c = database.connect(s.database);"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); text = sys.stdin.read();"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))\n"
        "for attempt in (lambda: save.update(s, c, 'a', text, sys.argv[1]),"
        " lambda: save.create(s, c, 'b', text)):\n"
        "    try: attempt()\n"
        "    except Exception as error: print(type(error).__name__, error)\n"
    )
    child = subprocess.run(
        [sys.executable, "-c", code, base],
        input=large,
        env={**os.environ, **environment(settings)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert child.stdout.count("GlossError") == child.stdout.count("cannot be saved") == 2
    assert [path.name for path in settings.notes.iterdir()] == ["a.md"]
    assert sha(settings.notes / "a.md") == base
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 1_000_000


@pytest.mark.usefixtures("ordinary_user")
def test_without_permission_nothing_is_written(
    settings: Settings, connection: sqlite3.Connection
) -> None:
    settings.notes.chmod(0o500)
    with pytest.raises(GlossError, match="permission is denied"):
        save.create(settings, connection, "a", TEXT)
    settings.notes.chmod(0o700)


def test_where_the_index_fails_the_file_has_won(
    settings: Settings, connection: sqlite3.Connection, synced: Synced
) -> None:
    base = save.create(settings, connection, "a", TEXT).sha256
    connection.execute(
        "CREATE TEMP TRIGGER broken BEFORE UPDATE ON document"
        " BEGIN SELECT RAISE(ABORT, 'the index is broken'); END"
    )
    found = save.update(settings, connection, "a", TEXT.replace("Text", "Newer"), base)
    assert "Newer" in (settings.notes / "a.md").read_text()
    assert found.sha256 == sha(settings.notes / "a.md")
    stored = documents.get(connection, "a")
    assert stored is not None
    assert stored.sha256 == base
    connection.execute("DROP TRIGGER broken")
    assert synced().changed == 1


def test_a_database_that_is_locked_changes_no_file(
    settings: Settings, connection: sqlite3.Connection
) -> None:
    base = save.create(settings, connection, "a", TEXT).sha256
    other = database.connect(settings.database)
    other.execute("BEGIN IMMEDIATE")
    connection.execute("PRAGMA busy_timeout = 50")
    with pytest.raises(Unavailable, match="try again"):
        save.update(settings, connection, "a", "new", base)
    with pytest.raises(Unavailable):
        save.create(settings, connection, "b", "new")
    other.execute("ROLLBACK")
    other.close()
    assert sha(settings.notes / "a.md") == base
    assert [path.name for path in settings.notes.iterdir()] == ["a.md"]


def test_eight_writers_of_one_note_lose_nothing(
    settings: Settings, connection: sqlite3.Connection, synced: Synced
) -> None:
    """Each adds its lines, and tries again where another one was faster."""
    save.create(settings, connection, "shared", "start\n")
    problems: list[BaseException] = []

    def add_lines(writer: int) -> None:
        own = database.connect(settings.database)
        try:
            for number in range(5):
                while not added(settings, own, f"{writer}:{number}\n"):
                    pass
        except BaseException as error:
            problems.append(error)
        finally:
            own.close()

    writers = [threading.Thread(target=add_lines, args=[n]) for n in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert problems == []
    lines = (settings.notes / "shared.md").read_text().splitlines()
    wanted = ["start"] + [f"{writer}:{number}" for writer in range(8) for number in range(5)]
    assert sorted(lines) == sorted(wanted)
    found = documents.get(connection, "shared")
    assert found is not None
    assert found.source.splitlines() == lines
    assert synced().unchanged == 1
    assert temporary(settings) == []


def added(settings: Settings, connection: sqlite3.Connection, line: str) -> bool:
    source, base = save.read(settings, "shared")
    try:
        save.update(settings, connection, "shared", source + line, base)
    except Changed:
        return False
    return True


def test_of_eight_who_create_the_same_note_one_does(
    settings: Settings, connection: sqlite3.Connection
) -> None:
    outcomes: list[str] = []
    barrier = threading.Barrier(8)

    def create(writer: int) -> None:
        own = database.connect(settings.database)
        barrier.wait()
        try:
            save.create(settings, own, "Same" if writer % 2 else "same", f"by {writer}")
            outcomes.append("created")
        except Conflict:
            outcomes.append("conflict")
        own.close()

    writers = [threading.Thread(target=create, args=[n]) for n in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert sorted(outcomes) == ["conflict"] * 7 + ["created"]
    assert len(list(settings.notes.iterdir())) == 1


def test_the_limit_of_the_settings_holds_for_a_save(
    settings: Settings, connection: sqlite3.Connection
) -> None:
    base = save.create(settings, connection, "a", TEXT).sha256
    small = replace(settings, max_note_bytes=10)
    with pytest.raises(Unreadable, match="the limit is 10 bytes"):
        save.update(small, connection, "a", TEXT, base)
