"""The YAML at the top of a note: cut it off, read it, and take values from it.

    >>> nodes = read(split("---\\narxiv: 2301.00010\\n---\\n# Hello\\n").header)
    >>> text(nodes["arxiv"].value), nodes["arxiv"].line
    ('2301.00010', 2)

Values stay as they were typed: YAML's own guesses would take the last zero from that number and
make `no` of Norway's country code false. What is wrong raises Wrong with its line in the file.
"""

from __future__ import annotations

import math
import re
from collections import deque
from dataclasses import dataclass
from typing import Any

import yaml

try:
    from yaml import CBaseLoader as Loader
except ImportError:  # PyYAML without libyaml: six times slower, the same answers
    from yaml import BaseLoader as Loader  # type: ignore[assignment]  # same interface

FENCE = re.compile(r"(?:---|\.\.\.)[ \t]*\r?(?:\n|\Z)")
CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*\r?(?:\n|\Z)", re.MULTILINE)
KEY = re.compile(r"\s*[\w-]+[ \t]*:(?:\s|\Z)")
NULLS = ("", "~", "null", "Null", "NULL")
BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False}
WHOLE = re.compile(r"[-+]?(?:0|[1-9]\d{0,17})\Z", re.ASCII)
DECIMAL = re.compile(r"[-+]?\d{0,40}\.?\d{1,40}(?:[eE][-+]?\d{1,3})?\Z", re.ASCII)
MAX_BYTES = 64_000
MAX_DEPTH = 20
# libyaml composes nested values by recursion in C: 60,000 levels end the process.
MAX_OPENINGS = 500
OPENING = re.compile(r"[\[{]|[-?:]\s")
CONTROL = dict.fromkeys([*range(32), 127])


class Wrong(Exception):
    """What is wrong with the header, and in which line of the file (from 1)."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


@dataclass(frozen=True)
class Split:
    header: str
    body: str
    body_line: int


@dataclass(frozen=True)
class Entry:
    """A key's value, and the line of the file on which the key stands."""

    value: yaml.Node
    line: int


def split(source: str) -> Split:
    """Header and body of a note; a note without a header has an empty one."""
    source = source.removeprefix("\ufeff")
    if not source.startswith("---") or not (opening := FENCE.match(source)):
        return Split("", source, 1)
    closing = CLOSING.search(source, opening.end())
    if closing is None:
        if KEY.match(source, opening.end()):
            raise Wrong("The front matter has no end: a line of three hyphens is missing.", 1)
        return Split("", source, 1)
    header = source[opening.end() : closing.start()]
    return Split(header, source[closing.end() :], header.count("\n") + 3)


def read(header: str) -> dict[str, Entry]:
    """The keys of a header in their order, each with its value."""
    refuse_excess(header)
    try:
        node = yaml.compose(header, Loader=Loader)
    except yaml.YAMLError as error:
        raise explained(error, header) from error
    except RecursionError:
        raise Wrong("The front matter is nested too deeply.", 2) from None
    if node is None or (isinstance(node, yaml.ScalarNode) and is_null(node)):
        return {}
    if not isinstance(node, yaml.MappingNode):
        raise Wrong("The front matter is not made of lines like `key: value`.", line_of(node))
    if "*" in header or len(OPENING.findall(header)) > MAX_DEPTH:
        refuse_aliases(node)
    return entries(node)


def compose(source: str) -> yaml.Node | None:
    """YAML of another file than a note, with the same limits; raises Wrong or YAMLError."""
    refuse_excess(source)
    node: yaml.Node | None = yaml.compose(source, Loader=Loader)
    if node is not None:
        refuse_aliases(node)
    return node


def refuse_excess(header: str) -> None:
    """Refuse, before it is parsed, a header that is too large or too deep to be meant."""
    if len(header) > MAX_BYTES:
        raise Wrong(f"The front matter is larger than {MAX_BYTES // 1000} kB.", 1)
    if len(OPENING.findall(header)) <= MAX_OPENINGS:
        return
    depth = 0
    line = 2
    try:
        for event in yaml.parse(header, Loader=Loader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            line = event.start_mark.line + 2 if event.start_mark else line
            if depth > MAX_DEPTH:
                raise Wrong("The front matter is nested too deeply.", line)
    except yaml.YAMLError as error:
        raise explained(error, header) from error


def explained(error: yaml.YAMLError, header: str) -> Wrong:
    """A YAML error in plain words, with its line in the file."""
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        lines = mark.line if mark else 0
        reason = error.problem or error.context or "it cannot be read"
    else:
        position = getattr(error, "position", 0) or 0
        lines = header.encode("utf-8", "replace")[:position].count(b"\n")
        reason = getattr(error, "reason", "") or "it cannot be read"
    if "mapping values are not allowed" in reason:
        reason += " (a value with a colon in it needs quotes)"
    last = header.count("\n") + 1
    return Wrong(f"The front matter is not YAML: {reason}.", min(lines + 2, last + 1))


def refuse_aliases(root: yaml.Node) -> None:
    """Refuse values that stand for others: ten lines of them can unfold to gigabytes."""
    seen: set[int] = set()
    waiting = deque([(root, 0)])
    while waiting:
        node, depth = waiting.popleft()
        if id(node) in seen:
            raise Wrong("The front matter uses an alias (`*name`): write it out.", line_of(node))
        if depth > MAX_DEPTH:
            raise Wrong("The front matter is nested too deeply.", line_of(node))
        seen.add(id(node))
        waiting.extend((child, depth + 1) for child in children(node))


def children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def entries(node: yaml.MappingNode) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for name, value in node.value:
        if not isinstance(name, yaml.ScalarNode):
            raise Wrong("A key of the front matter is not a word.", line_of(name))
        if name.value in found:
            raise Wrong(f"{name.value} stands twice in the front matter.", line_of(name))
        found[name.value] = Entry(value, line_of(name))
    return found


def line_of(node: yaml.Node) -> int:
    """In the file: the header starts on its second line, marks count from 0."""
    return int(node.start_mark.line) + 2


def is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and not node.style and node.value in NULLS


def text(node: yaml.Node) -> str | None:
    """One line of text; None for nothing and for what is no scalar."""
    if not isinstance(node, yaml.ScalarNode) or is_null(node):
        return None
    return " ".join(node.value.split()).translate(CONTROL).strip() or None


def native(node: yaml.Node) -> Any:
    """The value as JSON has it: what is not quoted may be a number, true, false or null."""
    if isinstance(node, yaml.MappingNode):
        return {str(text(name)): native(value) for name, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [native(value) for value in node.value]
    quoted = isinstance(node, yaml.ScalarNode) and node.style
    return str(node.value) if quoted else plain(str(node.value))


def plain(value: str) -> Any:
    if value in NULLS:
        return None
    if value in BOOLEANS:
        return BOOLEANS[value]
    if WHOLE.match(value):
        return int(value)
    if DECIMAL.match(value) and math.isfinite(number := float(value)):
        return number
    return value
