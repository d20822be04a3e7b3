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
from collections.abc import Callable, Mapping

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
    signs = "".join(sorted({sign for name, _ in active for sign in BEGINS.get(name, "")}))
    inline.terminator_re = re.compile(f"[{re.escape(signs + STOP)}]")
    inline.ruler.before("text", "sign", asking(active, signs))
    if all(name in BEGINS or name == "text" for name, _ in active):
        md.core.ruler.at("inline", lines)


def asking(active: list[tuple[str, Rule]], signs: str) -> Rule:
    """The rule that asks the others. Plain text never begins at a sign."""
    at_sign: dict[str, list[Rule]] = {
        sign: [rule for name, rule in active if name != "text" and sign in BEGINS.get(name, sign)]
        for sign in signs
    }
    elsewhere = [rule for name, rule in active if name not in BEGINS]

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


def lines(state: StateCore) -> None:
    """The pieces of each line that has a sign."""
    md, sign = state.md, state.md.inline.terminator_re
    pairing = md.inline.ruler2.getRules("")
    for token in state.tokens:
        if token.type != "inline":
            continue
        if token.content and not sign.search(token.content):
            token.children = [Token("text", "", 0, content=token.content)]
            continue
        line = StateInline(token.content, md, state.env, [])
        md.inline.tokenize(line)
        if line.delimiters or any(line.tokens_meta):  # else there is nothing to pair
            for rule in pairing:
                rule(line)
        token.children = line.tokens
