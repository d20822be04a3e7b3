"""Bring a backup back.

  python -m app restore library.tar.gz

Every file of the archive is checked first. What stood there before is kept beside it, under a
name with the time. Where something is newer than the backup it refuses, unless --over-newer.
Stop the server first. A restore that is killed leaves the library as it was, or is finished by the
next command.
"""

from __future__ import annotations

import argparse
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.commands.backup import left_out
from app.errors import Conflict
from app.lab import runner
from app.library.backup import recovery
from app.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="an archive that backup made")
    parser.add_argument("--over-newer", action="store_true", help="also over newer data")


def run(settings: Settings, options: argparse.Namespace) -> int:
    with alone(settings):
        restored = recovery.restore(settings, Path(options.file), over_newer=options.over_newer)
    manifest = restored.manifest
    print(f"{len(manifest.files)} files as they were at {manifest.made}")
    print(left_out(manifest, "Not in the backup, but beside what it replaced if it was there"))
    for place in restored.kept:
        print(f"What was there before: {place}")
    return 0


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Refuse while a server runs, and let none start meanwhile."""
    settings.data.mkdir(parents=True, exist_ok=True)
    with (settings.data / "serve.lock").open("ab") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise in_use() from None
        if runner.is_running(settings):
            raise in_use()
        yield


def in_use() -> Conflict:
    return Conflict("A server is running on this library.", hint="Stop it, then restore.")
