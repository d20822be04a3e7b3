"""Formulas for places without our style sheet: MathML alone.

KaTeX writes each formula twice, once as MathML and once as boxes that need its style sheet; a
feed reader would show both.

    >>> without_boxes('a <span class="katex"><math>x</math><span class="katex-html"><span>x'
    ...               '</span></span></span> b')
    'a <span class="katex"><math>x</math></span> b'
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# No author's text or attribute has it as it stands: their quotation marks and tags are escaped.
BOXES = '<span class="katex-html"'
SPAN = re.compile(r"<(/?)span\b[^>]*>")  # none of KaTeX's attributes has the sign


def without_boxes(html: str) -> str:
    return "".join(between(html)) if BOXES in html else html


def between(html: str) -> Iterator[str]:
    """What stands before, between and after the boxes."""
    at = 0
    while (start := html.find(BOXES, at)) >= 0:
        yield html[at:start]
        at = end_of(html, start)
    yield html[at:]


def end_of(html: str, start: int) -> int:
    """Where the box ends that begins at `start`: elements are counted from there."""
    depth = 0
    for found in SPAN.finditer(html, start):
        depth += -1 if found[1] else 1
        if not depth:
            return found.end()
    return len(html)
