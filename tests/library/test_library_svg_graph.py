"""What an SVG unfolds to is counted, over all that refers to something, in the time of reading."""

from __future__ import annotations

import pytest

from app.library.writing import svg
from app.library.writing.svg_graph import DEEPEST
from tests.spent import least

OPEN = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'


def fault(inner: str) -> str:
    found = svg.fault(f"{OPEN}{inner}</svg>".encode())
    return found.reason if found else ""


def levels(level: str, first: str = '<rect id="g0"/>', count: int = 8) -> str:
    """Each of the levels refers ten times to the one before."""
    return first + "".join(
        level.replace("THIS", f"g{number}").replace("THAT", f"g{number - 1}")
        for number in range(1, count + 1)
    )


TEN = '<rect fill="url(#THAT)"/>' * 10
LAUGHS = {
    "use": '<g id="THIS">' + '<use href="#THAT"/>' * 10 + "</g>",
    "xlink": '<g id="THIS">' + '<use xlink:href=" #THAT "/>' * 10 + "</g>",
    "both": '<g id="THIS">' + '<use href="#no" xlink:href="#THAT"/>' * 10 + "</g>",
    "percent": '<g id="x-THIS">' + '<use href="#%78-THAT"/>' * 10 + "</g>",
    "symbol": '<symbol id="THIS">' + '<use href="#THAT"/>' * 10 + "</symbol>",
    "pattern": f'<pattern id="THIS">{TEN}</pattern>',
    "stroke": '<pattern id="THIS">' + '<path stroke="url(#THAT)"/>' * 10 + "</pattern>",
    "mask": '<mask id="THIS">' + '<g mask="url(#THAT)"/>' * 10 + "</mask>",
    "clip": '<clipPath id="THIS">' + "<rect clip-path=\"url( '#THAT' )\"/>" * 10 + "</clipPath>",
    "filter": '<filter id="THIS">' + '<feImage href="#THAT"/>' * 10 + "</filter>",
    "marker": '<marker id="THIS">' + '<path style="marker-end:url(#THAT)"/>' * 10 + "</marker>",
    "points": '<marker id="THIS"><path marker-mid="url(#THAT)" d="M0 0h1h1h1h1h1h1h1h1h1h1h1"/>'
    "</marker>",
    "inherited": '<pattern id="THIS"><g fill="url(#THAT)">' + "<rect/>" * 10 + "</g></pattern>",
    "around": '<g fill="url(#THAT)"><pattern id="THIS">' + "<rect/>" * 10 + "</pattern></g>",
    "into use": '<g id="TEN-THIS">' + "<rect/>" * 10 + '</g><pattern id="THIS">'
    '<use href="#TEN-THIS" fill="url(#THAT)"/></pattern>',
    "sheet": '<style>.THIS{fill:url(#THAT)}</style><pattern id="THIS">'
    + '<rect class="a THIS"/>' * 10
    + "</pattern>",
    "of ids": "<style>@media all{svg > #s-THIS:hover{fill:red;fill:url(#THAT)}}</style>"
    '<pattern id="THIS"><g id="s-THIS">' + "<rect/>" * 10 + "</g></pattern>",
    "nested": "<style>.a{color:red; .THIS &gt; b, &amp;.THIS{fill:url(#THAT)}}</style>"
    '<pattern id="THIS"><g class="THIS">' + "<rect/>" * 10 + "</g></pattern>",
    "variable": '<pattern id="THIS"><g style="--a:url(#THAT)">'
    + '<rect style="fill:var(--a)"/>' * 10
    + "</g></pattern>",
    "comment": '<pattern id="THIS">'
    + '<rect style="fi/*:*/fill:/*;*/url(#THAT)"/>' * 10
    + "</pattern>",
    "signs": '<g id="{};THIS"/><pattern id="THIS">'
    + '<rect fill="url(#THAT)"/>' * 10
    + "</pattern>",
    "handed on": '<mask id="THIS"><g mask="url(#THAT)">'
    + '<g mask="inherit"><rect/></g>' * 10
    + "</g></mask>",
}


