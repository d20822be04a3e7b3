"""Note files as a save needs them: where one is, writing beside it, putting it in its place.

Everything that is written goes to a temporary file in the same folder first, complete and on
the disk, and takes its name in one step: a crash leaves the old file or the new one, whole.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.errors import BadInput, Conflict, GlossError, NotFound, ReadOnly, Unreadable
from app.library.names import SUFFIX, id_of, look, normal
from app.library.regular import Irregular
from app.library.syncing.scan import Stat
from app.library.writing import temporaries
from app.settings import Settings

NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
REASONS = {
    errno.ENOSPC: ("the disk is full", "Free some space"),
    errno.EDQUOT: ("the quota of this disk is used up", "Free some space"),
    errno.EROFS: ("the disk can only be read", "Mount it for writing"),
    errno.EACCES: ("permission is denied", "Give this user the right to write there"),
    errno.EPERM: ("permission is denied", "Give this user the right to write there"),
}


@dataclass(frozen=True)
class Temporary:
    """A complete file that has no name of its own yet."""

    path: Path
    stat: Stat


def refuse_read_only(settings: Settings) -> None:
    """The first line of whatever writes below notes/."""
    if settings.read_only:
        raise ReadOnly(
            "This library is opened read-only: nothing below its notes is changed.",
            hint="To edit it here, start it without --read-only.",
        )


def find(root: Path, id: str) -> str:
    """The file of the note of that id, as the file system spells it; NotFound if there is none."""
    found = ""
    *folders, name = normal(id).split("/")
    for part in folders:
        found += f"{spelled(f'{root}/{found}', part)}/"
    return found + spelled(f"{root}/{found}", name, SUFFIX)


def spelled(folder: str, part: str, suffix: str = "") -> str:
    """The entry of a folder that one part of an id means; perhaps it is in NFD, or has .MD."""
    if not part or part.startswith(".") or "\0" in part:
        raise no_note()
    if part.isascii() and os.path.lexists(f"{folder}{part}{suffix}"):
        return part + suffix
    try:
        entries = [path.name for path in Path(folder).iterdir()]
    except OSError:
        raise no_note() from None
    fitting = [name for name in entries if fits(name, part, suffix)]
    if not fitting:
        raise no_note()
    return min(fitting)  # of several only the first is indexed


def fits(name: str, part: str, suffix: str) -> bool:
    if not suffix:
        return normal(name) == part
    return name.lower().endswith(suffix) and id_of(name) == part


def no_note() -> NotFound:
    return NotFound("There is no such note.", hint="It may have been moved: search for it.")


def place_of(root: Path, file: str) -> Path:
    """Where a note's bytes are; BadInput if a link stands in the way.

    A file that is itself a link is followed, as long as it stays below notes/.
    """
    real = os.path.realpath(f"{root}/{file}")
    if real == f"{os.path.realpath(root)}/{file}":  # no link at all
        return Path(real)
    top = root.resolve()
    folder = (root / file).parent.resolve()
    if folder != top / Path(file).parent:
        raise BadInput(
            f"{Path(file).parent} is, or is behind, a link: no note is kept there.",
            field="id",
            hint="Choose another folder.",
        )
    place = (folder / Path(file).name).resolve()
    if not place.is_relative_to(top):
        raise BadInput(f"{file} is a link that points outside of notes/.", field="id")
    return place


def beside(root: Path, file: str) -> str:
    """A new file's path, with the folders that are there as the file system spells them.

    Conflict if one of them is not there, but another that only case or a look-alike letter tells
    from it: on other systems the two would be one folder.
    """
    *parts, name = file.split("/")
    found = ""
    for number, part in enumerate(parts):
        try:
            found += f"{spelled(f'{root}/{found}', part)}/"
        except NotFound:
            refuse_similar(root / found, part)
            return "/".join([found + part, *parts[number + 1 :], name])
    return found + name


def refuse_similar(folder: Path, part: str) -> None:
    try:
        similar = [entry.name for entry in folder.iterdir() if look(entry.name) == look(part)]
    except OSError:  # whoever makes the folder will say it
        return
    if similar:
        there = normal(min(similar))
        raise Conflict(
            f"There is already {there}, which only its letters' case or look tell from {part}.",
            field="id",
            hint=f"Write {there} in the address.",
        )


def make_folder(folder: Path, file: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise Conflict(
            f"A file stands where {Path(file).parent} would be a folder.",
            field="id",
            hint="Choose another address.",
        ) from None


def refuse_taken(folder: Path, name: str) -> None:
    """Conflict if a note is there that only case or a look-alike letter tells from `name`."""
    wanted = look(name)
    for entry in folder.iterdir():
        if entry.suffix.lower() == SUFFIX and look(id_of(entry.name)) == wanted:
            raise taken(id_of(entry.name), is_whole=False)


def taken(id: str, *, is_whole: bool = True) -> Conflict:
    """`is_whole`: `id` is the note's address, and not the last part of it."""
    hint, there = "Choose another address, or edit it.", id if is_whole else ""
    return Conflict(f"There is already a note {id}.", field="id", hint=hint, there=there)


@contextmanager
def written(
    folder: Path, data: bytes, mode: int | None = None, name: str = ""
) -> Iterator[Temporary]:
    """A temporary file with these bytes, on the disk; it is gone afterwards, one way or another."""
    path = folder / (name or temporaries.plain())
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        with open(descriptor, "wb") as opened:
            if mode is not None:
                os.fchmod(descriptor, mode)
            opened.write(data)
            opened.flush()
            os.fsync(descriptor)
            stat = os.fstat(descriptor)
        yield Temporary(path, (stat.st_size, stat.st_mtime_ns))
    finally:
        path.unlink(missing_ok=True)


def put_new(temporary: Path, place: Path) -> None:
    """Give the file its name, if nothing has it: never over another file."""
    try:
        os.link(temporary, place)
    except FileExistsError:
        raise taken(id_of(place.name)) from None
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        reserve(place)
        temporary.replace(place)


def reserve(place: Path) -> None:
    """For file systems without hard links: take the name with an empty file first."""
    try:
        os.close(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    except FileExistsError:
        raise taken(id_of(place.name)) from None


def keep_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk: until then a power cut could undo a rename."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def in_words(file: str) -> Iterator[None]:
    """What the system refuses, as an error that says what to do."""
    try:
        yield
    except Irregular as error:
        hint = "Move it away, with the program that made it."
        raise Unreadable(f"It cannot be opened: {error}.", path=file, hint=hint) from error
    except OSError as error:
        why, hint = REASONS.get(error.errno or 0, (error.strerror or str(error), "Look at it"))
        raise GlossError(
            f"{file} cannot be saved: {why}.", hint=f"{hint} and save again."
        ) from error
