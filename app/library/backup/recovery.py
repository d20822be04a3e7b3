"""Bring a backup back: all of it or nothing, and never over newer data without being told.

The archive is checked first, file by file; then its folders and its database take the places of
those that are there (see `swap`), which are kept beside them.
"""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from app import clock, database
from app.errors import Conflict, GlossError, NotFound
from app.library.backup import archive, swap
from app.library.backup.archive import Manifest
from app.library.writing import files
from app.settings import Settings

UNPACKED = ".restoring"


@dataclass(frozen=True)
class Restored:
    """What was brought back, and where what stood there before is kept."""

    manifest: Manifest
    kept: tuple[Path, ...]


def restore(settings: Settings, source: Path, *, over_newer: bool = False) -> Restored:
    """Check the archive, then put everything in place; what stood there is kept beside it."""
    files.refuse_read_only(settings)
    if not source.is_file():
        raise NotFound(f"There is no file {source}.")
    settings.data.mkdir(parents=True, exist_ok=True)
    unpacked = settings.data / UNPACKED
    shutil.rmtree(unpacked, ignore_errors=True)  # of a restore that was killed
    try:
        unpacked.mkdir()
        manifest = archive.unpack(source, unpacked)
        if not over_newer:
            refuse_newer(settings, manifest)
        kept = put_in_place(settings, unpacked)
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)
    return Restored(manifest, kept)


def refuse_newer(settings: Settings, manifest: Manifest) -> None:
    """Refuse where the library went on after the backup was made, and say where."""
    newer = [
        name for name, path in archive.members_of(settings, []) if is_newer(name, path, manifest)
    ]
    if (
        settings.database.exists()
        and archive.database_version(settings.database) > manifest.version
    ):
        newer.insert(0, archive.DATABASE)
    if newer:
        shown = ", ".join(newer[:5]) + (f" and {len(newer) - 5} more" if len(newer) > 5 else "")
        raise Conflict(
            f"These are newer than the backup of {manifest.made}: {shown}.",
            hint="To go back all the same: --over-newer. What is there now is kept beside it.",
        )


def is_newer(name: str, path: Path, manifest: Manifest) -> bool:
    changed = clock.of_file(path.stat().st_mtime) >= manifest.made
    return changed and archive.digest(path) != manifest.files.get(name)


def put_in_place(settings: Settings, unpacked: Path) -> tuple[Path, ...]:
    """Bring all beside its place first; then swap. Where what was there is now."""
    stamp = clock.stamp().replace(":", "")
    settle(settings.database)
    places = [(name, place_of(settings, name)) for name in (*archive.FOLDERS, archive.DATABASE)]
    try:
        steps = [
            swap.Step(
                stage(unpacked / name, place),
                place,
                place.with_name(f"{place.name}.before-restore-{stamp}"),
            )
            for name, place in places
        ]
    except OSError as error:
        raise GlossError(
            f"The backup cannot be unpacked: {error.strerror or error}.",
            hint="Everything is as it was before.",
        ) from error
    swap.swap(settings.data / swap.PAPER, steps)
    return tuple(step.kept for step in steps if os.path.lexists(step.kept))


def place_of(settings: Settings, name: str) -> Path:
    """Where it really is: a link to a folder stays, the folder is what is restored."""
    place: Path = settings.database if name == archive.DATABASE else getattr(settings, name)
    return place.resolve()


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
    shutil.rmtree(staged, ignore_errors=True)  # of a restore that was killed
    staged.unlink(missing_ok=True)
    shutil.move(new, staged)
    return staged
