"""Paragraphs, and headings by underline, read in one pass over their lines.

The stock rules read the lines of each paragraph twice, once for an underline that hardly ever
comes, and ask at each line all that could end it. Here a line that begins with a letter is what
most lines are: prose. What comes out is the same; a test holds this against the stock rules.

    >>> use(md := MarkdownIt("commonmark").enable("table"))
    >>> md.render("One\\ntwo\\n- three\\n\\nFour\\n===")
    '<p>One\\ntwo</p>\\n<ul>\\n<li>three</li>\\n</ul>\\n<h1>Four</h1>\\n'
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markdown_it import MarkdownIt
from markdown_it.common.utils import mdTrim
from markdown_it.rules_block import StateBlock

Rule = Callable[[StateBlock, int, int, bool], bool]

LEVELS = {"=": 1, "-": 2}


def use(md: MarkdownIt) -> None:
    md.block.ruler.before("table", "letter", letter)
    md.block.ruler.at("paragraph", rule)
    md.block.ruler.disable("lheading")


def letter(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A line that begins with a letter and is no row of a table begins a paragraph."""
    is_prose = begins_with_letter(state, start) and not state.is_code_block(start)
    return is_prose and rule(state, start, end, silent)


def begins_with_letter(state: StateBlock, line: int) -> bool:
    at = state.bMarks[line] + state.tShift[line]
    return state.src[at].isalpha() and state.src.find("|", at, state.eMarks[line]) < 0


def rule(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: ARG001 - as asked
    outer, state.parentType = state.parentType, "paragraph"
    line, underline = last(state, start, end)
    words = mdTrim(state.getLines(start, line, state.blkIndent, False))
    state.line = line + 1 if underline else line
    tag = f"h{LEVELS[underline]}" if underline else "p"
    name = "heading" if underline else "paragraph"
    opening = state.push(f"{name}_open", tag, 1)
    opening.markup = underline
    opening.map = [start, state.line]
    inline = state.push("inline", "", 0)
    inline.content = words
    inline.map = [start, line]
    inline.children = []
    state.push(f"{name}_close", tag, -1).markup = underline
    state.parentType = outer
    return True


def last(state: StateBlock, start: int, end: int) -> tuple[int, str]:
    """The line after the words, and the sign of the underline if that is one."""
    enders = state.md.block.ruler.getRules("paragraph")
    line = start + 1
    while line < state.lineMax and not state.isEmpty(line):
        if state.sCount[line] - state.blkIndent <= 3:
            if line < end and (sign := underline_at(state, line)):
                return line, sign
            is_lazy = state.sCount[line] < 0  # of a quote, whose rule has looked at it
            if not is_lazy and ends(state, line, enders):
                break
        line += 1
    return line, ""


def underline_at(state: StateBlock, line: int) -> str:
    at = state.bMarks[line] + state.tShift[line]
    sign = state.src[at]
    if sign not in LEVELS or state.sCount[line] < state.blkIndent:
        return ""
    rest = state.src[at : state.eMarks[line]].lstrip(sign).strip(" \t")
    return "" if rest else sign


def ends(state: StateBlock, line: int, enders: Sequence[Rule]) -> bool:
    if begins_with_letter(state, line):
        return False
    return any(ender(state, line, state.lineMax, True) for ender in enders)
