"""What is no regular file is never waited for: it is refused in words, and ends no sync."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.errors import GlossError, NotFound, Unreadable
from app.library import macros, problems, regular
from app.library.history import reverting
from app.library.moving import moving
from app.library.note import load
from app.library.syncing import changes, sync
from app.library.writing import attach, exchange, save, temporaries
from app.settings import Settings

Write = Callable[..., Path]
Synced = Callable[[], sync.Report]
WAITED = 8  # seconds
PDF = b"%PDF-1.4\n%%EOF\n"


class Waited(Exception):
    pass


@pytest.fixture(autouse=True)
def nobody_waits() -> Iterator[None]:
    """Ends a test that hangs in an open."""

    def end(*_: object) -> None:
        raise Waited

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(WAITED)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        here = Path.cwd()
        os.chdir(path.parent)  # the name of a socket must be short
        try:
            made.bind(path.name)
        finally:
            os.chdir(here)


def device(path: Path) -> None:
    try:
        os.mknod(path, 0o600 | 0o020000, os.makedev(1, 5))  # zeros without an end
        path.open("rb").close()
    except OSError:
        pytest.skip("no device may be made, or opened, here")


def linked(path: Path) -> None:
    os.mkfifo(path.parent / ".pipe")
    path.symlink_to(".pipe")


KINDS = {"pipe": pipe, "socket": listening, "device": device, "folder": Path.mkdir, "link": linked}


@pytest.mark.parametrize("kind", KINDS)
def test_no_note_is_read_from_it_or_written_to_it(
    kind: str, settings: Settings, connection: sqlite3.Connection, synced: Synced
) -> None:
    KINDS[kind](settings.notes / "x.md")
    doings: list[Callable[[], object]] = [
        lambda: save.read(settings, "x"),
        lambda: save.version_now(settings, "x"),
        lambda: save.update(settings, connection, "x", "Words.\n", "0" * 64),
        lambda: save.delete(settings, connection, "x", None),
        lambda: moving.move(settings, connection, "x", "y"),
        lambda: reverting.of_file(settings, "x"),
    ]
    for do in doings:
        with pytest.raises((Unreadable, NotFound, GlossError)) as refused:
            do()
        assert 400 <= refused.value.status < 500, refused.value
    with pytest.raises(regular.Irregular, match="it is no file but"):
        load(settings.notes, "x.md", 100)
    with pytest.raises(regular.Irregular):
        exchange.digest(settings.notes / "x.md")
    assert changes.hash_of(settings.notes / "x.md") == ""
    report = synced()
    assert report.added == 0
    assert [one.path for one in report.failed] == ([] if kind == "folder" else ["x.md"])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["refs.bib", macros.FILE, macros.PREAMBLE, ".gloss-0-00ff"])
def test_a_sync_goes_on_past_it(
    name: str,
    kind: str,
    settings: Settings,
    connection: sqlite3.Connection,
    write: Write,
    synced: Synced,
) -> None:
    KINDS[kind](settings.notes / name)
    write("a.md")
    assert synced().added == 1
    assert os.path.lexists(settings.notes / name)
    if name == "refs.bib" and kind in ("pipe", "socket", "device"):
        assert regular.IRREGULAR in problems.every(connection)[0].reason
    if name == macros.FILE:
        assert regular.IRREGULAR in macros.of_library(settings.notes)[1]


def test_uploads_go_on_past_it(settings: Settings, connection: sqlite3.Connection) -> None:
    (settings.notes / "media").mkdir()
    os.mkfifo(settings.notes / "media" / "a.pdf")
    assert attach.put(settings, connection, PDF, "a.pdf") != "media/a.pdf"


def test_a_leased_file_is_waited_for(tmp_path: Path) -> None:
    """Another program that holds a lease is asked by the kernel to give it up."""
    path = tmp_path / "a.md"
    path.write_bytes(b"Words.")
    descriptor = os.open(path, os.O_RDWR)
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_WRLCK)
    except OSError:
        os.close(descriptor)
        pytest.skip("this file system has no leases")
    given_up = threading.Timer(0.2, os.close, [descriptor])
    given_up.start()
    assert regular.read(path) == b"Words."
    given_up.join()


def test_text_has_the_ends_of_lines_of_any_system(tmp_path: Path) -> None:
    path = tmp_path / "macros.yaml"
    path.write_bytes(b"a\r\nb\rc\xff\n")
    assert regular.text(path, "replace") == "a\nb\nc\ufffd\n"
    with pytest.raises(UnicodeDecodeError):
        regular.text(path)


@pytest.mark.parametrize(
    "name",
    [
        f".gloss-1-1-{'f' * 20}-{'a' * 64}-{'b' * 16}",
        f".gloss-1-1-{'f' * 16}-{'a' * 64}-{'b' * 16}",
        f".gloss-1-1-{'f' * 15}-{'a' * 64}-{'b' * 16}",
        f".gloss-{'f' * 12}-1",
        f".gloss-{'f' * 9}-1-1-{'a' * 64}-{'b' * 16}",
        f".gloss-1-1--{'a' * 64}-{'b' * 16}",
    ],
)
def test_no_name_of_a_leftover_ends_a_sync(
    name: str, settings: Settings, write: Write, synced: Synced
) -> None:
    write(name, "Precious.\n")
    write("a.md")
    for _ in range(2):
        synced()
    assert (settings.notes / name).read_text() == "Precious.\n"
    assert (settings.notes / "a.md").exists()
    origin = temporaries.origin(name)
    assert origin is None or origin.uid < 2**63


def test_whatever_goes_wrong_with_a_leftover_ends_no_sync(
    write: Write, synced: Synced, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> str:
        raise OverflowError

    monkeypatch.setattr("app.library.syncing.sweep.judged", fail)
    write(".gloss-1-1", "Precious.\n")
    write("a.md")
    report = synced()
    assert (report.added, [one.path for one in report.remarks]) == (1, [".gloss-1-1"])
