"""An SVG is taken as it is, or refused with what is wrong in it: nothing runs, loads or unfolds."""

from __future__ import annotations

import io
from contextlib import suppress
from pathlib import Path

import matplotlib as mpl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from app.errors import WrongType
from app.lab.outputs import results
from app.library.writing import attachment, svg

OPEN = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    ' xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"'
    ' xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd"'
    ' xmlns:ev="http://www.w3.org/2001/xml-events" xmlns:h="http://www.w3.org/1999/xhtml">\n'
)
PIXEL = "data:image/png;base64,iVBORw0KGgo="
# What stands in line 2 of a drawing, and a part of the reason that names it.
HOSTILE = {
    "<script>alert(1)</script>": "element <script>",
    '<script href="data:,alert(1)"/>': "element <script>",
    "<h:script>alert(1)</h:script>": "element <script> of http://www.w3.org/1999/xhtml",
    "<Script/>": "element <Script>",
    '<rect onload="alert(1)"/>': "attribute onload of <rect>",
    '<rect onunheardof="1"/>': "attribute onunheardof",
    '<rect ONLOAD="1"/>': "attribute ONLOAD",
    '<rect ev:event="click"/>': "attribute event",
    '<rect inkscape:onload="1"/>': "attribute onload",
    '<inkscape:grid onclick="1"/>': "attribute onclick of <grid>",
    '<ev:listener event="load" handler="#a"/>': "element <listener>",
    '<handler type="text/ecmascript">1</handler>': "element <handler>",
    '<a href="javascript:alert(1)"><text>x</text></a>': "address javascript:alert(1) of <a>",
    '<a href="java&#10;script:alert(1)"/>': "address java script:alert(1) of <a>",
    '<a href="&#1;javascript:alert(1)"/>': "a mistake",
    '<a xlink:href=" JavaScript&#58;alert(1)"/>': "address JavaScript:alert(1) of <a>",
    '<a href="data:text/html,x"/>': "address data:text/html,x of <a>",
    '<use href="https://e.example/"/>': "address https://e.example/ of <use>",
    '<a href="#a" ping="https://e.example/"/>': "attribute ping",
    '<use href="//e.example/#a"/>': "address //e.example/#a of <use>",
    '<use xlink:href="other.svg#a"/>': "address other.svg#a of <use>",
    '<use href="data:image/svg+xml;base64,PHN2Zz4="/>': "address data:image/svg+xml",
    '<image href="https://e.example/a.png"/>': "of <image>",
    '<image xlink:href="/media/secret.png"/>': "of <image>",
    '<image href="data:image/svg+xml,%3Csvg%3E"/>': "of <image>",
    '<image href="data:text/html;base64,PHNjcmlwdD4="/>': "of <image>",
    '<feImage xlink:href="https://e.example/"/>': "of <feImage>",
    '<linearGradient xlink:href="https://e.example/#a"/>': "of <linearGradient>",
    '<g xml:base="https://e.example/"/>': "attribute base of <g>",
    '<image src="https://e.example/"/>': "attribute src",
    '<image srcset="https://e.example/ 1x"/>': "attribute srcset",
    '<set attributeName="href" to="javascript:alert(1)"/>': "element <set>",
    '<animate attributeName="xlink:href" values="javascript:1"/>': "element <animate>",
    '<animateTransform attributeName="transform"/>': "element <animateTransform>",
    '<foreignObject><h:img src="x" h:onerror="1"/></foreignObject>': "element <foreignObject>",
    '<h:iframe src="https://e.example/"/>': "element <iframe>",
    '<rect xmlns="" width="1"/>': "element <rect> of no namespace",
    '<math xmlns="http://www.w3.org/1998/Math/MathML"/>': "element <math>",
    "<style>@import 'https://e.example/a.css';</style>": "rule @import",
    '<style>@\\69mport "https://e.example/a.css";</style>': "an escape",
    "<style><![CDATA[@im]]><![CDATA[port 'x']]></style>": "rule @import",
    "<style>@im<!-- -->port 'x';</style>": "rule @import",
    "<style>@font-face{font-family:a;src:url(//e.example)}</style>": "address of something else",
    "<style>@font-face{src:url(data:text/html;base64,AAAA)}</style>": "address of something else",
    "<style>@font-face{src:local('a')}</style>": "function local()",
    "<style>*{fill:url(https://e.example/#a)}</style>": "address of something else in the <style>",
    "<style>*{background:URL( '//e.example' )}</style>": "address of something else",
    "<style>*{background:u\\72l(//e.example)}</style>": "an escape",
    "<style>*{background:url(data:image/svg+xml;base64,AA)}</style>": "address of something else",
    "<style>*{background:image-set('//e.example' 1x)}</style>": "function image-set()",
    "<style>*{background:-webkit-image-set('//e' 1x)}</style>": "function -webkit-image-set()",
    "<style>*{background:image('//e.example')}</style>": "function image()",
    "<style>*{background:src('//e.example')}</style>": "function src()",
    "<style>*{background:ur-url(#a)l(//e.example)}</style>": "function l()",
    "<style>*{fill:url(#a//e.example'')}</style>": "address of something else",
    "<style>*{width:expression(alert(1))}</style>": "function expression()",
    "<style>*{fill:<g/>red}</style>": "element <g> within <style>",
    '<rect style="fill:url(//e.example)"/>': "in the attribute style of <rect>",
    '<rect style="fill:&#x75;rl(//e.example)"/>': "in the attribute style of <rect>",
    '<rect style="fill:\\75rl(//e.example)"/>': "an escape",
    '<rect style="background:image-set(&quot;//e&quot; 1x)"/>': "function image-set()",
    '<rect fill="url(https://e.example/#a)"/>': "in the attribute fill of <rect>",
    '<rect filter="url(&quot;//e.example&quot;)"/>': "in the attribute filter",
    '<rect cursor="url(//e.example),auto"/>': "in the attribute cursor",
    '<rect mask="\\75 rl(//e.example)"/>': "an escape",
    '<?xml-stylesheet href="//e.example/a.css"?>': "instruction <?xml-stylesheet?>",
    "<font-face-uri/>": "element <font-face-uri>",
    "<cursor/>": "element <cursor>",
    "<discard/>": "element <discard>",
    "<iframe/>": "element <iframe>",
    "<video/>": "element <video>",
    "<rect>&unknown;</rect>": "a mistake",
    '<unbound:rect width="1"/>': "a mistake",
}
# Whole files.
WHOLE = {
    f'<!DOCTYPE svg [<!ENTITY a "b">]>{OPEN}</svg>': "DOCTYPE with declarations",
    f'<!DOCTYPE svg [<!ATTLIST svg onload CDATA "1">]>{OPEN}</svg>': "DOCTYPE with declarations",
    f'<!DOCTYPE svg [<!ENTITY % a SYSTEM "//e">%a;]>{OPEN}</svg>': "DOCTYPE with declarations",
    f'<!DOCTYPE svg SYSTEM "https://e.example/a.dtd">{OPEN}</svg>': "DOCTYPE https://e.example",
    f'<?xml version="1.0" encoding="iso-2022-jp"?>{OPEN}</svg>': "letters in iso-2022-jp",
    f'<?xml version="1.0" encoding="utf-7"?>{OPEN}</svg>': "letters in utf-7",
    f'<?xml-stylesheet href="//e"?>{OPEN}</svg>': "instruction",
    "<svg><rect/></svg>": "<svg> as its first element",
    '<svg xmlns="http://www.w3.org/1999/xhtml"/>': "<svg> as its first element",
    f"<!--<svg-->\n<x>{OPEN}</svg></x>": "<x> as its first element",
    f"{OPEN}": "a mistake",
}
BILLION = (
    '<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><svg xmlns="http://www.w3.org/2000/svg">'
    "<text>&b;</text></svg>"
)

