"""Where a note is begun that a link leads to and nobody has written yet.

    >>> address("Folder/Sub thing")
    '/new?title=Sub+thing&id=Folder%2FSub+thing'
    >>> address("Alpha: note?")
    '/new?title=Alpha%3A+note%3F&aliases=Alpha%3A+note%3F'

The note that is saved there answers to the link: it has the address that the link names, or, where
no new note may have that one, another name.
"""

from __future__ import annotations

import posixpath
from urllib.parse import urlencode

from app.errors import BadInput
from app.library import names


def address(target: str, here: str = "") -> str:
    """The form for the note that `target` means in the note `here`."""
    title = names.last(target)
    try:
        return f"/new?{urlencode({'title': title, 'id': names.checked(place(target, here))})}"
    except BadInput:
        other = names.id_of(target).removeprefix("./")
        return f"/new?{urlencode({'title': title, 'aliases': other})}"


def place(target: str, here: str) -> str:
    """The path from notes/ that a target means; see library/links."""
    if target.startswith("/"):
        return posixpath.normpath(target.lstrip("/"))
    folder = posixpath.dirname(here) if target.startswith(("./", "../")) else ""
    return posixpath.normpath(posixpath.join(folder, target))
