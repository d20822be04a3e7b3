"""Which addresses are of this library, however they are written (RFC 3986, 6.2.2).

Scheme and host are alike in any case, a default port says nothing, letters may be percent-encoded,
a path may go up and down, and our server takes several slashes for one.

    >>> bases = ("http://a.example", "https://b.example/gloss")
    >>> inner("http://A.example:80/x/../%6eotes/plan?a#b", bases)
    '/notes/plan?a#b'
    >>> inner("HTTPS://b.example/gloss//notes/plan", bases), inner("//a.example/notes/plan", bases)
    ('/notes/plan', '/notes/plan')
    >>> inner("https://a.example/notes/plan", bases), inner("/annotations/../notes/a%20b", bases)
    ('https://a.example/notes/plan', '/notes/a%20b')
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import urlsplit

NOTES = "/notes/"
ANNOTATIONS = "/annotations/"
OURS = (NOTES, ANNOTATIONS)
DEFAULT = {"http": 80, "https": 443}
UNRESERVED = re.compile(r"%(2[DdEe]|3\d|[46][1-9A-Fa-f]|[57][0-9Aa]|5[Ff]|7[Ee])")
SLASHES = re.compile(r"/{2,}")
ODD = re.compile(r"%|/[./]")  # what another spelling of a path has


def inner(address: str, bases: Sequence[str]) -> str:
    """The address relative to the library, if it is one of its notes or annotations; else as it is.

    Nearly every address is spelled as we spell it, so that is asked first.
    """
    if address.startswith(NOTES):
        return address
    for length, rooms in known(tuple(bases)):
        if address.startswith(rooms) and not ODD.search(address, length):
            return address[length:]
    if address[:1] != "/" and address[:4].lower() != "http":
        return address
    spelled = normal(address, bases[0] if bases else "")
    for length, rooms in ((0, OURS), *known(tuple(bases))):
        if spelled.startswith(rooms):
            return spelled[length:]
    return address


@lru_cache(maxsize=64)
def known(bases: tuple[str, ...]) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """How long each of our addresses is, and what stands below it."""
    plain = (normal(base, "").rstrip("/") for base in bases)
    return tuple((len(base), tuple(base + room for room in OURS)) for base in plain)


def normal(address: str, base: str) -> str:
    """The one spelling of an address; one without a scheme has that of `base`."""
    if address.startswith("//"):
        address = f"{base.partition(':')[0]}:{address}"
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return address
    shown = "" if port in (None, DEFAULT.get(parts.scheme)) else f":{port}"
    origin = f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{shown}" if host else ""
    path = without_dots(SLASHES.sub("/", UNRESERVED.sub(decoded, parts.path)))
    query = f"?{parts.query}" if parts.query else ""
    return origin + path + query + (f"#{parts.fragment}" if parts.fragment else "")


def decoded(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


def without_dots(path: str) -> str:
    """What a path names that goes up and down."""
    kept: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del kept[max(1, len(kept) - 1) :]
        elif part != ".":
            kept.append(part)
    return "/".join(kept)
