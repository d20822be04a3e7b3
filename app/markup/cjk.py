"""Emphasis in Chinese and Japanese, where no spaces stand between words: `**重要。**因为`.

By CommonMark's rule a run of signs opens or closes nothing between a punctuation mark inside and
a letter outside. That is meant for scripts with spaces; where one of the two is Chinese, Japanese
or Korean, its own marks count as letters, and its letters are as good as a space outside.
"""

from __future__ import annotations

import re
import unicodedata

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter

SIZE = {"*": 1, "~": 2, "=": 2}  # signs that make one delimiter
OWN = re.compile(
    "[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef"
    "\U00020000-\U0003ffff]"
)


def is_there(source: str) -> bool:
    """Whether a text has anything of these scripts."""
    return not source.isascii() and OWN.search(source) is not None


def use(md: MarkdownIt) -> None:
    md.inline.ruler.before("strikethrough", "cjk", rule)


def rule(state: StateInline, silent: bool) -> bool:
    """Take up a run of signs that the scripts make a difference to."""
    sign = state.src[state.pos]
    if silent or sign not in SIZE:
        return False
    usual = state.scanDelims(state.pos, True)
    length, size = usual.length, SIZE[sign]
    if length % size or (sign == "=" and length > size):
        return False
    opens, closes = flanks(state.src, state.pos, state.pos + length)
    if (opens, closes) == (usual.can_open, usual.can_close):
        return False
    for _ in range(length // size):
        state.push("text", "", 0).content = sign * size
        state.delimiters.append(
            Delimiter(
                marker=ord(sign),
                length=length if size == 1 else 0,
                token=len(state.tokens) - 1,
                end=-1,
                open=opens,
                close=closes,
            )
        )
    state.pos += length
    return True


def flanks(source: str, start: int, end: int) -> tuple[bool, bool]:
    """Whether the run of signs from `start` to `end` can open and can close.

    >>> flanks("**重要。**因为", 5, 7), flanks("**a.**b", 4, 6)
    ((True, True), (True, False))
    """
    before = source[start - 1 : start] or " "
    after = source[end : end + 1] or " "
    opens = not after.isspace() and (not is_mark(after) or is_border(before))
    closes = not before.isspace() and (not is_mark(before) or is_border(after))
    return opens, closes


def is_mark(character: str) -> bool:
    """A punctuation mark or symbol of other scripts."""
    return unicodedata.category(character)[0] in "PS" and not OWN.match(character)


def is_border(character: str) -> bool:
    return character.isspace() or is_mark(character) or bool(OWN.match(character))
