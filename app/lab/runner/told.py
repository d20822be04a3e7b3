r"""What a child tells in lines of JSON: its progress at once, the rest when it has ended.

    >>> told = Told()
    >>> told.take(b'{"progress": [1]}\n{"outp'), told.take(b'uts": []}\n{"x": 1}\n')
    ([[1]], [])
    >>> told.words, told.is_too_much
    ({'outputs': []}, False)

It may be anything, so that only what is known is kept, and only as much as a page could show.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

KNOWN = ("outputs", "opened", "failed")
LARGEST = 20_000_000  # bytes of all that it tells but its progress, its tables' first rows included
LONGEST_PROGRESS = 20_000  # bytes
MOST_INSIDE = 1_000_000  # lists and mappings: an empty one takes thirty times its text


@dataclass
class Lines:
    """Bytes as they come, cut at the ends of lines; each is looked at once."""

    rest: bytearray = field(default_factory=bytearray)

    def take(self, data: bytes) -> list[bytes]:
        """The lines that end in it."""
        whole, end, rest = data.rpartition(b"\n")
        if not end:
            self.rest += data
            return []
        found = bytes(self.rest + whole).split(b"\n")
        self.rest = bytearray(rest)
        return found


@dataclass
class Told:
    lines: Lines = field(default_factory=Lines)
    kept: list[bytes] = field(default_factory=list)
    size: int = 0
    inside: int = 0

    def take(self, data: bytes) -> list[Any]:
        """What it says of its progress."""
        bars = []
        for line in self.lines.take(data):
            found = read(line) if len(line) <= LONGEST_PROGRESS else {}
            if "progress" in found:
                bars.append(found["progress"])
            else:
                self.keep(line)
        return bars

    def keep(self, line: bytes) -> None:
        self.size += len(line)
        self.inside += line.count(b"[") + line.count(b"{")
        if not self.is_too_much:
            self.kept.append(line)

    @property
    def is_too_much(self) -> bool:
        return self.size + len(self.lines.rest) > LARGEST or self.inside > MOST_INSIDE

    @property
    def words(self) -> dict[str, Any]:
        """Of what it said several times, the last."""
        if self.is_too_much:
            return {}
        found: dict[str, Any] = {}
        for line in self.kept:
            found |= known(read(line))
        return found


def read(line: bytes) -> dict[str, Any]:
    with suppress(ValueError, RecursionError):
        found = json.loads(line)
        return found if isinstance(found, dict) else {}
    return {}


def known(words: dict[str, Any]) -> dict[str, Any]:
    return {name: words[name] for name in KNOWN if name in words}
