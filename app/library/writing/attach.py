"""Files that come with a note: stored below notes/media/, safely, each content once.

The bytes go to a temporary file and to the disk first, then take a name that nothing has: a crash
leaves the whole file or none. A file that is there already, under whatever name, is taken as it is.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from app import database
from app.errors import BadInput, Conflict, TooLarge
from app.library import media, names, regular
from app.library.note import megabytes
from app.library.writing import attachment, files
from app.settings import Settings

FOLDER = "media"
HASHED = 8
SAYING_NOTHING = ("image", "img", "screenshot", "clipboard", *attachment.WORDS)


def put(settings: Settings, connection: sqlite3.Connection, data: bytes, name: str) -> str:
    """Store a file; its path below notes/."""
    files.refuse_read_only(settings)
    if len(data) > settings.max_upload_bytes:
        limit = megabytes(settings.max_upload_bytes)
        raise TooLarge(f"{name[:80]} has {megabytes(len(data))}; the limit is {limit}.")
    ending = attachment.checked(data, name)
    with files.in_words(f"{FOLDER}/{name[:80]}"):
        folder = files.place_of(settings.notes, f"{FOLDER}/x").parent
        if not folder.is_dir():
            files.make_folder(folder, f"{FOLDER}/x")
            files.keep_folder(folder.parent)
        kept = same(folder, data, ending)
        if kept is None:
            with files.written(folder, data) as temporary:
                kept = placed(connection, temporary.path, folder, data, name, ending)
            files.keep_folder(folder)
    media.add(connection, f"{FOLDER}/{kept}")
    return f"{FOLDER}/{kept}"


def same(folder: Path, data: bytes, ending: str) -> str | None:
    """A file that holds these bytes; only those of the same length are read."""
    with os.scandir(folder) as entries:
        alike = sorted(
            entry.name
            for entry in entries
            if entry.name.endswith(f".{ending}")
            and not entry.name.startswith(".")
            and entry.is_file(follow_symlinks=False)
            and entry.stat().st_size == len(data)
        )
    return next((name for name in alike if regular.read(folder / name) == data), None)


def placed(
    connection: sqlite3.Connection,
    temporary: Path,
    folder: Path,
    data: bytes,
    name: str,
    ending: str,
) -> str:
    """Give the file a name that nothing has, one writer at a time: no content comes twice."""
    with database.transaction(connection, shows=False):
        if kept := same(folder, data, ending):
            return kept
        for choice in choices(data, name, ending):
            with suppress(Conflict):  # taken by a program that is not ours
                if not is_taken(folder, choice):
                    files.put_new(temporary, folder / choice)
                    return choice
    raise BadInput(f"No name is free for {name[:80]}.", field="file", hint="Give it another one.")


def choices(data: bytes, name: str, ending: str) -> list[str]:
    """Names for a file: its own, and with a part of its hash where that is taken.

    >>> choices(b"", "My Plot.PNG", "png")[:2], choices(b"", "image.png", "png")[0]
    (['my-plot.png', 'my-plot-e3b0c442.png'], 'image-e3b0c442.png')
    """
    stem = names.slug(name.rpartition(".")[0] or name) or ending
    digest = hashlib.sha256(data).hexdigest()
    hashed = [f"{stem}-{digest[:HASHED]}.{ending}", f"{stem}-{digest}.{ending}"]
    return hashed if stem in SAYING_NOTHING else [f"{stem}.{ending}", *hashed]


def is_taken(folder: Path, name: str) -> bool:
    """Also by a name that differs in case alone: on other systems that is the same one."""
    wanted = names.key(name)
    return any(names.key(each.name) == wanted for each in folder.iterdir())
