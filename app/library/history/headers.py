"""A note's source in parts that give it back, byte for byte: fences, keys as written, body.

    >>> found = parts("---\\ntitle: Walks\\n# for search\\ntags:\\n- x\\n---\\nOnce.\\n")
    >>> found.keys
    {'title': 'title: Walks\\n', 'tags': '# for search\\ntags:\\n- x\\n'}

A key's text holds the comments and empty lines above it; those below the last key are TAIL's.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from app.library.front import header

TAIL = "\0"  # no key has this name
BOM = "\ufeff"


@dataclass(frozen=True)
class Parts:
    bom: str = ""  # the mark that some editors put before the text
    opening: str = ""  # the line of three hyphens, or nothing
    keys: dict[str, str] = field(default_factory=dict)
    closing: str = ""
    body: str = ""

    @property
    def body_line(self) -> int:
        """The line of the source where the body begins."""
        above = "".join((self.opening, *self.keys.values()))
        return 1 + above.count("\n") + bool(self.closing)

    def line_of(self, key: str) -> int:
        """The line where a key's text begins; where it has none, that of the header's end."""
        line = 1 + bool(self.opening)
        for name, text in self.keys.items():
            if name == key:
                break
            line += text.count("\n")
        return line


def parts(source: str) -> Parts | None:
    """None, if the header is none, or is not made of plain keys, one below the other."""
    text = source.removeprefix(BOM)
    bom = source[: len(source) - len(text)]
    try:
        split = header.split(source)
        entries = header.read(split.header) if split.header else {}
    except header.Wrong:
        return None
    if split.body_line == 1:
        return Parts(bom, body=split.body)
    opening = text[: text.index("\n") + 1]
    closing = text[len(opening) + len(split.header) : len(text) - len(split.body)]
    starts = {entry.line - 2: name for name, entry in entries.items()}
    if len(starts) != len(entries) or TAIL in entries or has_odd_newlines(split.header):
        return None
    keys = cut(lines(split.header), starts)
    if keys is None:
        return None
    return Parts(bom, opening, keys, closing, split.body)


def has_odd_newlines(text: str) -> bool:
    """YAML counts lines by more than what ends them in a file."""
    return len(text.splitlines()) != len(lines(text))


def cut(found: list[str], starts: dict[int, str]) -> dict[str, str] | None:
    """The text of each key; None for a line at the margin that is no part of `key: value`."""
    keys: dict[str, str] = {}
    last, above = "", ""
    for number, line in enumerate(found):
        if number in starts:
            last = starts[number]
            if not line.startswith((last, '"', "'")) or not last:
                return None
            keys[last], above = above + line, ""
        elif not line.strip() or line.startswith("#"):
            above += line
        elif last and line.startswith((" ", "\t", "- ", "-\n", "-\r")):
            keys[last], above = keys[last] + above + line, ""
        else:
            return None
    return {**keys, TAIL: above} if above else keys


def lines(text: str) -> list[str]:
    """Each with its newline; the last may have none. Only a line feed ends a line."""
    found = text.split("\n")
    return [f"{line}\n" for line in found[:-1]] + ([found[-1]] if found[-1] else [])
