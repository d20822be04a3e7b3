"""A backup: one file that holds notes, analyses, database and outputs, and proves itself.

The archive is a gzipped tar with `manifest.json` first: when it was made, the database's version,
and the SHA-256 of every file. It can be made while serving: SQLite copies a consistent state
(`VACUUM INTO`), and the notes are whole because every save is a rename.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from app import clock, database
from app.errors import BadInput, GlossError
from app.library.writing import files
from app.settings import Settings

FORMAT = 1
MANIFEST = "manifest.json"
FOLDERS = ("notes", "analysis", "outputs")
DATABASE = "gloss.db"
LEFT_OUT = {".git": "git keeps it"}  # also links and devices
SKIPPED = "__pycache__"  # not worth a word
UNDER_WAY = (".tmp", ".gone")  # of outputs: what runs now writes there, and may close it to us


@dataclass(frozen=True)
class Manifest:
    made: str
    version: int
    files: dict[str, str]
    left_out: tuple[str, ...] = ()


def backup(settings: Settings, target: Path) -> Manifest:
    """Write the archive beside `target` and rename it into place once it is whole."""
    refuse_target(settings, target)
    unfinished = target.with_name(f".{target.name}.unfinished")
    try:
        with tempfile.TemporaryDirectory(dir=settings.data, prefix=".backup-") as folder:
            manifest = write(settings, unfinished, Path(folder) / DATABASE)
        unfinished.replace(target)
        files.keep_folder(target.parent)
    except OSError as error:
        raise GlossError(f"Cannot write {target}: {error.strerror}.") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return manifest


def refuse_target(settings: Settings, target: Path) -> None:
    """Refuse what would be written into what is backed up, and what is no backup already."""
    hint = "Name a file elsewhere."
    for folder in FOLDERS:
        root: Path = getattr(settings, folder)
        if target.resolve().is_relative_to(root.resolve()):
            if folder == "notes":
                files.refuse_read_only(settings)
            raise BadInput(f"{target} would lie in {folder}/, which is backed up.", hint=hint)
    if target.exists() and not (target.is_file() and is_ours(target)):
        raise BadInput(f"{target} is there already, and is no backup of Gloss.", hint=hint)


def is_ours(path: Path) -> bool:
    """Whether a file is a backup, whole or not, or empty."""
    if not path.stat().st_size:
        return True
    try:
        with tarfile.open(path, "r:gz") as archive:
            first = archive.next()
    except (OSError, EOFError, tarfile.TarError, zlib.error):
        return False
    return first is not None and first.name == MANIFEST


def write(settings: Settings, file: Path, copy: Path) -> Manifest:
    """The database first: what is saved after its copy is in the files, and sync sees it there."""
    made = clock.stamp()
    with closing(database.connect(settings.database)) as connection:
        connection.execute("VACUUM INTO ?", [str(copy)])
    version = database_version(copy)
    left_out: list[str] = []
    members = dict(copies(settings, copy.parent, left_out)) | {DATABASE: copy}
    hashes = {name: digest(path) for name, path in members.items()}
    manifest = Manifest(made, version, hashes, tuple(left_out))
    with file.open("wb") as raw:
        with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=6) as archive:
            add_text(archive, MANIFEST, json.dumps({"format": FORMAT, **vars(manifest)}, indent=1))
            for name, path in members.items():
                archive.add(path, name, recursive=False)
        raw.flush()
        os.fsync(raw.fileno())
    return manifest


def copies(settings: Settings, folder: Path, left_out: list[str]) -> Iterator[tuple[str, Path]]:
    """Each file copied once: what is hashed is what is kept, though it is written meanwhile."""
    for name, path in members_of(settings, left_out):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copy2(path, target)
        except FileNotFoundError:
            continue  # deleted since it was listed
        except PermissionError as error:
            hint = "Nothing was written. Give this user the right to read it, or move it away."
            raise GlossError(f"{path} cannot be read: {error.strerror}.", hint=hint) from error
        yield name, target


def members_of(settings: Settings, left_out: list[str]) -> Iterator[tuple[str, Path]]:
    """Every regular file of the three folders, by its name in the archive."""
    for folder in FOLDERS:
        root: Path = getattr(settings, folder)
        for place, folders, names in os.walk(root):
            inside = PurePosixPath(folder, *Path(place).relative_to(root).parts)
            if str(inside) == "outputs":
                folders[:] = [name for name in folders if not name.endswith(UNDER_WAY)]
            for name in sorted({*folders, *names} - {SKIPPED}):
                why = left_out_for(Path(place, name))
                if why:
                    left_out.append(f"{inside / name} ({why})")
                elif name in names:
                    yield str(inside / name), Path(place, name)
            folders[:] = sorted({*folders} - {SKIPPED, *LEFT_OUT})


def left_out_for(path: Path) -> str:
    """Why it is no member."""
    if path.is_symlink():
        return "a link"
    if path.name in LEFT_OUT:
        return LEFT_OUT[path.name]
    return "" if path.is_file() or path.is_dir() else "no file"


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(text.encode())
    archive.addfile(entry, io.BytesIO(text.encode()))


def unpack(source: Path, target: Path) -> Manifest:
    """Unpack into an empty folder; raises BadInput unless every file is there and as it was."""
    try:
        with tarfile.open(source, "r:gz") as archive:
            archive.extractall(target, filter="data")
        stated: dict[str, Any] = json.loads((target / MANIFEST).read_text())
        left_out = tuple(map(str, stated.get("left_out", ())))
        hashes = dict(stated["files"])
        manifest = Manifest(stated["made"], int(stated["version"]), hashes, left_out)
    except (OSError, EOFError, tarfile.TarError, ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{source} is no whole backup of Gloss: {error}.") from error
    unpacked = {str(path.relative_to(target)) for path in target.rglob("*") if not path.is_dir()}
    if strange := unpacked - {MANIFEST, *manifest.files}:
        raise BadInput(f"{source} holds what its manifest does not name: {min(strange)}.")
    for name, expected in manifest.files.items():
        path = target / name
        if not path.is_file() or digest(path) != expected:
            raise BadInput(f"{source} is damaged: {name} is not as it was.")
    if stated.get("format") != FORMAT or DATABASE not in manifest.files:
        raise BadInput(f"{source} was made by another version of Gloss.")
    for folder in FOLDERS:  # one without files takes its place, too
        (target / folder).mkdir(exist_ok=True)
    return manifest


def database_version(path: Path) -> int:
    try:
        with closing(database.connect(path)) as connection:
            return database.version(connection)
    except sqlite3.Error:
        return 0
