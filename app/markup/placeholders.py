"""Two kinds of placeholder: the shelf's, gone when `render` returns; and `fill`'s, kept in it.

While a note is rendered, HTML of our own waits on a *shelf*, and an unguessable word stands for
it, so that the sanitiser sees authors' HTML only. In the finished HTML, what depends on the
viewer (links, outputs, claims, values) is a typed comment that `fill` replaces per page:

    >>> html = typed("value", {"name": "wide", "key": "ratio"})
    >>> html
    '<!--gloss:value {"name":"wide","key":"ratio"}-->'
    >>> fill(html, {"value": lambda given: given["key"]})
    'ratio'
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

WRITER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
TYPED = re.compile(r"<!--gloss:([a-z]+) (\{[^<>]*\})-->")
# Escaped so that no value can end the comment.
UNSAFE = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("-"): "\\u002d", ord("&"): "\\u0026"}


def fill(html: str, fillers: Mapping[str, Callable[[dict[str, Any]], str]]) -> str:
    """`html` with each typed placeholder filled in; those of an unknown kind by nothing."""

    def filled(match: re.Match[str]) -> str:
        filler = fillers.get(match[1])
        return filler(json.loads(match[2])) if filler else ""

    return TYPED.sub(filled, html)


def typed(kind: str, given: Mapping[str, Any]) -> str:
    """The comment that stands for something filled in later."""
    return f"<!--gloss:{kind} {WRITER.encode(given).translate(UNSAFE)}-->"


@dataclass
class Shelf:
    """HTML of our own, kept from the sanitiser until it has done its work."""

    secret: str = field(default_factory=lambda: secrets.token_hex(16))
    kept: list[str] = field(default_factory=list)

    def word(self, html: str) -> str:
        """A word of text that stands for `html`."""
        return f"gloss{self.secret}w{self.keep(html)};"

    def attributes(self, attributes: str) -> str:
        """An attribute that stands for attributes, to be written inside an opening tag."""
        return f' id="gloss{self.secret}a{self.keep(attributes)};"'

    def tag(self, html: str) -> str:
        """An opening `<a>` that stands for `html`; the author of the page closes it."""
        return f'<a id="gloss{self.secret}t{self.keep(html)};">'

    def keep(self, html: str) -> int:
        self.kept.append(html)
        return len(self.kept) - 1

    def put_back(self, html: str) -> str:
        """Sanitised `html` with everything from the shelf in its place.

        Each stand-in begins with the secret, which no author can know; before it stands what the
        sanitiser wrote around it. Splitting at the secret takes a fourth of the time of a pattern.
        """
        first, *rest = html.split(f"gloss{self.secret}")
        pieces = [first]
        for piece in rest:
            number, _, after = piece[1:].partition(";")
            if piece[0] == "a":
                pieces[-1] = pieces[-1].removesuffix('id="user-')
                after = after[1:]  # the quotation mark
            elif piece[0] == "t":
                pieces[-1] = pieces[-1].removesuffix('<a id="user-')
                after = after.partition(">")[2]
            pieces += self.kept[int(number)], after
        return "".join(pieces)
