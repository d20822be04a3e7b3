"""How many pixels an image has, by its header alone: nothing is decoded.

A few hundred bytes can say that an image is 60,000 pixels wide and high; every browser that shows
it would ask for the memory.

    >>> of(b"GIF89a" + b"\\x20\\x03\\x58\\x02\\0\\0\\0;", "gif")
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
MARKER = re.compile(rb"\xff[^\x00\xff]")
PICTURE, EXTENSION = b",!"
# No program writes more of them; a file of nothing else would be read for seconds.
MOST_MARKERS = 20_000
MOST_PARTS = 400_000
MOST_EXTENTS = 10_000


def of(data: bytes, kind: str) -> Size | None:
    """Width and height; None where the header does not say."""
    read = READERS.get(kind)
    return read(data) if read else None


def refusal(size: Size | None) -> str:
    """Why an image of that size is not taken; "" where it is.

    >>> refusal(None), refusal((0, 7))
    ('does not say how large it is', 'is 0 by 7 pixels')

    >>> refusal((60_000, 60_000))
    'is 60,000 by 60,000 pixels, 3,600 megapixels; the limit is 100 megapixels'
    """
    if size is None:
        return "does not say how large it is"
    if 0 in size:
        return f"is {size[0]:,} by {size[1]:,} pixels"
    if size[0] * size[1] <= MOST_PIXELS:
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
    """The screen, and around it the pictures, each of which may be larger; None: too many parts."""
    if len(data) < 13:
        return None
    width, height = little(data, 6, 2), little(data, 8, 2)
    at = 13 + palette(data[10])
    left = MOST_PARTS
    while at < len(data) and data[at] in (PICTURE, EXTENSION):
        if data[at] == PICTURE:
            width = max(width, little(data, at + 1, 2) + little(data, at + 5, 2))
            height = max(height, little(data, at + 3, 2) + little(data, at + 7, 2))
            at += 11 + palette(data[at + 9] if at + 9 < len(data) else 0)
        else:
            at += 2
        while left and at < len(data) and data[at]:  # parts with their length; the last is empty
            at += 1 + data[at]
            left -= 1
        if not left:
            return None
        at += 1
        left -= 1
    return width, height


def palette(flags: int) -> int:
    """The length of the list of colours that these flags announce."""
    return 3 << (1 + (flags & 7)) if flags & 0x80 else 0


def jpeg(data: bytes) -> Size | None:
    """From marker to marker, as every reader goes: past what stands between them."""
    at = 2
    for _ in range(MOST_MARKERS):
        found = MARKER.search(data, at)
        if found is None:
            return None
        at, marker = found.end(), data[found.end() - 1]
        if marker in FRAMES:
            return (big(data, at + 5, 2), big(data, at + 3, 2)) if len(data) >= at + 7 else None
        if marker in (0xD9, 0xDA):  # the end, or the picture without a frame
            return None
        if marker not in ALONE:
            at += max(2, big(data, at, 2))
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
    """The largest of the pictures that its index describes, wherever that stands."""
    largest: Size | None = None
    for number, match in enumerate(EXTENT.finditer(data)):
        if number >= MOST_EXTENTS:
            return None
        is_long = big(data, match.start() - 4, 4) == 1
        at = match.end() + (8 if is_long else 0)
        size = big(data, at, 4), big(data, at + 4, 4)
        largest = max(largest or size, size, key=lambda each: each[0] * each[1])
    return largest


# A box of that name: four bytes, or the first half of a length that needs eight.
EXTENT = re.compile(rb"ispe\x00{4}(?=.{8})", re.DOTALL)
READERS: dict[str, Callable[[bytes], Size | None]] = {
    "png": png,
    "gif": gif,
    "jpg": jpeg,
    "webp": webp,
    "avif": avif,
}
