"""What a note in the trash was called: the index has forgotten it, its last bytes have not."""

from __future__ import annotations

import re
import sqlite3

from app.errors import GlossError
from app.library.front import front_matter
from app.library.history import trash
from app.library.history.trash import Trashed

HEADING = re.compile(r"^ {0,3}# +(.+?)(?: +#+)? *$", re.MULTILINE)


def of_trashed(connection: sqlite3.Connection, kept: Trashed) -> str:
    """The title in its front matter, else its first heading, else the name of its file."""
    name = kept.path.rpartition("/")[2]
    try:
        source = trash.contents(connection, kept).decode("utf-8", "replace")
        front = front_matter.parse(source, kept.file)
    except GlossError:
        return name
    heading = HEADING.search(front.body)
    return front.title or (heading[1] if heading else name)
