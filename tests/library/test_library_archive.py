"""A backup where something stands in its way; what it holds is tested with its command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.errors import GlossError
from app.library.backup import archive
from app.settings import Settings

Write = Callable[[str, str], Path]


def test_a_file_that_cannot_be_read_is_named(
    write: Write, ordinary_user: None, settings: Settings
) -> None:
    """Rather no backup than one that lacks a note in silence."""
    write("a.md", "A.\n").chmod(0)
    target = settings.data / "b.tar.gz"
    with pytest.raises(GlossError, match=r"a\.md cannot be read: Permission denied") as caught:
        archive.backup(settings, target)
    assert "Nothing was written" in caught.value.hint
    assert not [path.name for path in settings.data.iterdir() if "b" in path.name[:2]]


def test_a_place_that_cannot_be_written_is_named(
    write: Write, ordinary_user: None, settings: Settings
) -> None:
    write("a.md", "A.\n")
    place = settings.data / "closed"
    place.mkdir(mode=0o555)
    with pytest.raises(GlossError, match=r"Cannot write .*b\.tar\.gz: Permission denied"):
        archive.backup(settings, place / "b.tar.gz")
    assert list(place.iterdir()) == []


def test_what_a_run_is_writing_is_no_part_of_it(
    write: Write, ordinary_user: None, settings: Settings
) -> None:
    """A run that closed a file of its own kept everybody from a backup."""
    write("a.md", "A.\n")
    for place in ("7", "8.tmp/home", "sweep1-9.tmp/home-9", "6.gone"):
        (settings.outputs / place).mkdir(parents=True)
        (settings.outputs / place / "x.csv").write_text("1\n")
    (settings.outputs / "8.tmp/home/x.csv").chmod(0)
    (settings.outputs / "8.tmp/home/l").symlink_to("x.csv")
    made = archive.backup(settings, settings.data / "b.tar.gz")
    assert [name for name in made.files if name.startswith("outputs")] == ["outputs/7/x.csv"]
    assert made.left_out == ()
