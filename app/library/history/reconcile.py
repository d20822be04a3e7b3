"""Two people changed one note: both changes in one text, or word that this cannot be."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from app.errors import Changed
from app.library import identity
from app.library.history import merge, past, revisions

NO_TEXT = "The file is no text any more: it is not UTF-8."


@dataclass(frozen=True)
class Version:
    """The text to save; `merged`, if what somebody else changed meanwhile is in it."""

    text: str
    merged: bool = False


def with_theirs(
    connection: sqlite3.Connection, id: str, markdown: str, base: str, current: bytes
) -> Version:
    """What was typed over the version `base`, where the file holds `current` by now.

    Changed, with both texts, where the two changes meet or nobody knows that version any more.
    """
    if past.sha256(current) == base:
        return Version(markdown)
    theirs = text_of(current)
    before = text_of(of_version(connection, id, base))
    if theirs is None or before is None:
        raise changed(current)
    if theirs == markdown:
        return Version(markdown)
    found = merge.merge(before, markdown, theirs)
    if not found.is_clean:
        raise changed(current, found.text)
    return Version(found.text, merged=True)


def of_version(connection: sqlite3.Connection, id: str, sha256: str) -> bytes | None:
    """The bytes that the note had at that version, from the index or from its history."""
    uid = identity.uid_of(connection, id)
    if uid is None:
        return None
    row = connection.execute(
        "SELECT source FROM document WHERE uid = ? AND sha256 = ?", [uid, sha256]
    ).fetchone()
    return row["source"].encode() if row else revisions.by_hash(connection, uid, sha256)


def text_of(data: bytes | None) -> str | None:
    try:
        return None if data is None else data.decode()
    except UnicodeDecodeError:
        return None


def changed(current: bytes, merged: str = "") -> Changed:
    theirs = text_of(current)
    return Changed(
        "Somebody saved this note since you opened it.",
        current=past.sha256(current),
        theirs=NO_TEXT if theirs is None else theirs,
        merged=merged,
        hint="Compare the two versions and save again.",
    )
