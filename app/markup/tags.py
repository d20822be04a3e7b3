"""`#tag` and `#nested/tag`: a link to the notes that have it, and one of this note's own.

A tag begins after a space or an opening bracket, in any script, and is no number: `#12` and
`C#4` are text. In links and in code there are none.

    >>> [tag_at(text, text.index("#")) for text in ("a #walk.", "#2024/plan", "#12", "a#b")]
    ['walk', '2024/plan', '', '']
"""

from __future__ import annotations

import re
import unicodedata

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from app.markup.page import Page
from app.markup.placeholders import typed

# Obsidian's: everything but white space and punctuation, `-`, `_` and `/` excepted.
TAG = re.compile(
    r"#([^\s\u2000-\u200c\u200e-\u206f\u2e00-\u2e7f\u3000-\u3003\u3008-\u3011\uff01-\uff0f"
    r"'\"!#$%&()*+,.:;<=>?@^`{|}~\[\]\\]{1,100})"
)
BEFORE = "([{«“‘"
EMPHASIS = re.compile(r"[*_=~]{1,6}\Z")


def use(md: MarkdownIt) -> None:
    md.inline.ruler.before("escape", "tag", rule)


def rule(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "#" or state.linkLevel > 0:
        return False
    name = tag_at(state.src, state.pos)
    if not name or state.pos + len(name) >= state.posMax:
        return False
    if not silent:
        token = state.push("tag", "a", 0)
        token.content = f"#{name}"
    state.pos += len(name) + 1
    return True


def tag_at(source: str, at: int) -> str:
    """The tag whose sign stands at `at`, or nothing."""
    before = EMPHASIS.sub("", source[max(0, at - 7) : at])[-1:]
    if before and not before.isspace() and before not in BEFORE:
        return ""
    match = TAG.match(source, at)
    name = re.sub(r"/{2,}.*", "", match[1]).strip("/") if match else ""
    letters = any(not part.isdigit() and part not in "/-_" for part in name)
    return name if letters and source.startswith(name, at + 1) else ""


def tag(page: Page, token: Token) -> None:
    """The opening tag is a placeholder, as a link's is, so that it can be left out elsewhere."""
    name = unicodedata.normalize("NFC", token.content[1:])
    page.tags.setdefault(name.casefold(), name)
    page.write(page.shelf.tag(typed("tag", {"tag": name})))
    page.write(f"{escapeHtml(token.content)}</a>", token.content)