GOOD = {
    "Inkscape": OPEN
    + """<sodipodi:namedview id="base" pagecolor="#ffffff" inkscape:zoom="0.7">
        <inkscape:grid type="xygrid" units="mm"/></sodipodi:namedview>
      <defs><inkscape:path-effect effect="bspline" only_selected="false" id="effect1"/></defs>
      <metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
        xmlns:cc="http://creativecommons.org/ns#" xmlns:dc="http://purl.org/dc/elements/1.1/">
        <cc:Work rdf:about=""><dc:format>image/svg+xml</dc:format>
        <dc:type rdf:resource="http://purl.org/dc/dcmitype/StillImage"/></cc:Work></rdf:RDF></metadata>
      <g inkscape:label="f(x) = \\frac" inkscape:groupmode="layer" id="layer1"
        transform="matrix(1,0,0,1,2.5,3)">
        <path style="fill:none;stroke:#000;marker-end:url(#Arrow);-inkscape-stroke:none"
          d="m 1,2 c 3,4" sodipodi:nodetypes="cc" inkscape:connector-curvature="0"/>
        <text xml:space="preserve" style="font-size:12px;-inkscape-font-specification:'Arial, Bold'"
          x="1" y="2"><tspan sodipodi:role="line">α</tspan></text></g>""",
    "draw.io": '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN"'
    ' "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
    + OPEN[:-2]
    + """ version="1.1" width="121px" viewBox="-0.5 -0.5 121 61" style="background: transparent;
        background-color: transparent; color-scheme: light dark;"
        content="&lt;mxfile host=&quot;app.diagrams.net&quot;&gt;">
      <defs/><g data-cell-id="0"><rect x="0" y="0" width="120" height="60" rx="9" fill="#ffffff"
        stroke="#000" pointer-events="all" style="fill: light-dark(#ffffff, var(--dark, #121212));
        stroke: light-dark(rgb(0, 0, 0), rgb(255, 255, 255));"/>
      <g fill="rgb(0, 0, 0)" font-family="&quot;Helvetica&quot;" text-anchor="middle"
        font-size="12px"><text x="59.5" y="34.5">A (box)</text></g></g>""",
    "images and parts": OPEN
    + f"""<title>url(//in.words) and javascript: in words</title>
      <image width="9" height="9" xlink:href="{PIXEL}"/><image href="data:image/jpeg;base64,
        AAAA\nBBBB"/><use xlink:href="#a" xlink:type="simple"/><a href="#b"><circle r="1"/></a>
      <a href="https://example.org/a?b=c&amp;d#e" target="_blank"><circle r="1"/></a>
      <style>@font-face {{ font-family: A; src: url("data:font/woff2;charset=utf-8;base64,d09G")
        format("woff2"), url(data:application/x-font-ttf;base64,AAEA) }}</style>
      <rect id="f(x)" fill="url( '#a' ) red" filter='url("#b")' clip-path="url(#c)" class="a b"/>
      <rect aria-label="image(x)" data-x="src('y')" style="fill: url({PIXEL})"/>""",
    "a style": OPEN
    + """<style type="text/css"><![CDATA[ /* of a figure */ *{stroke-linejoin: round}
      @media (prefers-color-scheme: dark) { .a:not(.b) > path { fill: url(#g); opacity: calc(1) } }
      ]]></style><style/>""",
}


