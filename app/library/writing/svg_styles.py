"""Which parts of its drawing an SVG's styles refer to, for which elements, and through what.

A style is read more widely than a browser reads it: what may hold is taken to hold. Of a selector
only its last class, id or name counts; where that is not certain, it holds for every element.

    >>> list(references("fill: url(#a); mask:url('#b')"))
    [('fill', 'a'), ('mask', 'b')]
    >>> [(key, *found) for key, found in rules("g > .x:hover, rect { marker-mid: url(#m) }")]
    [('.x', 'marker-mid', 'm'), ('rect', 'marker-mid', 'm')]
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LOCAL = re.compile(r"#[^\s\"'()\\<>]*+")
DATA = re.compile(r"data:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\s]*+", re.I)
FONT = re.compile(
    r"data:(?:font/(?:woff2?|ttf|otf|sfnt)|application/(?:x-)?font-[a-z0-9-]+)"
    r"(?:;charset=utf-8)?;base64,[A-Za-z0-9+/=\s]*+",
    re.I,
)
INNER = f"(?:{LOCAL.pattern}|{DATA.pattern}|{FONT.pattern})"
CALL = re.compile(rf"""\burl\(\s*+(?:"{INNER}"|'{INNER}'|{INNER})\s*+\)""", re.I)
TOKEN = re.compile(rf"/\*.*?(?:\*/|\Z)|{CALL.pattern}|\"[^\"\n]*\"|'[^'\n]*'", re.I | re.S)
# What is no style as it is read here: an open text or comment, a bracket around braces.
UNSURE = re.compile(r"[\"']|/\*|[(\[][^()\[\]{}]*[{}]")
MARK = re.compile("\0([^\0]*)\0")
EVERY = "*"
UNKNOWN = ""  # the name of a property that cannot be told
HANDED_ON = re.compile(r"\ball\b|filter|mask|clip-path")


def target(call: str) -> str:
    """The id in an address or a call of url(), "" for none."""
    found = LOCAL.search(call)
    return found[0][1:] if found else ""


def plain(style: str) -> str:
    """Without comments and texts, and with its references between NULs, which no XML has."""
    return TOKEN.sub(lambda token: marked(token[0]) if token[0][0] in "uU" else " ", style)


def marked(call: str) -> str:
    """Written so that no sign in it ends anything."""
    return f" \0{target(call).encode().hex()}\0 "


def marks(text: str) -> list[str]:
    """The ids that are marked there."""
    return [bytes.fromhex(found).decode() for found in MARK.findall(text) if found]


def references(style: str) -> Iterator[tuple[str, str]]:
    """The property and the id of each reference in an element's own style."""
    text = plain(style)
    for part in text.split(";"):
        name = UNKNOWN if UNSURE.search(text) else part.partition(":")[0].strip().lower()
        yield from ((name, found) for found in marks(part))


def rules(style: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """The same for a style sheet, with what it holds for: `.class`, `#id`, a name, or `*`."""
    text = plain(style)
    if UNSURE.search(text):
        yield from ((EVERY, (UNKNOWN, found)) for found in marks(text))
        return
    around: list[list[str]] = []
    pieces = re.split(r"([{};])", text)
    for piece, sign in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
        name = piece.partition(":")[0].strip().lower()
        for found in marks(piece):
            held = around[-1] if around and sign != "{" else [EVERY]
            yield from ((key, (name, found)) for key in held)
        if sign == "{":
            around.append(selected(piece))
        elif sign == "}" and around:
            around.pop()


def selected(selector: str) -> list[str]:
    """One key for each of its alternatives."""
    if "@" in selector or "(" in selector or "[" in selector:
        return [EVERY]
    return [last(one) for one in selector.split(",")]


def last(selector: str) -> str:
    part = re.split(r"[\s>+~]+", selector.strip())[-1]
    for pattern in (r"\.[^.#:&*|]+", r"#[^.#:&*|]+"):
        if found := re.search(pattern, part):
            return found[0].lower()
    named = re.match(r"(?:[^|]*\|)?([\w-]+)", part)
    return named[1].lower() if named else EVERY


def inherits(style: str) -> bool:
    """Whether what an element alone has may be handed on to those in it."""
    if "inherit" not in style.lower():
        return False
    parts = re.split(r"[{};]", style.lower())
    return any("inherit" in part and HANDED_ON.search(part) for part in parts)
