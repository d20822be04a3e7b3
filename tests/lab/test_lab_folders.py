"""Folders as somebody hostile leaves them: measured, and taken away whole."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from app.lab.sandbox import folders


def nested(folder: Path, depth: int) -> Path:
    """A folder with so many folders one in the other; longer than any path may be."""
    folder.mkdir(parents=True)
    here = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("a" * 100, dir_fd=here)
        below = os.open("a" * 100, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("x", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)
    return folder


def test_a_thousand_nested_folders_are_measured_and_removed(tmp_path: Path) -> None:
    folder = nested(tmp_path / "f", 1_050)
    (folder / "y").write_bytes(b"1234")
    size = folders.measure(folder, 1000)
    assert size.depth == folders.DEEPEST + 1
    assert folders.remove(folder)
    assert list(tmp_path.iterdir()) == []


def test_removing_stops_in_time_and_goes_on_later(tmp_path: Path) -> None:
    folder = nested(tmp_path / "f", 30)
    assert not folders.remove(folder, -1.0)
    assert folder.is_dir()
    times = 1
    while not folders.remove(folder, 0.005):
        times += 1
        assert times < 500
    assert list(tmp_path.iterdir()) == []


def test_what_is_measured(tmp_path: Path) -> None:
    folder = nested(tmp_path / "f", 3)
    (folder / "one").write_bytes(b"1" * 1000)
    (folder / "two").symlink_to(folder)
    size = folders.measure(folder, 1000)
    assert (size.files, size.depth) == (6, 3)
    assert 1000 <= size.bytes < 10_000
    assert folders.measure(folder, 2).files == 3
    assert folders.measure(tmp_path / "none", 2) == folders.Size()


def test_space_that_a_file_was_given_but_does_not_show_counts(tmp_path: Path) -> None:
    given = SimpleNamespace(st_size=0, st_blocks=10**9 // 512)  # fallocate(KEEP_SIZE) leaves this
    assert folders.of_file(cast("os.stat_result", given)) >= 10**8
    file = tmp_path / "sparse"
    with file.open("wb") as opened:
        opened.truncate(1_000_000)
    assert folders.of_file(file.stat()) == 1_000_000


def test_no_link_is_followed_and_what_it_leads_to_stays(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    outside.chmod(0o500)
    folder = tmp_path / "f"
    (folder / "in").mkdir(parents=True)
    for link in (folder / "l", folder / "in" / "l"):
        link.symlink_to(outside)
    assert folders.remove(folder)
    assert (outside / "kept").read_text() == "kept"
    assert outside.stat().st_mode & 0o777 == 0o500
    link = tmp_path / "link"
    link.symlink_to(outside)
    assert folders.remove(link)
    assert (outside / "kept").exists()
    assert folders.remove(tmp_path / "never was")


@pytest.mark.parametrize("uid", [0, 12345])
def test_a_folder_closed_to_its_own_user_is_measured_and_removed(tmp_path: Path, uid: int) -> None:
    if os.getuid() != 0 and uid != os.getuid():
        uid = os.getuid()
    folder = tmp_path / "f"
    (folder / "in" / "deeper").mkdir(parents=True)
    (folder / "in" / "deeper" / "x").write_bytes(b"1" * 5000)
    for place in (tmp_path, folder, folder / "in", folder / "in" / "deeper"):
        os.chown(place, uid, uid)
    for place in (folder / "in" / "deeper", folder / "in", folder):
        place.chmod(0)
    child = os.fork()
    if child == 0:  # as that user
        os.chdir(tmp_path)  # the folders above are ours alone
        for change in (os.setresgid, os.setresuid):
            change(uid, uid, uid)
        measured = folders.measure(Path("f"), 100)
        os._exit(0 if measured.bytes >= 5000 and folders.remove(Path("f")) else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert list(tmp_path.iterdir()) == []
