"""Pieces of YAML written into a header that exists: a value, a list, a line of its own.

>>> entry("title", "On: walks", "\\n"), flow(("a", "b, c")), scalar("it's", "'")
("title: 'On: walks'\\n", "[a, 'b, c']", "'it''s'")
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from app.library.front import fields

Value = str | int | date | tuple[str, ...] | None

WIDE = 10**6
BLANK = re.compile(r"[ \t]*(?:#.*)?\r?\n?\Z")
TRAILING = re.compile(r"[ \t]+#[^\r\n]*")
ITEM = re.compile(r"([ \t]*)-(?=\s)")
INDENT = "  "


@dataclass(frozen=True)
class Place:
    """A key and its value in a header's text; `after` is the next key."""

    text: str
    name: yaml.ScalarNode
    node: yaml.Node
    after: yaml.Node | None
    newline: str

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines(keepends=True)  # the breaks that YAML has, too

    def offset(self, mark: Any) -> int:
        return sum(map(len, self.lines[: mark.line])) + int(mark.column)

    @property
    def first(self) -> int:
        return int(self.name.start_mark.line)

    @property
    def last(self) -> int:
        """The line after the value's last: remarks and empty lines before the next key stay."""
        end = int(self.after.start_mark.line) if self.after else len(self.lines)
        end = max(end, self.first + 1)
        is_block = isinstance(self.node, yaml.ScalarNode) and self.node.style in ("|", ">")
        while end > self.first + 1 and self.is_between(self.lines[end - 1], is_block):
            end -= 1
        return end

    def is_between(self, line: str, is_block: bool) -> bool:
        """In a block of text an indented `#` is text."""
        inside = is_block and len(line) - len(line.lstrip()) > self.name.start_mark.column
        return bool(BLANK.match(line)) and not (inside and line.strip())

    @property
    def start(self) -> int:
        return self.offset(self.node.start_mark)

    @property
    def end(self) -> int:
        """Where the value ends; that of a block would reach to the next key."""
        if self.node.start_mark.line == self.node.end_mark.line:
            return self.offset(self.node.end_mark)
        last = sum(map(len, self.lines[: self.last]))
        return min(self.offset(self.node.end_mark), max(last, self.start))

    @property
    def span(self) -> str:
        return self.text[self.start : self.end]

    def with_span(self, written: str) -> str:
        """Another text for the value alone."""
        space = " " if self.text[self.start - 1] in ":-," else ""
        return f"{self.text[: self.start]}{space}{written}{self.text[self.end :]}"

    def with_lines(self, lines: list[str]) -> str:
        return "".join([*self.lines[: self.first], *lines, *self.lines[self.last :]])

    def without_lines(self) -> str:
        return self.with_lines([])

    @property
    def prefix(self) -> str:
        """The first line up to its colon."""
        colon = self.text.index(":", self.offset(self.name.end_mark)) + 1
        return self.text[sum(map(len, self.lines[: self.first])) : colon]

    def remark(self) -> str:
        """The remark at the end of the value's first line."""
        style = self.node.style if isinstance(self.node, yaml.ScalarNode) else None
        at = self.start + 1 if style in ("|", ">") else self.end
        line_end = self.text.find("\n", at)
        rest = self.text[at : line_end if line_end >= 0 else len(self.text)]
        found = TRAILING.search(rest)
        return found[0] if found else ""

    def with_value(self, written: str) -> str:
        """One line for the key, whatever stood there."""
        is_inline = self.node.start_mark.line == self.node.end_mark.line == self.first
        if is_inline:
            return self.with_span(written)
        is_scalar = isinstance(self.node, yaml.ScalarNode)
        remark = self.remark() if is_scalar else ""
        return self.with_lines([f"{self.prefix} {written}{remark}{self.newline}"])

    def with_block(self, value: str) -> str:
        indent = " " * int(self.name.start_mark.column) + INDENT
        is_inline = self.node.start_mark.line == self.first
        remark = self.remark() if is_inline else ""
        return self.with_lines(
            [f"{self.prefix} |{remark}{self.newline}", *block(value, indent, self.newline)]
        )


def entry(key: str, value: Value, newline: str) -> str:
    """A key and its value as lines of their own."""
    if isinstance(value, str) and "\n" in value:
        return "".join([f"{key}: |{newline}", *block(value, INDENT, newline)])
    return f"{key}: {flow(value) if isinstance(value, tuple) else scalar(value)}{newline}"


def block(value: str, indent: str, newline: str) -> list[str]:
    return [f"{indent}{line}{newline}" if line else newline for line in value.split("\n")]


def scalar(value: Value, style: str | None = None) -> str:
    """One value outside of brackets, in the quotes that it had."""
    text = value if isinstance(value, str) else dumped(value)
    if style == "'" and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    if style == '"' and text.isprintable():
        return json.dumps(text, ensure_ascii=False)
    return dumped(value)


def flow(value: Value) -> str:
    """A list, or a value inside of brackets."""
    if isinstance(value, tuple):
        return f"[{', '.join(flow(item) for item in value)}]"
    return dumped([value]).removeprefix("[").removesuffix("]")


def dumped(value: object) -> str:
    line = yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, width=WIDE)
    return str(line).removesuffix("\n").removesuffix("\n...")


def in_brackets(place: Place, values: tuple[str, ...]) -> str:
    """`[a, b]` with other items; those that stay keep their quotes."""
    written = raw(place)
    return place.with_span(
        "[" + ", ".join(written.get(value, flow(value)) for value in values) + "]"
    )


def raw(place: Place) -> dict[str, str]:
    """The items of a list as they are written, by what they say."""
    found: dict[str, str] = {}
    for item in place.node.value:
        said = fields.texts(item)
        if len(said) == 1:
            span = slice(place.offset(item.start_mark), place.offset(item.end_mark))
            found[said[0]] = place.text[span]
    return found


def in_lines(place: Place, values: tuple[str, ...]) -> str:
    """A list with an item on each line: those that stay keep their lines, remarks stay too."""
    starts = [int(item.start_mark.line) for item in place.node.value]
    head = place.lines[place.first : starts[0]]
    indent = ITEM.match(place.lines[starts[0]])
    known, tail = chunks(place, starts)
    lines = []
    margin = indent[1] if indent else INDENT
    for value in values:
        lines += known.pop(value, [f"{margin}- {flow(value)}{place.newline}"])
    lost = [line for chunk in known.values() for line in chunk if line.strip().startswith("#")]
    return place.with_lines([*head, *lines, *lost, *tail])


def chunks(place: Place, starts: list[int]) -> tuple[dict[str, list[str]], list[str]]:
    """The lines of each item with the remarks before it, by what it says; the rest."""
    known: dict[str, list[str]] = {}
    before: list[str] = []
    for item, start, end in zip(place.node.value, starts, [*starts[1:], place.last], strict=True):
        last = end
        while last > start + 1 and BLANK.match(place.lines[last - 1]):
            last -= 1
        said = " ".join(fields.texts(item))
        if said in known:  # a second time: only its remarks are kept
            said = f"{said}\0{start}"
        known[said] = [*before, *place.lines[start:last]]
        before = place.lines[last:end]
    return known, before
