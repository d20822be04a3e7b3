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
