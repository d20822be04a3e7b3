"""A version of a note in few bytes: compressed, with the version before it as the dictionary.

>>> before = b"A note of some length, which somebody changes a little. " * 50
>>> len(packed(before + b"More.", before)) < 40
True
>>> unpacked(packed(before + b"More.", before), before) == before + b"More."
True
"""

from __future__ import annotations

import zstandard
from zstandard import DICT_TYPE_RAWCONTENT, ZstdCompressionDict, ZstdCompressionParameters

WHOLE_LEVEL = 3
CHANGE_LEVEL = 9  # finds what is old in 5 MB, too, where level 3 stores it anew
SHORT_BYTES = 200_000  # up to there level 3 makes a change as small, in half of the time
LONG_BYTES = 1_000_000  # beyond it, what is old is looked for at a distance
MIN_WINDOW_LOG, MAX_WINDOW_LOG = 10, 30


def packed(data: bytes, before: bytes | None) -> bytes:
    """The bytes to store; `before` is what `unpacked` will be given."""
    if not before:
        return zstandard.ZstdCompressor(level=WHOLE_LEVEL, write_checksum=False).compress(data)
    compressor = zstandard.ZstdCompressor(
        dict_data=dictionary(before), compression_params=parameters(len(before) + len(data))
    )
    return compressor.compress(data)


def parameters(size: int) -> ZstdCompressionParameters:
    """With a window that holds both versions: what has left it cannot be referred to."""
    return ZstdCompressionParameters.from_level(
        CHANGE_LEVEL if size > SHORT_BYTES else WHOLE_LEVEL,
        source_size=size,
        window_log=min(max(size.bit_length(), MIN_WINDOW_LOG), MAX_WINDOW_LOG),
        enable_ldm=size > LONG_BYTES,
        write_content_size=True,
        write_checksum=False,
        write_dict_id=False,
    )


def dictionary(before: bytes) -> ZstdCompressionDict:
    return ZstdCompressionDict(before, dict_type=DICT_TYPE_RAWCONTENT)


def unpacked(stored: bytes, before: bytes | None) -> bytes:
    window = 1 << MAX_WINDOW_LOG
    if not before:
        return zstandard.ZstdDecompressor(max_window_size=window).decompress(stored)
    known = dictionary(before)
    return zstandard.ZstdDecompressor(dict_data=known, max_window_size=window).decompress(stored)
