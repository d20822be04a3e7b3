"""A figure for a dark page: the same SVG with the lightness of its colours turned around.

    >>> recoloured('<path style="fill: #1d1c1a; stroke: none"/>')
    '<path style="fill: #dddcd9; stroke: none"/>'

Lightness is that of OKLab, so that a hue stays the hue it was and two colours as far apart as
they were. The page's dark ink becomes its light one, and white a dark ground.
"""

from __future__ import annotations

import re
from functools import lru_cache

# The ink of the light page becomes that of the dark one, its paper the dark ground.
INK, DARK_INK, SLOPE = 0.22, 0.90, 0.93
DARKEST, LIGHTEST = 0.18, 0.97
# A colour in a style or an attribute of the SVG; never inside a path, an id or a word.
COLOUR = re.compile(r"(?<=[\s\":;])(fill|stroke|stop-color|color)(: ?|=\")(#[0-9a-fA-F]{6})\b")


def recoloured(svg: str) -> str:
    """The SVG for a dark page. Images inside it (heat maps) keep their pixels."""
    return COLOUR.sub(lambda found: found[1] + found[2] + turned(found[3]), svg)


@lru_cache(maxsize=4096)
def turned(colour: str) -> str:
    """One colour with its lightness turned around, as close as a screen can show it.

    >>> turned("#000000"), turned("#ffffff")
    ('#f5f5f5', '#121212')
    """
    lightness, a, b = to_oklab(*(int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)))
    light = min(LIGHTEST, max(DARKEST, DARK_INK + SLOPE * (INK - lightness)))
    return "#" + "".join(f"{channel:02x}" for channel in shown(light, a, b))


def to_oklab(red: float, green: float, blue: float) -> tuple[float, float, float]:
    """From sRGB (0 to 1); the matrices are Björn Ottosson's."""
    r, g, b = linear(red), linear(green), linear(blue)
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    middle = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def shown(lightness: float, a: float, b: float) -> tuple[int, ...]:
    """The nearest colour of that lightness and hue within sRGB: less vivid until it fits."""
    for step in range(21):
        vivid = 1 - step / 20
        channels = from_oklab(lightness, a * vivid, b * vivid)
        if all(-0.002 <= channel <= 1.002 for channel in channels):
            break
    return tuple(round(255 * min(1.0, max(0.0, gamma(channel)))) for channel in channels)


def from_oklab(lightness: float, a: float, b: float) -> tuple[float, float, float]:
    """To linear light; outside of 0 to 1 where no screen shows it."""
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def gamma(channel: float) -> float:
    if channel <= 0.0031308:
        return 12.92 * channel
    return float(1.055 * channel ** (1 / 2.4) - 0.055)
