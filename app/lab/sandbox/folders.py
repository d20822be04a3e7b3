"""Folders that somebody hostile filled: how much is in one, and away with it.

They may be nested a thousand deep, where anything that calls itself for each level fails, closed
to their own user, or full of links. Everything is reached by descriptors, from the folder above:
no link is followed, and no path is too long.
"""

from __future__ import annotations

import math
import os
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from secrets import token_hex

DEEPEST = 50  # folders within folders that are counted
OPENLY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
AS_A_PLACE = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
Stack = list[tuple[int, Iterator[os.DirEntry[str]]]]  # open folders, with what is left of each


@dataclass
class Size:
    """`files` counts folders too; `depth` is DEEPEST + 1 where there are folders below that."""

    bytes: int = 0
    files: int = 0
    depth: int = 0


def measure(folder: Path, most: int) -> Size:
    """What is in a folder; stops where there are more than `most` files, or too deep ones."""
    size = Size()
    stack: Stack = []
    try:
        enter(stack, str(folder), None, most)
        while stack and size.files <= most:
            above, entries = stack[-1]
            entry = next(entries, None)
            if entry is None:
                os.close(stack.pop()[0])
                continue
            size.files += 1
            with suppress(OSError):  # it may be gone again
                if not entry.is_dir(follow_symlinks=False):
                    size.bytes += of_file(entry.stat(follow_symlinks=False))
                    continue
                size.depth = max(size.depth, len(stack))
                if len(stack) > DEEPEST:
                    break
                enter(stack, entry.name, above, most)
    finally:
        for number, _ in stack:
            os.close(number)
    return size


def of_file(found: os.stat_result) -> int:
    """Its length, or what it was given of the disk where that is far more: half of that, as a
    file system may set aside as much again for a file that grows."""
    return max(found.st_size, found.st_blocks * 512 // 2)


def enter(stack: Stack, name: str, above: int | None, most: int) -> None:
    with suppress(OSError):
        opened = open_folder(name, above)
        with os.scandir(opened) as entries:
            stack.append((opened, iter(list(islice(entries, most + 1)))))


def open_folder(name: str, above: int | None = None) -> int:
    """A descriptor to read it by, with the right to it, which its owner may have taken away."""
    with suppress(PermissionError):
        return os.open(name, OPENLY, dir_fd=above)
    permit(name, above)
    return os.open(name, OPENLY, dir_fd=above)


def permit(name: str, above: int | None = None) -> None:
    """Give its owner every right to a folder; of that folder only, whatever stands there then."""
    place = os.open(name, AS_A_PLACE, dir_fd=above)
    try:
        if stat.S_IMODE(os.fstat(place).st_mode) & stat.S_IRWXU != stat.S_IRWXU:
            os.chmod(f"/proc/self/fd/{place}", stat.S_IRWXU)  # noqa: PTH101 - no path but this
    finally:
        os.close(place)


def remove(folder: Path, within: float = math.inf) -> bool:
    """Take a folder away, with all that is in it; whether nothing is left. Never raises.

    What is nested comes up to the top first, each folder once: so no depth is too great. After
    so many seconds it stops: a thousand folders may take three, and somebody may be waiting.
    """
    until = time.monotonic() + within
    with suppress(OSError):
        if not stat.S_ISDIR(folder.lstat().st_mode):
            folder.unlink()
            return True
        permit(str(folder))
        top = open_folder(str(folder))
        try:
            flatten(top, until)
        finally:
            os.close(top)
        folder.rmdir()
    return not os.path.lexists(folder)


def flatten(top: int, until: float) -> None:
    """Empty the folder `top`, moving what is nested up to it."""
    while names := empty(top, until):
        removed = False
        for name in names:
            with suppress(OSError):
                bring_up(name, top, until)
            removed = away(name, top) or removed
            in_time(until)
        if not removed:
            return  # it cannot be done


def in_time(until: float) -> None:
    if time.monotonic() > until:
        raise TimeoutError


def bring_up(name: str, top: int, until: float) -> None:
    """Empty a folder of `top`: its files go, its folders become those of `top`."""
    permit(name, top)
    inner = open_folder(name, top)
    try:
        for deeper in empty(inner, until):
            permit(deeper, inner)
            os.rename(deeper, token_hex(16), src_dir_fd=inner, dst_dir_fd=top)
    finally:
        os.close(inner)


def empty(folder: int, until: float) -> list[str]:
    """Remove the files of an open folder; the names of the folders in it."""
    names = []
    with os.scandir(folder) as entries:
        found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    for name, is_folder in found:
        in_time(until)
        if is_folder:
            names.append(name)
        else:
            with suppress(OSError):
                os.unlink(name, dir_fd=folder)
    return names


def away(name: str, top: int) -> bool:
    try:
        os.rmdir(name, dir_fd=top)
    except OSError:
        return False
    return True
