"""A disk that is full: said in words, nothing half-written, everything goes on once there is room.

The disk is a tmpfs of a few megabytes. Where mounting is refused, only the limit on a file's size
stands in for it (test_library_save.py), and the run says so.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app import database
from app.errors import GlossError
from app.library import documents
from app.library.history import restoring, revisions, trash
from app.library.moving import moving
from app.library.syncing import sync
from app.library.writing import save
from app.settings import Settings

TEXT = "A line of a note.\n" * 3_000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mount a small disk of that size."""
    mounted: list[Path] = []

    def mount(size: str) -> Path:
        place = tmp_path / f"disk-{size}"
        place.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"NOT RUN on a small disk, which could not be mounted: {done.stderr}")
        mounted.append(place)
        return place

    yield mount
    for place in mounted:
        subprocess.run(["umount", "-l", str(place)], check=True)


def filled(settings: Settings, connection: database.sqlite3.Connection) -> dict[str, str]:
    """Save until the disk is full, and a note more than once after; what was acknowledged."""
    kept: dict[str, str] = {}
    reasons: list[str] = []
    for number in range(400):
        try:
            save.create(settings, connection, f"n{number}", f"{number}\n{TEXT}")
            kept[f"n{number}"] = f"{number}\n{TEXT}"
        except GlossError as error:
            reasons.append(str(error))
            if len(reasons) == 3:
                break
    assert len([reason for reason in reasons if "full" in reason]) == 3, reasons
    return kept


def whole(settings: Settings, kept: dict[str, str]) -> None:
    """Every acknowledged text is in its file, and nothing else is there."""
    files = {
        path.relative_to(settings.notes).as_posix(): path.read_text()
        for path in settings.notes.rglob("*")
        if path.is_file()
    }
    assert files == {f"{name}.md": text for name, text in kept.items()}


def test_the_disk_of_the_notes_is_full(
    settings: Settings, small_disk: Callable[[str], Path]
) -> None:
    settings = replace(settings, notes=small_disk("2m"))
    with database.opened(settings.database) as connection:
        kept = filled(settings, connection)
        assert len(kept) > 10
        whole(settings, kept)
        first = documents.get(connection, "n0")
        assert first is not None
        with pytest.raises(GlossError, match="disk is full"):
            save.update(settings, connection, "n0", kept["n0"] * 3, first.sha256)
        with pytest.raises(GlossError, match="disk is full"):
            moving.move(settings, connection, "n0", "elsewhere/n0")
        (settings.notes / "elsewhere").rmdir()
        whole(settings, kept)
        assert sync.sync(settings, connection).unchanged == len(kept)
        for name in ("n1", "n2", "n3"):
            save.delete(settings, connection, name, None)
        save.update(settings, connection, "n0", kept["n0"] + "more\n", first.sha256)
        restoring.restore(settings, connection, trash.every(connection)[0].uid)
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def test_the_disk_of_everything_is_full(
    settings: Settings, small_disk: Callable[[str], Path]
) -> None:
    """The database has no room either: what was saved then is in its file, and found by a sync."""
    disk = small_disk("20m")
    ballast = disk / "ballast"
    ballast.write_bytes(b"x" * 8_000_000)
    settings = replace(settings, notes=disk / "notes", data=disk / "data")
    settings.notes.mkdir()
    with database.opened(settings.database) as connection:
        kept = filled(settings, connection)
        whole(settings, kept)
        ballast.unlink()
        assert sync.sync(settings, connection).failed == []
        for name, text in kept.items():
            found = documents.get(connection, name)
            assert found is not None
            assert found.source == text
        some = documents.get(connection, next(iter(kept)))
        assert some is not None
        saved = save.update(settings, connection, some.path, "short\n", some.sha256)
        newest = revisions.newest(connection, saved.uid)
        assert newest is not None
        assert newest.sha256 == saved.sha256
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
