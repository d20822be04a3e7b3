"""A backup: one file that holds notes, analyses, database and outputs, and proves itself.

The archive is a gzipped tar with `manifest.json` first: when it was made, the database's version,
and the SHA-256 of every file. It can be made while serving: SQLite copies a consistent state
(`VACUUM INTO`), and the notes are whole because every save is a rename.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from app import clock, database
from app.errors import BadInput, Conflict, GlossError, NotFound
from app.settings import Settings

FORMAT = 1
MANIFEST = "manifest.json"
FOLDERS = ("notes", "analysis", "outputs")
DATABASE = "gloss.db"
LEFT_OUT = ("__pycache__", ".git")  # links and devices are left out too


@dataclass(frozen=True)
class Manifest:
    made: str
    version: int
    files: dict[str, str]


def backup(settings: Settings, target: Path) -> Manifest:
    """Write the archive beside `target` and rename it into place once it is whole."""
    unfinished = target.with_name(f".{target.name}.unfinished")
    try:
        with tempfile.TemporaryDirectory(dir=settings.data) as folder:
            manifest = write(settings, unfinished, Path(folder) / DATABASE)
        unfinished.replace(target)
    except OSError as error:
        raise GlossError(f"Cannot write {target}: {error.strerror}.") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return manifest


def write(settings: Settings, file: Path, copy: Path) -> Manifest:
    with closing(database.connect(settings.database)) as connection:
        connection.execute("VACUUM INTO ?", [str(copy)])
        version = database.version(connection)
    members = dict(copies(settings, copy.parent)) | {DATABASE: copy}
    hashes = {name: digest(path) for name, path in members.items()}
    manifest = Manifest(clock.stamp(), version, hashes)
    with tarfile.open(file, "w:gz", compresslevel=6) as archive:
        add_text(archive, MANIFEST, json.dumps({"format": FORMAT, **vars(manifest)}, indent=1))
        for name, path in members.items():
            archive.add(path, name, recursive=False)
    return manifest


def copies(settings: Settings, folder: Path) -> Iterator[tuple[str, Path]]:
    """Each file copied once: what is hashed is what is kept, though it is written meanwhile."""
    for name, path in members_of(settings):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copy2(path, target)
        except FileNotFoundError:
            continue  # deleted since it was listed
        yield name, target


def members_of(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Every regular file of the three folders, by its name in the archive."""
    for folder in FOLDERS:
        root: Path = getattr(settings, folder)
        for path in sorted(root.rglob("*")):
            inside = path.relative_to(root)
            left_out = any(part in LEFT_OUT for part in inside.parts)
            if path.is_file() and not path.is_symlink() and not left_out:
                yield str(PurePosixPath(folder, *inside.parts)), path


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(text.encode())
    archive.addfile(entry, io.BytesIO(text.encode()))


def restore(settings: Settings, source: Path, *, over_newer: bool = False) -> Manifest:
    """Check the archive, then put everything in place; what stood there is kept beside it."""
    if not source.is_file():
        raise NotFound(f"There is no file {source}.")
    settings.data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.data.parent) as folder:
        unpacked = Path(folder)
        manifest = unpack(source, unpacked)
        if not over_newer:
            refuse_newer(settings, manifest)
        put_in_place(settings, unpacked)
    return manifest


def unpack(source: Path, target: Path) -> Manifest:
    """Unpack into an empty folder; raises BadInput unless every file is there and as it was."""
    try:
        with tarfile.open(source, "r:gz") as archive:
            archive.extractall(target, filter="data")
        stated: dict[str, Any] = json.loads((target / MANIFEST).read_text())
        manifest = Manifest(stated["made"], int(stated["version"]), dict(stated["files"]))
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
    return manifest


def refuse_newer(settings: Settings, manifest: Manifest) -> None:
    """Refuse where the library went on after the backup was made, and say where."""
    newer = [name for name, path in members_of(settings) if is_newer(name, path, manifest)]
    if settings.database.exists() and database_version(settings.database) > manifest.version:
        newer.insert(0, DATABASE)
    if newer:
        shown = ", ".join(newer[:5]) + (f" and {len(newer) - 5} more" if len(newer) > 5 else "")
        raise Conflict(
            f"These are newer than the backup of {manifest.made}: {shown}.",
            hint="To go back all the same: --over-newer. What is there now is kept beside it.",
        )


def is_newer(name: str, path: Path, manifest: Manifest) -> bool:
    changed = clock.of_file(path.stat().st_mtime) > manifest.made
    return changed and digest(path) != manifest.files.get(name)


def database_version(path: Path) -> int:
    try:
        with closing(database.connect(path)) as connection:
            return database.version(connection)
    except sqlite3.Error:
        return 0


def put_in_place(settings: Settings, unpacked: Path) -> None:
    """Bring all beside its place first; then rename, and undo the renames if one fails."""
    stamp = clock.stamp().replace(":", "")
    settle(settings.database)
    places = [(name, place_of(settings, name)) for name in (*FOLDERS, DATABASE)]
    staged = [
        (
            stage(unpacked / name, place),
            place,
            place.with_name(f"{place.name}.before-restore-{stamp}"),
        )
        for name, place in places
        if (unpacked / name).exists()
    ]
    done: list[tuple[Path, Path]] = []
    try:
        for new, place, kept in staged:
            for old, target in ((place, kept), (new, place)):
                if old.exists():
                    old.rename(target)
                    done.append((old, target))
    except OSError:
        for old, target in reversed(done):
            target.rename(old)
        raise


def place_of(settings: Settings, name: str) -> Path:
    place: Path = settings.database if name == DATABASE else getattr(settings, name)
    return place


def settle(path: Path) -> None:
    """Put everything of the old database into its one file, so that all of it is kept."""
    if not path.exists():
        return
    with closing(database.connect(path)) as connection:
        busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy:
        raise Conflict("The database is in use.", hint="Stop the server, then restore.")
    for rest in ("-wal", "-shm"):
        path.with_name(path.name + rest).unlink(missing_ok=True)


def stage(new: Path, place: Path) -> Path:
    """Beside its place, perhaps on another file system."""
    place.parent.mkdir(parents=True, exist_ok=True)
    staged = place.with_name(f".{place.name}.restoring")
    if staged.is_dir():
        shutil.rmtree(staged)
    shutil.move(new, staged)
    return staged
