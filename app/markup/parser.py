"""The Markdown parser: CommonMark, tables, strikethrough, and our rules; made once per process.

Linkify stays off: it costs a factor of three; autolinks does GitHub's part of it. A rule whose
sign a source does not have anywhere is left out for it, for each rule is asked at each sign.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from string import ascii_letters
from typing import Any

from markdown_it import MarkdownIt, rules_inline
from markdown_it.token import Token

from app.markup import (
    attributes,
    autolinks,
    block_ids,
    callouts,
    citations,
    cjk,
    comments,
    crowds,
    depth,
    embeds,
    footnotes,
    highlights,
    html_blocks,
    lists,
    math_blocks,
    math_refs,
    math_rule,
    prose,
    signs,
    spaced_links,
    tags,
    ties,
    values,
    wikilinks,
)

NESTING = 50  # blocks in blocks; what is deeper is cut by the parser, and `depth` says so
# What a source holds somewhere if a rule can have anything to do in it.
SIGNS: Mapping[str, tuple[str, ...]] = {
    "attributes": ("{#",),
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
    "spaced_link": ("](",),
    "strikethrough": ("~~",),
    "table": ("|",),
    "text_join": ("\\", "&"),
    "value": ("{{",),
    "wikilink": ("[[",),
}
TESTS: Mapping[str, Callable[[str], bool]] = {"cjk": cjk.is_there, "crowd": crowds.is_crowd}
ALL_SIGNS = sorted({sign for signs in SIGNS.values() for sign in signs})
WORDS = [sign for sign in ALL_SIGNS if set(sign) & set(ascii_letters)]
MARKS = [sign.encode() for sign in ALL_SIGNS if sign not in WORDS]
OTHERS = bytes(set(range(256)) - set(b"".join(MARKS)))


def parse(source: str, *, note: bool, named: bool = False) -> list[Token]:
    """The tokens of a note, or of a text outside notes: no footnotes, links by name if `named`."""
    env: dict[str, Any] = {}
    return parser(note, idle(source), named).parse(source, env)


def idle(source: str) -> frozenset[str]:
    """The rules that have nothing to do in `source`.

    Signs are looked for in what is left of it without all other characters, a twentieth of it:
    that may find one that is none, never miss one.
    """
    marks = source.encode("utf-8").translate(None, OTHERS)
    found = [sign in marks for sign in MARKS]
    found += [sign in source for sign in WORDS]
    found += [test(source) for test in TESTS.values()]
    return idle_without(tuple(found))


@lru_cache(maxsize=1000)
def idle_without(found: tuple[bool, ...]) -> frozenset[str]:
    looked_for = [*(mark.decode() for mark in MARKS), *WORDS, *TESTS]
    missing = {sign for sign, is_there in zip(looked_for, found, strict=True) if not is_there}
    rules = {name for name, signs in SIGNS.items() if missing.issuperset(signs)}
    return frozenset(rules | (missing & TESTS.keys()))


def parse_line(source: str) -> list[Token]:
    """The pieces of one line of a note, without blocks and without footnotes."""
    return parser(True).parseInline(source, {"line": True})[0].children or []


@lru_cache(maxsize=100)
def parser(note: bool, without: frozenset[str] = frozenset(), named: bool = False) -> MarkdownIt:
    """Kept for each set of rules; `signs` and `prose` change only how soon it is done."""
    md = rules(note, named)
    md.disable(without, ignoreInvalid=True)
    if "bare_address" in without:
        md.inline.ruler.at("text", rules_inline.text)
    prose.use(md)
    signs.use(md)
    md.parse("*warm*")  # compiles the chains of rules, which is not safe among threads
    return md


def rules(note: bool, named: bool = False) -> MarkdownIt:
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
    cjk.use(md)
    callouts.use(md)
    html_blocks.use(md)
    spaced_links.use(md)
    if note:
        footnotes.use(md)
    if note or named:
        wikilinks.use(md)
    if named and not note:
        embeds.use_as_links(md)
    if note:
        comments.use(md)
        block_ids.use(md)
        embeds.use(md)
        tags.use(md)
        attributes.use(md)
        citations.use(md)
        values.use(md)
        ties.use(md)
    return md
