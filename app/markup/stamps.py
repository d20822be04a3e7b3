"""The stamp on HTML of our own: `data-text` has the canonical text that an element stands for.

A reader of the page takes the stamp for the element, whatever is shown in it; an empty one says
that it is generated. What depends on the viewer gets an element around its placeholder; figures
and claims, which hold an author's words too, are stamped by their templates.

    >>> stamped('<span class="math">…</span>', "$a<b$")
    '<span data-text="$a&lt;b$" class="math">…</span>'
    >>> stamped("<sup>1</sup>", ""), stamped("<div>", ""), stamped("<input> ", "")
    ('<sup data-text="">1</sup>', '<div>', '<input> ')
    >>> stamped('<!--gloss:cite {}-->', "[@a]")
    '<span data-text="[@a]"><!--gloss:cite {}--></span>'
"""

from __future__ import annotations

import re

from markdown_it.common.utils import escapeHtml

OPENING = re.compile(r"\s*<([a-z][a-z0-9]*)(?=[ >])")
PLACEHOLDER = re.compile(r"<!--gloss:(\w+) ")
BY_TEMPLATES = frozenset({"output", "claim", "embed", "link"})
VERBATIM = '<pre class="code'  # its words are the author's


def stamped(html: str, text: str) -> str:
    """`html` with the stamp on its first element, if that is whole; it holds all the rest."""
    placeholder = PLACEHOLDER.match(html)
    if placeholder:
        own = placeholder[1] in BY_TEMPLATES or not text
        return html if own else f'<span data-text="{escapeHtml(text)}">{html}</span>'
    opening = OPENING.match(html)
    if opening is None or html.startswith(VERBATIM) or not (text or is_whole(html, opening[1])):
        return html
    end = opening.end()
    return f'{html[:end]} data-text="{escapeHtml(text)}"{html[end:]}'


def is_whole(html: str, name: str) -> bool:
    """Whether the element that `html` begins with ends in it."""
    begun = html.count(f"<{name} ") + html.count(f"<{name}>")
    return begun == html.count(f"</{name}>")
