"""An axis of a plot: where a value stands on it, and which values are named beside it.

>>> line = scale([0, 7], 0, 100)
>>> [tick.text for tick in line.ticks], line.place(7)
(['0', '2', '4', '6'], 96.3)
>>> [tick.text for tick in scale([10, 100, 1000], 0, 100).ticks]
['10', '100', '1000']
>>> scale(["free", "bound"], 0, 100).place("bound")
75.0
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from app.lab.signature import visible

WANTED = 5  # ticks
LOG_FROM = 100  # the largest value over the smallest
MOST_NAMES = 12  # of categories that are named
EDGE = 0.04  # of its length that an axis goes on at both ends
SMALLEST, LARGEST = 1e-290, 1e300
Log = Literal["auto", "yes", "no"]


@dataclass(frozen=True)
class Tick:
    at: float
    text: str


@dataclass(frozen=True)
class Scale:
    """`logs`: equal steps are equal factors."""

    place: Callable[[Any], float]
    ticks: tuple[Tick, ...]
    logs: bool = False


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def scale(values: Sequence[Any], start: float, end: float, log: Log = "auto") -> Scale:
    """For these values between two places of the page; what is no number makes categories."""
    if not values or not all(map(is_number, values)):
        return categories(values, start, end)
    low, high = float(min(values)), float(max(values))
    if high - low > LARGEST:
        return categories(values, start, end)
    if log != "no" and low > 0 and (log == "yes" or high >= LOG_FROM * low):
        return logarithmic(low, high, start, end)
    return linear(low, high, start, end)


def categories(values: Sequence[Any], start: float, end: float) -> Scale:
    known = list(dict.fromkeys(map(named, values)))
    step = (end - start) / max(1, len(known))
    places = {name: round(start + step * (number + 0.5), 2) for number, name in enumerate(known)}
    every = math.ceil(len(known) / MOST_NAMES)
    ticks = tuple(Tick(places[name], short(name)) for name in known[::every])
    return Scale(lambda value: places[named(value)], ticks)


def linear(low: float, high: float, start: float, end: float) -> Scale:
    least = max(abs(low), abs(high)) * 1e-9 or SMALLEST
    if high - low < max(least, SMALLEST):  # the same, or as good as
        low, high = low - (abs(low) or 1) / 2, high + (abs(high) or 1) / 2
        if high - low < SMALLEST:
            low, high = -0.5, 0.5
    pad = (high - low) * EDGE
    first, last = low - pad, high + pad
    step = nice((high - low) / WANTED)

    def place(value: Any) -> float:
        return round(start + (end - start) * (float(value) - first) / (last - first), 2)

    beginning = math.ceil(first / step)
    numbers = [step * number for number in range(beginning, math.floor(last / step) + 1)]
    return Scale(place, tuple(Tick(place(number), text(number, step)) for number in numbers))


def logarithmic(low: float, high: float, start: float, end: float) -> Scale:
    bottom, top = math.log10(low), math.log10(high)
    pad = max(top - bottom, 0.1) * EDGE
    first, last = bottom - pad, top + pad

    def place(value: Any) -> float:
        return round(start + (end - start) * (math.log10(value) - first) / (last - first), 2)

    decades = range(math.floor(first), math.ceil(last) + 1)
    factors = (1,) if last - first >= 1.5 else (1, 2, 5)
    every = math.ceil(len(decades) / (WANTED + 2))
    powers = [(power, factor) for power in decades[::every] for factor in factors]
    inside = [pair for pair in powers if first <= pair[0] + math.log10(pair[1]) <= last]
    ticks = [
        Tick(place(factor * 10.0**power), power_text(power, factor)) for power, factor in inside
    ]
    return Scale(place, tuple(ticks), logs=True)


def nice(step: float) -> float:
    """The next of 1, 2, 5, 10 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return power * next(factor for factor in (1, 2, 5, 10) if factor * power >= step * 0.999)


def text(number: float, step: float) -> str:
    if abs(number) < step / 1000:
        return "0"
    if not 1e-4 <= abs(number) < 1e6:
        return f"{number:.3g}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")
    digits = min(12, max(0, -math.floor(math.log10(step))))
    return f"{number:.{digits}f}".replace("-", "−")


def power_text(power: int, factor: int) -> str:
    if -4 < power < 5:
        return f"{factor * 10.0**power:.4f}".rstrip("0").rstrip(".")
    return f"{factor}e{power}"


def named(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(named, value))
    return "none" if value is None else visible(str(value))


def short(name: str, most: int = 14) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"
