"""How many pixels an image has, by its header alone: nothing is decoded.

A few hundred bytes can say that an image is 60,000 pixels wide and high; every browser that shows
it would ask for the memory.

    >>> of(b"GIF89a" + b"\\x20\\x03\\x58\\x02;", "gif")
    (800, 600)
    >>> of(b"no header", "png") is None
    True
"""

from __future__ import annotations

import re
from collections.abc import Callable

Size = tuple[int, int]

MOST_PIXELS = 100_000_000
# The markers of a JPEG that begin its frame; C4, C8 and CC in between are tables.
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
ALONE = frozenset((0x01, *range(0xD0, 0xD9)))  # markers without a length


def of(data: bytes, kind: str) -> Size | None:
    """Width and height; None where the header does not say."""
    read = READERS.get(kind)
    return read(data) if read else None


def refusal(size: Size | None) -> str:
    """Why an image of that size is not taken; "" where it is.

    >>> refusal((60_000, 60_000))
    'is 60,000 by 60,000 pixels, 3,600 megapixels; the limit is 100 megapixels'
    """
    if size is None or size[0] * size[1] <= MOST_PIXELS:
        return ""
    pixels, limit = -(-size[0] * size[1] // 1_000_000), MOST_PIXELS // 1_000_000
    return (
        f"is {size[0]:,} by {size[1]:,} pixels, {pixels:,} megapixels;"
        f" the limit is {limit} megapixels"
    )


def big(data: bytes, at: int, length: int) -> int:
    return int.from_bytes(data[at : at + length], "big")


def little(data: bytes, at: int, length: int) -> int:
    return int.from_bytes(data[at : at + length], "little")


def png(data: bytes) -> Size | None:
    is_whole = data[12:16] == b"IHDR" and len(data) >= 24
    return (big(data, 16, 4), big(data, 20, 4)) if is_whole else None


def gif(data: bytes) -> Size | None:
    """The screen, or its first picture, where that is larger."""
    if len(data) < 10:
        return None
    width, height = little(data, 6, 2), little(data, 8, 2)
    at = 13 + (3 << (1 + (data[10] & 7)) if len(data) > 10 and data[10] & 0x80 else 0)
    while data[at : at + 1] == b"!":  # an extension: parts with their length, the last is empty
        at += 2
        while at < len(data) and data[at]:
            at += 1 + data[at]
        at += 1
    if data[at : at + 1] == b",":
        width = max(width, little(data, at + 1, 2) + little(data, at + 5, 2))
        height = max(height, little(data, at + 3, 2) + little(data, at + 7, 2))
    return width, height


def jpeg(data: bytes) -> Size | None:
    """From marker to marker, as every reader goes: past what stands between them."""
    at = 2
    while (at := data.find(b"\xff", at)) >= 0 and at + 1 < len(data):
        marker = data[at + 1]
        if marker in FRAMES:
            return (big(data, at + 7, 2), big(data, at + 5, 2)) if len(data) >= at + 9 else None
        if marker in (0x00, 0xFF):  # no marker yet
            at += 1
        elif marker in ALONE:
            at += 2
        elif marker in (0xD9, 0xDA):  # the end, or the picture without a frame
            return None
        else:
            at += 2 + max(2, big(data, at + 2, 2))
    return None


def webp(data: bytes) -> Size | None:
    """Each of its three forms keeps the size elsewhere."""
    form = data[12:16]
    if form == b"VP8X" and len(data) >= 30:
        return 1 + little(data, 24, 3), 1 + little(data, 27, 3)
    if form == b"VP8L" and len(data) >= 25 and data[20] == 0x2F:
        bits = little(data, 21, 4)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if form == b"VP8 " and len(data) >= 30 and data[23:26] == b"\x9d\x01\x2a":
        return little(data, 26, 2) & 0x3FFF, little(data, 28, 2) & 0x3FFF
    return None


def avif(data: bytes) -> Size | None:
    """The largest of the pictures that its index describes."""
    head = data[:65_536]
    found = [(big(head, m.end() + 4, 4), big(head, m.end() + 8, 4)) for m in EXTENT.finditer(head)]
    return max(found, key=lambda size: size[0] * size[1], default=None)


EXTENT = re.compile(rb"\0\0\0\x14ispe(?=\0{4}.{8})", re.DOTALL)
READERS: dict[str, Callable[[bytes], Size | None]] = {
    "png": png,
    "gif": gif,
    "jpg": jpeg,
    "webp": webp,
    "avif": avif,
}
