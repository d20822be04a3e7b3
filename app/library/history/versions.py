"""A note's history as a person meets it: found by its address, whatever became of the note.

It is there for a note in the trash, for one that cannot be read just now, and under the addresses
that the note used to have. Beside the versions that are kept there is the text as it is now, where
it is none of them: nobody has changed it since Gloss keeps versions.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from functools import cached_property

from app.errors import NotFound
from app.library import names
from app.library.history import revisions, titles, trash
from app.library.history.revisions import Revision

NOW = "now"


@dataclass(frozen=True)
class Version:
    """`key`: the number of a revision, or NOW. `kind`: that of the revision, or NOW."""

    key: str
    kind: str
    at: str
    person: str
    sha256: str
    size: int
    proposer: str = ""


@dataclass(frozen=True)
class History:
    """`sha256`, `source`: of the note as it is indexed now, or nothing. `trashed`: since when."""

    uid: int
    path: str
    title: str
    sha256: str
    source: str
    trashed: str
    revisions: list[Revision]

    @cached_property
    def versions(self) -> list[Version]:
        """The newest first."""
        kept = [version(revision) for revision in self.revisions]
        if self.sha256 and (not kept or kept[0].sha256 != self.sha256):
            kept.insert(0, self.now)
        return kept

    @property
    def now(self) -> Version:
        """The text as it is, whether or not it is one of the versions that are kept."""
        return Version(NOW, NOW, "", "", self.sha256, len(self.source.encode()))

    @property
    def seen(self) -> str:
        """The version that whoever looks sees, also of a note in the trash; or nothing."""
        return self.sha256 or (self.revisions[0].sha256 if self.trashed else "")

    def neighbours(self, key: str) -> tuple[Version | None, Version | None]:
        """The versions before and after one, in time."""
        keys = [version.key for version in self.versions]
        if key not in keys:
            return None, None
        place = keys.index(key)
        older = self.versions[place + 1] if place + 1 < len(keys) else None
        return older, self.versions[place - 1] if place else None


def version(revision: Revision) -> Version:
    return Version(
        str(revision.id),
        revision.kind,
        revision.at,
        revision.person,
        revision.sha256,
        revision.size,
        revision.proposer or ("somebody who left" if revision.annotation_id else ""),
    )


def of(connection: sqlite3.Connection, id: str) -> History:
    """The history of the note that is, or was, at this address; NotFound, if none ever was."""
    return of_uid(connection, uid_of(connection, names.normal(id)))


def of_uid(connection: sqlite3.Connection, uid: int | None) -> History:
    row = connection.execute(
        "SELECT note.uid, coalesce(document.path, trash.path, note.path) AS path, title,"
        " document.sha256, source, trash.at AS trashed FROM note"
        " LEFT JOIN document ON document.uid = note.uid LEFT JOIN trash ON note_uid = note.uid"
        " WHERE note.uid = ?",
        [uid],
    ).fetchone()
    kept = revisions.of_note(connection, row["uid"]) if row else []
    if not row or not (kept or row["sha256"]):
        raise NotFound("There is no such note.", hint="It may have been moved: search for it.")
    here = bool(row["sha256"])
    title = row["title"] or row["path"].rpartition("/")[2]
    if row["trashed"] and not here:
        title = titles.of_trashed(connection, trash.get(connection, row["uid"]))
    return History(
        uid=row["uid"],
        path=row["path"],
        title=title,
        sha256=row["sha256"] or "",
        source=row["source"] or "",
        trashed="" if here else row["trashed"] or "",
        revisions=kept,
    )


def of_revision(connection: sqlite3.Connection, id: int) -> tuple[History, Revision]:
    """A version by its number alone, with the history that it is of."""
    row = connection.execute("SELECT note_uid FROM revision WHERE id = ?", [id]).fetchone()
    if row is None:
        raise revisions.no_version()
    return of_uid(connection, row["note_uid"]), revisions.get(connection, row["note_uid"], id)


def uid_of(connection: sqlite3.Connection, path: str) -> int | None:
    """The note that is at a path, else the last in the trash from there, else a moved one."""
    row = connection.execute(
        "SELECT uid FROM (SELECT uid, 1 AS rank, '' AS at FROM note WHERE path = ?1"
        " UNION ALL SELECT note_uid, 2, at FROM trash WHERE path = ?1"
        " UNION ALL SELECT note_uid, 3, '' FROM former_path WHERE path = ?1)"
        " ORDER BY rank, at DESC LIMIT 1",
        [path],
    ).fetchone()
    return int(row["uid"]) if row else None


def get(connection: sqlite3.Connection, history: History, key: str) -> Version:
    """One version, also one that the list leaves out; NotFound, if the note has none such."""
    for known in history.versions:
        if known.key == key:
            return known
    if key == NOW and history.sha256:
        return history.now
    if not (key.isascii() and key.isdecimal() and len(key) <= 18):
        raise revisions.no_version()
    return version(revisions.get(connection, history.uid, int(key)))


def data(connection: sqlite3.Connection, history: History, version: Version) -> bytes:
    if version.key == NOW:
        return history.source.encode()
    return revisions.contents(connection, int(version.key))


def text(connection: sqlite3.Connection, history: History, version: Version) -> str:
    """What the version says; what is no text in it is shown as such."""
    return data(connection, history, version).decode("utf-8", "replace")
