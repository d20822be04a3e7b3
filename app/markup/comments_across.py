"""A `%%comment%%` from one block into another: what is whole between them goes, both ends are cut.

It begins and ends in words of a paragraph, a heading, a list's item, a quote, a cell; code begins
and ends none. A sign that no other follows is text. Parts of a table and the titles of callouts
stay, empty, unless all around them goes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

SIGN = "%%"
# Where the sign is no sign: escaped, in code, in a formula.
OTHER = re.compile(r"\\[\s\S]|(`{1,3})(?!`)[^`]{0,2000}\1(?!`)|\$[^$\n]{1,500}\$")
STAY = frozenset(
    f"{part}_close" for part in ("thead", "tbody", "tr", "th", "td", "callout_title", "inline")
)
COUNT = "comments_open"  # in env: see Open


def opened(content: str) -> int:
    """Where a comment begins that does not end in these words; -1 if none does."""
    if SIGN not in content:
        return -1
    masked = OTHER.sub(lambda match: "x" * len(match[0]), content)
    signs = [match.start() for match in re.finditer(SIGN, masked)]
    return signs[-1] if len(signs) % 2 else -1


def left_open(content: str, is_open: bool) -> bool:
    """Whether a comment is open after these words."""
    if is_open:
        _, sign, content = content.partition(SIGN)
        if not sign:
            return True
    return opened(content) >= 0


@dataclass
class Open:
    """How far the blocks, and the paragraph being read, are asked for open comments."""

    tokens: int = 0
    before: bool = False  # in the blocks
    first: int = -1  # where the paragraph begins
    at: int = 0
    here: bool = False  # in the blocks and the paragraph

    def in_blocks(self, state: StateBlock) -> bool:
        """Whether a comment that began in the blocks before is open."""
        for token in state.tokens[self.tokens :]:
            if token.type == "inline" and (self.before or SIGN in token.content):
                self.before = left_open(token.content, self.before)
        self.tokens = len(state.tokens)
        return self.before

    def in_paragraph(self, state: StateBlock, start: int) -> bool:
        """Whether one is open in the paragraph that goes on, so far, to line `start`."""
        before = self.in_blocks(state)
        first, until = state.bMarks[state.line], state.bMarks[start]
        if self.first != first or self.at > until:
            self.first, self.at, self.here = first, first, before
        self.here = left_open(state.src[self.at : until], self.here)
        self.at = until
        return self.here


def known(state: StateBlock) -> Open:
    found = state.env.setdefault(COUNT, Open())
    assert isinstance(found, Open)
    return found


def across(state: StateCore) -> None:
    """Cut the comments that go from block to block out of a note's tokens."""
    if SIGN not in state.src:
        return
    tokens = state.tokens
    signs = [at for at, token in enumerate(tokens) if has_sign(token)]
    is_open = False
    for at in signs[:-1]:
        is_open = left_open(tokens[at].content, is_open)
    if signs and not is_open and opened(tokens[signs[-1]].content) == 0:
        hide(tokens, signs[-1])
    if any(opened(tokens[at].content) >= 0 for at in signs[:-1]):
        cut = Cut(signs[-1])
        for at, token in enumerate(tokens):
            cut.take(at, token)
        state.tokens = cut.kept


def hide(tokens: list[Token], at: int) -> None:
    """A paragraph that begins a comment whose end is in code, and so is none: say so instead."""
    if tokens[at - 1].type == "paragraph_open":
        problem = Token("comment_open_ended", "", 0, level=tokens[at - 1].level)
        problem.map = tokens[at].map
        tokens[at - 1 : at + 2] = [problem]


def has_sign(token: Token) -> bool:
    return token.type == "inline" and SIGN in token.content


@dataclass
class Frame:
    """A block being read: where in `kept` it begins, what was cut in it and what is left."""

    start: int
    is_cut: bool = False
    is_seen: bool = False


@dataclass
class Cut:
    last: int  # the last token with a sign
    is_open: bool = False
    kept: list[Token] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=lambda: [Frame(0)])

    def take(self, at: int, token: Token) -> None:
        if token.nesting > 0:
            self.frames.append(Frame(len(self.kept), is_cut=self.is_open))
        elif token.nesting == 0 and not self.leaf(at, token):
            self.frames[-1].is_cut = True
            if token.type != "inline":
                return
        elif token.nesting == 0:
            self.frames[-1].is_seen = True
        self.kept.append(token)
        if token.nesting < 0:
            self.end(token)

    def leaf(self, at: int, token: Token) -> bool:
        """Cut what is hidden of a block of words; whether anything of the block is to be seen."""
        if token.type != "inline" or not (self.is_open or has_sign(token)):
            return not self.is_open
        was_open = self.is_open
        if was_open:
            _, sign, after = token.content.partition(SIGN)
            token.content, self.is_open = after.lstrip(), not sign
        start = opened(token.content) if at < self.last else -1
        if start >= 0:
            token.content, self.is_open = token.content[:start].rstrip(), True
        return bool(token.content) or not (was_open or self.is_open)

    def end(self, token: Token) -> None:
        """A block of which nothing is left goes, but where what is around it needs it."""
        frame = self.frames.pop()
        around = self.frames[-1]
        if not frame.is_cut:
            around.is_seen = True
            return
        around.is_cut = True
        around.is_seen = around.is_seen or frame.is_seen
        if not frame.is_seen and token.type not in STAY:
            del self.kept[frame.start :]
