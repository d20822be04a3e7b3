"""A note, rendered: Markdown in, safe HTML and canonical text out, by one walk over its tokens.

>>> rendered = render("# Walks\\n\\nA *step* of [[length]].", path="walks")
>>> rendered.title, rendered.text
('Walks', 'A step of length.')
>>> print(rendered.html, end="")
<p>A <em>step</em> of <!--gloss:link {"target":"length","fragment":""}-->length</a>.</p>
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from app.markup import (
    anchors,
    canonical,
    doubts,
    equations,
    footnotes,
    headings,
    numbered,
    paragraphs,
    sanitiser,
)
from app.markup.page import Page
from app.markup.parser import parse
from app.markup.rendered import Rendered
from app.markup.rules import RULES

NO_MACROS: Mapping[str, str] = MappingProxyType({})


def render(
    body: str, *, path: str = "", first_line: int = 1, macros: Mapping[str, str] = NO_MACROS
) -> Rendered:
    """A note without its front matter. `path` is its id, `first_line` where `body` starts."""
    page = Page(RULES, path, first_line, macros)
    tokens = parse(canonical.characters(body), note=True)
    equations.prepare(page, tokens)
    anchors.prepare(page, tokens)
    doubts.of_references(page, tokens)
    tokens = footnotes.take_definitions(page, tokens)
    title, tokens = headings.take_title(page, tokens)
    tokens = numbered.link(tokens, page.notes.values())
    page.walk(tokens)
    footnotes.left_over(page)
    doubts.after_walk(page, title)
    return Rendered(
        html=finished(page),
        text="\n".join(page.lines),
        title=title,
        summary=paragraphs.summary(page, tokens),
        headings=page.headings,
        links=page.links,
        media=list(page.media),
        blocks=page.blocks,
        claims=page.claims,
        code="\n".join(page.code),
        problems=page.problems,
        lines=canonical.blocks(page.lines, page.sources, page.first_line),
        tags=list(page.tags.values()),
        cites=page.cites,
        bibtex=page.bibtex,
    )


def finished(page: Page) -> str:
    """The page's HTML: the author's part sanitised, ours put in afterwards."""
    return page.shelf.put_back(sanitiser.clean("".join(page.html)))
