"""Text that people write outside notes, such as the body of an annotation.

>>> as_html("so *that* is why: $x$ grows").startswith("<p>so <em>that</em> is why:")
True
"""

from __future__ import annotations

from app.markup import canonical, equations
from app.markup.note import finished
from app.markup.page import Page
from app.markup.parser import parse
from app.markup.rules import RULES


def as_html(markdown: str) -> str:
    """Safe HTML without ids, placeholders or links into the library: it may stand anywhere."""
    page = Page(RULES, None)
    tokens = parse(canonical.characters(markdown), note=False)
    equations.prepare(page, tokens)
    page.walk(tokens)
    return finished(page)
