"""Bring a backup back.

  python -m app restore library.tar.gz

Every file of the archive is checked first. What stood there before is kept beside it, under a
name with the time. Where something is newer than the backup it refuses, unless --over-newer.
Stop the server first.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from app.errors import Conflict
from app.lab import runner
from app.library import archive
from app.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="an archive that backup made")
    parser.add_argument("--over-newer", action="store_true", help="also over newer data")


def run(settings: Settings, options: argparse.Namespace) -> int:
    if settings.data.exists() and runner.is_running(settings):
        raise Conflict("A server is running on this library.", hint="Stop it, then restore.")
    manifest = archive.restore(settings, Path(options.file), over_newer=options.over_newer)
    print(f"{len(manifest.files)} files as they were at {manifest.made}")
    return 0
