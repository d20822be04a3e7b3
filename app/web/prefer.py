"""What a client would rather have, as it says so in the header Prefer (RFC 7240).

>>> include, omit = of_representation('a, return=representation; include="u:a u:b"; omit="u:c"')
>>> sorted(include), sorted(omit)
(['u:a', 'u:b'], ['u:c'])
>>> of_representation('return=minimal, return=representation; include="u:a"; x="u:b"')
(frozenset(), frozenset())
"""

from __future__ import annotations

import re
from collections.abc import Iterator

WORD = r"[^\s;,=\"]+"
PART = re.compile(rf'\s*({WORD})\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|({WORD}))\s*)?([;,]|$)')


def of_representation(header: str) -> tuple[frozenset[str], frozenset[str]]:
    """What a whole answer should include, and what it should omit."""
    for preference in preferences(header):
        if "return" in preference:  # of several the first counts
            wanted = preference if preference["return"] == "representation" else {}
            include, omit = (wanted.get(name, "").split() for name in ("include", "omit"))
            return frozenset(include), frozenset(omit)
    return frozenset(), frozenset()


def preferences(header: str) -> Iterator[dict[str, str]]:
    """Each preference with its parameters, by their names; what cannot be read ends them."""
    preference: dict[str, str] = {}
    place = 0
    while found := PART.match(header, place):
        name, quoted, plain, end = found.groups("")
        preference.setdefault(name.lower(), re.sub(r"\\(.)", r"\1", quoted) or plain)
        if end != ";":
            yield preference
            preference = {}
        place = found.end()