@pytest.mark.parametrize("name", LAUGHS)
def test_what_unfolds_to_too_much_is_refused(name: str) -> None:
    assert "draw more than 100,000 elements" in fault(levels(LAUGHS[name]))
    assert fault(levels(LAUGHS[name], count=2)) == ""


CIRCLES = {
    "itself": '<g id="a"><use href="#a"/></g>',
    "another": '<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>',
    "pattern": '<pattern id="a"><rect fill="url(#a)"/></pattern>',
    "use of itself": '<use id="a" href="#a"/>',
    "gradients": '<linearGradient id="a" href="#b"/><linearGradient id="b" href="#a"/>',
    "sheet": '<style>*{mask:url(#a)}</style><mask id="a"><rect/></mask>',
    "semicolon": '<mask id="a;{"><rect style="mask:url(#a;{)"/></mask>',
}


@pytest.mark.parametrize("name", CIRCLES)
def test_what_refers_to_itself_is_refused(name: str) -> None:
    assert "which refers to itself" in fault(CIRCLES[name])


def test_the_depth_is_bounded() -> None:
    assert fault("<g>" * (DEEPEST - 1) + "</g>" * (DEEPEST - 1)) == ""
    assert "within each other" in fault("<g>" * 200_000 + "</g>" * 200_000)
    chain = "".join(f'<use id="u{n}" href="#u{n + 1}"/>' for n in range(5_000))
    assert "elements deep" in fault(chain)


GOOD = {
    "many points": '<defs><path id="m" d="M0 0h1"/></defs><g clip-path="url(#c)">'
    + '<use xlink:href="#m" x="1" style="fill: #1f77b4"/>' * 60_000
    + '</g><clipPath id="c"><rect/></clipPath>',
    "gradients": '<linearGradient id="a"><stop/><stop/><stop/></linearGradient>'
    '<linearGradient id="b" xlink:href="#a"/><style>.f{fill:url(#b);stroke:url(#a)}</style>'
    + '<path class="f" d="M0 0"/>'
    * 30_000,
    "arrows": '<marker id="m"><path d="M0 0h1"/></marker>'
    + '<path marker-end="url(#m)" d="M0 0h1"/>' * 20_000,
    "a line with dots": '<marker id="m"><circle/></marker><polyline marker-mid="url(#m)" points="'
    + "12.5,7.25 " * 8_000
    + '"/>',
    "a hatch": '<style>.bar { fill: url(#h) } text { font-family: "A, b" } /* {url(#h) */</style>'
    '<pattern id="h"><path d="M0 0"/></pattern>' + '<rect class="bar"/>' * 1_000,
}


@pytest.mark.parametrize("name", GOOD)
def test_what_programs_write_is_taken(name: str) -> None:
    assert fault(GOOD[name]) == ""


GROWING = {
    "use": lambda n: '<g id="a"/>' + '<use href="#a"/>' * n,
    "sheet": lambda n: "<style>" + "*{fill:url(#a)}" * n + "</style>" + "<rect/>" * n,
    "classes": lambda n: f'<style>.a{{fill:url(#b)}}</style><g class="{"a " * n}">{"<g/>" * n}</g>',
    "names": lambda n: '<g id="a"/><rect fill="url(#a)"/>' * n,
    "a long word": lambda n: f'<rect style="{"a" * 9 * n}"/>',
    "an open image": lambda n: f'<rect fill="url(data:image/png;base64,{" " * 9 * n}x"/>',
    "open comments": lambda n: f'<rect style="{"/*a" * n}"/>',
    "open texts": lambda n: f"<style>{'[a' * n}'</style>",
    "braces": lambda n: f"<style>{'a{' * n}fill:url(#a)</style>",
    "inherit": lambda n: f'<rect style="{"filter all inherit " * n}"/>',
}


@pytest.mark.parametrize("name", GROWING)
def test_a_drawing_twice_as_long_takes_twice_as_long(name: str) -> None:
    once, twice = (seconds(GROWING[name](count)) for count in (4_000, 8_000))
    assert twice <= max(0.3, 2.6 * once)


def seconds(inner: str) -> float:
    return least(lambda: fault(inner))