@pytest.mark.parametrize("inner", HOSTILE)
def test_what_is_more_than_a_drawing_is_named_with_its_line(inner: str) -> None:
    found = svg.fault(f"{OPEN}{inner}\n</svg>".encode())
    assert found
    assert HOSTILE[inner] in found.reason
    assert "line 2" in found.reason
    assert found.hint


@pytest.mark.parametrize("text", WHOLE)
def test_a_file_that_is_more_than_a_drawing(text: str) -> None:
    found = svg.fault(text.encode())
    assert found
    assert WHOLE[text] in found.reason


def test_the_message_names_the_file_and_says_what_to_do() -> None:
    data = f"{OPEN}\n<g>\n<foreignObject/></g></svg>".encode()
    with pytest.raises(
        WrongType, match=r"^a\.svg holds the element <foreignObject> in line 4"
    ) as no:
        attachment.checked(data, "a.svg")
    assert "labels" in no.value.hint
    with pytest.raises(WrongType, match="declarations of its own"):
        attachment.checked(BILLION.encode(), "a.svg")


@pytest.mark.parametrize("name", GOOD)
def test_a_drawing_is_taken(name: str) -> None:
    data = f"{GOOD[name]}\n</svg>".encode()
    assert svg.fault(data) is None
    assert svg.fault(b"\xef\xbb\xbf" + data) is None
    assert attachment.checked(data, "a.svg") == "svg"


def figure() -> Figure:
    drawn = Figure()
    curve, picture = drawn.subplots(1, 2)
    curve.fill_between([0, 1], [1, 2], hatch="//", label="$x^2$ (a)")
    curve.errorbar([1, 2], [3, 4], yerr=0.5)
    curve.legend()
    picture.imshow([[1, 2], [3, 4]])
    picture.set_title("<π> & javascript:")
    return drawn


@pytest.mark.parametrize("fonts", ["path", "none"])
def test_what_matplotlib_draws_is_taken(fonts: str) -> None:
    file = io.BytesIO()
    with mpl.rc_context({"svg.fonttype": fonts}):
        figure().savefig(file, format="svg", metadata={"Title": "T", "Keywords": ["a", "b"]})
    assert b"<!DOCTYPE svg" in file.getvalue()
    assert attachment.checked(file.getvalue(), "figure.svg") == "svg"


def test_what_an_analysis_returned_is_taken(tmp_path: Path) -> None:
    drawn = results.draw("figure", figure(), tmp_path)
    assert sorted(drawn) == ["dark", "svg"]
    for file in drawn.values():
        assert svg.fault((tmp_path / file).read_bytes()) is None, file


def test_our_own_icon_is_taken() -> None:
    icon = Path(svg.__file__).parents[2] / "web" / "static" / "icon.svg"
    assert svg.fault(icon.read_bytes()) is None


@given(st.text(max_size=40))
@example("&#0;")
@example("\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"))
def test_any_text_in_a_drawing_is_taken_or_refused(text: str) -> None:
    for place in ("<g>{}</g>", "<style>{}</style>", '<rect style="{}"/>', '<a href="{}"/>'):
        data = f"{OPEN}{place.format(text)}</svg>".encode()
        found = svg.fault(data)
        assert found is None or found.reason
        with suppress(WrongType):
            assert attachment.checked(data, "a.svg") == "svg"
