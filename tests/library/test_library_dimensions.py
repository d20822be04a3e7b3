"""The size of an image by its header: as another reader sees it, and refused where too large."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.errors import TooLarge, WrongType
from app.library.writing import attachment, dimensions
from tests.spent import spent

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
        % (max(0, width - 1).to_bytes(3, "little"), max(0, height - 1).to_bytes(3, "little")),
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


def box(name: bytes, *parts: bytes) -> bytes:
    inner = b"".join(parts)
    return (8 + len(inner)).to_bytes(4, "big") + name + inner


def extent(width: int, height: int) -> bytes:
    return bytes(4) + width.to_bytes(4, "big") + height.to_bytes(4, "big")


def avif_of(*properties: bytes) -> bytes:
    """An AVIF whose properties stand after more than 64 kB."""
    inner = box(b"iprp", box(b"ipco", *properties))
    return (
        box(b"ftyp", b"avif\0\0\0\0avifmif1")
        + box(b"free", bytes(70_000))
        + box(b"meta", bytes(4), box(b"free", bytes(70_000)), inner)
    )


def test_what_an_avif_says_late_is_read() -> None:
    assert dimensions.of(avif_of(box(b"ispe", extent(60_000, 50_000))), "avif") == (60_000, 50_000)
    small, large = box(b"ispe", extent(5, 7)), extent(60_000, 50_000)
    assert dimensions.of(avif_of(small, box(b"ispe", large, b"more")), "avif") == (60_000, 50_000)
    wide = b"\0\0\0\1ispe" + (16 + len(large)).to_bytes(8, "big") + large
    assert dimensions.of(avif_of(small, wide), "avif") == (60_000, 50_000)


def test_every_picture_of_a_gif_counts() -> None:
    screen = b"GIF89a\1\0\1\0\0\0\0"
    small = b",\0\0\0\0\1\0\1\0\x80" + b",,,,,," + b"\2\2ab\1a\0"
    large = b",\0\0\0\0\x60\xea\x60\xea\0\2\0"
    assert dimensions.of(screen + small + b"!\xfe\1,\0" + small + b";", "gif") == (1, 1)
    for between in (b"", b"!\xfe\1,\0", small * 3):
        data = screen + small + between + large + b";"
        assert dimensions.of(data, "gif") == (60_000, 60_000)


def test_the_frames_that_pillow_writes_are_read() -> None:
    file = io.BytesIO()
    frames = [Image.new("P", SIZE, number) for number in range(5)]
    frames[0].save(file, "gif", save_all=True, append_images=frames[1:])
    assert dimensions.of(file.getvalue(), "gif") == SIZE


FRAME = b"\xff\xc0\0\x0b\x08\0\x15\0\x25\1\1\x11\0"
NO_SIZE = {
    "png without a width": ("png", saying("png", 0, 5)),
    "png without a height": ("png", saying("png", 5, 0)),
    "png of nothing": ("png", saying("png", 0, 0)),
    "png cut short": ("png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDRIEND"),
    "gif of nothing": ("gif", b"GIF89a\0\0\0\0\0\0\0;"),
    "gif cut short": ("gif", b"GIF89a;"),
    "jpg without a height": ("jpg", saying("jpg", 60_000, 0)),
    "jpg with its frame after the picture": (
        "jpg",
        b"\xff\xd8\xff\xda\0\x08\1\1\0\0\x3f\0" + FRAME + b"\xff\xd9",
    ),
    "jpg without a frame": ("jpg", b"\xff\xd8\xff\xe0\0\4ab\xff\xd9"),
    "webp without a form": ("webp", b"RIFF\4\0\0\0WEBP"),
    "avif without a size": ("avif", b"\0\0\0\x1cftypavif\0\0\0\0avifmif1"),
    "avif of nothing": ("avif", saying("avif", 0, 9)),
}


@pytest.mark.parametrize("name", NO_SIZE)
def test_an_image_without_a_size_is_refused_in_words(name: str) -> None:
    kind, data = NO_SIZE[name]
    with pytest.raises(WrongType, match=r"does not say how large it is|is \S+ by \S+ pixels"):
        attachment.checked(data, f"a.{kind}")


FILLINGS = [b"\xff", b"\xff\x00", b"\xff\xe0\0\2", b"\xff\xd0", b"\0", b"!\xfe\1a\0"]
FILLINGS += [
    b"\1a",
    b"!\xfe\0",
    b",\0\0\0\0\1\0\1\0\0\2\1a\0",
    b"ispe",
    b"\0\0\0\x14ispe" + bytes(12),
]


@pytest.mark.parametrize("filling", FILLINGS)
def test_the_largest_upload_is_read_in_a_moment(filling: bytes) -> None:
    """38 MB took up to half a minute."""
    many = filling * (10_000_000 // len(filling))
    for kind, start in (("jpg", b"\xff\xd8"), ("gif", GIF), ("gif", GIF + b"!\xfe"), ("avif", b"")):
        taken = []
        for data in (start + many, start + 2 * many):
            with spent() as found:
                dimensions.of(data, kind)
            taken.append(found.seconds)
        assert taken[1] < max(0.25, 2.6 * taken[0])
        assert taken[1] < 2


GIF = b"GIF89a\1\0\1\0\0\0\0"
