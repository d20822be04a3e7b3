"""The delimiter rule: which dollars and backslashes enclose mathematics, and which are prices.

`$…$` opens before a character that is no space and not after a letter or digit, and closes at
the next dollar, which must not follow a space nor precede a digit; what is TeX beyond doubt may
also have spaces inside (`$ \\alpha $`) or a word before (CO`$_2$`). `$$…$$`, `\\(…\\)`, `\\[…\\]`
and the displayed AMS environments may run over lines. What does not close is text.

    >>> closing_dollar("$x+1$ and more", 0), closing_dollar("$5 and $6", 0)
    (4, -1)
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

ENVIRONMENTS = (
    "equation|align|alignat|flalign|gather|multline|eqnarray|subequations|displaymath|split"
    "|aligned|alignedat|gathered|array|CD|matrix|[pbBvV]matrix|[dr]?cases|drcases"
)
BEGIN = re.compile(rf"\\begin\{{((?:{ENVIRONMENTS})\*?)\}}")
# Between single dollars, too, these are displayed: KaTeX sets them in no other way.
DISPLAYED = re.compile(
    r"\\begin\{(?:equation|align|alignat|flalign|gather|multline|eqnarray|subequations)\*?\}"
)
# Most formulas: on one line, with braces not in one another, next to no letter and no digit, and
# nothing of a price. `closing_dollar` says the same of them in two to four times the time.
SIMPLE = re.compile(
    r"(?<![0-9A-Za-z])\$(?![\s\d])"
    r"((?:[^$\\{}`\n]|\\[^`\n]|\{(?:[^$\\{}`\n]|\\[^`\n])*+\})++)(?<!\s)\$(?![\w${])"
)
DOLLAR = re.compile(r"\\.|[{}$]", re.DOTALL)
ESCAPE = re.compile(r"\\(.)", re.DOTALL)
PAIRS = {"(": ")", "[": "]"}
# An amount and then words, as in «$5 for the first and 6$ for the second».
PRICE = re.compile(r"\$\d[\d.,]*(?:[kKmM]|bn)?[.,;:!?)]*[ \n]+(?!mod\b)[A-Za-z]{2,}")
# An amount and a unit, closed right behind it: a quantity.
QUANTITY = re.compile(r"\d[\d.,]*[ ~](?:[A-Za-z]{1,5}\Z|[A-Za-z /.]{1,12}\^\{?[-−]?\d\}?\Z)")
WORD = re.compile(r"[^\W\d_]{2,}|^\s*\d*\s*$")
# Names and then something else, before a name: `$HOME/bin:$PATH`, `${a}/${b}`, `$row->get($id)`.
VARIABLE = re.compile(r"\$(?:\{\w+\}|[A-Za-z_]\w{2,}|[A-Z_]{2,})(?=[^\w\\^$])[^\\^$]*\$[A-Za-z_{]")
TEX = re.compile(r"[\\^_=+<>{}|/*&]")
# What no price and no program holds: enough where spaces or words stand at the dollars.
SURELY = re.compile(r"\\[A-Za-z]{2}|(?<![A-Za-z_])[A-Za-z][\^_][A-Za-z0-9{]")
ATTACHED = re.compile(r"[\^_]|[A-Za-z][\^_]|[^\n]*\\[A-Za-z]")
NESTED_DOLLARS = 6  # dollars inside \text{…} of one formula: bounds the time


def use(md: MarkdownIt) -> None:
    md.inline.ruler.before("escape", "math", inline_math)


def inline_math(state: StateInline, silent: bool) -> bool:
    """Mathematics inside a line, by whichever delimiter stands here."""
    character = state.src[state.pos]
    if character == "$":
        simple = SIMPLE.match(state.src, state.pos)
        if simple:
            return push(state, silent, *simple.span(1), simple.end(), display=False)
        return dollars(state, silent)
    return character == "\\" and backslash(state, silent)


def dollars(state: StateInline, silent: bool) -> bool:
    run = run_of_dollars(state.src, state.pos)
    if run == 1:
        end = closing_dollar(state.src, state.pos)
        start, stop = without_quotes(state.src, state.pos + 1, end)
        return end > 0 and push(state, silent, start, stop, end + 1, display=False)
    if run == 2:
        end = closing_pair(state.src, state.pos + 2)
        if end > 0 and push(state, silent, state.pos + 2, end, end + 2, display=True):
            return True
    if not silent:
        state.append_pending("$" * run)
    state.pos += run
    return True


def without_quotes(source: str, start: int, end: int) -> tuple[int, int]:
    """``$`x`$`` is how some hosts of code have it, so that no Markdown is read inside."""
    quoted = end - start > 2 and source[start] == source[end - 1] == "`"
    return (start + 1, end - 1) if quoted else (start, end)


def run_of_dollars(source: str, at: int) -> int:
    end = at + 1
    while end < len(source) and source[end] == "$":
        end += 1
    return end - at


def closing_dollar(source: str, at: int) -> int:
    """Where the formula that opens at `at` closes, or -1 if that dollar opens nothing."""
    after = source[at + 1 : at + 2]
    if not after or after == "\n":
        return -1
    end = balanced_dollar(source, at + 1)
    beyond = source[end + 1 : end + 2]
    if end < 0 or end == at + 1 or beyond.isdigit() or beyond == "$":
        return -1
    inside = source[at + 1 : end]
    has_end = not inside[-1].isspace() or inside.endswith("\\ ")
    if (after.isspace() or not has_end) and not may_be_spaced(inside):
        return -1
    is_attached = bool(at) and source[at - 1].isalnum() and source[at - 1] < "\x7f"
    if is_attached and (after.isspace() or not ATTACHED.match(inside)):
        return -1
    if has_end and QUANTITY.match(inside):
        return end
    is_code = inside.count("`") % 2 == 1
    is_program = is_code or VARIABLE.match(source, at, end + 2)
    return -1 if is_program or PRICE.match(source, at, end) else end


def may_be_spaced(inside: str) -> bool:
    """Whether it is TeX beyond doubt, on one line, so that spaces may stand at the dollars."""
    if "\n" in inside or (inside[0].isspace() and inside[0] not in " \t"):
        return False
    return bool(SURELY.search(inside))


def balanced_dollar(source: str, start: int) -> int:
    """The next dollar outside braces; if none is, the first one."""
    end = source.find("$", start)
    if end < 0 or (source[end - 1] != "\\" and source.find("{", start, end) < 0):
        return end  # as nearly always
    depth = seen = 0
    first = -1
    for match in DOLLAR.finditer(source, start):
        mark = match[0]
        if mark == "$":
            if depth <= 0:
                return match.start()
            first = match.start() if first < 0 else first
            seen += 1
            if seen == NESTED_DOLLARS:
                break
        elif len(mark) == 1:
            depth += 1 if mark == "{" else -1
    return first


def closing_pair(source: str, start: int) -> int:
    """Where `$$` closes: the next one that no backslash escapes."""
    for match in DOLLAR.finditer(source, start):
        if match[0] == "$" and source.startswith("$$", match.start()):
            return match.start()
    return -1


def backslash(state: StateInline, silent: bool) -> bool:
    opener = state.src[state.pos + 1 : state.pos + 2]
    if opener in PAIRS:
        end = closing_escape(state.src, state.pos + 2, opener)
        start = state.pos + 2
        if end < 0 or is_prose(state.src[start:end]):
            return False
        return push(state, silent, start, end, end + 2, display=opener == "[")
    begin = BEGIN.match(state.src, state.pos) if opener == "b" else None
    if begin is None:
        return False
    end = closing_environment(state.src, begin)
    return end > 0 and push(state, silent, state.pos, end, end, display=True)


def closing_escape(source: str, start: int, opener: str) -> int:
    r"""Where `\(` or `\[` closes; another opener before that means it does not."""
    for match in ESCAPE.finditer(source, start):
        if match[1] == PAIRS[opener]:
            return match.start()
        if match[1] == opener:
            return -1
    return -1


def is_prose(inside: str) -> bool:
    r"""Whether `\(…\)` holds words: escaped brackets, as exporters write them."""
    return not TEX.search(inside) and bool(WORD.search(inside))


def closing_environment(source: str, begin: re.Match[str]) -> int:
    """The end of the environment that `begin` opens; one of its kind inside means none."""
    name = re.escape(begin[1])
    found = re.compile(rf"\\(begin|end)\{{{name}\}}").search(source, begin.end())
    return found.end() if found and found[1] == "end" else -1


def push(
    state: StateInline, silent: bool, start: int, end: int, after: int, *, display: bool
) -> bool:
    tex = stripped(state.src[start:end])
    if not tex:
        return False
    if not silent:
        display = display or ("\\begin" in tex and bool(DISPLAYED.search(tex)))
        token = state.push("math_display" if display else "math_inline", "math", 0)
        token.content = tex
    state.pos = after
    return True


def stripped(tex: str) -> str:
    r"""TeX without white space around it, but for the space of a `\ ` at its end."""
    bare = tex.strip()
    if not bare.endswith("\\"):
        return bare
    slashes = len(bare) - len(bare.rstrip("\\"))
    return f"{bare} " if slashes % 2 else bare
