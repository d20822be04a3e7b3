"""The Markdown parser: CommonMark, tables, strikethrough, and our rules; made once per process.

Linkify stays off: it costs a factor of three; autolinks does GitHub's part of it. A rule whose
sign a source does not have anywhere is left out for it, for each rule is asked at each sign.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt, rules_inline
from markdown_it.token import Token

from app.markup import (
    autolinks,
    block_ids,
    callouts,
    citations,
    comments,
    crowds,
    depth,
    embeds,
    footnotes,
    highlights,
    lists,
    math_blocks,
    math_refs,
    math_rule,
    tags,
    ties,
    values,
    wikilinks,
)

NESTING = 50  # blocks in blocks; what is deeper is cut by the parser, and `depth` says so
# What a source holds somewhere if a rule can have anything to do in it.
SIGNS: Mapping[str, tuple[str, ...]] = {
    "autolink": ("<",),
    "bare_address": autolinks.SIGNS,
    "callout": ("[!",),
    "citation": ("@",),
    "comment": ("%%",),
    "embed": ("![[",),
    "entity": ("&",),
    "footnote_def": ("[^",),
    "footnote_inline": ("^[",),
    "footnote_ref": ("[^",),
    "highlight": ("==",),
    "html_block": ("<",),
    "html_inline": ("<",),
    "image": ("![",),
    "math_block": ("$$", "\\[", "\\begin{"),
    "math_ref": ("ref{",),
    "reference": ("]:",),
    "strikethrough": ("~~",),
    "text_join": ("\\", "&"),
    "value": ("{{",),
    "wikilink": ("[[",),
}


def parse(source: str, *, note: bool) -> list[Token]:
    """The tokens of a note, or of a text outside notes (no footnotes, no links by name)."""
    env: dict[str, Any] = {}
    return parser(note, idle(source)).parse(source, env)


def idle(source: str) -> frozenset[str]:
    """The rules that have nothing to do in `source`."""
    found = {sign: sign in source for signs in SIGNS.values() for sign in signs}
    rules = {name for name, signs in SIGNS.items() if not any(found[sign] for sign in signs)}
    return frozenset(rules if crowds.is_crowd(source) else {*rules, "crowd"})


def parse_line(source: str) -> list[Token]:
    """The pieces of one line of a note, without blocks and without footnotes."""
    return parser(True).parseInline(source, {"line": True})[0].children or []


@lru_cache(maxsize=100)
def parser(note: bool, without: frozenset[str] = frozenset()) -> MarkdownIt:
    md = MarkdownIt("commonmark", {"maxNesting": NESTING, "html": True})
    md.enable(["table", "strikethrough"])
    autolinks.use(md)
    crowds.use(md)
    depth.use(md)
    math_rule.use(md)
    math_blocks.use(md)
    math_refs.use(md)
    lists.use(md)
    highlights.use(md)
    callouts.use(md)
    if note:
        footnotes.use(md)
        wikilinks.use(md)
        comments.use(md)
        block_ids.use(md)
        embeds.use(md)
        tags.use(md)
        citations.use(md)
        values.use(md)
        ties.use(md)
    md.disable(without, ignoreInvalid=True)
    if "bare_address" in without:
        md.inline.ruler.at("text", rules_inline.text)
    md.parse("*warm*")  # compiles the chains of rules, which is not safe among threads
    return md
