"""The size of an image, as Obsidian writes it: at the end of its alternative text.

>>> split("A plot|400"), split("640x480"), split("Plan of 1948"), split("a|b|300x200")
(('A plot', '400', ''), ('', '640', '480'), ('Plan of 1948', '', ''), ('a|b', '300', '200'))
"""

from __future__ import annotations

import re

SIZE = re.compile(r"(?:(.*)\|)?[ \t]*([1-9]\d{0,3})(?:[xX]([1-9]\d{0,3}))?[ \t]*", re.DOTALL)


def split(alt: str) -> tuple[str, str, str]:
    """The text without the size, the width, the height; empty what is not given."""
    match = SIZE.fullmatch(alt)
    if match is None:
        return alt, "", ""
    return (match[1] or "").strip(), match[2], match[3] or ""


def attributes(alt: str) -> str:
    """The `alt` of an image, and its width and height if the text gives them; not escaped yet."""
    _, width, height = split(alt)
    return "".join(
        f' {name}="{value}"' for name, value in (("width", width), ("height", height)) if value
    )
