"""Temporary files: what an editor wrote into one is taken up, and none goes that holds words.

A file that a save, a move or a delete displaced keeps a temporary name for as long as somebody
has it open for writing; where the system does not tell that, for some minutes. What is written
into it comes late: it goes into the note's history, and is merged into the note where it can be.
A file whose bytes are known is then deleted; any other one stays and is named.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from stat import S_ISREG

from app import database
from app.errors import GlossError
from app.library import regular
from app.library.history import past, revisions
from app.library.syncing.scan import IRREGULAR, shown
from app.library.writing import exchange, save, temporaries
from app.library.writing.temporaries import Origin
from app.settings import Settings

log = logging.getLogger("gloss.sweep")

STALE_SECONDS = 3600  # a temporary file this old was left by a save that was killed
DISPLACED_SECONDS = 300
QUIET_SECONDS = 1.0
LONGEST_SECONDS = 6.0
STEP_SECONDS = 0.05
HOLDS_WORDS = "It holds words that no note has: compare it with {note}, then delete it."
UNJUDGED = "Gloss did not make this file, or cannot read it: look at it, then delete it."


def sweep(
    settings: Settings, connection: sqlite3.Connection, files: Iterable[str]
) -> dict[str, str]:
    """Look at each temporary file; a remark on each that a person must look at."""
    remarks = {}
    for file in files:
        try:
            remark = judged(settings, connection, settings.notes / file)
        except OSError:  # it is somebody's who is saving, or cannot be deleted: no harm
            continue
        except sqlite3.Error:
            raise
        except Exception:  # whatever its name or bytes are: it ends no sync
            log.exception("%s cannot be judged", shown(file))
            remark = UNJUDGED
        if remark:
            remarks[shown(file)] = remark
    return remarks


def judged(settings: Settings, connection: sqlite3.Connection, path: Path) -> str:
    if not S_ISREG(path.lstat().st_mode):
        return IRREGULAR
    age = time.time() - temporaries.made(path.name, path.stat().st_mtime)
    origin = temporaries.origin(path.name)
    if origin is None:
        return left_over(connection, path) if age > STALE_SECONDS else ""
    return displaced(settings, connection, path, origin, age > DISPLACED_SECONDS)


def left_over(connection: sqlite3.Connection, path: Path) -> str:
    """A save was killed before it gave the file its name, or just after."""
    is_known = path.stat().st_size == 0 or has_other_name(path)
    if is_known or knows(connection, exchange.digest(path)):
        path.unlink()
        return ""
    return HOLDS_WORDS.format(note="the notes beside it")


def has_other_name(path: Path) -> bool:
    stat = path.stat()
    if stat.st_nlink == 1:
        return False
    with os.scandir(path.parent) as entries:
        return any(each.inode() == stat.st_ino and each.name != path.name for each in entries)


def knows(connection: sqlite3.Connection, sha256: str) -> bool:
    """Whether some note is, or was, of these bytes."""
    return any(
        connection.execute(f"SELECT 1 FROM {table} WHERE sha256 = ? LIMIT 1", [sha256]).fetchone()
        for table in ("document", "revision")
    )


def displaced(
    settings: Settings, connection: sqlite3.Connection, path: Path, origin: Origin, is_due: bool
) -> str:
    """Take what was written late; delete the file when nobody has it open, or when it is due."""
    is_open = temporaries.is_open(path)  # asked before it is read: what comes after is not read
    data = quiet(path, is_open is not False)
    if data is None:
        return ""
    sha256 = past.sha256(data)
    if data and not is_version(connection, origin.uid, sha256):
        if sha256.startswith(origin.ours) and sha256 != origin.base:
            return remark(connection, origin) if is_due else ""  # the save was killed before
        if is_open and not is_due and is_part(connection, origin, data):
            return ""
        if not is_version(connection, origin.uid, origin.base):  # of another database, perhaps
            return remark(connection, origin) if is_due else ""
        take(settings, connection, origin, data)
        following = path.with_name(temporaries.displaced(origin.uid, sha256, origin.ours))
        path.rename(following)  # what comes later is a change of this
    elif is_open is False or (is_due and not is_open):
        drop(connection, path, sha256)
    return ""


def drop(connection: sqlite3.Connection, path: Path, sha256: str) -> None:
    """Delete a file of these bytes; not while a save is about to put it back."""
    with database.transaction(connection, shows=False):
        if exchange.digest(path) == sha256:
            path.unlink()


def quiet(path: Path, may_be_open: bool) -> bytes | None:
    """The bytes, when nobody has written for a moment; None if somebody goes on and on."""
    end = time.monotonic() + LONGEST_SECONDS
    while may_be_open and 0 <= time.time() - path.stat().st_mtime < QUIET_SECONDS:
        if time.monotonic() > end:
            return None
        time.sleep(STEP_SECONDS)
    return regular.read(path)


def is_version(connection: sqlite3.Connection, uid: int, sha256: str) -> bool:
    row = connection.execute(
        "SELECT 1 FROM document WHERE uid = :uid AND sha256 = :sha256"
        " UNION ALL SELECT 1 FROM revision WHERE note_uid = :uid AND sha256 = :sha256",
        {"uid": uid, "sha256": sha256},
    ).fetchone()
    return row is not None


def is_part(connection: sqlite3.Connection, origin: Origin, data: bytes) -> bool:
    """Whether it is shorter than it was: an editor may be writing it anew, and not be done."""
    base = revisions.by_hash(connection, origin.uid, origin.base)
    return base is not None and len(data) < len(base)


def remark(connection: sqlite3.Connection, origin: Origin) -> str:
    row = connection.execute("SELECT path FROM note WHERE uid = ?", [origin.uid]).fetchone()
    return HOLDS_WORDS.format(note=(row and row["path"]) or "the notes beside it")


def take(settings: Settings, connection: sqlite3.Connection, origin: Origin, data: bytes) -> None:
    """Keep late words as a version of their note, and merge them into it."""
    with database.transaction(connection):
        row = connection.execute(
            "SELECT note.path, source FROM note LEFT JOIN document USING (uid) WHERE uid = ?",
            [origin.uid],
        ).fetchone()
        keep(connection, origin.uid, row["source"], data)
    if row["source"] is not None:
        with suppress(GlossError, UnicodeDecodeError):  # they meet: the history has this one
            path, text = row["path"], data.decode()
            save.update(settings, connection, path, text, origin.base, kind="outside")


def keep(connection: sqlite3.Connection, uid: int, now: str | None, data: bytes) -> None:
    """A version from outside, then what the note is now: of several changes from outside in a row
    only the last is shown and kept.
    """
    if now is None:
        revisions.add(connection, uid, data, kind="outside")
        connection.execute(
            "UPDATE trash SET sha256 = ? WHERE note_uid = ?", [past.sha256(data), uid]
        )
        return
    past.catch_up(connection, uid, now.encode())
    revisions.add(connection, uid, data, kind="outside")
    revisions.add(connection, uid, now.encode(), kind="restored")
