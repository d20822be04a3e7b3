r"""Words of the index that stand inside of others: what names in programs are put together from.

>>> of_text("call computeMeanSquare() twice")
'compute Mean Square \ue000 computeMean \ue000 MeanSquare'
>>> of_text(r"for $\varepsilon$")
'epsilon'
"""

from __future__ import annotations

import re

from app.search.signs import BORDER

# A small letter is 1 here and a capital 2: to look for the two takes a fifth of a pattern's time.
SHAPES = bytes(
    (chr(code).islower() + 2 * chr(code).isupper()) * (code < 128) for code in range(256)
)
HUMP = b"\1\2"
LONGEST = 80
NAME = re.compile(f"[A-Za-z0-9]{{3,{LONGEST}}}")
PART = re.compile("[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
VARIANT = re.compile(r"\\var(epsilon|kappa|phi|pi|rho|sigma|theta)\b")
MOST_PARTS = 6  # of one name; a longer one is found by each of its parts
MOST_NAMES = 1_000  # of one text


def of_text(text: str) -> str:
    """The parts of each name, one after the other, and neighbours of them in one word."""
    found = dict.fromkeys(names(text))
    runs = [run for name in found for run in joined(PART.findall(name))]
    if "\\var" in text:
        runs += dict.fromkeys(VARIANT.findall(text))
    return BORDER.join(dict.fromkeys(runs))


def names(text: str) -> list[str]:
    """Words that are written like `meanSquare`, each as often as it stands there."""
    shapes = text.encode("ascii", "replace").translate(SHAPES)
    found: list[str] = []
    hump = shapes.find(HUMP)
    while hump >= 0 and len(found) < MOST_NAMES:
        begin = hump
        while begin and hump - begin < LONGEST and text[begin - 1].isalnum():
            begin -= 1
        name = NAME.match(text, begin)
        if name and text[begin - 1 : begin] != "\\":  # a command of TeX has no parts
            found.append(name[0])
        hump = shapes.find(HUMP, max(name.end() if name else 0, hump + 2))
    return found


def joined(parts: list[str]) -> list[str]:
    if len(parts) < 2:
        return []
    few = parts[:MOST_PARTS]
    whole = len(few) if len(few) < len(parts) else len(few) - 1
    runs = [
        "".join(few[start : start + length])
        for length in range(2, whole + 1)
        for start in range(len(few) - length + 1)
    ]
    return [" ".join(parts), *runs]
