"""What a migration reads of the versions of notes, as they were stored when it was written.

It stays as it is when the code for versions changes: a migration never does.
"""

from __future__ import annotations

import re

import zstandard
from sqlite_utils import Database

TOP = re.compile(rb"(?:\xef\xbb\xbf)?---[ \t]*\r?\n(.*?)^---[ \t]*\r?$", re.DOTALL | re.MULTILINE)
SAID = re.compile(rb"^visibility[ \t]*:(.*)$", re.MULTILINE | re.IGNORECASE)
VALUE = re.compile(rb"[ \t]+([\"']?)(public|unlisted)\1[ \t]*(?:[ \t]#.*)?\r?", re.IGNORECASE)


def versions_visible(db: Database, uid: int) -> set[str]:
    """To whom the versions of a note were visible; private, where one cannot be read."""
    found: set[str] = set()
    last, data = None, b""
    versions = db.execute(
        "SELECT id, base, data FROM revision WHERE note_uid = ? ORDER BY id", [uid]
    )
    for number, base, stored in versions:
        if base not in (None, last):
            return {"private"}
        try:
            last, data = number, unpacked(stored, data if base else b"")
        except zstandard.ZstdError:
            return {"private"}
        found.add(visible_in(data))
    return found


def unpacked(stored: bytes, before: bytes) -> bytes:
    known = zstandard.ZstdCompressionDict(before, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    window = 1 << 30
    if not before:
        return zstandard.ZstdDecompressor(max_window_size=window).decompress(stored)
    return zstandard.ZstdDecompressor(dict_data=known, max_window_size=window).decompress(stored)


def visible_in(source: bytes) -> str:
    """What a front matter says without any doubt; else private.

    >>> visible_in(b"---\\nvisibility: public\\n---\\n"), visible_in(b"visibility: public")
    ('public', 'private')
    """
    top = TOP.match(source)
    said = SAID.findall(top[1]) if top else []
    value = VALUE.fullmatch(said[0]) if len(said) == 1 else None
    return str(value[2].decode().lower()) if value else "private"
