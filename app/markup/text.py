"""Text that people write outside notes, such as the body of an annotation.

>>> as_html("so *that* is why: $x$ grows").startswith("<p>so <em>that</em> is why:")
True
"""

from __future__ import annotations

from collections.abc import Mapping

from app.markup import canonical, equations
from app.markup.note import NO_MACROS, finished
from app.markup.page import Page
from app.markup.parser import parse
from app.markup.rules import RULES


def as_html(markdown: str, macros: Mapping[str, str] = NO_MACROS) -> str:
    """Safe HTML without ids, placeholders or links into the library: it may stand anywhere."""
    page = Page(RULES, None, macros=macros)
    tokens = parse(canonical.characters(markdown), note=False)
    equations.prepare(page, tokens)
    page.walk(tokens)
    return finished(page)
