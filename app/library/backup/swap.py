"""Put files and folders in place of others: all of them or none, whatever happens in between.

What is to be done is written down first, on the disk. A step that fails undoes the others; a
process that is killed leaves the paper, and the next command of the same library goes on with it.
What stood in a place is kept beside it.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.errors import GlossError
from app.library.writing.files import keep_folder

PAPER = "restore.json"  # in the data folder
RESTS = ("-wal", "-shm")  # what SQLite keeps beside a database belongs to it


@dataclass(frozen=True)
class Step:
    """`new` takes the place of what is at `place`, which is then called `kept`."""

    new: Path
    place: Path
    kept: Path


def swap(paper: Path, steps: Sequence[Step]) -> None:
    """Do every step; `paper` is where they are written down meanwhile."""
    with locked(paper):
        write_down(paper, steps)
        try:
            for step in steps:
                do(step)
        except OSError as error:
            for step in reversed(steps):
                undo(step)
            throw_away(paper)
            raise GlossError(
                f"{error.filename2 or error.filename} cannot be put in place: {error.strerror}.",
                hint="Everything is as it was before.",
            ) from error
        throw_away(paper)


def finish(paper: Path) -> bool:
    """Go on where a swap was killed; whether there was one."""
    if not paper.exists():
        return False
    with locked(paper):
        if not paper.exists():  # whoever had the lock has finished it
            return False
        for given in json.loads(paper.read_text()):
            do(Step(*map(Path, given)))
        throw_away(paper)
    return True


@contextmanager
def locked(paper: Path) -> Iterator[None]:
    with paper.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write_down(paper: Path, steps: Sequence[Step]) -> None:
    """After everything that is to be put in place is on the disk."""
    os.sync()
    draft = paper.with_suffix(".draft")
    with draft.open("w") as file:
        json.dump([[str(step.new), str(step.place), str(step.kept)] for step in steps], file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(paper)
    keep_folder(paper.parent)


def do(step: Step) -> None:
    """Nothing, if it is done already."""
    if not os.path.lexists(step.new):
        return
    if os.path.lexists(step.place):
        step.place.rename(free(step.kept))
    for rest in RESTS:
        move_rest(step.place, step.kept, rest)
    step.new.rename(step.place)
    keep_folder(step.place.parent)


def free(path: Path) -> Path:
    """Somebody may have made the place anew while a swap lay unfinished: kept too."""
    return path if not os.path.lexists(path) else path.with_name(f"{path.name}-{time.time_ns()}")


def undo(step: Step) -> None:
    if not os.path.lexists(step.new) and os.path.lexists(step.place):
        step.place.rename(step.new)
    if os.path.lexists(step.kept) and not os.path.lexists(step.place):
        step.kept.rename(step.place)
        for rest in RESTS:
            move_rest(step.kept, step.place, rest)


def move_rest(old: Path, new: Path, rest: str) -> None:
    beside = old.with_name(old.name + rest)
    if beside.exists():
        beside.rename(new.with_name(new.name + rest))


def throw_away(paper: Path) -> None:
    paper.unlink()
    keep_folder(paper.parent)
