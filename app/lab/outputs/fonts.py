"""The font files that matplotlib keeps open, for a process that must not use them.

A child closes every descriptor that it inherits; a font object that outlived that would close its
number again, which by then belongs to another file. And where a process and its fork read one open
file, each moves the place of the other in it: `FT_Load_Glyph` fails in the middle of a figure, or
another glyph is drawn.

    >>> forget()
"""

from __future__ import annotations

from typing import Any

from matplotlib import font_manager, mathtext


def forget() -> None:
    """Let go of all that was opened; what is drawn next opens its own."""
    parser: Any = mathtext.MathTextParser
    manager: Any = font_manager
    parser._parse_cached.cache_clear()
    manager._get_font.cache_clear()
