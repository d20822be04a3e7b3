"""Where a relative address in a note points: below `notes/`, or nowhere.

>>> below("papers/walk", "../figures/a%20b.png")
'figures/a b.png'
>>> below("walk", "../../etc/passwd") is None
True
"""

from __future__ import annotations

import posixpath
import re
import unicodedata
from urllib.parse import quote, unquote

SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:|//|\\\\")
EXTENSION = re.compile(r"\.(?!md$)(?=[A-Za-z0-9]*[A-Za-z])[A-Za-z0-9]{1,5}$", re.IGNORECASE)
IMAGE = re.compile(r"\.(?:avif|bmp|gif|jpe?g|png|svg|webp)$", re.IGNORECASE)
FILE = re.compile(  # what a note may hold besides: a name with such an end is no note's
    r"\.(?:3gp|aac|base|canvas|csv|docx?|drawio|epub|flac|ipynb|json|m4a|mkv|mov|mp3|mp4|ods|odt|ogg|ogv|opus|pdf|"
    r"pptx?|tsv|txt|wav|webm|xlsx?|zip)$",
    re.IGNORECASE,
)
MARKDOWN = re.compile(r"\.md$", re.IGNORECASE)


def is_relative(address: str) -> bool:
    return bool(address) and not SCHEME.match(address) and not address.startswith(("/", "\\"))


def is_file(path: str) -> bool:
    """Whether a path names a file that is no note."""
    return bool(EXTENSION.search(path))


def is_media(name: str) -> bool:
    """Whether a name can be no note's: an image, a document, a sound."""
    return bool(IMAGE.search(name) or FILE.search(name))


def below(note: str, address: str) -> str | None:
    """The path below `notes/` of an address written in `note`; None if it points outside.

    Between folders may stand backslashes, as on Windows.
    """
    written = unicodedata.normalize("NFC", unquote(address)).replace("\\", "/")
    path = posixpath.normpath(posixpath.join(posixpath.dirname(note), written))
    outside = path in (".", "..") or path.startswith(("../", "/"))
    return None if outside or "\0" in path else path


def media_url(path: str) -> str:
    return f"/media/{quote(path)}"


def without_md(path: str) -> str:
    return MARKDOWN.sub("", path)
