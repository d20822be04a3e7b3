"""The size of an image by its header: as another reader sees it, and refused where too large."""

from __future__ import annotations

import io
import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.errors import TooLarge, WrongType
from app.library.writing import attachment, dimensions

SIZE = (37, 21)
# What Pillow writes: the kind, the mode, how it is saved.
REAL: dict[str, tuple[str, str, dict[str, Any]]] = {
    "png": ("png", "RGB", {}),
    "gif": ("gif", "P", {}),
    "gif with a comment": ("gif", "P", {"comment": b"said" * 100}),
    "jpeg": ("jpg", "RGB", {}),
    "progressive": ("jpg", "RGB", {"progressive": True}),
    "jpeg with Exif": ("jpg", "RGB", {"exif": b"Exif\0\0\xff\xc0" + b"\xff\xc0\0\x11" * 900}),
    "jpeg in CMYK": ("jpg", "CMYK", {}),
    "webp": ("webp", "RGB", {}),
    "webp, lossless": ("webp", "RGB", {"lossless": True}),
    "webp, extended": ("webp", "RGBA", {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0"}),
    "avif": ("avif", "RGB", {}),
}


def drawn(kind: str, mode: str, how: dict[str, Any], size: tuple[int, int] = SIZE) -> bytes:
    file = io.BytesIO()
    Image.new(mode, size).save(file, format="jpeg" if kind == "jpg" else kind, **how)
    return file.getvalue()


@pytest.mark.parametrize("name", REAL)
def test_the_size_is_what_another_reader_says(name: str) -> None:
    kind, mode, how = REAL[name]
    data = drawn(kind, mode, how)
    assert dimensions.of(data, kind) == SIZE
    assert attachment.checked(data, f"a.{kind}") == kind


@given(st.integers(1, 400), st.integers(1, 400), st.sampled_from(sorted(set(REAL) - {"avif"})))
def test_any_size_is_found(width: int, height: int, name: str) -> None:
    kind, mode, how = REAL[name]
    assert dimensions.of(drawn(kind, mode, how, (width, height)), kind) == (width, height)


def saying(kind: str, width: int, height: int) -> bytes:
    """A small file whose header says that it is large."""
    made = {
        "png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR%s%s\x08\2\0\0\0 IEND"
        % (width.to_bytes(4, "big"), height.to_bytes(4, "big")),
        "gif": b"GIF89a%s%s\0\0\0;" % (width.to_bytes(2, "little"), height.to_bytes(2, "little")),
        "jpg": b"\xff\xd8\xff\xe0\0\4ab,garbage,\xff\xff\xff\xc2\0\x11\x08%s%s\3\xff\xd9"
        % (height.to_bytes(2, "big"), width.to_bytes(2, "big")),
        "webp": b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0%s%s"
        % ((width - 1).to_bytes(3, "little"), (height - 1).to_bytes(3, "little")),
        "avif": b"\0\0\0\x1cftypavif\0\0\0\0avifmif1\0\0\0\x14ispe\0\0\0\0%s%s"
        % (width.to_bytes(4, "big"), height.to_bytes(4, "big")),
    }
    return made[kind]


@pytest.mark.parametrize("kind", ["png", "gif", "jpg", "webp", "avif"])
def test_a_header_that_says_too_much_is_refused_with_the_limit(kind: str) -> None:
    with pytest.raises(TooLarge) as refused:
        attachment.checked(saying(kind, 60_000, 50_000), f"a.{kind}")
    said = str(refused.value)
    assert f"a.{kind} is 60,000 by 50,000 pixels" in said
    assert "the limit is 100 megapixels" in said
    assert attachment.checked(saying(kind, 10_000, 10_000), f"a.{kind}") == kind
    with pytest.raises(TooLarge, match="101 megapixels"):
        attachment.checked(saying(kind, 10_001, 10_000), f"a.{kind}")


def test_a_picture_larger_than_the_screen_of_its_gif() -> None:
    data = b"GIF89a\1\0\1\0\0\0\0!\xfe\3abc\0,\0\0\0\0\x60\xea\x60\xea\0;"
    assert dimensions.of(data, "gif") == (60_000, 60_000)
    palette = b"GIF89a\1\0\1\0\x80\0\0" + b",,,,,," + b",\0\0\0\0\x60\xea\x60\xea\0;"
    assert dimensions.of(palette, "gif") == (60_000, 60_000)


STARTS = [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\xff\xd8\xff", b"GIF89a", b"RIFF\0\0\0\0WEBPVP8 "]
STARTS += [b"RIFF\0\0\0\0WEBPVP8L", b"RIFF\0\0\0\0WEBPVP8X", b"\0\0\0\x1cftypavif\0\0\0\x14ispe"]


@given(st.sampled_from(STARTS), st.binary(max_size=40))
def test_any_bytes_have_a_size_or_none(start: bytes, rest: bytes) -> None:
    for kind in dimensions.READERS:
        size = dimensions.of(start + rest, kind)
        assert size is None or min(size) >= 0
    with suppress(WrongType, TooLarge):
        attachment.checked(start + rest, "x")


def test_a_long_file_without_a_frame_is_read_once() -> None:
    began = time.monotonic()
    for filling in (b"\xff", b"\xff\x00", b"\xff\xe0\0\2", b"\0", b"!\xfe\1a\0"):
        for kind in dimensions.READERS:
            dimensions.of(b"\xff\xd8" + filling * 400_000, kind)
    assert time.monotonic() - began < 5
