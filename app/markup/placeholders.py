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

TYPED = re.compile(r"<!--gloss:([a-z]+) (\{[^<>]*\})-->")
# As the sanitiser writes them: a whole opening tag, the attributes of one, or a word of text.
STANDS = re.compile(
    r'<a id="user-gloss([0-9a-f]{32})t([0-9]+);"[^<>]*>'
    r'| id="user-gloss([0-9a-f]{32})a([0-9]+);"'
    r"|gloss([0-9a-f]{32})w([0-9]+);"
)
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
    written = json.dumps(given, ensure_ascii=False, separators=(",", ":"))
    return f"<!--gloss:{kind} {written.translate(UNSAFE)}-->"


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
        """Sanitised `html` with everything from the shelf in its place."""
        return STANDS.sub(self.replaced, html) if self.kept else html

    def replaced(self, match: re.Match[str]) -> str:
        tag, tag_number, attributes, attributes_number, word, word_number = match.groups()
        if tag == self.secret:
            return self.kept[int(tag_number)]
        if attributes == self.secret:
            return f" {self.kept[int(attributes_number)]}"
        if word == self.secret:
            return self.kept[int(word_number)]
        return match[0]
