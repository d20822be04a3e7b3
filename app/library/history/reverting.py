"""Bring an earlier version of a note back: a save like any other, so that nothing is lost.

It works for a note that is as it was, for one in the trash, which comes back with it, and for one
whose file cannot be read just now.
"""

from __future__ import annotations

import hashlib
import sqlite3

from app.errors import NotFound
from app.library import names, regular
from app.library.history import restoring, trash, versions
from app.library.history.versions import History, Version
from app.library.note import decode
from app.library.writing import files, save
from app.library.writing.save import Saved
from app.settings import Settings


def revert(
    settings: Settings,
    connection: sqlite3.Connection,
    history: History,
    version: Version,
    base: str,
    *,
    to: str = "",
    person_id: int | None,
) -> Saved:
    """The note as it was then, over the version `base`: that which the person saw.

    One in the trash comes back with it, to the address `to` where that is not its own. What was
    changed since is merged with it or, where the two meet, raises Changed: as in a save.
    """
    file = history.path + names.SUFFIX
    markdown = decode(file, versions.data(connection, history, version))
    path = history.path
    if history.trashed:
        base = trash.get(connection, history.uid).sha256
        path = names.checked(to) if to and names.normal(to) != path else path
        back = restoring.restore(settings, connection, history.uid, to=path, person_id=person_id)
        if back and back.sha256 == version.sha256:
            return back
    return save.update(
        settings,
        connection,
        path,
        markdown,
        base or history.sha256 or of_file(settings, path),
        person_id=person_id,
        kind="restored",
    )


def of_file(settings: Settings, id: str) -> str:
    """The version that the file is now, whatever it holds."""
    place = settings.notes / files.find(settings.notes, id)
    with files.in_words(id):
        try:
            return hashlib.sha256(regular.read(place)).hexdigest()
        except FileNotFoundError:
            raise NotFound("This note was deleted meanwhile.") from None
