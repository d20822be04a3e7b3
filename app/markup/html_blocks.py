"""Where a block of raw HTML begins: as in CommonMark, but not at a line that is one `<img>`.

Such a line begins a paragraph, so that the Markdown below it is read.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, html_block

PICTURE = re.compile(r"<img\b[^<>\n]*>[ \t]*\Z", re.IGNORECASE)


def use(md: MarkdownIt) -> None:
    md.block.ruler.at("html_block", rule, {"alt": ["paragraph", "reference", "blockquote"]})


def rule(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    return not PICTURE.match(line) and html_block(state, start, end, silent)
