"""The canonical text of a note: what search and annotations stand on.

One line for each block with text of its own (a paragraph, a heading, a cell, a caption); code
keeps its lines. White space is one space, a formula is its TeX, a placeholder has a fixed form,
and what is generated (numbers of notes, results, reasons) is not in it.

    >>> collapse("  two\\n words ")
    'two words'
    >>> formula("x^2", display=True)
    '$$x^2$$'
    >>> value("wide", "ratio", ".3f")
    '{{wide.ratio|.3f}}'
"""

from __future__ import annotations

import re
from collections.abc import Sequence

SPACE = re.compile(r"[ \t\n\r\f]+")  # as HTML has it: a no-break space is no white space
UNEVEN = ("  ", "\n", "\t", "\r", "\f")
SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*\s+(?=\S)")
SENTENCE_LENGTH = 300
# Control characters and halves of surrogate pairs are no text in HTML, XML or JSON.
CONTROLS = dict.fromkeys([*range(9), 11, *range(14, 32), 127, *range(0xD800, 0xE000)], "\ufffd")
CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff]")


def characters(source: str) -> str:
    """`source` with a replacement character for each character that no page can hold."""
    return source.translate(CONTROLS) if CONTROL.search(source) else source


def collapse(text: str) -> str:
    return even(text).strip(" ")


def even(text: str) -> str:
    """`text` with one space for each run of white space."""
    for uneven in UNEVEN:  # most lines are even; this takes a third of a search by pattern
        if uneven in text:
            return SPACE.sub(" ", text)
    return text


def blocks(
    lines: Sequence[str], sources: Sequence[tuple[int, int]], first_line: int
) -> list[tuple[int, int, int, int]]:
    """The map to the source: start and end in the text, first and last line in the file.

    Lines of text from the same lines of the source are one block.

    >>> blocks(["A b.", "c", "d"], [(0, 2), (3, 4), (3, 4)], 10)
    [(0, 4, 10, 11), (5, 8, 13, 13)]
    """
    found: list[tuple[int, int, int, int]] = []
    at = 0
    for line, (first, until) in zip(lines, sources, strict=True):
        end = at + len(line)
        block = at, end, first_line + first, first_line + max(first, until - 1)
        if found and found[-1][2:] == block[2:]:
            found[-1] = (found[-1][0], *block[1:])
        else:
            found.append(block)
        at = end + 1
    return found


def formula(tex: str, *, display: bool) -> str:
    dollars = "$$" if display else "$"
    return f"{dollars}{collapse(tex)}{dollars}"


def output(name: str) -> str:
    return f"{{{{{name}}}}}"


def embed(target: str, fragment: str) -> str:
    return f"![[{collapse(f'{target}#{fragment}' if fragment else target)}]]"


def value(name: str, key: str, form: str) -> str:
    return output(f"{name}.{key}|{form}" if form else f"{name}.{key}")


def sentence(text: str, at: int) -> str:
    """The sentence of a line of canonical text that holds the character `at`."""
    near = max(0, at - SENTENCE_LENGTH), at + SENTENCE_LENGTH
    ends = [end.end() for end in SENTENCE_END.finditer(text, *near)]
    start = max([end for end in ends if end <= at], default=near[0])
    stop = min([end for end in ends if end > at], default=min(near[1], len(text)))
    return text[start:stop].strip()
