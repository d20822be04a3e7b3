"""Be an ordinary user: `python -m tests.lab.runner.ordinary UID COMMAND …`, as root.

Where Python lives in root's home, which is closed to everybody else, it is put at the same place
of a file system in which it is not; only the command, and what it starts, see that.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from app.lab.sandbox import kernel


def main(uid: int, command: list[str]) -> None:
    if closed := closed_above(Path(sys.base_prefix)):
        open_up(closed, sys.base_prefix)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    os.execv(command[0], command)


def closed_above(place: Path) -> Path | None:
    """The first folder on the way to a place that others may not enter."""
    way = [*reversed(place.resolve().parents), place.resolve()]
    return next((folder for folder in way if not folder.stat().st_mode & 0o001), None)


def open_up(closed: Path, kept: str) -> None:
    kernel.unshare(kernel.NEW_MOUNTS)
    kernel.mount("none", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)
    with tempfile.TemporaryDirectory() as aside:
        kernel.mount(kept, aside, "", kernel.MS_BIND)
        kernel.mount("tmpfs", str(closed), "tmpfs", 0, "mode=755")
        Path(kept).mkdir(parents=True)
        kernel.mount(aside, kept, "", kernel.MS_BIND)
        kernel.called(kernel.libc.umount(os.fsencode(aside)))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
