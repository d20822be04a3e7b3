"""Text that people write outside notes, such as the body of an annotation.

>>> as_html("so *that* is why: $x$ grows").startswith("<p>so <em>that</em> is why:")
True
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.markup import canonical, equations
from app.markup.note import NO_MACROS, finished
from app.markup.page import Page
from app.markup.parser import parse
from app.markup.rules import RULES

# One line without a sign that could be markup, or an address: it says what it says.
PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9 ,;?!]|\.(?= |$))*")


def as_html(markdown: str, macros: Mapping[str, str] = NO_MACROS, *, named: bool = False) -> str:
    """Safe HTML without ids, placeholders or links into the library: it may stand anywhere.

    If links are `named`, each `[[link]]` is a placeholder, which `web.named_links` fills.
    """
    return finished(walked(markdown, macros, named))


def as_text(markdown: str, *, named: bool = False) -> str:
    """The canonical text of the same: as that HTML reads, without making it.

    >>> as_text("so *that* is why:\\n$x$ grows")
    'so that is why: $x$ grows'
    """
    if PLAIN.fullmatch(markdown):
        return canonical.collapse(markdown)
    return "\n".join(walked(markdown, NO_MACROS, named).lines)


def walked(markdown: str, macros: Mapping[str, str], named: bool) -> Page:
    page = Page(RULES, None, macros=macros)
    tokens = parse(canonical.characters(markdown), note=False, named=named)
    equations.prepare(page, tokens)
    page.walk(tokens)
    return page
