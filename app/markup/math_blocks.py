"""Displayed formulas on lines of their own: `$$`, `\\[` and the AMS environments.

They may interrupt a paragraph, stand in a list or a quote, and hold lines that begin like a list.
The delimiters are those of math_rule.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

from app.markup.math_rule import BEGIN, closing_environment, closing_escape, closing_pair


def use(md: MarkdownIt) -> None:
    interrupts = ["paragraph", "reference", "blockquote", "list"]
    md.block.ruler.before("blockquote", "math_block", block_math, {"alt": interrupts})


def block_math(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A displayed formula on lines of its own; it may interrupt a paragraph."""
    at = state.bMarks[start] + state.tShift[start]
    if at >= state.eMarks[start] or state.src[at] not in "$\\" or state.is_code_block(start):
        return False
    opener = state.src[at : at + 2]
    if opener in ("$$", r"\["):
        found = delimited(state, start, end, opener)
    else:
        found = environment(state, start, end)
    if found is None:
        return False
    tex, next_line = found
    return silent or push_block(state, start, next_line, tex)


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
            tex = "\n".join(lines).strip()
            is_whole = not line[close + 2 :].strip() and is_formula(lines, line[:close])
            return (tex, number + 1) if tex and is_whole else None
        lines.append(line)
    return None


def is_formula(lines: list[str], last: str) -> bool:
    """Empty lines inside are fine only where both delimiters stand alone on their lines."""
    inner = lines[1:-1]
    alone = not lines[0].strip() and not last.strip()
    return alone or all(line.strip() for line in inner)


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
