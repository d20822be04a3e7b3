"""The elements, attributes and functions of which an SVG that is only a drawing may be made.

What moves (`animate`, `set`), holds another language (`script`, `foreignObject`) or loads
(`font-face-uri`, `cursor`) is not among them, nor is any attribute that begins with `on`.
"""

from __future__ import annotations


def listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
XML = "http://www.w3.org/XML/1998/namespace"
# What a browser takes for nothing: who drew it, with which layers and guides.
METADATA = frozenset(
    (
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "http://creativecommons.org/ns#",
        "http://web.resource.org/cc/",
        "http://purl.org/dc/elements/1.1/",
        "http://purl.org/dc/terms/",
        "http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd",
        "http://www.inkscape.org/namespaces/inkscape",
    )
)
OTHER = {
    XLINK: listed("href type title show actuate role arcrole"),
    XML: listed("space lang id"),  # base would lead each #part elsewhere
}

ELEMENTS = listed(
    """
    svg g defs symbol use switch view title desc metadata style a image
    path rect circle ellipse line polyline polygon text tspan textPath
    flowRoot flowRegion flowPara flowSpan
    marker pattern clipPath mask linearGradient radialGradient stop mesh meshgradient meshrow
    meshpatch hatch hatchpath solidcolor solidColor filter
    feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting
    feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR
    feGaussianBlur feImage feMerge feMergeNode feMorphology feOffset fePointLight
    feSpecularLighting feSpotLight feTile feTurbulence
    """
)

# Attributes whose value is words or numbers, and no style whatever it says.
WORDS = listed(
    """
    id class lang role tabindex version baseProfile content contentScriptType contentStyleType
    requiredFeatures requiredExtensions systemLanguage type media title target name
    d points viewBox preserveAspectRatio zoomAndPan
    """
)

# Attributes that a browser may read as a style: each is looked into.
DRAWING = listed(
    """
    href style transform patternTransform gradientTransform transform-origin
    x y x1 y1 x2 y2 cx cy r rx ry fx fy fr dx dy z width height rotate offset path side method
    spacing startOffset textLength lengthAdjust pathLength orient origin in in2 result mode
    refX refY markerWidth markerHeight markerUnits patternUnits patternContentUnits
    gradientUnits spreadMethod clipPathUnits maskUnits maskContentUnits filterUnits primitiveUnits
    filterRes crossorigin decoding hatchUnits hatchContentUnits pitch
    amplitude azimuth baseFrequency bias diffuseConstant divisor edgeMode elevation exponent
    intercept k1 k2 k3 k4 kernelMatrix kernelUnitLength limitingConeAngle numOctaves operator
    order pointsAtX pointsAtY pointsAtZ preserveAlpha radius scale seed slope specularConstant
    specularExponent stdDeviation stitchTiles surfaceScale tableValues targetX targetY values
    xChannelSelector yChannelSelector
    alignment-baseline baseline-shift background background-color clip clip-path clip-rule color
    color-interpolation color-interpolation-filters color-profile color-rendering cursor direction
    display dominant-baseline enable-background fill fill-opacity fill-rule filter flood-color
    flood-opacity font font-family font-feature-settings font-kerning font-size font-size-adjust
    font-stretch font-style font-variant font-variant-ligatures font-variation-settings font-weight
    glyph-orientation-horizontal glyph-orientation-vertical image-rendering isolation kerning
    letter-spacing lighting-color line-height marker marker-end marker-mid marker-start mask
    mask-type mix-blend-mode opacity overflow paint-order pointer-events shape-inside
    shape-padding shape-rendering shape-subtract solid-color solid-opacity stop-color stop-opacity
    stroke stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit
    stroke-opacity stroke-width text-align text-anchor text-decoration text-decoration-color
    text-decoration-line text-decoration-style text-indent text-orientation text-overflow
    text-rendering text-transform unicode-bidi vector-effect visibility white-space word-spacing
    writing-mode
    """
)

RULES = frozenset(("media", "supports", "font-face"))
# With @media and :not() come words that stand before a bracket and are no function.
FUNCTIONS = listed(
    """
    rgb rgba hsl hsla hwb lab lch oklab oklch color color-mix light-dark device-cmyk icc-color var
    env calc min max clamp round sin cos tan abs sqrt format
    translate translatex translatey translatez translate3d scale scalex scaley scalez scale3d
    rotate rotatex rotatey rotatez rotate3d skew skewx skewy matrix matrix3d perspective
    blur brightness contrast drop-shadow grayscale hue-rotate invert opacity saturate sepia
    circle ellipse inset polygon path rect
    linear-gradient radial-gradient conic-gradient repeating-linear-gradient
    repeating-radial-gradient cubic-bezier steps
    not is where has nth-child nth-last-child nth-of-type nth-last-of-type lang and or
    """
)
