"""Ask a rule only where it can begin: at its sign.

The stock parser asks every rule at every sign of markup, twenty of them at each dollar. Here the
first rule looks up which rules may begin at a character and asks those, in their order; what it
does not know is asked everywhere. A third of the time of a note without it.

    >>> md = MarkdownIt("commonmark").disable("entity")
    >>> use(md)
    >>> md.renderInline("so *that* & `this`"), md.inline.terminator_re.search("a & b: c")
    ('so <em>that</em> &amp; <code>this</code>', None)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

Rule = Callable[[StateInline, bool], bool]

BEGINS: Mapping[str, str] = {
    "attributes": "{",
    "autolink": "<",
    "backticks": "`",
    "citation": "[@",
    "cjk": "*=~",
    "comment": "%",
    "crowd": "[!^",
    "embed": "!",
    "emphasis": "*_",
    "entity": "&",
    "escape": "\\",
    "footnote_inline": "^",
    "footnote_ref": "[",
    "highlight": "=",
    "html_inline": "<",
    "image": "!",
    "link": "[",
    "math": "$\\",
    "math_ref": "\\",
    "newline": "\n",
    "spaced_link": "[!",
    "strikethrough": "~",
    "tag": "#",
    "value": "{",
    "wikilink": "[",
}


STOP = "]"  # begins nothing, but text must not run over the end of a link's label


def use(md: MarkdownIt) -> None:
    """To be called last: it takes the rules as they are now."""
    inline = md.inline
    active = list(zip(inline.ruler.get_active_rules(), inline.ruler.getRules(""), strict=True))
    signs = "".join(sorted({sign for name, _ in active for sign in BEGINS.get(name, "")} | {STOP}))
    at_sign: dict[str, list[Rule]] = {
        sign: [rule for name, rule in active if name != "text" and sign in BEGINS.get(name, sign)]
        for sign in signs
    }
    inline.terminator_re = re.compile(f"[{re.escape(signs)}]")
    asked = asking(at_sign, [rule for name, rule in active if name not in BEGINS])
    inline.ruler.before("text", "sign", asked)
    if all(name in BEGINS or name == "text" for name, _ in active):
        md.core.ruler.at("inline", reading(asked))


def asking(at_sign: Mapping[str, Sequence[Rule]], elsewhere: Sequence[Rule]) -> Rule:
    """The rule that asks the others. Plain text never begins at a sign."""

    def rule(state: StateInline, silent: bool) -> bool:
        sign = state.src[state.pos]
        for other in at_sign.get(sign, elsewhere):
            if other(state, silent):
                return True
        if not silent:
            state.append_pending(sign)
        state.pos += 1
        return True

    return rule


def reading(asked: Rule) -> Callable[[StateCore], None]:
    """The rule that reads each line: from sign to sign, and at once if it has none."""

    def lines(state: StateCore) -> None:
        sign = state.md.inline.terminator_re
        for token in state.tokens:
            if token.type == "inline":
                is_plain = token.content and not sign.search(token.content)
                token.children = plain(token) if is_plain else pieces(state, token.content, asked)

    return lines


def plain(token: Token) -> list[Token]:
    return [Token("text", "", 0, content=token.content)]


def pieces(state: StateCore, source: str, asked: Rule) -> list[Token]:
    line = StateInline(source, state.md, state.env, [])
    read(line, state.md.inline.terminator_re, asked)
    if line.delimiters or any(line.tokens_meta):  # else there is nothing to pair
        for rule in state.md.inline.ruler2.getRules(""):
            rule(line)
    return line.tokens


def read(line: StateInline, sign: re.Pattern[str], asked: Rule) -> None:
    source, end = line.src, line.posMax
    while line.pos < end:
        found = sign.search(source, line.pos)
        at = found.start() if found else end
        if at > line.pos:
            line.append_pending(source[line.pos : at])
            line.pos = at
        if found:
            asked(line, False)
    if line.pending:
        line.pushPending()
