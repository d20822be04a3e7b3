"""What lies below notes/: each note's size and time, and what cannot be a note.

One os.scandir a folder and one stat a note, nothing else: a sync with nothing to do must cost
little more than that. Paths are relative, with slashes, as the file system spells them.
"""

from __future__ import annotations

import os
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_ISREG

from app.errors import NotFound
from app.library.names import SUFFIX

Stat = tuple[int, int]  # size, mtime_ns
TEMPORARY = ".gloss-"  # how the files start that a save writes before it renames them
IRREGULAR = "This is no file but a device or a pipe: not read."
OUTSIDE = "This link points outside of notes/: not read."


@dataclass
class Scan:
    notes: dict[str, Stat] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)  # by path, as it can be shown
    media: set[str] = field(default_factory=set)  # files that are no notes
    temporary: list[str] = field(default_factory=list)


def scan(root: Path) -> Scan:
    """Every note below `root`; NotFound if the folder is gone or cannot be read."""
    found = Scan()
    base = os.fspath(root)
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            waiting += scan_folder(found, base, folder)
        except OSError as error:
            if not folder:
                raise gone(root, error) from error
            found.problems[shown(folder[:-1])] = f"This folder cannot be read: {error.strerror}."
    return found


def scan_folder(found: Scan, base: str, folder: str) -> list[str]:
    """Take up the notes of one folder (its path ends with a slash); the folders in it."""
    folders = []
    with os.scandir(f"{base}/{folder}") as entries:
        for entry in entries:
            name = entry.name
            if name[0] == ".":
                if name.startswith(TEMPORARY):
                    found.temporary.append(folder + name)
            elif entry.is_symlink():
                take_link(found, base, folder + name)
            elif entry.is_dir():
                if is_text(found, folder + name):
                    folders.append(f"{folder}{name}/")
            else:
                take_entry(found, folder + name, entry)
    return folders


def take_entry(found: Scan, path: str, entry: os.DirEntry[str]) -> None:
    """A note, or another file, which a note may show."""
    if path[-3:].lower() != SUFFIX:
        if path.isascii() or is_unicode(path):
            found.media.add(path)
    elif is_text(found, path):
        take_file(found, path, entry)


def take_file(found: Scan, path: str, entry: os.DirEntry[str]) -> None:
    try:
        stat = entry.stat()
    except OSError:  # gone since the folder was read
        return
    if entry.is_file():
        found.notes[path] = (stat.st_size, stat.st_mtime_ns)
    else:
        found.problems[shown(path)] = IRREGULAR


def is_text(found: Scan, path: str) -> bool:
    """Whether the name can be an address: UTF-8, without control characters. Else a problem."""
    if path.isascii() and path.isprintable():
        return True
    if not is_unicode(path):
        found.problems[shown(path)] = "This name is not UTF-8: rename it."
        return False
    if any(unicodedata.category(character) == "Cc" for character in path):
        found.problems[repr(path)[1:-1]] = "This name holds a control character: rename it."
        return False
    return True


def is_unicode(name: str) -> bool:
    """Whether a name can be part of an address. A file that is no note is then left alone."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def take_link(found: Scan, base: str, path: str) -> None:
    """A link to a file below notes/ is that note a second time; any other link is a problem."""
    if not is_text(found, path):
        return
    root = os.path.realpath(base)
    target = os.path.realpath(f"{base}/{path}")
    if not target.startswith(f"{root}/"):
        found.problems[path] = OUTSIDE
    elif Path(target).is_dir():
        found.problems[path] = "This link points to a folder: not followed."
    elif path[-3:].lower() == SUFFIX:
        take_target(found, path, target)


def take_target(found: Scan, path: str, target: str) -> None:
    try:
        stat = Path(target).stat()
    except OSError:
        found.problems[path] = "This link points to nothing."
        return
    if not S_ISREG(stat.st_mode):
        found.problems[path] = IRREGULAR
        return
    found.notes[path] = (stat.st_size, stat.st_mtime_ns)


def shown(path: str) -> str:
    """A path that can be printed and stored, whatever bytes the file's name has."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def gone(root: Path, error: OSError) -> NotFound:
    return NotFound(
        f"The notes folder {root} cannot be read: {error.strerror}.",
        hint="Nothing was changed. Put the folder back, or name another one with --notes.",
    )
