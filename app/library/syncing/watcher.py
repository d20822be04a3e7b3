"""Which of the two folders changed: notes/ or analysis/. What to do then is for the caller.

While nothing changes it says so about once a second.

Where the system cannot tell of changes (its watches are used up, a network drive), the folders
are looked through once a second instead.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from watchfiles import Change
from watchfiles import watch as file_changes

from app.library.writing import temporaries

DEBOUNCE_MS = 400  # an editor's save is several changes: they make one sync
STEP_MS = 50
LOOK_MS = 1000  # how often to see whether a folder has come, gone or been replaced
POLL_MS = 1000
SKIPPED = ("__pycache__",)


def watch(notes: Path, analysis: Path, stop: threading.Event) -> Iterator[set[str]]:
    """Yield `{"notes"}`, `{"analysis"}` or both after each change, until `stop` is set.

    An empty set about once a second when there was none.

    Both are yielded at the start, when the watch already stands: nothing in between is missed.
    """
    folders = {"notes": notes.resolve(), "analysis": analysis.resolve()}
    polling: bool | None = None  # as the system, or WATCHFILES_FORCE_POLLING, has it
    while not stop.is_set():
        present = identities(folders)
        if not present:
            stop.wait(LOOK_MS / 1000)
            continue
        try:
            yield from until_replaced(folders, present, stop, polling)
        except OSError:
            if polling:
                raise
            polling = True


def identities(folders: Mapping[str, Path]) -> dict[str, tuple[int, int]]:
    """Device and inode of each folder that is there: a new one of the same name is another."""
    found = {}
    for name, path in folders.items():
        try:
            stat = path.stat()
        except OSError:
            continue
        found[name] = (stat.st_dev, stat.st_ino)
    return found


def until_replaced(
    folders: Mapping[str, Path],
    present: Mapping[str, tuple[int, int]],
    stop: threading.Event,
    polling: bool | None,
) -> Iterator[set[str]]:
    """The changes in the folders that are present, until one comes, goes or is replaced."""
    watched = {name: folders[name] for name in present}
    started = False
    for changes in file_changes(
        *watched.values(),
        watch_filter=wanted(watched),
        debounce=DEBOUNCE_MS,
        step=STEP_MS,
        rust_timeout=LOOK_MS,
        yield_on_timeout=True,
        stop_event=stop,
        raise_interrupt=False,
        force_polling=polling,
        poll_delay_ms=POLL_MS,
        ignore_permission_denied=True,
    ):
        if not started:
            started = True
            yield set(folders)
        else:
            yield {name for _, path in changes for name in named(watched, path)}
        if identities(folders) != present:
            return


def named(watched: Mapping[str, Path], path: str) -> list[str]:
    """The folders that a changed path lies in: one, unless one folder holds the other."""
    return [name for name, folder in watched.items() if Path(path).is_relative_to(folder)]


def wanted(watched: Mapping[str, Path]) -> Callable[[Change, str], bool]:
    """Changes that may matter: not those of hidden files, such as a save's temporary one."""

    def matters(change: Change, path: str) -> bool:
        if change is Change.modified and Path(path).is_dir():
            return False  # where polling, a folder has changed with any file in it
        for folder in watched.values():
            if Path(path).is_relative_to(folder):
                parts = Path(path).relative_to(folder).parts
                if change is Change.modified and parts and temporaries.origin(parts[-1]):
                    parts = parts[:-1]  # written into after a save displaced it
                return not any(part.startswith(".") or part in SKIPPED for part in parts)
        return False

    return matters
