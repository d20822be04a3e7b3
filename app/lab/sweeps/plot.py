"""One value of a sweep against one parameter, as an SVG that a page shows in its own colours.

    >>> svg = plot([(1, 2.0, None), (2, 4.0, None)], Names("n", "sum"), "plot")
    >>> svg.startswith('<svg class="plot"'), svg.count("<circle")
    (True, 2)

At each place of the parameter the mean over all other axes is drawn, and the band between the
smallest and the largest value. No script and no library: what goes in decides what comes out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from app.lab.sweeps.scale import Log, Scale, Tick, is_number, named, scale, short

WIDE, HIGH = 640, 380
LEFT, RIGHT, TOP, BOTTOM = 64, 14, 30, 46
LEGEND, LEGEND_HIGH = 38, 24  # where its line stands, and what it takes
MOST_DOTS = 200
LARGEST = 1e299
MOST_SERIES = 6
LONGEST_SAID = 60  # of a value, to who does not see the plot
LETTER = 8.2  # width of one on a phone, where they are larger; about

Point = tuple[Any, Any, Any]  # x, y, and the series that it belongs to


@dataclass(frozen=True)
class Names:
    x: str
    y: str
    by: str = ""


@dataclass(frozen=True)
class Place:
    """All values at one x of one series."""

    x: Any
    mean: float
    low: float
    high: float
    count: int


def plot(points: Sequence[Point], names: Names, key: str, log: Log = "auto") -> str:
    """`key` makes the ids in it unique on the page."""
    usable = [(x, float(y), by) for x, y, by in points if is_finite(y) and is_placed(x)]
    series = grouped(usable)
    shown = dict(list(series.items())[:MOST_SERIES])
    left_out = len(points) - len(usable)
    words = about(names, series, left_out)
    head = (
        f'<svg class="plot" viewBox="0 0 {WIDE} {HIGH}" role="img"'
        f' aria-labelledby="{escape(key)}-t {escape(key)}-d">'
        f'<title id="{escape(key)}-t">{escape(title(names))}</title>'
        f'<desc id="{escape(key)}-d">{escape(words)}</desc>'
    )
    if not shown:
        nothing = (
            f'<text x="{WIDE / 2}" y="{HIGH / 2}" text-anchor="middle">Nothing to draw yet</text>'
        )
        return f"{head}{nothing}</svg>"
    kept = [point for point in usable if named(point[2]) in shown]
    across = scale(xs(kept), LEFT, WIDE - RIGHT, log)
    top = TOP + LEGEND_HIGH * bool(names.by)
    up = scale([point[1] for point in kept], HIGH - BOTTOM, top, log)
    body = [*grid(across, up, names, top), *legend(list(shown), names)]
    for number, places in enumerate(shown.values()):
        body += drawn(places, across, up, number)
    if len(kept) <= MOST_DOTS:
        order = list(shown)
        body += [dot(point, across, up, order.index(named(point[2]))) for point in kept]
    return f"{head}{''.join(body)}</svg>"


def title(names: Names) -> str:
    by = f" by {spoken(names.by)}" if names.by else ""
    return f"{spoken(names.y)} against {spoken(names.x)}{by}"


def about(names: Names, series: dict[str, list[Place]], left_out: int) -> str:
    """What it shows, for who does not see it."""
    said = []
    for name, places in list(series.items())[:MOST_SERIES]:
        first, last = places[0], places[-1]
        start = f"{spoken(names.by)} {short(name, LONGEST_SAID)}: " if names.by else ""
        left, right = (short(named(place.x), LONGEST_SAID) for place in (first, last))
        said.append(f"{start}{first.mean:.4g} at {left} to {last.mean:.4g} at {right}.")
    return " ".join([*said, *remarks(names, len(series), left_out)])


def remarks(names: Names, series: int, left_out: int) -> list[str]:
    """What is not in the plot."""
    said = []
    if series > MOST_SERIES:
        said.append(f"The first {MOST_SERIES} of {series} values of {spoken(names.by)} are drawn.")
    if left_out:
        one = left_out == 1
        verbs = ("point has", "is") if one else ("points have", "are")
        said.append(f"{left_out} {verbs[0]} no finite value and {verbs[1]} left out.")
    return said


def left_out(points: Sequence[Point], names: Names) -> str:
    """The same as a sentence below the plot; empty where all is in it."""
    usable = [point for point in points if is_finite(point[1]) and is_placed(point[0])]
    series = len({named(by) for *_, by in usable})
    return " ".join(remarks(names, series, len(points) - len(usable)))


def is_finite(value: Any) -> bool:
    """Also sums and differences of such are; beyond, nothing could be reckoned."""
    return isinstance(value, bool) or (is_number(value) and abs(value) <= LARGEST)


def is_placed(x: Any) -> bool:
    return not is_number(x) or is_finite(x)


def xs(points: Sequence[Point]) -> list[Any]:
    """Numbers in their order; what is no number in the order of the sweep."""
    found = [point[0] for point in points]
    return sorted(found) if all(map(is_number, found)) else found


def grouped(points: Sequence[Point]) -> dict[str, list[Place]]:
    values: dict[str, dict[str, list[Point]]] = {}
    for point in points:
        values.setdefault(named(point[2]), {}).setdefault(named(point[0]), []).append(point)
    return {
        name: in_order([placed(at) for at in places.values()]) for name, places in values.items()
    }


def placed(points: Sequence[Point]) -> Place:
    ys = [point[1] for point in points]
    return Place(points[0][0], math.fsum(y / len(ys) for y in ys), min(ys), max(ys), len(ys))


def in_order(places: list[Place]) -> list[Place]:
    numbers = all(is_number(place.x) for place in places)
    return sorted(places, key=lambda place: place.x) if numbers else places


def grid(across: Scale, up: Scale, names: Names, top: int) -> list[str]:
    """Hairlines, the ticks' names, the axes' names."""
    bottom, right = HIGH - BOTTOM, WIDE - RIGHT
    made = [f'<path class="grid" d="M{LEFT} {tick.at}H{right}"/>' for tick in up.ticks]
    made.append(f'<path class="axis" d="M{LEFT} {top}V{bottom}H{right}"/>')
    made += [f'<path class="axis" d="M{tick.at} {bottom}v4"/>' for tick in across.ticks]
    made += [
        f'<text x="{LEFT - 7}" y="{tick.at + 4:.2f}" text-anchor="end">{escape(tick.text)}</text>'
        for tick in up.ticks
    ]
    made += [
        f'<text x="{tick.at}" y="{bottom + 18}" text-anchor="middle">{escape(tick.text)}</text>'
        for tick in spaced(across.ticks)
    ]
    log_x, log_y = " (log)" if across.logs else "", " (log)" if up.logs else ""
    made.append(
        f'<text class="name" x="{right}" y="{HIGH - 8}" text-anchor="end">'
        f"{escape(spoken(names.x))}{log_x}</text>"
    )
    made.append(f'<text class="name" x="4" y="14">{escape(spoken(names.y))}{log_y}</text>')
    return made


def spaced(ticks: Sequence[Tick]) -> list[Tick]:
    """Those whose names do not touch the one before."""
    kept: list[Tick] = []
    for tick in ticks:
        half = len(tick.text) * LETTER / 2
        if not kept or tick.at - half > kept[-1].at + len(kept[-1].text) * LETTER / 2 + 6:
            kept.append(tick)
    return kept


def legend(series: Sequence[str], names: Names) -> list[str]:
    """In words and as they are drawn, on a line of its own."""
    if not names.by:
        return []
    about = spoken(names.by)
    made = [f'<text class="name" x="{LEFT}" y="{LEGEND}">{escape(about)}</text>']
    left = LEFT + len(about) * LETTER + 16
    most = max(3, int(((WIDE - RIGHT - left) / len(series) - 44) / LETTER))
    for number, name in enumerate(series):
        label = short(name, most)
        made.append(f'<path class="s{number}" d="M{left:.1f} {LEGEND - 4}h22"/>')
        made.append(f'<text x="{left + 28:.1f}" y="{LEGEND}">{escape(label)}</text>')
        left += 44 + len(label) * LETTER
    return made


def drawn(places: Sequence[Place], across: Scale, up: Scale, number: int) -> list[str]:
    """The band, if there is more than one value somewhere, and the line of the means."""
    line = [(across.place(place.x), up.place(place.mean)) for place in places]
    top = [(across.place(place.x), up.place(place.high)) for place in places]
    bottom = [(across.place(place.x), up.place(place.low)) for place in reversed(places)]
    made = []
    if any(place.count > 1 for place in places) and len(places) > 1:
        made.append(f'<path class="band b{number}" d="{path([*top, *bottom])}Z"/>')
    elif places[0].count > 1:
        x, first, last = top[0][0], top[0][1], bottom[0][1]
        made.append(f'<path class="s{number}" d="M{x} {first}V{last}"/>')
    if len(line) > 1:
        made.append(f'<path class="s{number}" d="{path(line)}"/>')
    return made


def path(places: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in places)


def dot(point: Point, across: Scale, up: Scale, number: int) -> str:
    x, y = across.place(point[0]), up.place(point[1])
    return f'<circle class="d{number}" cx="{x}" cy="{y}" r="2.6"/>'


def spoken(name: str) -> str:
    return name.replace("_", " ")
