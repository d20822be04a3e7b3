"""LaTeX as plain text: accents become letters, braces go, formulas stay as they are.

>>> text('Erd{\\\\H o}s, {P}aul')
'Erdős, Paul'
>>> text('{The {\\\\TeX}book} with {DNA}, \\\\LaTeX{} \\\\& {\\\\o}re')
'The TeXbook with DNA, LaTeX & øre'
>>> text('The $O(n)$ case --- 50% done'), text('{unclosed')
('The $O(n)$ case — 50% done', 'unclosed')
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from pylatexenc.latex2text import (
    LatexNodes2Text,
    MacroTextSpec,
    get_default_latex_context_db,
)

SPECIAL = re.compile(r"[\\{}$~%^_&#]|--|``|''")
UNESCAPED = re.compile(r"(?<!\\)[%&#]")
LONGEST = 20_000  # characters; what is longer is cut, for it is no title and no name
DEEPEST = 50  # braces in braces
# Commands that are words, or signs that the parser leaves out.
SAME = "TeX LaTeX BibTeX XeTeX LuaTeX XeLaTeX LuaLaTeX pdfTeX pdfLaTeX ConTeXt"
SIGNS = {
    "LaTeXe": "LaTeX2e",
    "AmS": "AMS",
    "MF": "Metafont",
    "MP": "MetaPost",
    "slash": "/",
    "copyright": "©",
    "pounds": "£",
    "S": "§",
    "P": "¶",
    "dag": "†",
    "ddag": "‡",
    "textbackslash": "\\",
    "textasciitilde": "~",
    "textasciicircum": "^",
}
WORDS = {**{name: name for name in SAME.split()}, **SIGNS}


def text(value: str) -> str:
    """What a reader would see of `value`; never raises."""
    value = value[:LONGEST]
    found = decoded(value) if SPECIAL.search(value) else value
    return " ".join(found.split())


@lru_cache(maxsize=2000)
def decoded(value: str) -> str:
    if value.count("{") > DEEPEST and depth(value) > DEEPEST:
        return re.sub(r"[{}]", "", value)
    try:
        return str(decoder().latex_to_text(UNESCAPED.sub(r"\\\g<0>", value))).replace("\xa0", " ")
    except Exception:  # whatever a parser of LaTeX may meet in the files of the world
        return re.sub(r"[{}]", "", value)


def depth(value: str) -> int:
    now = most = 0
    for character in value:
        now += (character == "{") - (character == "}")
        most = max(most, now)
    return most


@cache
def decoder() -> LatexNodes2Text:
    known = get_default_latex_context_db()
    words = [MacroTextSpec(name, simplify_repl=word) for name, word in WORDS.items()]
    known.add_context_category("words", macros=words, prepend=True)
    return LatexNodes2Text(latex_context=known, math_mode="verbatim", keep_comments=True)
