r"""Markdown that others wrote, as text for a file: nothing in it runs, or leads to what does.

It is asked of the whole, once everything is put together; so no part of it can be forgotten, and no
two parts make what neither is. Which reader opens the file is not known: what CommonMark takes for
HTML, or for an address that is no page, is written so that it reads as it was typed.

    >>> harmless("<img src=x> <https://e.org> <javascript:f()>")
    '&lt;img src=x> <https://e.org> &lt;javascript:f()>'
    >>> harmless(r"\<img> \\<img> $a<b$")
    '&lt;img> \\\\&lt;img> $a< b$'
    >>> harmless("[a](javascript:f) [b](/b) [c](https://e.org) [d](java&#115;cript:f)")
    '[a]\\(javascript:f) [b](/b) [c](https://e.org) [d]\\(java&#115;cript:f)'
    >>> harmless("[s](/search?q=a&x=1) [m](mailto:a@b.c) [t](s?a=1&b=2) [e](j&colon;f)")
    '[s](/search?q=a&x=1) [m](mailto:a@b.c) [t](s?a=1&b=2) [e]\\(j&colon;f)'

No backslash is put before a sign: it would belong to an address that stands before it. In a
formula, where no entity is read, a space does the same.
"""

from __future__ import annotations

import re

FORMULA = re.compile(r"(\$[^$]+\$)")
TAG = re.compile(r"(?<!\\)(\\*)<(?=[a-z/!?])(?!https?://[^\s<>]*>)", re.IGNORECASE)
# The addresses of links and of their definitions, but for pages and places in this library.
# A place is what begins like one, whatever follows.
PAGE = r"(?!\s*(?:https?://|mailto:|[/#?]))"
LEADS = r"(?:[:\\]|&#|&\w+;)"
LED = re.compile(
    rf"\]([(:])(?=[\s>]*(?:<{PAGE}[^<>]*{LEADS}|{PAGE}[^\s()<>]*{LEADS}))", re.IGNORECASE
)


def harmless(markdown: str) -> str:
    pieces = FORMULA.split(markdown)  # formulas stand at odd places
    pieces[::2] = [TAG.sub(escaped, piece) for piece in pieces[::2]]
    pieces[1::2] = [TAG.sub(r"\1< ", piece) for piece in pieces[1::2]]
    return LED.sub(r"]\\\1", "".join(pieces))


def escaped(found: re.Match[str]) -> str:
    """Without the backslash that escaped it, if there was one: two of them say one."""
    return found[1][: len(found[1]) // 2 * 2] + "&lt;"
