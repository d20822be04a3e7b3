"""Put notes, analyses, database and outputs into one file, also while serving.

  python -m app backup library.tar.gz

It holds everything that exists nowhere else: the history of the notes, the trash, drafts, comments,
people, runs. It says what it leaves out: links, and `.git`, which git keeps better.

`python -m app restore library.tar.gz` checks it and brings it back.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from app.errors import NotFound
from app.library.backup import archive
from app.library.backup.archive import Manifest
from app.settings import Settings

MOST_SHOWN = 8


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="the archive to write, for example library.tar.gz")


def run(settings: Settings, options: argparse.Namespace) -> int:
    if not settings.database.exists():
        raise NotFound(f"There is no library in {settings.data}.", hint="Name it with --data DIR.")
    manifest = archive.backup(settings, Path(options.file))
    print(f"{len(manifest.files)} files in {options.file}")
    print(left_out(manifest, "Left out"))
    return 0


def left_out(manifest: Manifest, words: str) -> str:
    """What of the folders is not in an archive, by name."""
    names = manifest.left_out
    shown = ", ".join(names[:MOST_SHOWN])
    more = f" and {len(names) - MOST_SHOWN} more" if len(names) > MOST_SHOWN else ""
    return f"{words}: {shown}{more}." if names else "Nothing was left out."
