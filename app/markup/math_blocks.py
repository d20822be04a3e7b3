"""Displayed formulas on lines of their own: `$$`, `\\[` and the AMS environments.

They may interrupt a paragraph, stand in a list or a quote, and hold lines that begin like a list.
In a paragraph that has an open `$$` they begin nothing: the next `$$` closes it. The delimiters are
those of math_rule.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

from app.markup.attributes import ATTRIBUTES
from app.markup.math_rule import BEGIN, closing_environment, closing_escape, closing_pair, stripped

ENDS = re.compile(r"\\end\{[A-Za-z*]+\}\s*\Z")
COUNT = "math_blocks"  # in env: the first line of a paragraph, how far it is read, its `$$`


def use(md: MarkdownIt) -> None:
    interrupts = ["paragraph", "reference", "blockquote", "list"]
    md.block.ruler.before("blockquote", "math_block", block_math, {"alt": interrupts})


def block_math(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A displayed formula on lines of its own; it may interrupt a paragraph."""
    at = state.bMarks[start] + state.tShift[start]
    if at >= state.eMarks[start] or state.src[at] not in "$\\" or state.is_code_block(start):
        return False
    opener = state.src[at : at + 2]
    if silent and is_open(state, start):
        return False
    found = formula(state, start, end, opener)
    if found is None:
        return False
    tex, next_line = found
    return silent or push_block(state, start, next_line, tex)


def is_open(state: StateBlock, start: int) -> bool:
    """Whether the paragraph before line `start` has a `$$` that is not closed; it counts on."""
    first = state.bMarks[state.line]
    here = state.bMarks[start]
    known: tuple[int, int, int] = state.env.get(COUNT, (-1, 0, 0))
    _, at, count = known if known[0] == first and known[1] <= here else (first, first, 0)
    count += state.src.count("$$", at, here)
    state.env[COUNT] = first, here, count
    return count % 2 == 1


def formula(state: StateBlock, start: int, end: int, opener: str) -> tuple[str, int] | None:
    """The TeX and the line after it; where the line leaves a list, the list does not count."""
    indent = state.blkIndent
    state.blkIndent = min(indent, max(0, state.sCount[start]))
    try:
        if opener in ("$$", r"\["):
            return delimited(state, start, end, opener)
        return environment(state, start, end)
    finally:
        state.blkIndent = indent


def push_block(state: StateBlock, start: int, next_line: int, tex: str) -> bool:
    token = state.push("math_block", "math", 0)
    token.content = tex
    token.map = [start, next_line]
    state.line = next_line
    return True


def delimited(state: StateBlock, start: int, end: int, opener: str) -> tuple[str, int] | None:
    """The TeX between `$$` and `$$`, or `\\[` and `\\]`, and the line after it."""
    lines: list[str] = []
    for number in range(start, end):
        line = line_of(state, number)
        if line is None or (number > start and opener == r"\[" and line.startswith(opener)):
            return None
        line = line[2:] if number == start else line
        close = closing_pair(line, 0) if opener == "$$" else closing_escape(line, 0, "[")
        if close >= 0:
            lines.append(line[:close])
            tex = stripped("\n".join(lines))
            is_whole = is_nothing(line[close + 2 :].strip()) and is_formula(lines, line[:close])
            return (tex, number + 1) if tex and is_whole else None
        lines.append(line)
    return None


def is_nothing(rest: str) -> bool:
    """Whether no words follow the formula on its line; its name, `{#eq:id}`, is not shown."""
    return not rest or bool(ATTRIBUTES.fullmatch(rest))


def is_formula(lines: list[str], last: str) -> bool:
    """Empty lines inside are fine only where both delimiters stand alone on their lines, or
    beside the beginning and the end of an environment."""
    inner = lines[1:-1]
    alone = not lines[0].strip() and not last.strip()
    whole = lines[0].lstrip().startswith("\\begin{") and ENDS.search(last)
    return alone or bool(whole) or all(line.strip() for line in inner)


def environment(state: StateBlock, start: int, end: int) -> tuple[str, int] | None:
    """An AMS environment without dollars, and the line after it."""
    first = line_of(state, start) or ""
    begin = BEGIN.match(first)
    if begin is None:
        return None
    lines: list[str] = []
    for number in range(start, end):
        line = line_of(state, number)
        if line is None or not line.strip():
            return None
        lines.append(line)
        if "\\end{" + begin[1] + "}" in line:
            return closed_environment(lines, begin, number + 1)
        if number > start and "\\begin{" + begin[1] + "}" in line:
            return None
    return None


def closed_environment(
    lines: list[str], begin: re.Match[str], next_line: int
) -> tuple[str, int] | None:
    tex = "\n".join(lines).rstrip()
    return (tex, next_line) if closing_environment(tex, begin) == len(tex) else None


def line_of(state: StateBlock, number: int) -> str | None:
    """A line without its quote marks and indentation; None if it left the quote or the list."""
    if state.sCount[number] < state.blkIndent and not state.isEmpty(number):
        return None
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]
