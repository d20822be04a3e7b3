"""The Markdown parser: CommonMark, tables, strikethrough, and our rules; made once per process.

Linkify stays off: it costs a factor of three.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from app.markup import footnotes, math_blocks, math_rule, values, wikilinks

NESTING = 50  # blocks in blocks; what is deeper is cut by the parser


def parse(source: str, *, note: bool) -> list[Token]:
    """The tokens of a note, or of a text outside notes (no footnotes, no links by name)."""
    env: dict[str, Any] = {}
    return parser(note).parse(source, env)


def parse_line(source: str) -> list[Token]:
    """The pieces of one line of a note, without blocks and without footnotes."""
    return parser(note=True).parseInline(source, {})[0].children or []


@lru_cache(maxsize=2)
def parser(note: bool) -> MarkdownIt:
    md = MarkdownIt("commonmark", {"maxNesting": NESTING, "html": True})
    md.enable(["table", "strikethrough"])
    math_rule.use(md)
    math_blocks.use(md)
    if note:
        footnotes.use(md)
        wikilinks.use(md)
        values.use(md)
    md.parse("*warm*")  # compiles the chains of rules, which is not safe among threads
    return md
