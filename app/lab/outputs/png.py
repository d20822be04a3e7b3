"""A figure as a PNG.

matplotlib and Pillow try five filters on each line of a picture: 15 of their 45 ms. One filter
does for plots.

    >>> encoded(np.zeros((1, 2, 4), np.uint8), 200)[1:4]
    b'PNG'
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import numpy as np
from isal import isal_zlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]  # lines, columns, and red, green, blue, opacity

SIGNATURE = b"\x89PNG\r\n\x1a\n"
DEPTH, WITH_OPACITY = 8, 6  # bits for each colour, and the kind of colours
UP = 2  # the filter: each line as its difference to the one above
INCH = 0.0254


def canvas_of(drawn: Figure, dots: float) -> FigureCanvasAgg:
    """To paint the figure on, at so many dots per inch.

    The figure is laid out with it, too: the words are measured once then, which takes 10 of 52 ms
    off painting a plot.
    """
    drawn.set_dpi(dots)
    return FigureCanvasAgg(drawn)


def painted(canvas: Any, dots: float) -> Pixels:
    """The figure as `savefig` paints it, which takes 5 ms more, and can cut off what is empty."""
    if mpl.rcParams["savefig.bbox"] is not None:
        canvas.print_figure(io.BytesIO(), format="rgba", dpi=dots)
        return np.asarray(canvas.renderer.buffer_rgba())
    with grounded(canvas.figure):
        canvas.draw()
    return np.asarray(canvas.buffer_rgba())


@contextmanager
def grounded(drawn: Figure) -> Iterator[None]:
    """On its own ground, or on that of all that are saved."""
    was = {"facecolor": drawn.get_facecolor(), "edgecolor": drawn.get_edgecolor()}
    wanted = {name: mpl.rcParams[f"savefig.{name}"] for name in was}  # type: ignore[index]
    drawn.set(**{name: colour for name, colour in wanted.items() if colour != "auto"})
    yield
    drawn.set(**was)


def encoded(pixels: Pixels, dots: float) -> bytes:
    """The bytes of the file."""
    height, width, _ = pixels.shape
    lines = pixels.reshape(height, 4 * width)
    filtered = np.empty((height, 1 + 4 * width), np.uint8)
    filtered[:, 0] = UP
    filtered[0, 1:] = lines[0]
    np.subtract(lines[1:], lines[:-1], out=filtered[1:, 1:])
    data = isal_zlib.compress(filtered.data, 1)  # 0.5 ms for a plot, where zlib takes 5.4
    header = struct.pack(">IIBBBBB", width, height, DEPTH, WITH_OPACITY, 0, 0, 0)
    density = struct.pack(">IIB", *[round(dots / INCH)] * 2, 1)
    parts = ((b"IHDR", header), (b"pHYs", density), (b"IDAT", data), (b"IEND", b""))
    return SIGNATURE + b"".join(chunk(kind, body) for kind, body in parts)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
