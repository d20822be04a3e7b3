"""The text of a Markdown file in blocks, a plain reading of the judge's own.

>>> blocks("# A\\n\\nOne\\ntwo.\\n\\n| a | b |\\n|---|---|\\n| 1 | 2 |\\n\\n```\\nx  = 1\\n```\\n")
['# A', 'One two.', 'a', 'b', '1', '2', 'x  = 1']
"""

from __future__ import annotations

import re

FENCE = re.compile(r"\s*(```|~~~)")
RULE = re.compile(r"\s*\|?[\s:|-]+\|?\s*")
ITEM = re.compile(r"\s*([-*+]|\d+[.)])\s")
FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


class Reader:
    """Reads line by line; `found` are the blocks that have ended."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.paragraph: list[str] = []
        self.is_code = False

    def end(self) -> None:
        text = " ".join(" ".join(self.paragraph).split())
        self.found += [text] if text else []
        self.paragraph.clear()

    def read(self, line: str) -> None:
        if FENCE.match(line):
            self.end()
            self.is_code = not self.is_code
        elif self.is_code:
            self.found += [line] if line.strip() else []
        elif line.lstrip().startswith("|"):
            self.end()
            self.found += cells(line)
        else:
            self.words(line)

    def words(self, line: str) -> None:
        is_heading = line.startswith("#")
        if not line.strip() or is_heading or ITEM.match(line):
            self.end()
        self.paragraph.append(line)
        if is_heading:
            self.end()


def cells(line: str) -> list[str]:
    every = [] if RULE.fullmatch(line) else line.strip().strip("|").split("|")
    return [cell.strip() for cell in every if cell.strip()]


def blocks(markdown: str) -> list[str]:
    """A paragraph, heading, list item, cell or line of code each."""
    reader = Reader()
    for line in FRONT.sub("", markdown.replace("\r\n", "\n")).split("\n"):
        reader.read(line)
    reader.end()
    return reader.found


def text(markdown: str) -> str:
    return "\n".join(blocks(markdown))
