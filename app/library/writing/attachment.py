"""What an uploaded file is, by its content, whatever its name says.

    >>> kind_of(b"%PDF-1.7\\n...\\n%%EOF\\n"), kind_of(b"GIF89a....;"), kind_of(b"MZ...")
    ('pdf', 'gif', '')

Images and PDF are taken. An SVG is taken if nothing in it runs, loads or unfolds.
"""

from __future__ import annotations

import re

from app.errors import TooLarge, WrongType
from app.library.writing import dimensions, svg

IMAGES = ("png", "jpg", "gif", "webp", "avif", "svg")
WORDS = {
    "png": "a PNG image",
    "jpg": "a JPEG image",
    "gif": "a GIF image",
    "webp": "a WebP image",
    "avif": "an AVIF image",
    "svg": "an SVG drawing",
    "pdf": "a PDF",
}
SAME = {"jpeg": "jpg", "jpe": "jpg", "jfif": "jpg"}
TAKEN = "PNG, JPEG, GIF, WebP, AVIF, SVG and PDF are taken"
SVG = re.compile(rb"\s*(?:<\?xml|<!--|<!DOCTYPE\s+svg|<svg[\s>])")


def checked(data: bytes, name: str) -> str:
    """The file's ending by its content.

    WrongType where it is not taken, or not what it says, or an image without a size; TooLarge for
    more pixels than are shown.
    """
    if not data:
        raise wrong(f"{shown(name)} is empty.", "Choose another file.")
    found = kind_of(data)
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    said = SAME.get(ending, ending)
    if not found:
        raise wrong(
            f"{shown(name)} is neither an image nor a PDF, or not a whole one.", f"{TAKEN}."
        )
    if said and said != found:
        raise wrong(
            f"{shown(name)} is not what its name says: it holds {WORDS[found]}.",
            f"Name it .{found}.",
        )
    if found == "svg":
        check_svg(data, name)
    if found in dimensions.READERS:
        check_size(dimensions.of(data, found), name)
    return found


def kind_of(data: bytes) -> str:
    """By the first bytes and, where the format has one, by its end: a part of a file is none."""
    tail = data[-1024:]
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png" if data[12:16] == b"IHDR" and b"IEND" in tail else ""
    if data.startswith(b"\xff\xd8\xff"):
        return "jpg" if b"\xff\xd9" in tail else ""
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "gif" if data.rstrip(b"\0").endswith(b";") else ""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp" if int.from_bytes(data[4:8], "little") <= len(data) - 8 else ""
    if data[4:8] == b"ftyp" and re.search(rb"avi[fs]", data[8:64]):
        return "avif"
    if data.startswith(b"%PDF-"):
        return "pdf" if b"%%EOF" in tail else ""
    start = data.removeprefix(b"\xef\xbb\xbf")[:2000]
    return "svg" if SVG.match(start) and b"<svg" in data[:20_000] else ""


def check_size(size: dimensions.Size | None, name: str) -> None:
    """Refuse an image that cannot be shown, or not without asking for all the memory."""
    reason = dimensions.refusal(size)
    if reason and (size is None or 0 in size):
        raise wrong(f"{shown(name)} {reason}: no program can show it.", "Save it again.")
    if reason:
        raise TooLarge(f"{shown(name)} {reason}.", hint="Make it smaller, or cut it.")


def check_svg(data: bytes, name: str) -> None:
    """Refuse an SVG that is more than a drawing."""
    if found := svg.fault(data):
        raise wrong(f"{shown(name)} holds {found.reason}, and a drawing must not.", found.hint)


def shown(name: str) -> str:
    return name[:80] or "The file"


def wrong(message: str, hint: str) -> WrongType:
    return WrongType(message, field="file", hint=hint)
