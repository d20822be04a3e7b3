"""What is in the files below the folder of analyses: hashes, known by stat once they are taken.

Whatever names a file here may be mistaken or hostile: nothing outside of the folder is read, and
nothing that is no plain file.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from app.lab.stamps import UNSETTLED_NS, Stamp, is_settled, stamp_of

MISSING = "missing"
FOLDER = "/"  # the end of a name that stands for what is in a folder

# What this process has read, by path; an entry holds for as long as stat says the same.
_known: dict[Path, tuple[Stamp, str]] = {}


def is_inside(root: Path, full: Path) -> bool:
    """Whether no link leads from there out of `root`."""
    return full.resolve().is_relative_to(root.resolve())


def contents(root: Path, name: str) -> str:
    """The SHA-256 of a file, or of the names in a folder, where `name` ends as one does.

    What is known by its stat was inside when it was read, and a link that leads elsewhere since
    has another: resolving the path of 500 files again would take a page 50 ms.
    """
    try:
        full = root / name
        stamp = stamp_of(full)
        known = _known.get(full)
        if known is not None and known[0] == stamp:
            return known[1]
        is_there = full.is_dir() if name.endswith(FOLDER) else full.is_file()
        if not is_there or not is_inside(root, full):
            return MISSING
        settled = is_settled(stamp)
        digest = listed(full) if name.endswith(FOLDER) else read(full)
        if settled:
            _known[full] = (stamp, digest)
    except (OSError, RuntimeError, ValueError):  # RuntimeError: symlinks in a circle
        return MISSING
    return digest


def read(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def listed(folder: Path) -> str:
    """The names in a folder, but for those that programs leave there for themselves."""
    names = sorted(each.name for each in folder.iterdir())
    shown = [name for name in names if not name.startswith((".", "__pycache__"))]
    return hashlib.sha256("\0".join(shown).encode("utf-8", "surrogateescape")).hexdigest()


def changed_after(root: Path, name: str, began: float) -> bool:
    """Whether the file, or what is in the folder, may have changed since that second."""
    try:
        return (root / name).stat().st_ctime_ns > began * 1e9 - UNSETTLED_NS / 2
    except (OSError, ValueError):
        return False


def touched(root: Path, name: str) -> int:
    """When it was last changed in any way, as the clock of its file system has it; 0 where there
    is none. Nobody can put that back."""
    try:
        return (root / name).stat().st_ctime_ns
    except (OSError, ValueError):
        return 0


def day(root: Path, name: str) -> str:
    """When it was last written, as `2026-03-03`; empty where that is not known."""
    try:
        seconds = (root / name).stat().st_mtime
        return datetime.fromtimestamp(seconds, UTC).date().isoformat()
    except (OSError, ValueError, OverflowError):
        return ""
