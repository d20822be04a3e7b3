"""Put notes, analyses, database and outputs into one file, also while serving.

  python -m app backup library.tar.gz

`python -m app restore library.tar.gz` checks it and brings it back.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from app.errors import NotFound
from app.library import archive
from app.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="the archive to write, for example library.tar.gz")


def run(settings: Settings, options: argparse.Namespace) -> int:
    if not settings.database.exists():
        raise NotFound(f"There is no library in {settings.data}.", hint="Name it with --data DIR.")
    manifest = archive.backup(settings, Path(options.file))
    print(f"{len(manifest.files)} files in {options.file}")
    return 0
