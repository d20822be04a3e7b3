"""What somebody typed, as the note that it would be."""

from __future__ import annotations

from app.errors import BadInput, Unreadable
from app.library import macros, names
from app.library.history import reconcile
from app.library.history.reconcile import Version
from app.library.note import Contents, Note, check_size, prepare
from app.settings import Settings


def checked(settings: Settings, file: str, markdown: str) -> Note:
    """The note that these bytes would be; raises where they would not be one."""
    try:
        data = markdown.encode()
    except UnicodeEncodeError:
        raise BadInput("The text holds half of a character.", field="markdown") from None
    check_size(len(data), file, settings.max_note_bytes)
    known, _ = macros.of_library(settings.notes)
    note = prepare(file, Contents(data, (len(data), 0)), known)
    names.check_title(note.title)
    return note


def merged_or_as_typed(settings: Settings, file: str, version: Version, current: bytes) -> Note:
    """The note that this version would be. Two good headers may merge into one that is not."""
    try:
        return checked(settings, file, version.text)
    except Unreadable:
        if version.merged:
            raise reconcile.changed(current, version.text) from None
        raise
